"""Whose call is it: the token of a request, the account behind it, and what it may do."""

from __future__ import annotations

from sandbox.calls import Call
from sandbox.instagram.errors import (
    BAD_TOKEN,
    EXPIRED_TOKEN,
    NO_PERMISSION,
    NO_TOKEN,
    NOT_VISIBLE,
    Problem,
    refused,
)
from sandbox.instagram.store import Account, Token
from sandbox.state import Sandbox

BASIC = "instagram_business_basic"
PUBLISH = "instagram_business_content_publish"


def token_text(call: Call) -> str | None:
    given = call.parameters().get("access_token")
    return str(given) if given else call.bearer


def account_of(sandbox: Sandbox, call: Call) -> str | None:
    """For the journal and for faults of one account: known even when the token is dead."""
    token = sandbox.instagram.tokens.get(token_text(call) or "")
    code = sandbox.instagram.codes.get(call.form.get("code", ""))
    owner = token or code
    return owner.account.user_id if owner else None


def live_token(sandbox: Sandbox, call: Call) -> Token:
    text = token_text(call)
    if text is None:
        raise refused(NO_TOKEN)
    token = sandbox.instagram.tokens.get(text)
    if token is None:
        raise refused(BAD_TOKEN)
    if token.ended is not None:
        raise refused(Problem(190, token.ended or None, "Error validating access token: The session is invalid"))
    if sandbox.clock.now() >= token.expires:
        raise refused(EXPIRED_TOKEN)
    return token


def owner_of_path(sandbox: Sandbox, call: Call) -> tuple[Account, Token]:
    """The account in the path must be the token's own; Meta accepts either of its two ids."""
    token = live_token(sandbox, call)
    if call.path_params["node"] not in (token.account.user_id, token.account.scoped_id, "me"):
        raise refused(NOT_VISIBLE, sandbox.settings.instagram.language)
    return token.account, token


def publisher_of_path(sandbox: Sandbox, call: Call) -> Account:
    account, token = owner_of_path(sandbox, call)
    if PUBLISH not in token.scopes:
        raise refused(NO_PERMISSION)
    return account
