"""A large file on its way: which of its parts have arrived, where the next ones go, and one file made of all.

The same question begins an upload and takes it up again, after a lost network, a reload or a day.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypedDict
from uuid import UUID

from shared.errors import Refused
from shared.inputs import Input
from shared.media.multipart import StoredPart
from shared.media.plan import Plan, Span
from shared.media.storage import UPLOAD_SECONDS, Storage
from shared.outputs import Count, Id, Url
from shared.runtime import Runtime
from shared.secret import Secret

# What a fast network sends in much less than an address lasts, and a slow one does not lose.
_AT_ONCE = 24


class Put(TypedDict):
    """What is sent by exactly this request. Every header is signed, and so is the length; of a whole file its bytes."""

    method: Literal["PUT"]
    url: Url
    headers: dict[str, str]
    expires_in: Count


class PartPut(Put):
    number: Count
    first_byte: Count
    byte_size: Count


class Progress(TypedDict):
    """`arrived` are numbers of parts. When there is nothing to send any more, it is time for media/complete."""

    media_asset_id: Id
    parts: Count
    arrived: list[Count]
    to_send: list[PartPut]


class PartsRequest(Input):
    media_asset_id: UUID


class _UnderWay(NamedTuple):
    upload_id: str
    arrived: list[StoredPart]


async def progress(runtime: Runtime, jwt: Secret, request: PartsRequest) -> Progress:
    """What has arrived, and addresses for the next parts that have not. Key and length of each are fixed by it."""
    asset = await runtime.database.as_user(jwt, "media_to_send", media_asset_id=str(request.media_asset_id))
    plan, storage = Plan(asset["byte_size"]), Storage(runtime.settings)
    if asset["state"] == "uploading" and not plan.in_parts:
        raise Refused("not_in_parts")
    found = await _under_way(runtime, storage, asset) if asset["state"] == "uploading" else None
    if found is None:
        return _progress(asset, plan, [span.number for span in plan.spans()], [])
    arrived = [part.number for part in plan.sound(found.arrived)]
    missing = [span for span in plan.spans() if span.number not in arrived][:_AT_ONCE]
    urls = await storage.presign_parts(asset["object_key"], found.upload_id, missing)
    return _progress(asset, plan, arrived, [_put(span, url) for span, url in zip(missing, urls, strict=True)])


async def join(runtime: Runtime, storage: Storage, asset: dict[str, Any]) -> None:
    """One file of all parts. Raises Refused while some are missing.

    Of several at once one does it; whether the file is there is seen there, and not by this.
    """
    upload_id = await runtime.database.as_system("media_upload", media_asset_id=asset["id"])
    known = await storage.uploads.parts(asset["object_key"], upload_id) if upload_id else None
    if known is None:
        return
    plan = Plan(asset["byte_size"])
    sound = plan.sound(known)
    if len(sound) < plan.count:
        raise Refused("upload_missing")
    await storage.uploads.complete(asset["object_key"], upload_id, sound, create_only=True)


async def _under_way(runtime: Runtime, storage: Storage, asset: dict[str, Any]) -> _UnderWay | None:
    """None: all of it is there, or it is not wanted any more; media/complete tells."""
    key = asset["object_key"]
    upload_id = await runtime.database.as_system("media_upload", media_asset_id=asset["id"])
    known = await storage.uploads.parts(key, upload_id) if upload_id else None
    if known is None:
        # Joined, or given up by storage, which keeps parts for a week.
        if await storage.head(key) is not None:
            return None
        upload_id = await _begin(runtime, storage, asset, instead_of=upload_id)
        known = await storage.uploads.parts(key, upload_id) if upload_id else None
    return _UnderWay(upload_id, known) if upload_id and known is not None else None


async def _begin(runtime: Runtime, storage: Storage, asset: dict[str, Any], *, instead_of: str | None) -> str | None:
    """Of two at once the first counts, and the other leaves nothing behind. None: nothing is to be sent any more."""
    begun = await storage.uploads.begin(asset["object_key"], media_type=asset["media_type"])
    counts: str | None = await runtime.database.as_system(
        "note_media_upload", media_asset_id=asset["id"], upload_id=begun, instead_of=instead_of
    )
    if counts != begun:
        await storage.uploads.abort(asset["object_key"], begun)
    return counts


def _put(span: Span, url: str) -> PartPut:
    """The browser sends Content-Length by itself."""
    return PartPut(
        number=span.number,
        first_byte=span.first_byte,
        byte_size=span.byte_size,
        method="PUT",
        url=url,
        headers={},
        expires_in=UPLOAD_SECONDS,
    )


def _progress(asset: dict[str, Any], plan: Plan, arrived: list[int], to_send: list[PartPut]) -> Progress:
    return Progress(media_asset_id=asset["id"], parts=plan.count, arrived=arrived, to_send=to_send)
