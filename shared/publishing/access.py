"""A token that works, for as long as a publication needs one. A refresh never starts anything anew."""

from __future__ import annotations

from collections.abc import Mapping

from shared.connecting.refresh import Outcome, refresh
from shared.publishing.claim import Account
from shared.publishing.work import AccessLost, Pause, Work, account_of
from shared.runtime import Runtime

# Seconds. TikTok's access token lives two hours; renewed this early, a step never runs into its end.
_RENEW_BELOW = 600.0
STILL_USABLE = 30.0
_SHORTEST_WAIT = 2.0
_LONGEST_WAIT = 60.0
_LOST: Mapping[Outcome, str] = {Outcome.ENDED: "access_ended", Outcome.UNREADABLE: "token_unreadable"}


async def keep_fresh(work: Work, runtime: Runtime) -> None:
    """Renews the access token when little is left of it. Raises AccessLost or Pause."""
    if work.account is None or not work.account.can_refresh or _seconds_left(work) >= _RENEW_BELOW:
        return
    await _renew(work, runtime)
    if _seconds_left(work) < STILL_USABLE:
        raise _until_renewed(work)


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
            return _until_renewed(work)
        work.renewed = True
        return Pause(0.0)
    if account is not None and not await end_access(runtime, account, reason):
        await work.reload_account()
        return Pause(0.0)
    return AccessLost(reason, detail)


async def renew(runtime: Runtime, account: Account) -> Outcome:
    """Raises AccessLost when only a new consent, or the operator, helps."""
    if account.version is None:
        raise AccessLost("access_ended", {})
    outcome = await refresh(runtime, connection_id=account.connection_id, version=account.version)
    if outcome in _LOST:
        raise AccessLost(_LOST[outcome], {})
    return outcome


async def end_access(runtime: Runtime, account: Account, reason: str) -> bool:
    """Deletes these tokens and tells their owners. False: other tokens have taken their place, and live."""
    connection_id = account.connection_id
    if await runtime.database.as_system(
        "mark_reconnect", connection_id=connection_id, version=account.version, reason=reason
    ):
        return True
    now = await account_of(runtime.database, connection_id)
    return now is None or now.access_token is None


async def _renew(work: Work, runtime: Runtime) -> Outcome:
    if work.account is None:
        raise AccessLost("access_ended", {})
    outcome = await renew(runtime, work.account)
    await work.reload_account()
    return outcome


def _until_renewed(work: Work) -> Pause:
    """Not an attempt: those are for what the platform says of the post, and this says nothing of it."""
    return Pause(min(max(_SHORTEST_WAIT, work.publication.state_seconds / 2), _LONGEST_WAIT))


def _seconds_left(work: Work) -> float:
    return (work.account.access_seconds_left or 0.0) if work.account else 0.0
