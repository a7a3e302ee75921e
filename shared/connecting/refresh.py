"""Renewing tokens: a lease and a version in the database make it one platform call, however many ask."""

from __future__ import annotations

import asyncio
import logging
import time
from enum import Enum
from typing import Any, TypedDict, cast

from shared.connecting.logins import Tokens, login_for
from shared.connecting.switch import is_switched_off
from shared.connecting.tokens import open_tokens, seal_tokens
from shared.database import Platform
from shared.errors import Refused
from shared.logs import log
from shared.outputs import Count
from shared.platforms.failures import PlatformFailure
from shared.runtime import Runtime
from shared.vault import CannotOpen

# Longer than any function lives: whoever has the lease may still be storing what the platform gives only once, and a
# second call with the old refresh token would end the access.
_LEASE_SECONDS = 90
# Seconds between tries to store what the platform will not give a second time.
_SAVE_AGAIN_AFTER = (0.2, 0.8, 2.0, 4.0)
_CRON_BATCH = 200
_CRON_PARALLEL = 5
# Nothing is begun after so many seconds.
_CRON_SECONDS = 20.0


class Outcome(Enum):
    RENEWED = "renewed"
    ELSEWHERE = "elsewhere"  # somebody else is at it, or done with it, or the account is gone
    ENDED = "ended"  # only a new consent helps; the tokens are deleted
    UNREADABLE = "unreadable"  # the envelope does not open here: for the operator
    LATER = "later"  # the platform did not answer clearly; what is stored still counts


class Refreshed(TypedDict):
    """How many tokens ended how in one run of the cron; `broken` is a bug of ours."""

    renewed: Count
    elsewhere: Count
    ended: Count
    unreadable: Count
    later: Count
    broken: Count


async def refresh(runtime: Runtime, *, connection_id: str, version: int) -> Outcome:
    """One attempt. A lost answer of TikTok's may cost the connection: it promises no second chance."""
    begun = await runtime.database.as_system(
        "begin_refresh", connection_id=connection_id, version=version, lease_seconds=_LEASE_SECONDS
    )
    if begun is None:
        return Outcome.ELSEWHERE
    platform: Platform = begun["platform"]
    login = login_for(platform, runtime)
    try:
        tokens = await login.refresh(open_tokens(runtime.vault, connection_id, begun))
    except CannotOpen:
        log("token_unreadable", connection_id=connection_id, platform=platform)
        return Outcome.UNREADABLE
    except PlatformFailure as failure:
        log("refresh_failed", connection_id=connection_id, platform=platform, platform_code=failure.code)
        return await _ended(runtime, connection_id, version) if login.ends_access(failure) else Outcome.LATER
    # Shielded: once TikTok has answered, its old refresh token is dead, and what came must be stored.
    return await asyncio.shield(_save(runtime, platform, connection_id, version, tokens))


async def _save(runtime: Runtime, platform: Platform, connection_id: str, version: int, tokens: Tokens) -> Outcome:
    row = seal_tokens(runtime.vault, connection_id, platform, tokens)
    for pause in _SAVE_AGAIN_AFTER:
        try:
            saved = await runtime.database.as_system(
                "save_refreshed", connection_id=connection_id, version=version, tokens=row
            )
            break
        except Refused:
            log("refresh_not_saved", connection_id=connection_id, platform=platform)
            await runtime.sleep(pause)
    else:
        raise Refused("database_unavailable", retry_after=5)
    if saved:
        return Outcome.RENEWED
    if await runtime.database.as_system("account_for_step", connection_id=connection_id) is None:
        await _let_go(runtime, platform, connection_id, tokens)
    return Outcome.ELSEWHERE


async def _let_go(runtime: Runtime, platform: Platform, connection_id: str, tokens: Tokens) -> None:
    """Disconnected while we renewed: these tokens belong to nobody, and the platform should know.

    Only then: a revoke ends the whole grant, and with it what another worker may have stored.
    """
    if await is_switched_off(runtime, platform):
        return
    try:
        await login_for(platform, runtime).revoke(tokens.access)
    except PlatformFailure as failure:
        log("revoke_failed", connection_id=connection_id, platform=platform, platform_code=failure.code)


async def _ended(runtime: Runtime, connection_id: str, version: int) -> Outcome:
    ended = await runtime.database.as_system(
        "mark_reconnect", connection_id=connection_id, version=version, reason="access_ended"
    )
    return Outcome.ENDED if ended else Outcome.ELSEWHERE


async def refresh_due(runtime: Runtime) -> Refreshed:
    """Renews what would run out soon. Returns how many ended how; what is left is due at the next run."""
    due: list[dict[str, Any]] = await runtime.database.as_system("due_refreshes", limit=_CRON_BATCH)
    limit = asyncio.Semaphore(_CRON_PARALLEL)
    stop_at = time.monotonic() + _CRON_SECONDS
    counts = dict.fromkeys([*(outcome.value for outcome in Outcome), "broken"], 0)

    async def one(entry: dict[str, Any]) -> None:
        """What was begun is finished: a call that is cut off may have rotated a token nobody then knows."""
        async with limit:
            if time.monotonic() > stop_at:
                return
            try:
                outcome = await refresh(runtime, connection_id=entry["connection_id"], version=entry["version"])
                counts[outcome.value] += 1
            except Exception as error:
                counts["broken"] += 1
                log(
                    "refresh_broken",
                    level=logging.ERROR,
                    connection_id=entry["connection_id"],
                    error_type=type(error).__name__,
                )

    await asyncio.gather(*(one(entry) for entry in due))
    return cast(Refreshed, counts)
