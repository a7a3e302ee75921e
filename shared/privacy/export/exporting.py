"""Ask for an export, follow it, fetch it, and carry on with those that nobody follows."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict, cast
from uuid import UUID

from pydantic import Field

from shared.logs import log
from shared.media.deletion import delete_orphans
from shared.media.private import DOWNLOAD_SECONDS, PrivateStorage
from shared.outputs import Count, Id, Moment, Url
from shared.privacy.export.copying import copy
from shared.privacy.export.gather import gather
from shared.privacy.export.schema import DATASETS
from shared.privacy.export.work import ARCHIVE, Claimed, Gone, Overtaken, Work
from shared.runtime import Runtime
from shared.secret import Secret

# Seconds after which no further step is begun: for a person who waits, and for the cron in all.
FOLLOW_SECONDS = 8.0
_CRON_SECONDS = 25.0
_BATCH = 100
# The share of the way, in percent, that gathering is.
_GATHERING = 30


class ExportView(TypedDict):
    """`progress` in percent. After `expires_at` the file is gone, and so is the address to it."""

    id: Id
    state: Literal["under_way", "ready", "expired", "failed"]
    progress: Annotated[int, Field(ge=0, le=100)]
    with_media: bool
    byte_size: Count | None
    content_hash: str | None
    created_at: Moment
    ready_at: Moment | None
    expires_at: Moment | None
    downloaded_at: Moment | None


class Download(TypedDict):
    """`url` is for you alone, and a download must begin within `expires_in` seconds."""

    url: Url
    expires_in: Count
    file_name: str
    byte_size: Count


class Exported(TypedDict):
    """What the cron did: exports it moved, those whose day is over, and those that could not be made in a day."""

    advanced: Count
    expired: Count
    failed: Count


async def start(runtime: Runtime, jwt: Secret, *, with_media: bool) -> ExportView:
    """Of one who has just signed in. One that is under way is answered again. Raises Refused."""
    return present(await runtime.database.as_user(jwt, "start_export", with_media=with_media))


async def follow(runtime: Runtime, jwt: Secret, export_id: UUID) -> ExportView:
    """How far it is, after moving it on for a few seconds. Raises Refused."""
    view = present(await runtime.database.as_user(jwt, "export_status", export_id=str(export_id)))
    if view["state"] == "under_way" and await advance(runtime, str(export_id), seconds=FOLLOW_SECONDS):
        view = present(await runtime.database.as_user(jwt, "export_status", export_id=str(export_id)))
    return view


async def download(runtime: Runtime, jwt: Secret, export_id: UUID) -> Download:
    """An address that is good for minutes. Raises Refused: also the owner gets none after a day."""
    found = await runtime.database.as_user(jwt, "download_export", export_id=str(export_id))
    name = f"itoms-export-{found['created_at'][:10]}.zip"
    url = await PrivateStorage(runtime.settings).presign_download(found["folder"] + ARCHIVE, file_name=name)
    return Download(url=url, expires_in=DOWNLOAD_SECONDS, file_name=name, byte_size=found["byte_size"])


async def carry_on(runtime: Runtime) -> Exported:
    """Moves those that nobody follows, and removes those whose day is over. What is left is due at the next run."""
    stop_at = time.monotonic() + _CRON_SECONDS
    ended = await runtime.database.as_system("expire_exports", batch=_BATCH)
    if ended["expired"]:
        await delete_orphans(runtime)
    advanced = 0
    for export_id in await runtime.database.as_system("due_exports", limit=_BATCH):
        if time.monotonic() >= stop_at:
            break
        advanced += await _move(runtime, export_id, stop_at - time.monotonic())
    return Exported(advanced=advanced, expired=ended["expired"], failed=ended["failed"])


async def _move(runtime: Runtime, export_id: str, seconds: float) -> bool:
    """One that breaks must not keep the others waiting."""
    try:
        return await advance(runtime, export_id, seconds=seconds)
    except Exception as error:
        log("export_failed", level=logging.ERROR, error_type=type(error).__name__)
        return False


async def advance(runtime: Runtime, export_id: str, *, seconds: float) -> bool:
    """Does steps until the time is over or it is ready. False: somebody else is at it, or there is nothing to do.

    Each step is whole by itself, and is done at least once. Whoever dies in one holds the others up until the lease
    ends.
    """
    row = await runtime.database.as_system("claim_export", export_id=export_id)
    if row is None:
        return False
    work, stop_at = Work(runtime, Claimed.model_validate(row)), time.monotonic() + seconds
    try:
        await _steps(work, stop_at)
    except Overtaken:
        return True
    except Exception:
        await _release(work)
        raise
    await _release(work)
    return True


async def _steps(work: Work, stop_at: float) -> None:
    try:
        while work.claimed.state in ("gathering", "copying"):
            await (gather if work.claimed.state == "gathering" else copy)(work)
            if time.monotonic() >= stop_at:
                return
    except Gone as gone:
        await work.save("restart_export", missing=gone.object_key)


async def _release(work: Work) -> None:
    await work.runtime.database.as_system("release_export", export_id=work.claimed.id, epoch=work.claimed.epoch)


def present(view: Mapping[str, Any]) -> ExportView:
    under_way = view["state"] in ("gathering", "copying")
    shown = {name: view[name] for name in ExportView.__annotations__ if name in view}
    state = "under_way" if under_way else view["state"]
    return cast(ExportView, {**shown, "state": state, "progress": _progress(view)})


def _progress(view: Mapping[str, Any]) -> int:
    size, part_size = view["byte_size"] or 1, view["part_size"] or 0
    match view["state"]:
        case "gathering":
            names = [dataset.name for dataset in DATASETS]
            done = names.index(view["dataset"]) if view["dataset"] in names else 0
            return _GATHERING * done // len(names)
        case "copying":
            copied = min(int(view["parts"]) * int(part_size), int(size))
            return _GATHERING + (99 - _GATHERING) * copied // int(size)
        case "failed":
            return 0
    return 100
