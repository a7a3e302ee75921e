"""Posts that keep every rule, to be changed in one place each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.platforms.tiktok import CreatorInfo
from shared.publishing.rules.instagram import instagram_violations
from shared.publishing.rules.tiktok import tiktok_violations
from shared.publishing.rules.violation import Violation

MIB = 1024 * 1024
EMOJI = "\N{CUSTARD}"
CREATOR = CreatorInfo(privacy_level_options=("PUBLIC_TO_EVERYONE", "SELF_ONLY"), max_video_post_duration_sec=180)


@dataclass(frozen=True, kw_only=True)
class Facts:
    position: int = 0
    media_type: str = "image/jpeg"
    byte_size: int = 1000
    width: int = 1080
    height: int = 1350
    duration_ms: int | None = None
    frame_rate: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    bit_rate: int | None = None
    audio_sample_rate: int | None = None
    audio_channels: int | None = None
    chroma: str | None = None
    progressive: bool | None = None
    fast_start: bool | None = None
    edit_list: bool | None = None
    multi_picture: bool | None = None
    alt_text: str | None = None


def photo(**changes: Any) -> Facts:
    return Facts(**changes)


def video(**changes: Any) -> Facts:
    facts: dict[str, Any] = {
        "media_type": "video/mp4", "width": 1080, "height": 1920, "duration_ms": 10_000, "frame_rate": 30.0,
        "video_codec": "h264", "audio_codec": "aac", "bit_rate": 5_000_000, "audio_sample_rate": 48_000,
        "audio_channels": 2, "chroma": "4:2:0", "progressive": True, "fast_start": True, "edit_list": False,
    }  # fmt: skip
    return Facts(**facts | changes)


def third(item: Facts) -> tuple[Facts, ...]:
    """As the third of three, behind two images that keep every rule."""
    return (photo(position=0), photo(position=1), Facts(**vars(item) | {"position": 2}))


def on_instagram(kind: str, *items: Facts, **changes: Any) -> tuple[Violation, ...]:
    post: dict[str, Any] = {"caption": "", "cover": None, "thumb_offset_ms": None, "quota": None}
    return instagram_violations(**post | {"kind": kind, "items": items} | changes)


def on_tiktok(kind: str, *items: Facts, **changes: Any) -> tuple[Violation, ...]:
    post: dict[str, Any] = {
        "caption": "", "title": "", "privacy_level": "SELF_ONLY", "allow_comment": False, "allow_duet": False,
        "allow_stitch": False, "your_brand": False, "branded_content": False, "disclosed": False,
        "cover_timestamp_ms": None, "cover_index": 0, "auto_add_music": False, "creator": CREATOR,
        "transfer": "PULL_FROM_URL",
    }  # fmt: skip
    return tiktok_violations(**post | {"kind": kind, "items": items} | changes)


def told(violations: tuple[Violation, ...]) -> list[tuple[str, str, str]]:
    return [(violation.code, violation.limit, violation.found) for violation in violations]


def codes(violations: tuple[Violation, ...]) -> list[str]:
    return [violation.code for violation in violations]
