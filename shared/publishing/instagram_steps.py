"""Instagram: a container is prepared and processed first; media_publish is the one call that cannot be taken back.

A container goes to PUBLISHED once and tells so, which makes every doubt answerable: it is asked, and only a
container that stayed FINISHED long after the call is published again, the same one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from shared.platforms.failures import PlatformFailure
from shared.publishing import instagram_errors as errors
from shared.publishing.claim import State
from shared.publishing.instagram_calls import ask, client, look_again_heeding, refused
from shared.publishing.instagram_prepare import prepare
from shared.publishing.retries import try_again_or_fail
from shared.publishing.work import Failed, Pause, Work
from shared.runtime import Runtime

# Longer than any call of ours can still be under way at Instagram.
_SECONDS_UNTIL_FINISHED_MEANS_UNPUBLISHED = 180.0


async def _look(work: Work, runtime: Runtime) -> None:
    """Nothing is visible yet: whatever the container says, the next move is ours."""
    container = await ask(work, runtime, str(work.publication.container_id))
    match container.code:
        case "IN_PROGRESS":
            raise await look_again_heeding(work, runtime)
        case "FINISHED":
            await _commit(work, runtime)
        case "PUBLISHED":
            await work.record("published", "published")
        case "EXPIRED":
            await _prepare_anew(work, "container_expired", "")
        case "ERROR":
            await _prepare_anew(work, errors.reason_for_container(container.subcode), container.subcode)


async def _commit(work: Work, runtime: Runtime) -> None:
    if not work.may_commit():
        raise Pause(0.0, release=True)
    token = work.access_token()
    await work.record("committing", "publish_started")
    if not work.lease_covers():
        # This process was stopped between the two lines above, and certainly nothing was sent.
        await work.record("processing", "publish_not_sent")
        raise Pause(0.0, release=True)
    instagram = client(runtime)
    try:
        media_id = await instagram.publish(
            token, account_id=work.account_id(), container_id=str(work.publication.container_id)
        )
    except PlatformFailure as failure:
        await _after_commit(work, runtime, failure)
        return
    await work.record("published", "published", detail={"post_id": media_id}, post_id=media_id)
    if permalink := await instagram.permalink(token, media_id=media_id):
        await work.record("published", None, permalink=permalink)


async def _after_commit(work: Work, runtime: Runtime, failure: PlatformFailure) -> None:
    detail = failure.detail()
    if not errors.certainly_not_posted(failure):
        await work.record("unknown", "outcome_unclear", detail=detail, reason="outcome_unclear", looks=0)
        return
    await work.record("processing", "publish_refused", detail=detail)
    raise await refused(work, runtime, failure)


async def _crashed_in_commit(work: Work, runtime: Runtime) -> None:
    """Found at a claim: whoever wrote the intent did not live to write the outcome."""
    await work.record("unknown", "outcome_unclear", reason="outcome_unclear", looks=0)


async def _resolve(work: Work, runtime: Runtime) -> None:
    """After a doubt: ask the container, as often as it takes."""
    container = await ask(work, runtime, str(work.publication.container_id))
    detail = {"container_id": str(work.publication.container_id)}
    match container.code:
        case "PUBLISHED":
            await work.record("published", "found_published", detail=detail)
        case "ERROR" | "EXPIRED":
            raise Failed("container_expired", detail)
        case _ if (work.publication.seconds_since_intent or 0) >= _SECONDS_UNTIL_FINISHED_MEANS_UNPUBLISHED:
            await _commit_again(work)
        case _:
            raise await look_again_heeding(work, runtime)


async def _commit_again(work: Work) -> None:
    """The container is ready and was not published: the same one once more, but not for ever."""
    detail = {"container_id": str(work.publication.container_id)}
    end = try_again_or_fail(work, "platform_error", detail)
    if not isinstance(end, Pause):
        raise end
    await work.record("processing", "found_unpublished", detail=detail, attempts=work.publication.attempts + 1)


async def _prepare_anew(work: Work, reason: str, subcode: str) -> None:
    """The items of a carousel live as long as the whole, so they are made anew with it."""
    detail = {"platform_subcode": subcode} if subcode else {}
    pause_or_end = try_again_or_fail(work, reason, detail)
    if isinstance(pause_or_end, Pause):
        await work.record("preparing", "container_lost", detail=detail, item_containers=None, looks=0)
    raise pause_or_end


STEPS: Mapping[State, Callable[[Work, Runtime], Awaitable[None]]] = {
    "preparing": prepare,
    "processing": _look,
    "committing": _crashed_in_commit,
    "unknown": _resolve,
}
