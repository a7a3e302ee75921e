"""TikTok, video by PULL_FROM_URL: init is the call that cannot be taken back, and TikTok posts by itself after it.

There is no way to ask about an init whose answer was lost. Such a publication stays unknown for its user to look
at, and is never sent again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from pydantic import ValidationError

from shared.platforms.failures import PlatformFailure
from shared.platforms.tiktok import TikTok
from shared.publishing import tiktok_errors as errors
from shared.publishing.access import after_dead_token
from shared.publishing.ladder import after_tiktok_look
from shared.publishing.preflight import check_tiktok_video
from shared.publishing.retries import not_posted
from shared.publishing.tiktok_options import TikTokOptions
from shared.publishing.work import Failed, Pause, State, Work
from shared.runtime import Runtime
from shared.settings import R2_PUBLIC_URL


async def _prepare(work: Work, runtime: Runtime) -> None:
    """Asks what the creator may choose right now: settings change between the form and the post."""
    options = _options(work)
    try:
        creator = await _client(runtime).creator_info(work.access_token())
    except PlatformFailure as failure:
        raise await _not_posted(work, runtime, failure) from None
    if problem := check_tiktok_video(work.items[0], work.publication.caption, options, creator):
        raise Failed(problem, {})
    await _commit(work, runtime, options)


async def _commit(work: Work, runtime: Runtime, options: TikTokOptions) -> None:
    token = work.access_token()
    video_url = f"{runtime.settings.text(R2_PUBLIC_URL)}/{work.items[0].object_key}"
    post_info = options.post_info(work.publication.caption)
    await work.record("committing", "init_started")
    try:
        publish_id = await _client(runtime).init_video_pull(token, video_url=video_url, post_info=post_info)
    except PlatformFailure as failure:
        if not errors.certainly_not_posted(failure):
            await _give_up_asking(work, failure.detail())
            return
        await work.record("preparing", "init_refused", detail=failure.detail())
        raise await _not_posted(work, runtime, failure) from None
    await work.record("processing", "init_accepted", detail={"publish_id": publish_id}, publish_id=publish_id, looks=0)
    raise Pause(after_tiktok_look(0), looks=1)


async def _look(work: Work, runtime: Runtime) -> None:
    """Only PUBLISH_COMPLETE is a success. A look that fails decides nothing."""
    try:
        status = await _client(runtime).post_status(work.access_token(), publish_id=str(work.publication.publish_id))
    except PlatformFailure as failure:
        if errors.ends_access(failure):
            raise await after_dead_token(work, runtime, errors.reason_for(failure), failure.detail()) from None
        raise _look_again(work) from None
    match status.status:
        case "PUBLISH_COMPLETE":
            # Empty for a post that is not public, and until TikTok's moderation is through with one that is.
            post_id = next(iter(status.post_ids), None)
            await work.record("published", "published", detail={"post_id": post_id} if post_id else {}, post_id=post_id)
        case "FAILED":
            raise Failed(errors.reason_for_fail_reason(status.fail_reason), {"platform_code": status.fail_reason[:80]})
        case _:
            raise _look_again(work)


async def _crashed_in_commit(work: Work, runtime: Runtime) -> None:
    """Found at a claim: whoever wrote the intent did not live to write the publish_id."""
    await _give_up_asking(work, {})


STEPS: Mapping[State, Callable[[Work, Runtime], Awaitable[None]]] = {
    "preparing": _prepare,
    "processing": _look,
    "committing": _crashed_in_commit,
}


async def _give_up_asking(work: Work, detail: dict[str, str]) -> None:
    await work.record(
        "unknown", "outcome_unclear", detail=detail, reason="outcome_unclear", release=True, next_step_seconds=None
    )


async def _not_posted(work: Work, runtime: Runtime, failure: PlatformFailure) -> Exception:
    """After a clear refusal, or a call that only reads: no job exists."""
    reason, token_is_dead = errors.reason_for(failure), errors.ends_access(failure)
    return await not_posted(work, runtime, failure, reason=reason, token_is_dead=token_is_dead)


def _options(work: Work) -> TikTokOptions:
    """A row is data like any other: it may have been made without our endpoint, by a member's own call."""
    try:
        return TikTokOptions.model_validate(work.publication.options)
    except ValidationError:
        raise Failed("request_invalid", {}) from None


def _look_again(work: Work) -> Pause:
    return Pause(after_tiktok_look(work.publication.looks), looks=1)


def _client(runtime: Runtime) -> TikTok:
    return TikTok(runtime.settings, runtime.egress)
