"""From code to short token, from short to long, from long to longer, and away with it."""

from __future__ import annotations

import hmac

from starlette.responses import JSONResponse, Response

from sandbox.calls import FORM_TYPES, Call, RefusedError
from sandbox.instagram.access import BASIC, live_token
from sandbox.instagram.errors import (
    NO_PERMISSION,
    Problem,
    flat_error,
    invalid,
    refused,
    unsupported_request,
)
from sandbox.instagram.store import CODE_SECONDS, Code, Token
from sandbox.state import Sandbox

MINIMUM_AGE = 86400
REMOVED_BY_USER = 458


async def exchange_code(sandbox: Sandbox, call: Call) -> Response:
    if call.content_type not in FORM_TYPES:
        return flat_error("The request must be a form")
    code = _usable_code(sandbox, call)
    code.used = True
    return JSONResponse(_short_answer(sandbox, code))


def _usable_code(sandbox: Sandbox, call: Call) -> Code:
    app, form = sandbox.config.instagram, call.form
    secret_fits = hmac.compare_digest(form.get("client_secret", "").encode(), app.app_secret.encode())
    if form.get("client_id") != app.app_id or not secret_fits:
        raise RefusedError(flat_error("Invalid platform app"))
    if form.get("grant_type") != "authorization_code":
        raise RefusedError(flat_error("Invalid grant_type"))
    code = sandbox.instagram.codes.get(form.get("code", ""))
    if code is None or code.used or sandbox.clock.now() >= code.issued + CODE_SECONDS:
        raise RefusedError(flat_error("Matching code was not found or was already used"))
    if form.get("redirect_uri") != code.redirect_uri:
        text = "Error validating verification code. Please make sure your redirect_uri is identical to the one you used"
        raise RefusedError(flat_error(text))
    return code


def _short_answer(sandbox: Sandbox, code: Code) -> object:
    token = sandbox.instagram.new_token(code.account, code.scopes, "short", sandbox.clock.now())
    scoped_id = code.account.scoped_id
    match sandbox.settings.instagram.token_shape:
        case "data":
            permissions = ",".join(code.scopes)
            return {"data": [{"access_token": token.value, "user_id": scoped_id, "permissions": permissions}]}
        case "bare":
            return {"access_token": token.value, "user_id": int(scoped_id)}
        case _:
            return {"access_token": token.value, "user_id": int(scoped_id), "permissions": list(code.scopes)}


async def exchange_token(sandbox: Sandbox, call: Call) -> Response:
    secret = call.query.get("client_secret", "").encode()
    if not hmac.compare_digest(secret, sandbox.config.instagram.app_secret.encode()):
        raise refused(_wrong_secret(sandbox, call))
    if call.query.get("grant_type") != "ig_exchange_token":
        raise refused(invalid("grant_type must be ig_exchange_token"))
    token = _query_token(sandbox, call)
    if token.kind != "short":
        raise refused(unsupported_request(call.method))
    return _long_answer(sandbox, token)


async def refresh(sandbox: Sandbox, call: Call) -> Response:
    if call.query.get("grant_type") != "ig_refresh_token":
        raise refused(invalid("grant_type must be ig_refresh_token"))
    token = _query_token(sandbox, call)
    if token.kind != "long":
        raise refused(unsupported_request(call.method))
    if BASIC not in token.scopes:
        raise refused(NO_PERMISSION)
    if sandbox.clock.now() < token.issued + MINIMUM_AGE:
        raise refused(invalid("The access token is not 24 hours old yet"))
    if sandbox.settings.instagram.old_token_after_refresh == "dead":
        token.ended = 0
    return _long_answer(sandbox, token)


async def delete_permissions(sandbox: Sandbox, call: Call) -> Response:
    """Nobody has seen the real platform accept this call; clients make it and ignore the answer."""
    token = live_token(sandbox, call)
    if sandbox.settings.instagram.permissions_delete == "unsupported":
        raise refused(unsupported_request(call.method))
    sandbox.instagram.end_tokens(token.account, REMOVED_BY_USER)
    return JSONResponse({"success": True})


def _query_token(sandbox: Sandbox, call: Call) -> Token:
    if "access_token" not in call.query:
        raise refused(invalid("The parameter access_token is required"))
    return live_token(sandbox, call)


def _wrong_secret(sandbox: Sandbox, call: Call) -> Problem:
    if sandbox.settings.instagram.wrong_secret_error == "unsupported_request":
        return unsupported_request(call.method)
    return Problem(1, None, "Error validating client secret.")


def _long_answer(sandbox: Sandbox, old: Token) -> Response:
    now = sandbox.clock.now()
    token = sandbox.instagram.new_token(old.account, old.scopes, "long", now)
    return JSONResponse({"access_token": token.value, "token_type": "bearer", "expires_in": int(token.expires - now)})
