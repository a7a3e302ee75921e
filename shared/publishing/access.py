"""A token that works, for as long as a publication needs one. A refresh never starts anything anew."""

from __future__ import annotations

from shared.connecting.refresh import Outcome, refresh
from shared.database import Platform
from shared.publishing.claim import Account
from shared.publishing.ladder import after_attempt
from shared.publishing.work import AccessLost, Pause, Work, open_token
from shared.runtime import Runtime
from shared.secret import Secret

# Seconds. TikTok's access token lives two hours; renewed this early, a step never runs into its end.
_RENEW_BELOW = 600.0
_STILL_USABLE = 30.0


async def open_access(runtime: Runtime, platform: Platform, connection_id: str) -> tuple[str, Secret]:
    """The account's id at the platform, and a token for one question outside of a publication. Raises AccessLost."""
    account = await _account(runtime, connection_id)
    left = account.access_seconds_left or 0.0
    if account.can_refresh and left < _STILL_USABLE and account.version is not None:
        await refresh(runtime, connection_id=connection_id, version=account.version)
        account = await _account(runtime, connection_id)
    return account.platform_account_id, open_token(runtime.vault, platform, account)


async def _account(runtime: Runtime, connection_id: str) -> Account:
    row = await runtime.database.as_system("account_for_step", connection_id=connection_id)
    if row is None:
        raise AccessLost("access_ended", {})
    return Account.model_validate(row)


async def keep_fresh(work: Work, runtime: Runtime) -> None:
    """Renews the access token when little is left of it. Raises AccessLost or Pause."""
    if work.account is None or not work.account.can_refresh or _seconds_left(work) >= _RENEW_BELOW:
        return
    await _renew(work, runtime)
    if _seconds_left(work) < _STILL_USABLE:
        raise Pause(after_attempt(work.publication.attempts), attempts=1)


async def after_dead_token(work: Work, runtime: Runtime, reason: str, detail: dict[str, str]) -> Exception:
    """What to raise when the platform calls the token dead: once more with a new one, or the end of the access.

    A token that cannot be renewed is deleted at once, and the user is asked to connect again.
    """
    account = work.account
    if account is not None and account.can_refresh and not work.renewed:
        outcome = await _renew(work, runtime)
        is_renewed_elsewhere = work.account is not None and work.account.version != account.version
        if outcome is Outcome.LATER or (outcome is Outcome.ELSEWHERE and not is_renewed_elsewhere):
            # Somebody is at it: to call the token dead now would delete the new one with the old.
            return Pause(after_attempt(work.publication.attempts), attempts=1)
        work.renewed = True
        return Pause(0.0)
    if account is not None:
        await runtime.database.as_system(
            "mark_reconnect", connection_id=account.connection_id, version=account.version, reason=reason
        )
    return AccessLost(reason, detail)


async def _renew(work: Work, runtime: Runtime) -> Outcome:
    if work.account is None or work.account.version is None:
        raise AccessLost("access_ended", {})
    outcome = await refresh(runtime, connection_id=work.account.connection_id, version=work.account.version)
    if outcome is Outcome.ENDED:
        raise AccessLost("access_ended", {})
    if outcome is Outcome.UNREADABLE:
        raise AccessLost("token_unreadable", {})
    await work.reload_account()
    return outcome


def _seconds_left(work: Work) -> float:
    return (work.account.access_seconds_left or 0.0) if work.account else 0.0
