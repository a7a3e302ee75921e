"""Instagram, before the irreversible call: the containers of every kind of post. Nothing of them is visible.

A carousel is all or nothing: its items become containers side by side, each is waited for, and only then is there a
container for the whole.
"""

from __future__ import annotations

import asyncio
from typing import cast

from shared.platforms import instagram_containers as containers
from shared.platforms.failures import PlatformFailure
from shared.platforms.instagram import ContainerStatus
from shared.publishing import instagram_errors as errors
from shared.publishing.claim import Item
from shared.publishing.instagram_calls import ask, client, look_again, look_again_heeding, refused
from shared.publishing.instagram_options import InstagramOptions
from shared.publishing.media_url import media_url
from shared.publishing.options import instagram_options
from shared.publishing.retries import try_again_or_fail
from shared.publishing.rules.instagram import InstagramKind, instagram_violations
from shared.publishing.work import Failed, Work
from shared.runtime import Runtime


async def prepare(work: Work, runtime: Runtime) -> None:
    options = instagram_options(work.publication.options)
    _keep_rules(work, options)
    if work.publication.kind == "carousel":
        await _prepare_items(work, runtime)
    container_id = await _create(work, runtime, _fields(work, runtime, options))
    detail = {"container_id": container_id}
    await work.record("processing", "container_created", detail=detail, container_id=container_id, looks=0)
    raise look_again(work)


def _keep_rules(work: Work, options: InstagramOptions) -> None:
    """The same rules that the check before the click shows. Raises Failed with the first that is broken."""
    if options.cover_asset_id is not None and work.cover is None:
        raise Failed("media_missing", {})
    found = instagram_violations(
        kind=cast(InstagramKind, work.publication.kind),
        items=work.items,
        caption=work.publication.caption,
        cover=work.cover,
        thumb_offset_ms=options.thumb_offset_ms,
        quota=None,
    )
    if found:
        raise Failed(found[0].code, found[0].as_detail())


def _fields(work: Work, runtime: Runtime, options: InstagramOptions) -> containers.Fields:
    caption, item = work.publication.caption, work.items[0]
    url = media_url(runtime, item)
    match work.publication.kind:
        case "story":
            return containers.story(url, is_video=item.is_video)
        case "reel":
            return containers.reel(
                url,
                caption=caption,
                cover_url=media_url(runtime, work.cover) if work.cover else None,
                thumb_offset_ms=options.thumb_offset_ms,
                share_to_feed=options.share_to_feed,
            )
        case "carousel":
            return containers.carousel([str(part.container_id) for part in work.items], caption=caption)
        case _:
            return containers.photo(url, caption=caption, alt_text=item.alt_text)


async def _create(work: Work, runtime: Runtime, fields: containers.Fields) -> str:
    try:
        return await client(runtime).create_container(work.access_token(), account_id=work.account_id(), fields=fields)
    except PlatformFailure as failure:
        raise await refused(work, runtime, failure) from None


async def _prepare_items(work: Work, runtime: Runtime) -> None:
    """Returns when every item is ready. Raises Pause while one is not."""
    if any(item.container_id is None for item in work.items):
        await _create_items(work, runtime)
        raise look_again(work)
    waiting = [item for item in work.items if item.position not in work.ready_items]
    looks = await asyncio.gather(
        *(ask(work, runtime, str(item.container_id)) for item in waiting), return_exceptions=True
    )
    found = {
        item.position: look for item, look in zip(waiting, looks, strict=True) if isinstance(look, ContainerStatus)
    }
    work.ready_items |= {position for position, status in found.items() if status.code == "FINISHED"}
    await _replace_lost(work, found)
    for look in looks:
        if isinstance(look, BaseException):
            raise look
    if len(work.ready_items) < len(work.items):
        raise await look_again_heeding(work, runtime)


async def _create_items(work: Work, runtime: Runtime) -> None:
    """Those that are missing, side by side. What could be made is kept, whatever became of the others."""
    missing = [item for item in work.items if item.container_id is None]
    made = await asyncio.gather(*(_create_item(work, runtime, item) for item in missing), return_exceptions=True)
    ids = {str(item.position): one for item, one in zip(missing, made, strict=True) if isinstance(one, str)}
    if ids:
        detail = {"containers": ", ".join(ids.values())}
        await work.record("preparing", "items_created", detail=detail, item_containers=ids, looks=0)
    for item, one in zip(missing, made, strict=True):
        if isinstance(one, PlatformFailure):
            raise await refused(work, runtime, one, item=item.position)
        if isinstance(one, BaseException):
            raise one


async def _create_item(work: Work, runtime: Runtime, item: Item) -> str:
    fields = containers.carousel_item(media_url(runtime, item), is_video=item.is_video, alt_text=item.alt_text)
    return await client(runtime).create_container(work.access_token(), account_id=work.account_id(), fields=fields)


async def _replace_lost(work: Work, found: dict[int, ContainerStatus]) -> None:
    """Items that Instagram could not process are made anew a few times; then the whole post fails, and names one.

    However many were lost at once, that is one attempt: what Instagram has trouble with, it has with all of them.
    """
    lost = {position: status for position, status in found.items() if status.code in ("ERROR", "EXPIRED")}
    if not lost:
        return
    ends = {position: _end_of(work, position, status) for position, status in lost.items()}
    for end in ends.values():
        if isinstance(end, Failed):
            raise end
    names = ", ".join(str(position + 1) for position in lost)
    await work.record(
        "preparing", "item_lost", detail={"item": names}, item_containers={str(position): None for position in lost}
    )
    raise next(iter(ends.values()))


def _end_of(work: Work, position: int, status: ContainerStatus) -> Exception:
    reason = "container_expired" if status.code == "EXPIRED" else errors.reason_for_container(status.subcode)
    detail = {"item": str(position + 1)} | ({"platform_subcode": status.subcode} if status.subcode else {})
    return try_again_or_fail(work, reason, detail)
