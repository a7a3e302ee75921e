from __future__ import annotations

import hmac
from typing import Never

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call, RefusedError
from sandbox.state import Sandbox
from sandbox.tiktok.consent import verifier_fits
from sandbox.tiktok.errors import oauth_error
from sandbox.tiktok.store import CODE_SECONDS, Access, Grant

FORM = "application/x-www-form-urlencoded"
# The reason of the authorization.removed webhook.
REVOKED_BY_DEVELOPER = 5


async def issue(sandbox: Sandbox, call: Call) -> Response:
    _check_client(sandbox, call)
    grants = {"authorization_code": _from_code, "refresh_token": _from_refresh}
    grant = grants.get(call.form.get("grant_type", ""))
    if grant is None:
        _refuse(sandbox, "unsupported_grant_type", "The grant type is not supported.")
    return _answer(sandbox, grant(sandbox, call))


async def revoke(sandbox: Sandbox, call: Call) -> Response:
    _check_client(sandbox, call)
    access = sandbox.tiktok.access.get(call.form.get("token", ""))
    if access is None or not access.is_live(sandbox.clock.now()):
        _refuse(sandbox, "invalid_request", "The access token is invalid.")
    sandbox.withdraw_tiktok(access.grant.creator, REVOKED_BY_DEVELOPER)
    return Response(b"", 200)


def _check_client(sandbox: Sandbox, call: Call) -> None:
    app, form = sandbox.config.tiktok, call.form
    if call.content_type != FORM:
        _refuse(sandbox, "invalid_request", f"Only {FORM} is supported as Content-Type.")
    if form.get("client_key") != app.client_key:
        _refuse(sandbox, "invalid_client", "Client key or secret is incorrect.")
    if "client_secret" not in form:
        _refuse(sandbox, "invalid_request", "Client secret is missed in request.")
    if not hmac.compare_digest(form["client_secret"].encode(), app.client_secret.encode()):
        _refuse(sandbox, "invalid_client", "Client key or secret is incorrect.")


def _from_code(sandbox: Sandbox, call: Call) -> Access:
    store, now = sandbox.tiktok, sandbox.clock.now()
    code = store.codes.get(call.form.get("code", ""))
    if code is None or code.used or now >= code.issued + CODE_SECONDS:
        _refuse(sandbox, "invalid_grant", "Authorization code is invalid or expired.")
    if call.form.get("redirect_uri") != code.redirect_uri:
        _refuse(sandbox, "invalid_request", "Redirect_uri is not matched with the uri when requesting code.")
    if not verifier_fits(code.challenge, call.form.get("code_verifier", "")):
        _refuse(sandbox, "invalid_request", "Code verifier or code challenge is invalid.")
    code.used = True
    grant = store.new_grant(code.creator, code.scopes, now, sandbox.settings.tiktok)
    return store.new_access(grant, now, sandbox.settings.tiktok)


def _from_refresh(sandbox: Sandbox, call: Call) -> Access:
    store, now = sandbox.tiktok, sandbox.clock.now()
    grant = store.grant_by_refresh(call.form.get("refresh_token", ""))
    if grant is None or not _is_alive(grant, now):
        _refuse(sandbox, "invalid_grant", "Refresh token is invalid or expired.")
    return store.rotate(grant, now, sandbox.settings.tiktok)


def _is_alive(grant: Grant, now: float) -> bool:
    return not grant.revoked and now < grant.refresh_expires


def _answer(sandbox: Sandbox, access: Access) -> Response:
    now, grant = sandbox.clock.now(), access.grant
    return JSONResponse(
        {
            "access_token": access.value,
            "expires_in": round(access.expires - now),
            "open_id": grant.creator.open_id,
            "refresh_expires_in": round(grant.refresh_expires - now),
            "refresh_token": grant.refresh,
            "scope": ",".join(grant.scopes),
            "token_type": "Bearer",
        },
        headers={"cache-control": "no-store"},
    )


def _refuse(sandbox: Sandbox, error: str, description: str) -> Never:
    raise RefusedError(oauth_error(error, description, sandbox.settings.tiktok.oauth_error_status))
