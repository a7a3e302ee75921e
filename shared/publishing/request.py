"""What a click on Publish sends."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, FailFast, Field, TypeAdapter

from shared.inputs import HIDDEN, STORABLE, Input, documented
from shared.publishing.instagram_options import InstagramOptions
from shared.publishing.text import utf16_units
from shared.publishing.tiktok_options import TikTokOptions

_INSTAGRAM_CAPTION = 2200
# Of a video 2200, of photos 4000: which it is follows from the media, so the rules judge that.
_TIKTOK_CAPTION = 4000


class _Length:
    """At most so many UTF-16 units, the way both platforms are safely counted."""

    def __init__(self, units: int) -> None:
        self.units = units

    def __call__(self, caption: str) -> str:
        if utf16_units(caption) > self.units:
            raise ValueError(f"at most {self.units} UTF-16 units")
        return caption


class Media(Input):
    media_asset_id: UUID
    alt_text: Annotated[str, Field(min_length=1, max_length=1000), documented(pattern=STORABLE)] | None = None


class Count:
    """Not Field(min_length=1): pydantic would call a list with one bad item empty as well."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, media: tuple[Media, ...]) -> tuple[Media, ...]:
        if not 1 <= len(media) <= self.most:
            raise ValueError(f"between 1 and {self.most} items")
        return media


class Target(Input):
    content_id: UUID
    connection_id: UUID


class InstagramPublish(Target):
    platform: Literal["instagram"]
    caption: Annotated[
        str, AfterValidator(_Length(_INSTAGRAM_CAPTION)), documented(maxLength=_INSTAGRAM_CAPTION, pattern=STORABLE)
    ]
    media: Annotated[tuple[Media, ...], FailFast(), AfterValidator(Count(10)), documented(minItems=1, maxItems=10)]
    instagram: InstagramOptions = InstagramOptions()


class TikTokPublish(Target):
    platform: Literal["tiktok"]
    caption: Annotated[
        str, AfterValidator(_Length(_TIKTOK_CAPTION)), documented(maxLength=_TIKTOK_CAPTION, pattern=STORABLE)
    ]
    media: Annotated[tuple[Media, ...], FailFast(), AfterValidator(Count(35)), documented(minItems=1, maxItems=35)]
    tiktok: TikTokOptions


type PublishRequest = Annotated[InstagramPublish | TikTokPublish, Field(discriminator="platform")]
PUBLISH_REQUEST: TypeAdapter[PublishRequest] = TypeAdapter(PublishRequest, config=HIDDEN)


def as_database_request(request: PublishRequest) -> dict[str, Any]:
    """The argument of create_publication()."""
    plain = request.model_dump(mode="json", exclude={"media", "tiktok", "instagram"})
    plain["items"] = [media.model_dump(mode="json") for media in request.media]
    options = request.tiktok if isinstance(request, TikTokPublish) else request.instagram
    plain["options"] = options.model_dump(mode="json", exclude={"cover_asset_id"})
    if isinstance(request, InstagramPublish):
        plain["cover_asset_id"] = request.instagram.model_dump(mode="json")["cover_asset_id"]
    return plain


def request_hash(request: PublishRequest) -> str:
    """The same for the same wishes, however the JSON was spelled."""
    canonical = json.dumps(request.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
