"""Not faster than a platform allows: counted ahead where it counts by the minute, and left in peace when it says so."""

from __future__ import annotations

from shared.platforms.failures import PlatformFailure
from shared.platforms.limits import Usage
from shared.publishing.ladder import after_attempt
from shared.publishing.work import Pause, Work
from shared.runtime import Runtime

# TikTok's windows are of one minute; its clock and ours count the same call a little apart.
_WINDOW_SECONDS = 61.0
# Percent of what Meta allows. From here on only what brings a post forward is asked.
_GETTING_CLOSE = 80.0
_STRETCHED = 4.0


async def take(work: Work, runtime: Runtime, **per_minute: int) -> None:
    """Counts one of each named call against its limit, for all publications of the account. Raises Pause."""
    if work.account is None:
        return
    seconds = await take_of(runtime, work.account.connection_id, **per_minute)
    if seconds > 0:
        raise Pause(seconds)


async def take_of(runtime: Runtime, connection_id: str, **per_minute: int) -> float:
    """As `take`, for a question outside of a publication. The seconds to wait; 0: the calls are counted, make them."""
    seconds: float = await runtime.database.as_system(
        "take_calls", connection_id=connection_id, limits=per_minute, window_seconds=_WINDOW_SECONDS
    )
    return seconds


async def slow_down(work: Work, runtime: Runtime, failure: PlatformFailure, *, whole_platform: bool) -> float:
    """After a refusal for too many calls: nobody calls for this account, or for any, for the seconds it returns."""
    seconds = max(failure.retry_after or 0.0, after_attempt(work.publication.attempts, "rate_limited"))
    await _pause(work, runtime, seconds, whole_platform=whole_platform)
    return seconds


async def heed(work: Work, runtime: Runtime, usage: Usage, seconds: float) -> float:
    """How long to wait before the next look, given what Meta says of our usage. Calls in a block make it longer."""
    if usage.percent >= 100 and usage.regain_seconds:
        await _pause(work, runtime, usage.regain_seconds, whole_platform=False)
        return usage.regain_seconds
    return seconds * _STRETCHED if usage.percent >= _GETTING_CLOSE else seconds


async def _pause(work: Work, runtime: Runtime, seconds: float, *, whole_platform: bool) -> None:
    connection_id = work.account.connection_id if work.account else None
    if connection_id is None and not whole_platform:
        return
    await runtime.database.as_system(
        "pause_platform",
        platform=work.publication.platform,
        connection_id=None if whole_platform else connection_id,
        seconds=seconds,
    )
