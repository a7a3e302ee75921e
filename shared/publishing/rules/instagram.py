"""What Instagram takes.

Sources: Meta, IG User Media reference (September 2026) and Content Publishing guide (June 2026). A video of a
carousel has no table of its own there: the one for reels holds. The width of images is not judged, because
Instagram scales what is outside 320 to 1440 pixels. Length of text is counted in UTF-16 units, the safer reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from shared.publishing.rules.amounts import (
    BINARY_MEGABYTES,
    CHANNELS,
    FRAMES,
    KILOHERTZ,
    MEGABITS,
    MIB,
    PIXELS_WIDE,
    SECONDS,
    as_ratio,
    counted,
)
from shared.publishing.rules.checks import Check, Table, at_most, between, must_be, one_of
from shared.publishing.rules.facts import MediaFacts, is_video, ratio
from shared.publishing.rules.posts import count_violations, cover_moment_violations, misplaced, text_violations
from shared.publishing.rules.violation import Violation
from shared.publishing.text import hashtags, mentions, utf16_units

type InstagramKind = Literal["photo", "reel", "story", "carousel"]

CAPTION_UNITS = 2200
HASHTAGS = 30
MENTIONS = 20
ALT_TEXT_UNITS = 1000

_IMAGE_BYTES = 8 * MIB
# Meta says 1.91:1, and means its own 1200 by 628, which is a hair more.
_TALLEST, _WIDEST = 0.8, 1200 / 628
_JPEG = one_of("media_format_invalid", lambda item: item.media_type, ("image/jpeg",))
_IMAGE_SIZE = at_most("image_too_large", lambda item: item.byte_size, _IMAGE_BYTES, BINARY_MEGABYTES)
_ONE_PICTURE = must_be(
    "media_format_invalid", lambda item: item.multi_picture, False, limit="JPEG of one picture", found="one of several"
)
_FEED_RATIO = between(
    "image_ratio_invalid", ratio, _TALLEST, _WIDEST, as_ratio, text="between 4:5 upright and 1.91:1 wide"
)
_STREAM: tuple[Check, ...] = (
    one_of("media_format_invalid", lambda item: item.video_codec, ("h264", "h265")),
    one_of("chroma_invalid", lambda item: item.chroma, ("4:2:0",)),
    must_be("video_interlaced", lambda item: item.progressive, True, limit="progressive", found="interlaced"),
    between(
        "frame_rate_invalid", lambda item: item.frame_rate, 23, 60, FRAMES, text="between 23 and 60 frames a second"
    ),
    at_most("bit_rate_too_high", lambda item: item.bit_rate, 25_000_000, MEGABITS),
    one_of("audio_codec_invalid", lambda item: item.audio_codec, ("aac",)),
    at_most("audio_rate_invalid", lambda item: item.audio_sample_rate, 48_000, KILOHERTZ),
    at_most("audio_channels_invalid", lambda item: item.audio_channels, 2, CHANNELS),
    must_be(
        "fast_start_missing", lambda item: item.fast_start, True, limit="before the media", found="after the media"
    ),
    must_be("edit_list_present", lambda item: item.edit_list, False, limit="no edit list", found="an edit list"),
)


def _video(*, most_bytes: int, slimmest: float, longest_ms: int) -> Table:
    own = (
        at_most("video_too_large", lambda item: item.byte_size, most_bytes, BINARY_MEGABYTES),
        between("video_ratio_invalid", ratio, slimmest, 10, as_ratio),
        at_most("image_size_invalid", lambda item: item.width, 1920, PIXELS_WIDE),
        between("duration_invalid", lambda item: item.duration_ms, 3000, longest_ms, SECONDS),
    )
    return Table(
        one_of("media_format_invalid", lambda item: item.media_type, ("video/mp4", "video/quicktime")), own + _STREAM
    )


_FEED_IMAGE = Table(_JPEG, (_ONE_PICTURE, _IMAGE_SIZE, _FEED_RATIO))
_STORY_IMAGE = Table(_JPEG, (_ONE_PICTURE, _IMAGE_SIZE))
_REEL = _video(most_bytes=300 * MIB, slimmest=0.01, longest_ms=15 * 60 * 1000)
_STORY_VIDEO = _video(most_bytes=100 * MIB, slimmest=0.1, longest_ms=60_000)
_COVER = Table(
    one_of("cover_format_invalid", lambda item: item.media_type, ("image/jpeg",)),
    (at_most("cover_too_large", lambda item: item.byte_size, _IMAGE_BYTES, BINARY_MEGABYTES),),
)

# What an image, and what a video, is measured by; and how many items there may be.
_TABLES: Mapping[InstagramKind, tuple[Table, Table]] = {
    "photo": (_FEED_IMAGE, _FEED_IMAGE),
    "reel": (_REEL, _REEL),
    "story": (_STORY_IMAGE, _STORY_VIDEO),
    "carousel": (_FEED_IMAGE, _REEL),
}
_COUNTS: Mapping[InstagramKind, tuple[int, int]] = {
    "photo": (1, 1),
    "reel": (1, 1),
    "story": (1, 1),
    "carousel": (2, 10),
}


def instagram_media_violations(kind: InstagramKind, items: Sequence[MediaFacts]) -> tuple[Violation, ...]:
    """What the files alone break, whatever is posted with them."""
    return (
        *count_violations(items, *_COUNTS[kind]),
        *(violation for item in items for violation in _TABLES[kind][is_video(item)].violations(item)),
    )


def instagram_violations(
    *,
    kind: InstagramKind,
    items: Sequence[MediaFacts],
    caption: str,
    cover: MediaFacts | None,
    thumb_offset_ms: int | None,
    quota: tuple[int, int] | None,
) -> tuple[Violation, ...]:
    """Of the items in order, then the text, then the choices. `quota` is (used, total) of 24 hours, None unknown."""
    return (
        *instagram_media_violations(kind, items),
        *(violation for item in items for violation in _alt_text(kind, item)),
        *_caption(kind, caption),
        *_cover(kind, items, cover, thumb_offset_ms),
        *_quota(quota),
    )


def _alt_text(kind: InstagramKind, item: MediaFacts) -> list[Violation]:
    if not item.alt_text:
        return []
    if is_video(item) or kind not in ("photo", "carousel"):
        found = counted(utf16_units(item.alt_text), "character", "characters")
        return [Violation("alt_text_not_supported", item.position, "an image in the feed", found)]
    return text_violations("alt_text_too_long", item.alt_text, ALT_TEXT_UNITS, item=item.position)


def _caption(kind: InstagramKind, caption: str) -> list[Violation]:
    if kind == "story":
        found = counted(utf16_units(caption), "character", "characters")
        return [Violation("caption_not_for_stories", None, "no caption", found)] if caption else []
    return [
        *text_violations("caption_invalid", caption, CAPTION_UNITS),
        *text_violations("caption_invalid", caption, HASHTAGS, count=hashtags, unit="hashtags"),
        *text_violations("caption_invalid", caption, MENTIONS, count=mentions, unit="mentions"),
    ]


def _cover(
    kind: InstagramKind, items: Sequence[MediaFacts], cover: MediaFacts | None, thumb_offset_ms: int | None
) -> list[Violation]:
    if kind != "reel":
        choices = (("a cover", cover is not None), ("a moment for the cover", thumb_offset_ms is not None))
        return misplaced(choices, limit="reels")
    problems = _COVER.violations(cover) if cover else []
    whole = [Violation(problem.code, None, problem.limit, problem.found) for problem in problems]
    return whole + cover_moment_violations(thumb_offset_ms, items)


def _quota(quota: tuple[int, int] | None) -> list[Violation]:
    if quota is None or quota[0] < quota[1]:
        return []
    used, total = (counted(number, "post", "posts") for number in quota)
    return [Violation("daily_limit", None, total, used)]
