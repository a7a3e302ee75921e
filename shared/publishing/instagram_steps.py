"""Instagram: a container is prepared and processed first; media_publish is the one call that cannot be taken back.

A container goes to PUBLISHED once and tells so, which makes every doubt answerable: it is asked, and only a
container that stayed FINISHED long after the call is published again, the same one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from shared.platforms.failures import PlatformFailure
from shared.platforms.instagram import ContainerStatus, Instagram
from shared.publishing import instagram_errors as errors
from shared.publishing.access import after_dead_token
from shared.publishing.ladder import after_instagram_look, instagram_waited
from shared.publishing.preflight import check_instagram_photo
from shared.publishing.retries import not_posted, try_again_or_fail
from shared.publishing.work import Failed, Pause, State, Work
from shared.runtime import Runtime
from shared.settings import R2_PUBLIC_URL

# Longer than any call of ours can still be under way at Instagram.
_SECONDS_UNTIL_FINISHED_MEANS_UNPUBLISHED = 180.0


async def _prepare(work: Work, runtime: Runtime) -> None:
    item = work.items[0]
    if problem := check_instagram_photo(item, work.publication.caption):
        raise Failed(problem, {})
    try:
        container_id = await _client(runtime).create_photo(
            work.access_token(),
            account_id=work.account_id(),
            image_url=f"{runtime.settings.text(R2_PUBLIC_URL)}/{item.object_key}",
            caption=work.publication.caption,
            alt_text=item.alt_text,
        )
    except PlatformFailure as failure:
        raise await _not_posted(work, runtime, failure) from None
    detail = {"container_id": container_id}
    await work.record("processing", "container_created", detail=detail, container_id=container_id, looks=0)


async def _look(work: Work, runtime: Runtime) -> None:
    """Nothing is visible yet: whatever the container says, the next move is ours."""
    container = await _ask(work, runtime)
    match container.code:
        case "IN_PROGRESS":
            raise _look_again(work)
        case "FINISHED":
            await _commit(work, runtime)
        case "PUBLISHED":
            await work.record("published", "published")
        case "EXPIRED":
            await _prepare_anew(work, "container_expired", "")
        case "ERROR":
            await _prepare_anew(work, errors.reason_for_container(container.subcode), container.subcode)


async def _commit(work: Work, runtime: Runtime) -> None:
    token = work.access_token()
    await work.record("committing", "publish_started")
    try:
        media_id = await _client(runtime).publish(
            token, account_id=work.account_id(), container_id=str(work.publication.container_id)
        )
    except PlatformFailure as failure:
        await _after_commit(work, runtime, failure)
        return
    await work.record("published", "published", detail={"post_id": media_id}, post_id=media_id)
    if permalink := await _client(runtime).permalink(token, media_id=media_id):
        await work.record("published", None, permalink=permalink)


async def _after_commit(work: Work, runtime: Runtime, failure: PlatformFailure) -> None:
    detail = failure.detail()
    if not errors.certainly_not_posted(failure):
        await work.record("unknown", "outcome_unclear", detail=detail, reason="outcome_unclear", looks=0)
        return
    await work.record("processing", "publish_refused", detail=detail)
    raise await _not_posted(work, runtime, failure)


async def _crashed_in_commit(work: Work, runtime: Runtime) -> None:
    """Found at a claim: whoever wrote the intent did not live to write the outcome."""
    await work.record("unknown", "outcome_unclear", reason="outcome_unclear", looks=0)


async def _resolve(work: Work, runtime: Runtime) -> None:
    """After a doubt: ask the container, as often as it takes."""
    container = await _ask(work, runtime)
    match container.code:
        case "PUBLISHED":
            await work.record(
                "published", "found_published", detail={"container_id": str(work.publication.container_id)}
            )
        case "ERROR" | "EXPIRED":
            raise Failed("container_expired", {"container_id": str(work.publication.container_id)})
        case _ if (work.publication.seconds_since_intent or 0) >= _SECONDS_UNTIL_FINISHED_MEANS_UNPUBLISHED:
            await _commit_again(work)
        case _:
            raise _look_again(work)


async def _commit_again(work: Work) -> None:
    """The container is ready and was not published: the same one once more, but not for ever."""
    detail = {"container_id": str(work.publication.container_id)}
    end = try_again_or_fail(work, "platform_error", detail)
    if not isinstance(end, Pause):
        raise end
    await work.record("processing", "found_unpublished", detail=detail, attempts=work.publication.attempts + 1)


STEPS: Mapping[State, Callable[[Work, Runtime], Awaitable[None]]] = {
    "preparing": _prepare,
    "processing": _look,
    "committing": _crashed_in_commit,
    "unknown": _resolve,
}


async def _not_posted(work: Work, runtime: Runtime, failure: PlatformFailure) -> Exception:
    """Nothing is visible yet, so whatever happened to the call, a new container is safe."""
    reason, token_is_dead = errors.reason_for(failure), errors.ends_access(failure)
    return await not_posted(work, runtime, failure, reason=reason, token_is_dead=token_is_dead)


async def _prepare_anew(work: Work, reason: str, subcode: str) -> None:
    detail = {"platform_subcode": subcode} if subcode else {}
    pause_or_end = try_again_or_fail(work, reason, detail)
    if isinstance(pause_or_end, Pause):
        await work.record("preparing", "container_lost", detail=detail)
    raise pause_or_end


async def _ask(work: Work, runtime: Runtime) -> ContainerStatus:
    """A look that fails decides nothing, but for one that says that the access is gone."""
    container_id = str(work.publication.container_id)
    try:
        return await _client(runtime).container_status(work.access_token(), container_id=container_id)
    except PlatformFailure as failure:
        if errors.ends_access(failure):
            raise await after_dead_token(work, runtime, errors.reason_for(failure), failure.detail()) from None
        raise _look_again(work) from None


def _look_again(work: Work) -> Pause:
    return Pause(after_instagram_look(instagram_waited(work.publication.looks)), looks=1)


def _client(runtime: Runtime) -> Instagram:
    return Instagram(runtime.settings, runtime.egress)
