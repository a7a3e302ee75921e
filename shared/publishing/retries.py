"""What to do after a call that certainly posted nothing: try again a few times, or end with the reason."""

from __future__ import annotations

from shared.platforms.failures import Certainty, PlatformFailure
from shared.publishing.access import after_dead_token
from shared.publishing.ladder import after_attempt
from shared.publishing.reasons import REASONS, Retry
from shared.publishing.work import MAX_ATTEMPTS, Failed, Pause, Work
from shared.runtime import Runtime


async def not_posted(
    work: Work, runtime: Runtime, failure: PlatformFailure, *, reason: str, token_is_dead: bool
) -> Exception:
    """The exception to raise. `reason` is what the platform's table says of the refusal, if it was one."""
    if token_is_dead:
        return await after_dead_token(work, runtime, reason, failure.detail())
    refused = failure.certainty is Certainty.REFUSED
    return try_again_or_fail(work, reason if refused else "platform_error", failure.detail())


def try_again_or_fail(work: Work, reason: str, detail: dict[str, str]) -> Exception:
    attempts = work.publication.attempts
    if REASONS[reason].retry is Retry.NEVER or attempts + 1 >= MAX_ATTEMPTS:
        return Failed(reason, detail)
    return Pause(after_attempt(attempts, reason), attempts=1)
