"""What TikTok takes.

Sources: TikTok for Developers, Media Transfer Guide, Direct Post and Photo references (2026). Text is counted in
UTF-16 units, as TikTok says. "1080p" is all it says of photos; it is read here as a shorter side of at most 1080
and a longer one of at most 1920 pixels. Four gigabytes are taken as decimal, the safer reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from shared.platforms.tiktok import CreatorInfo
from shared.publishing.rules.amounts import FRAMES, GIGABYTES, MEGABYTES, SECONDS
from shared.publishing.rules.checks import Check, Table, at_most, between, one_of
from shared.publishing.rules.facts import MediaFacts
from shared.publishing.rules.posts import count_violations, cover_moment_violations, misplaced, text_violations
from shared.publishing.rules.tiktok_choices import audience_violations, disclosure_violations, interaction_violations
from shared.publishing.rules.violation import Violation

type TikTokKind = Literal["video", "photo"]
type Transfer = Literal["PULL_FROM_URL", "FILE_UPLOAD"]

CAPTION_UNITS = 2200
DESCRIPTION_UNITS = 4000
TITLE_UNITS = 90
MOST_PHOTOS = 35

_PHOTO_SHORTER, _PHOTO_LONGER = 1080, 1920
_SIDE_LEAST, _SIDE_MOST = 360, 4096


def _video_size(item: MediaFacts) -> Violation | None:
    if all(_SIDE_LEAST <= side <= _SIDE_MOST for side in (item.width, item.height)):
        return None
    return _wrong_size(item, f"{_SIDE_LEAST} to {_SIDE_MOST} pixels on each side")


def _photo_size(item: MediaFacts) -> Violation | None:
    shorter, longer = sorted((item.width, item.height))
    if shorter <= _PHOTO_SHORTER and longer <= _PHOTO_LONGER:
        return None
    return _wrong_size(item, f"{_PHOTO_SHORTER} by {_PHOTO_LONGER} pixels, upright or wide")


def _wrong_size(item: MediaFacts, limit: str) -> Violation:
    return Violation("image_size_invalid", item.position, limit, f"{item.width} by {item.height} pixels")


_PHOTO = Table(
    one_of("media_format_invalid", lambda item: item.media_type, ("image/jpeg", "image/webp")),
    (at_most("image_too_large", lambda item: item.byte_size, 20_000_000, MEGABYTES), _photo_size),
)
_VIDEO_FORMAT = one_of(
    "media_format_invalid", lambda item: item.media_type, ("video/mp4", "video/quicktime", "video/webm")
)
_VIDEO: tuple[Check, ...] = (
    at_most("video_too_large", lambda item: item.byte_size, 4_000_000_000, GIGABYTES),
    one_of("media_format_invalid", lambda item: item.video_codec, ("h264", "h265", "vp8", "vp9")),
    _video_size,
    between(
        "frame_rate_invalid", lambda item: item.frame_rate, 23, 60, FRAMES, text="between 23 and 60 frames a second"
    ),
)


def tiktok_media_violations(
    kind: TikTokKind, items: Sequence[MediaFacts], *, creator: CreatorInfo | None
) -> tuple[Violation, ...]:
    """What the files alone break. How long a video may be is judged once TikTok has said it of the account."""
    return (
        *count_violations(items, 1, MOST_PHOTOS if kind == "photo" else 1),
        *(violation for item in items for violation in _table(kind, creator).violations(item)),
    )


def tiktok_violations(
    *,
    kind: TikTokKind,
    items: Sequence[MediaFacts],
    caption: str,
    title: str,
    privacy_level: str | None,
    allow_comment: bool,
    allow_duet: bool,
    allow_stitch: bool,
    your_brand: bool,
    branded_content: bool,
    disclosed: bool | None,
    cover_timestamp_ms: int | None,
    cover_index: int,
    auto_add_music: bool,
    creator: CreatorInfo | None,
    transfer: Transfer,
) -> tuple[Violation, ...]:
    """Of the items in order, then the texts, then the choices.

    None is what is not known, or not yet chosen: `privacy_level` must be chosen, `disclosed` is the switch above
    the two kinds of advertising, `creator` what TikTok answered just now. `caption` is the description of photos.
    """
    interactions = {"Comment": allow_comment, "Duet": allow_duet, "Stitch": allow_stitch}
    of_videos = (
        ("a moment for the cover", cover_timestamp_ms is not None),
        ("a file upload", transfer == "FILE_UPLOAD"),
    )
    of_photos = (("a title", title != ""), ("a cover photo", cover_index != 0), ("added music", auto_add_music))
    own = {
        "photo": [*misplaced(of_videos, limit="video posts"), *_cover_index(cover_index, len(items))],
        "video": [*misplaced(of_photos, limit="photo posts"), *cover_moment_violations(cover_timestamp_ms, items)],
    }
    return (
        *tiktok_media_violations(kind, items, creator=creator),
        *_texts(kind, caption, title),
        *audience_violations(privacy_level, branded_content, creator),
        *disclosure_violations(disclosed, your_brand, branded_content),
        *interaction_violations(kind, interactions, creator),
        *own[kind],
    )


def _table(kind: TikTokKind, creator: CreatorInfo | None) -> Table:
    if kind == "photo":
        return _PHOTO
    if creator is None:
        return Table(_VIDEO_FORMAT, _VIDEO)
    return Table(_VIDEO_FORMAT, (*_VIDEO, _duration(creator.max_video_post_duration_sec * 1000)))


def _duration(most_ms: int) -> Check:
    limit = f"more than 0 s and at most {SECONDS(most_ms, most_ms)}"
    return between("duration_invalid", lambda item: item.duration_ms, 1, most_ms, SECONDS, text=limit)


def _texts(kind: TikTokKind, caption: str, title: str) -> list[Violation]:
    if kind == "video":
        return text_violations("caption_invalid", caption, CAPTION_UNITS)
    return [
        *text_violations("caption_invalid", caption, DESCRIPTION_UNITS),
        *text_violations("title_too_long", title, TITLE_UNITS),
    ]


def _cover_index(index: int, photos: int) -> list[Violation]:
    """People count from 1. Of no photos at all, only the missing ones are told."""
    if photos == 0 or 0 <= index < photos:
        return []
    return [Violation("cover_index_invalid", None, f"one from 1 to {photos}", str(index + 1))]
