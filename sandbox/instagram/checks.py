"""What Instagram accepts: captions, images, videos. Each check answers with the problem or None."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.instagram.errors import (
    CAPTION_TOO_LONG,
    FETCH_TIMEOUT,
    IMAGE_FORMAT,
    IMAGE_RATIO,
    IMAGE_TOO_LARGE,
    THUMB_OFFSET,
    TOO_MANY_MENTIONS,
    UNREACHABLE,
    Problem,
    invalid,
)
from sandbox.media import FetchError, MediaFile
from sandbox.probe import UnreadableError, VideoFacts, probe_image, probe_video

IMAGE_BYTES = 8 * 1024 * 1024
CAPTION_UNITS = 2200
HASHTAGS = 30
MENTIONS = 20
ALT_TEXT = 1000

# 1080x1350 is exactly 0.8; 1.91 is what Meta prints for 1200x628, which is a hair more.
NARROWEST, WIDEST = 0.8, 1200 / 628


@dataclass(frozen=True, slots=True)
class VideoRules:
    """What differs between the places a video can go to. `seconds` and `ratio` are inclusive limits."""

    max_bytes: int
    seconds: tuple[float, float]
    ratio: tuple[float, float]


# A video inside a carousel has no table of its own in Meta's documentation: the one for reels is used.
REEL = VideoRules(300 * 1024 * 1024, seconds=(3, 15 * 60), ratio=(0.01, 10))
STORY = VideoRules(100 * 1024 * 1024, seconds=(3, 60), ratio=(0.1, 10))

UNSUPPORTED_VIDEO = 2207026
PROCESSING_FAILED = 2207077
UNREACHABLE_VIDEO = 2207052
VIDEO_TIMEOUT = 2207003


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def text_problem(caption: str, alt_text: str | None) -> Problem | None:
    if utf16_units(caption) > CAPTION_UNITS:
        return CAPTION_TOO_LONG
    if len(re.findall(r"(?<!\w)#\w+", caption)) > HASHTAGS:
        return invalid("The caption has more than 30 hashtags")
    if len(re.findall(r"(?<![\w.])@[\w.]+", caption)) > MENTIONS:
        return TOO_MANY_MENTIONS
    if alt_text is not None and len(alt_text) > ALT_TEXT:
        return invalid("alt_text must be at most 1000 characters")
    return None


def image_fetch_problem(failure: FetchError) -> Problem:
    return {"timeout": FETCH_TIMEOUT, "too_large": IMAGE_TOO_LARGE}.get(failure.reason, UNREACHABLE)


def image_problem(file: MediaFile, *, any_ratio: bool = False) -> Problem | None:
    """In the feed the ratio is limited; stories and covers are cropped or padded instead."""
    try:
        image = probe_image(file.path)
    except UnreadableError as error:
        return IMAGE_FORMAT if error.is_media else UNREACHABLE
    if image.format != "JPEG":
        return IMAGE_FORMAT
    return None if any_ratio or NARROWEST <= image.ratio <= WIDEST else IMAGE_RATIO


def video_fetch_problem(failure: FetchError) -> int:
    return {"timeout": VIDEO_TIMEOUT, "too_large": UNSUPPORTED_VIDEO}.get(failure.reason, UNREACHABLE_VIDEO)


def video_problem(file: MediaFile, rules: VideoRules, thumb_offset: int | None = None) -> int | None:
    """The subcode of the failure; `thumb_offset` is in milliseconds."""
    try:
        video = probe_video(file.path)
    except UnreadableError:
        return UNSUPPORTED_VIDEO
    if not (_is_supported(video) and _fits(video, rules)):
        return UNSUPPORTED_VIDEO
    if not video.moov_first or video.edited:
        return PROCESSING_FAILED
    return THUMB_OFFSET.subcode if thumb_offset is not None and thumb_offset >= video.seconds * 1000 else None


def _fits(video: VideoFacts, rules: VideoRules) -> bool:
    (shortest, longest), (narrowest, widest) = rules.seconds, rules.ratio
    return shortest <= video.seconds <= longest and narrowest <= video.ratio <= widest


def _is_supported(video: VideoFacts) -> bool:
    return (
        video.codec in ("h264", "hevc")
        and "mp4" in video.container
        and video.pixel_format in ("yuv420p", "yuvj420p", "yuv420p10le")
        and video.progressive
        and 23 <= video.fps <= 60
        and video.width <= 1920
        and video.bit_rate <= 25_000_000
        and _is_supported_audio(video)
    )


def _is_supported_audio(video: VideoFacts) -> bool:
    if video.audio_codec is None:
        return True
    return video.audio_codec == "aac" and video.audio_rate <= 48_000 and video.audio_channels <= 2
