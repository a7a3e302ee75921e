"""TikTok, video and photos that it fetches itself: init is the call that cannot be taken back.

There is no way to ask about an init whose answer was lost. Such a publication stays unknown until TikTok's webhook
names its publish_id or its user has looked, and is never sent again. Bytes that we send are in tiktok_upload.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from shared.platforms.failures import PlatformFailure
from shared.platforms.tiktok import CreatorInfo
from shared.publishing import tiktok_errors as errors
from shared.publishing import tiktok_upload
from shared.publishing.claim import State
from shared.publishing.media_url import media_url
from shared.publishing.options import tiktok_options
from shared.publishing.pace import take
from shared.publishing.rules.tiktok import TikTokKind, tiktok_violations
from shared.publishing.tiktok_calls import (
    CREATOR_INFOS,
    INITS,
    ask,
    client,
    give_up_asking,
    look_again,
    refused,
    settle,
)
from shared.publishing.tiktok_options import TikTokOptions
from shared.publishing.work import Failed, Pause, Work
from shared.runtime import Runtime
from shared.settings import TIKTOK_VIDEO_SOURCE


async def _prepare(work: Work, runtime: Runtime) -> None:
    """Asks what the creator may choose right now: settings change between the form and the post."""
    if work.upload is not None:
        await tiktok_upload.carry_on(work, runtime)
        return
    options = tiktok_options(work.publication.options)
    await take(work, runtime, creator_info=CREATOR_INFOS, init=INITS)
    try:
        creator = await client(runtime).creator_info(work.access_token())
    except PlatformFailure as failure:
        raise await refused(work, runtime, failure) from None
    _keep_rules(work, options, creator)
    if work.publication.kind == "video" and runtime.settings.text(TIKTOK_VIDEO_SOURCE) == "FILE_UPLOAD":
        await tiktok_upload.begin(work, runtime, options)
    else:
        await _commit(work, runtime, options)


def _keep_rules(work: Work, options: TikTokOptions, creator: CreatorInfo) -> None:
    """The same rules that the check before the click shows. Raises Failed with the first that is broken."""
    found = tiktok_violations(
        kind=cast(TikTokKind, work.publication.kind),
        items=work.items,
        caption=work.publication.caption,
        creator=creator,
        disclosed=None,
        transfer="PULL_FROM_URL",
        **options.model_dump(exclude={"music_usage", "ai_generated"}),
    )
    if found:
        raise Failed(found[0].code, found[0].as_detail())


async def _commit(work: Work, runtime: Runtime, options: TikTokOptions) -> None:
    if not work.may_commit():
        raise Pause(0.0, release=True)
    await work.record("committing", "init_started", publish_id=None)
    if not work.lease_covers():
        # This process was stopped between the two lines above, and certainly nothing was sent.
        await work.record("preparing", "init_not_sent")
        raise Pause(0.0, release=True)
    try:
        publish_id = await _init(work, runtime, options)
    except PlatformFailure as failure:
        if not errors.certainly_not_posted(failure):
            await give_up_asking(work, failure.detail())
            return
        await work.record("preparing", "init_refused", detail=failure.detail())
        raise await refused(work, runtime, failure) from None
    await work.record("processing", "init_accepted", detail={"publish_id": publish_id}, publish_id=publish_id, looks=0)
    raise look_again(work)


async def _init(work: Work, runtime: Runtime, options: TikTokOptions) -> str:
    token, caption = work.access_token(), work.publication.caption
    urls = [media_url(runtime, item) for item in work.items]
    if work.publication.kind == "video":
        return await client(runtime).init_video_pull(
            token, video_url=urls[0], post_info=options.video_post_info(caption)
        )
    return await client(runtime).init_photos(
        token,
        image_urls=urls,
        cover_index=options.cover_index,
        is_aigc=options.ai_generated,
        post_info=options.photo_post_info(caption),
    )


async def _look(work: Work, runtime: Runtime) -> None:
    if not await settle(work, await ask(work, runtime)):
        raise look_again(work)


async def _doubtful(work: Work, runtime: Runtime) -> None:
    """Found at a claim: whoever wrote the intent did not live to write the outcome."""
    if work.publication.publish_id is None:
        await give_up_asking(work, {})
    elif work.upload is not None:
        await tiktok_upload.after_doubt(work, runtime)
    else:
        await _look(work, runtime)


STEPS: Mapping[State, Callable[[Work, Runtime], Awaitable[None]]] = {
    "preparing": _prepare,
    "processing": _look,
    "committing": _doubtful,
    "unknown": _doubtful,
}
