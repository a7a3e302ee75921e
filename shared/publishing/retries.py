"""What to do after a call that certainly posted nothing: try again a few times, or end with the reason."""

from __future__ import annotations

from shared.platforms.failures import Certainty, PlatformFailure
from shared.publishing.access import after_dead_token
from shared.publishing.ladder import after_attempt
from shared.publishing.pace import slow_down
from shared.publishing.reasons import REASONS, Retry
from shared.publishing.work import MAX_ATTEMPTS, Failed, Pause, Work
from shared.runtime import Runtime


async def not_posted(
    work: Work,
    runtime: Runtime,
    failure: PlatformFailure,
    *,
    reason: str,
    token_is_dead: bool,
    whole_platform: bool = False,
    item: int | None = None,
) -> Exception:
    """The exception to raise. `reason` is what the platform's table says of the refusal, if it was one.

    `item` is the position of the one of several media that was refused; the user counts from 1.
    """
    detail = failure.detail() | ({"item": str(item + 1)} if item is not None else {})
    if token_is_dead:
        return await after_dead_token(work, runtime, reason, detail)
    if failure.certainty is not Certainty.REFUSED:
        return try_again_or_fail(work, "platform_error", detail, at_least=failure.retry_after or 0.0)
    wait = 0.0
    if reason == "rate_limited":
        wait = await slow_down(work, runtime, failure, whole_platform=whole_platform)
    return try_again_or_fail(work, reason, detail, at_least=wait)


def try_again_or_fail(work: Work, reason: str, detail: dict[str, str], *, at_least: float = 0.0) -> Exception:
    attempts = work.publication.attempts
    if REASONS[reason].retry is Retry.NEVER or attempts + 1 >= MAX_ATTEMPTS:
        return Failed(reason, detail)
    return Pause(max(at_least, after_attempt(attempts, reason)), attempts=1)
