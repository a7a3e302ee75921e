"""Reserve, upload, complete: between the first and the last, the file goes past us straight to R2.

A small file goes in one piece, a large one in parts (parts.py), so that it goes on where the network was lost.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, Literal, TypedDict, cast
from uuid import UUID

import anyio.to_thread
from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from shared.errors import Refused
from shared.inputs import Input
from shared.media.parts import Put, join
from shared.media.plan import PART_BYTES, Plan
from shared.media.probe import MediaFacts, NotWhatItClaims, probe
from shared.media.storage import UPLOAD_SECONDS, Storage, StoredObject
from shared.outputs import Count, Id, Moment
from shared.runtime import Runtime
from shared.secret import Secret

MAX_IMAGE_BYTES = 20_000_000
MAX_VIDEO_BYTES = 4_000_000_000

_NOT_TOLD = ("object_key", "sha256", "addressed_at")

type MediaType = Literal["image/jpeg", "image/webp", "video/mp4", "video/quicktime", "video/webm"]


class InParts(TypedDict):
    """A large file goes in parts of `part_bytes`, of which the last is shorter; media/parts gives their addresses."""

    method: Literal["PARTS"]
    part_bytes: Count
    parts: Count


class Reserved(TypedDict):
    """The same file, asked for again before it was completed, is the same asset."""

    media_asset_id: Id
    upload: Annotated[Put | InParts, Field(discriminator="method")]


class Verdict(TypedDict):
    """What was read from the real bytes; null is not known. A refused file is gone, and `refusal` says why."""

    id: Id
    project_id: Id
    content_id: Id
    media_type: MediaType
    byte_size: Count
    state: Literal["ready", "refused"]
    refusal: str | None
    width: Count | None
    height: Count | None
    duration_ms: Count | None
    frame_rate: float | None
    video_codec: str | None
    audio_codec: str | None
    bit_rate: Count | None
    audio_sample_rate: Count | None
    audio_channels: Count | None
    chroma: str | None
    progressive: bool | None
    fast_start: bool | None
    edit_list: bool | None
    multi_picture: bool | None
    created_at: Moment
    completed_at: Moment


class UploadRequest(Input):
    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"media_type": {"pattern": "^image/"}}},
            "then": {"properties": {"byte_size": {"maximum": MAX_IMAGE_BYTES}}},
        }
    )

    content_id: UUID
    media_type: MediaType
    byte_size: Annotated[int, Field(ge=1, le=MAX_VIDEO_BYTES)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

    @field_validator("byte_size")
    @classmethod
    def _fits_an_image(cls, byte_size: int, known: ValidationInfo) -> int:
        is_image = known.data.get("media_type", "").startswith("image/")
        if is_image and byte_size > MAX_IMAGE_BYTES:
            raise PydanticCustomError("image_too_large", "An image may have {most} bytes", {"most": MAX_IMAGE_BYTES})
        return byte_size


class CompleteRequest(Input):
    media_asset_id: UUID


async def reserve(runtime: Runtime, jwt: Secret, request: UploadRequest) -> Reserved:
    """Where and how to send the file."""
    reserved = await runtime.database.as_user(jwt, "reserve_media", **request.model_dump(mode="json"))
    plan = Plan(request.byte_size)
    if plan.in_parts:
        upload: Put | InParts = InParts(method="PARTS", part_bytes=PART_BYTES, parts=plan.count)
    else:
        upload = await _put_of(runtime, reserved["object_key"], request)
    return Reserved(media_asset_id=reserved["id"], upload=upload)


async def _put_of(runtime: Runtime, object_key: str, request: UploadRequest) -> Put:
    """Type, length, content and create-only are fixed by the signature."""
    put = await Storage(runtime.settings).presign_put(
        object_key,
        media_type=request.media_type,
        byte_size=request.byte_size,
        sha256=request.sha256,
    )
    return Put(method="PUT", url=put.url, headers=put.headers, expires_in=UPLOAD_SECONDS)


async def complete(runtime: Runtime, jwt: Secret, request: CompleteRequest) -> Verdict:
    """The verdict on the file's real bytes; asking again gives the same one. A refused file is deleted at once."""
    asset_id = str(request.media_asset_id)
    asset = await runtime.database.as_user(jwt, "media_to_complete", media_asset_id=asset_id)
    if asset["state"] == "uploading":
        asset = await _judge(runtime, jwt, Storage(runtime.settings), asset)
    return cast(Verdict, {name: value for name, value in asset.items() if name not in _NOT_TOLD})


async def _judge(runtime: Runtime, jwt: Secret, storage: Storage, asset: dict[str, Any]) -> dict[str, Any]:
    try:
        facts, refusal = await _look_at(storage, asset, await _stored(runtime, storage, asset))
    except Refused:
        # Another request may have refused and deleted the file while this one was reading it.
        asset = await runtime.database.as_user(jwt, "media_to_complete", media_asset_id=asset["id"])
        if asset["state"] == "uploading":
            raise
        return asset
    verdict: dict[str, Any] = await runtime.database.as_system(
        "complete_media", media_asset_id=asset["id"], facts=asdict(facts) if facts else {}, refusal=refusal
    )
    if verdict["state"] == "refused":
        await storage.delete(asset["object_key"])
    return verdict


async def _stored(runtime: Runtime, storage: Storage, asset: dict[str, Any]) -> StoredObject:
    """What arrived, joined first when it came in parts: whoever comes after one that died there finds the file.

    With the file there, an upload of it that was begun beside takes no more parts.
    """
    key, in_parts = asset["object_key"], Plan(asset["byte_size"]).in_parts
    found = await storage.head(key)
    if found is None and in_parts:
        await join(runtime, storage, asset)
        found = await storage.head(key)
    if found is None:
        raise Refused("upload_missing")
    if in_parts:
        await storage.uploads.abort_all(key)
    return found


async def _look_at(
    storage: Storage, asset: dict[str, Any], stored: StoredObject
) -> tuple[MediaFacts | None, str | None]:
    if (stored.byte_size, stored.media_type) != (asset["byte_size"], asset["media_type"]):
        return None, "The file in storage is not the one that was announced."
    if stored.sha256 is not None and stored.sha256 != asset["sha256"]:
        return None, "The file in storage is not the one that was announced."
    read_range = partial(storage.read_range, asset["object_key"])
    look = partial(probe, read_range, byte_size=stored.byte_size, media_type=stored.media_type)
    try:
        return await anyio.to_thread.run_sync(look), None
    except NotWhatItClaims as refusal:
        return None, str(refusal)
