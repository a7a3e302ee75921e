"""What every TikTok step does with an answer: the reason behind a failure, and when to look again."""

from __future__ import annotations

from shared.platforms.failures import Certainty, PlatformFailure
from shared.platforms.tiktok import PostStatus, TikTok
from shared.publishing import tiktok_errors as errors
from shared.publishing.access import after_dead_token
from shared.publishing.ladder import after_tiktok_look
from shared.publishing.pace import slow_down, take
from shared.publishing.retries import not_posted, try_again_or_fail
from shared.publishing.work import Failed, Pause, Work
from shared.runtime import Runtime

# Calls a minute and access token. Source: TikTok, Direct Post, Query Creator Info and Get Post Status references.
INITS = 6
CREATOR_INFOS = 20
STATUSES = 30


def client(runtime: Runtime) -> TikTok:
    return TikTok(runtime.settings, runtime.egress)


async def refused(work: Work, runtime: Runtime, failure: PlatformFailure) -> Exception:
    """After a clear refusal, or a call that only reads: no job exists."""
    reason, token_is_dead = errors.reason_for(failure), errors.ends_access(failure)
    return await not_posted(work, runtime, failure, reason=reason, token_is_dead=token_is_dead)


async def ask(work: Work, runtime: Runtime) -> PostStatus:
    """A look that fails decides nothing, but for one that says that the access is gone."""
    await take(work, runtime, status=STATUSES)
    try:
        return await client(runtime).post_status(work.access_token(), publish_id=str(work.publication.publish_id))
    except PlatformFailure as failure:
        if errors.ends_access(failure):
            raise await after_dead_token(work, runtime, errors.reason_for(failure), failure.detail()) from None
        if errors.reason_for(failure) == "rate_limited":
            raise Pause(await slow_down(work, runtime, failure, whole_platform=False), looks=1) from None
        raise look_again(work) from None


async def settle(work: Work, status: PostStatus) -> bool:
    """Writes down an end, if this is one. Only PUBLISH_COMPLETE is a success; after FAILED nothing was posted."""
    match status.status:
        case "PUBLISH_COMPLETE":
            # Empty for a post that is not public, and until TikTok's moderation is through with one that is.
            post_id = next(iter(status.post_ids), None)
            await work.record("published", "published", detail={"post_id": post_id} if post_id else {}, post_id=post_id)
        case "FAILED":
            await _failed(work, status.fail_reason)
        case _:
            return False
    return True


async def _failed(work: Work, fail_reason: str) -> None:
    """TikTok has ended the job, so a new one for the same click is safe; some reasons deserve one."""
    reason = errors.reason_for_fail_reason(fail_reason)
    detail = PlatformFailure(Certainty.REFUSED, code=fail_reason).detail()
    end = try_again_or_fail(work, reason, detail)
    if work.state != "processing" or not isinstance(end, Pause):
        raise Failed(reason, detail)
    await work.record("preparing", "job_failed", detail=detail, publish_id=None, upload=None)
    raise end


def look_again(work: Work) -> Pause:
    return Pause(after_tiktok_look(work.publication.looks), looks=1)


async def give_up_asking(work: Work, detail: dict[str, str]) -> None:
    """There is nothing to ask about: the user looks, or TikTok's webhook tells."""
    await work.record(
        "unknown", "outcome_unclear", detail=detail, reason="outcome_unclear", release=True, next_step_seconds=None
    )
