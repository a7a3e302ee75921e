"""What is checked before the click: a publish request in which nothing need be decided yet."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, FailFast, Field, TypeAdapter

from shared.inputs import HIDDEN, STORABLE, Input, documented
from shared.publishing.instagram_options import InstagramOptions
from shared.publishing.request import Count, Media, Target
from shared.publishing.tiktok_options import Presentation, PrivacyLevel


def _storable(text: str) -> str:
    """PostgreSQL takes every character but this one, so no click with it could follow."""
    if "\0" in text:
        raise ValueError("a character that cannot be stored")
    return text


# Far above any limit, so that a text that is too long is a problem that is shown and not a refusal.
type DraftText = Annotated[str, Field(max_length=20_000), AfterValidator(_storable), documented(pattern=STORABLE)]


class ConsentDraft(Input):
    agreed: bool = False
    text_version: Annotated[str, Field(max_length=40)] = ""


class TikTokDraft(Presentation):
    title: DraftText = ""
    privacy_level: PrivacyLevel | None = None
    allow_comment: bool = False
    allow_duet: bool = False
    allow_stitch: bool = False
    # The disclosure switch itself: on, and with neither of the two chosen, the post is not ready.
    disclosed: bool = False
    your_brand: bool = False
    branded_content: bool = False
    # No rule looks at these two; they are taken so that the body of the click can be checked as it is.
    ai_generated: bool = False
    music_usage: ConsentDraft | None = None


class InstagramPreflight(Target):
    platform: Literal["instagram"]
    caption: DraftText
    media: Annotated[tuple[Media, ...], FailFast(), AfterValidator(Count(10)), documented(minItems=1, maxItems=10)]
    instagram: InstagramOptions = InstagramOptions()


class TikTokPreflight(Target):
    platform: Literal["tiktok"]
    caption: DraftText
    media: Annotated[tuple[Media, ...], FailFast(), AfterValidator(Count(35)), documented(minItems=1, maxItems=35)]
    tiktok: TikTokDraft = TikTokDraft()


type Draft = Annotated[InstagramPreflight | TikTokPreflight, Field(discriminator="platform")]
DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft, config=HIDDEN)


def as_database_request(draft: Draft) -> dict[str, Any]:
    """The argument of preflight()."""
    plain = draft.model_dump(mode="json", include={"content_id", "connection_id", "platform"})
    plain["items"] = [media.model_dump(mode="json") for media in draft.media]
    if isinstance(draft, InstagramPreflight):
        options = draft.instagram.model_dump(mode="json")
        plain |= {"options": {"story": options["story"]}, "cover_asset_id": options["cover_asset_id"]}
    return plain
