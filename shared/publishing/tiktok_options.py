"""What a creator must choose before a post on TikTok, and may not have chosen for them.

Source: TikTok, Content Sharing Guidelines: privacy without a default, interactions off until allowed, disclosure,
and consent to the Music Usage Confirmation.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from shared.inputs import STORABLE, Input, documented

# The text a user agrees to, and its version as the consent record names it. A new text is a new version.
MUSIC_USAGE_CONFIRMATION = "By posting, you agree to TikTok's Music Usage Confirmation"
BRANDED_CONTENT_CONFIRMATION = "By posting, you agree to TikTok's Branded Content Policy and Music Usage Confirmation"
type ConsentVersion = Literal["2026-03-09"]

type PrivacyLevel = Literal["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY"]


def _given(agreed: bool) -> bool:
    """Not Literal[True]: that takes a 1, too."""
    if not agreed:
        raise ValueError("Without your agreement nothing can be posted on TikTok.")
    return agreed


class MusicUsageConsent(Input):
    """Given by the click itself: the text stands beside the button, and its version comes with the request."""

    agreed: Annotated[bool, AfterValidator(_given), documented(const=True)]
    text_version: ConsentVersion


class Presentation(Input):
    """How it looks. `cover_timestamp_ms` is for a video; the rest is for photos, whose caption is their description."""

    cover_timestamp_ms: Annotated[int, Field(ge=0, le=600_000)] | None = None
    title: Annotated[str, Field(max_length=90), documented(pattern=STORABLE)] = ""
    cover_index: Annotated[int, Field(ge=0, le=34)] = 0
    auto_add_music: bool = False


class TikTokOptions(Presentation):
    """Nothing that TikTok wants a creator to decide has a default, so a request must name every choice."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"branded_content": {"const": True}}},
            "then": {"properties": {"privacy_level": {"not": {"const": "SELF_ONLY"}}}},
        }
    )

    privacy_level: PrivacyLevel
    allow_comment: bool
    allow_duet: bool
    allow_stitch: bool
    your_brand: bool
    branded_content: bool
    ai_generated: bool
    music_usage: MusicUsageConsent

    @model_validator(mode="after")
    def branded_content_is_public(self) -> Self:
        if self.branded_content and self.privacy_level == "SELF_ONLY":
            raise ValueError("Branded content visibility cannot be set to private.")
        return self

    def video_post_info(self, caption: str) -> dict[str, Any]:
        """As TikTok names it, with its negative sense. The caption is the user's, byte for byte."""
        cover = {} if self.cover_timestamp_ms is None else {"video_cover_timestamp_ms": self.cover_timestamp_ms}
        return self._shared_info() | {
            "title": caption,
            "disable_duet": not self.allow_duet,
            "disable_stitch": not self.allow_stitch,
            "is_aigc": self.ai_generated,
            **cover,
        }

    def photo_post_info(self, caption: str) -> dict[str, Any]:
        """Without duet and stitch, which photos do not have; the AI label stands beside post_info, not in it."""
        return self._shared_info() | {
            "title": self.title,
            "description": caption,
            "auto_add_music": self.auto_add_music,
        }

    def _shared_info(self) -> dict[str, Any]:
        return {
            "privacy_level": self.privacy_level,
            "disable_comment": not self.allow_comment,
            "brand_organic_toggle": self.your_brand,
            "brand_content_toggle": self.branded_content,
        }
