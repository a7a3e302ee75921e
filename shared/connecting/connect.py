"""Start and callback: the account that comes back belongs to whoever started, in the browser that started."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.connecting.logins import Account, NotConnected, login_for
from shared.connecting.tokens import seal_tokens
from shared.database import Platform
from shared.errors import Refused
from shared.logs import log
from shared.platforms.failures import Certainty, PlatformFailure
from shared.runtime import Runtime
from shared.secret import Secret
from shared.settings import INSTAGRAM_WWW_URL, TIKTOK_WWW_URL, Settings

_COOKIE = re.compile(r"[A-Za-z0-9_-]{43}")
# Refusals of the platform that only its operator can mend: wrong app id or secret, unregistered redirect.
_OUR_FAULT = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"})


@dataclass(frozen=True, slots=True)
class Started:
    authorization_url: str
    cookie_name: str
    cookie_value: Secret


async def start(runtime: Runtime, jwt: Secret, platform: Platform, project_id: UUID) -> Started:
    """Raises Refused. Only hashes of state and cookie are stored: a copy of the database completes no connect."""
    state, cookie = runtime.random_token(), runtime.random_token()
    await runtime.database.as_user(
        jwt,
        "start_connection",
        project_id=str(project_id),
        platform=platform,
        state_hash=_sha256(state),
        cookie_hash=_sha256(cookie),
    )
    url = login_for(platform, runtime).authorization_url(
        redirect_uri=redirect_uri(runtime.settings, platform), state=state
    )
    return Started(url, cookie_name(state), Secret(cookie))


async def consume(runtime: Runtime, platform: Platform, *, state: Secret, cookie: str) -> Mapping[str, Any]:
    """The user and project that started, and whether the platform was switched off. Raises Refused.

    The state is spent either way. Whoever calls start_connection() themselves chooses the hash: a browser without a
    cookie of ours must match none, not even the hash of nothing.
    """
    started = await runtime.database.as_system(
        "consume_oauth_state",
        platform=platform,
        state_hash=_sha256(state.reveal()),
        cookie_hash=_sha256(cookie) if _COOKIE.fullmatch(cookie) else None,
    )
    if started is None:
        raise Refused("connect_not_started_here")
    return dict(started)


async def finish(runtime: Runtime, platform: Platform, started: Mapping[str, Any], code: Secret) -> None:
    """Exchanges the code and stores the account. Raises NotConnected; then nothing was stored."""
    if started["switched_off"]:
        raise NotConnected("platform_switched_off")
    try:
        account = await login_for(platform, runtime).redeem(code, redirect_uri=redirect_uri(runtime.settings, platform))
        await _store(runtime, platform, started, account)
    except PlatformFailure as failure:
        log("connect_failed", platform=platform, platform_code=failure.code, trace_id=failure.trace_id)
        raise NotConnected(_why(failure)) from None
    except Refused as refusal:
        raise NotConnected(refusal.code) from None


async def _store(runtime: Runtime, platform: Platform, started: Mapping[str, Any], account: Account) -> None:
    """Twice at most: a disconnect in between closes the id, and the second look gives another."""
    try:
        await _store_once(runtime, platform, started, account)
    except Refused as refusal:
        if refusal.code != "disconnected_meanwhile":
            raise
        await _store_once(runtime, platform, started, account)


async def _store_once(runtime: Runtime, platform: Platform, started: Mapping[str, Any], account: Account) -> None:
    owner = {"project_id": started["project_id"], "user_id": started["user_id"], "platform": platform}
    connection_id = await runtime.database.as_system(
        "connection_id_for", **owner, platform_account_id=account.platform_account_id
    )
    await runtime.database.as_system(
        "store_connection",
        connection={
            "id": connection_id,
            "project_id": started["project_id"],
            "platform": platform,
            "platform_account_id": account.platform_account_id,
            "callback_ids": list(account.callback_ids),
            "display_name": account.display_name,
            "account_type": account.account_type,
            "connected_by": started["user_id"],
        },
        tokens=seal_tokens(runtime.vault, connection_id, platform, account.tokens),
    )


def redirect_uri(settings: Settings, platform: Platform) -> str:
    """A constant of the environment, registered at the platform character by character."""
    return f"{settings.app_url}/api/oauth/{platform}/callback"


def issuer(settings: Settings, platform: Platform) -> str:
    """Where the consent page is."""
    return settings.text(INSTAGRAM_WWW_URL if platform == "instagram" else TIKTOK_WWW_URL)


def cookie_name(state: str) -> str:
    """One cookie for each start, so that two connects in two tabs do not disturb each other."""
    return f"__Host-oauth_{_sha256('cookie name:' + state)[:16]}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _why(failure: PlatformFailure) -> str:
    if failure.certainty is not Certainty.REFUSED:
        return "platform_unavailable"
    return "app_misconfigured" if failure.code in _OUR_FAULT else "code_rejected"
