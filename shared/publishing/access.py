"""A token that works, for as long as a publication needs one. A refresh never starts anything anew."""

from __future__ import annotations

from shared.connecting.refresh import Outcome, refresh
from shared.publishing.ladder import after_attempt
from shared.publishing.work import AccessLost, Pause, Work
from shared.runtime import Runtime

# Seconds. TikTok's access token lives two hours; renewed this early, a step never runs into its end.
_RENEW_BELOW = 600.0
_STILL_USABLE = 30.0


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
        if outcome is Outcome.LATER:
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
