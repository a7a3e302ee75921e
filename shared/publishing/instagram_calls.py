"""What every Instagram step does with an answer: the reason behind a failure, and when to look again."""

from __future__ import annotations

from shared.platforms.failures import PlatformFailure
from shared.platforms.instagram import ContainerStatus, Instagram
from shared.publishing import instagram_errors as errors
from shared.publishing.access import after_dead_token
from shared.publishing.ladder import after_instagram_look, instagram_waited
from shared.publishing.pace import heed, slow_down
from shared.publishing.retries import not_posted
from shared.publishing.work import Pause, Work
from shared.runtime import Runtime


def client(runtime: Runtime) -> Instagram:
    return Instagram(runtime.settings, runtime.egress)


async def refused(work: Work, runtime: Runtime, failure: PlatformFailure, *, item: int | None = None) -> Exception:
    """Nothing is visible yet, so whatever happened to the call, a new container is safe."""
    return await not_posted(
        work,
        runtime,
        failure,
        reason=errors.reason_for(failure),
        token_is_dead=errors.ends_access(failure),
        whole_platform=errors.limits_the_app(failure),
        item=item,
    )


async def ask(work: Work, runtime: Runtime, container_id: str) -> ContainerStatus:
    """A look that fails decides nothing, but for one that says that the access is gone."""
    instagram = client(runtime)
    try:
        return await instagram.container_status(work.access_token(), container_id=container_id)
    except PlatformFailure as failure:
        if errors.ends_access(failure):
            raise await after_dead_token(work, runtime, errors.reason_for(failure), failure.detail()) from None
        if errors.reason_for(failure) == "rate_limited":
            whole_platform = errors.limits_the_app(failure)
            raise Pause(await slow_down(work, runtime, failure, whole_platform=whole_platform), looks=1) from None
        raise look_again(work) from None
    finally:
        work.usage = instagram.usage


async def look_again_heeding(work: Work, runtime: Runtime) -> Pause:
    """The next look of the ladder, later when Meta says that we call too much."""
    return Pause(await heed(work, runtime, work.usage, look_again(work).seconds), looks=1)


def look_again(work: Work) -> Pause:
    return Pause(after_instagram_look(instagram_waited(work.publication.looks)), looks=1)
