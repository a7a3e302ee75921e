"""What a click on Publish sends."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, FailFast, Field, TypeAdapter

from shared.inputs import Input
from shared.publishing.preflight import CAPTION_UNITS
from shared.publishing.text import utf16_units
from shared.publishing.tiktok_options import TikTokOptions


def _within_limit(caption: str) -> str:
    if utf16_units(caption) > CAPTION_UNITS:
        raise ValueError(f"at most {CAPTION_UNITS} UTF-16 units")
    return caption


type Caption = Annotated[str, AfterValidator(_within_limit)]


class Media(Input):
    media_asset_id: UUID
    alt_text: Annotated[str, Field(min_length=1, max_length=1000)] | None = None


def _one_to_ten(media: tuple[Media, ...]) -> tuple[Media, ...]:
    """Not Field(min_length=1): pydantic would call a list with one bad item empty as well."""
    if not 1 <= len(media) <= 10:
        raise ValueError("between 1 and 10 items")
    return media


class _Publish(Input):
    content_id: UUID
    connection_id: UUID
    caption: Caption
    media: Annotated[tuple[Media, ...], FailFast(), AfterValidator(_one_to_ten)]


class InstagramPublish(_Publish):
    platform: Literal["instagram"]


class TikTokPublish(_Publish):
    platform: Literal["tiktok"]
    tiktok: TikTokOptions


type PublishRequest = Annotated[InstagramPublish | TikTokPublish, Field(discriminator="platform")]
PUBLISH_REQUEST: TypeAdapter[PublishRequest] = TypeAdapter(PublishRequest)


def as_database_request(request: PublishRequest) -> dict[str, Any]:
    """The argument of create_publication()."""
    plain = request.model_dump(mode="json", exclude={"media", "tiktok"})
    plain["items"] = [media.model_dump(mode="json") for media in request.media]
    plain["options"] = request.tiktok.model_dump(mode="json") if isinstance(request, TikTokPublish) else {}
    return plain


def request_hash(request: PublishRequest) -> str:
    """The same for the same wishes, however the JSON was spelled."""
    canonical = json.dumps(request.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
