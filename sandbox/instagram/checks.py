"""What Instagram accepts: captions, images, reels. Each check answers with the problem or None."""

from __future__ import annotations

import re

from sandbox.instagram.errors import (
    CAPTION_TOO_LONG,
    FETCH_TIMEOUT,
    IMAGE_FORMAT,
    IMAGE_RATIO,
    IMAGE_TOO_LARGE,
    TOO_MANY_MENTIONS,
    UNREACHABLE,
    Problem,
    invalid,
)
from sandbox.media import FetchError, MediaFile
from sandbox.probe import UnreadableError, VideoFacts, probe_image, probe_video

IMAGE_BYTES = 8 * 1024 * 1024
REEL_BYTES = 300 * 1024 * 1024
CAPTION_UNITS = 2200
HASHTAGS = 30
MENTIONS = 20
ALT_TEXT = 1000

# 1080x1350 is exactly 0.8; 1.91 is what Meta prints for 1200x628, which is a hair more.
NARROWEST, WIDEST = 0.8, 1200 / 628

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


def image_problem(file: MediaFile) -> Problem | None:
    try:
        image = probe_image(file.path)
    except UnreadableError as error:
        return IMAGE_FORMAT if error.is_media else UNREACHABLE
    if image.format != "JPEG":
        return IMAGE_FORMAT
    return None if NARROWEST <= image.ratio <= WIDEST else IMAGE_RATIO


def video_fetch_problem(failure: FetchError) -> int:
    return {"timeout": VIDEO_TIMEOUT, "too_large": UNSUPPORTED_VIDEO}.get(failure.reason, UNREACHABLE_VIDEO)


def reel_problem(file: MediaFile) -> int | None:
    try:
        video = probe_video(file.path)
    except UnreadableError:
        return UNSUPPORTED_VIDEO
    if not _is_reel(video):
        return UNSUPPORTED_VIDEO
    return None if video.moov_first else PROCESSING_FAILED


def _is_reel(video: VideoFacts) -> bool:
    return (
        video.codec in ("h264", "hevc")
        and "mp4" in video.container
        and video.pixel_format in ("yuv420p", "yuvj420p", "yuv420p10le")
        and 3 <= video.seconds <= 15 * 60
        and 23 <= video.fps <= 60
        and video.width <= 1920
        and 0.01 <= video.ratio <= 10
        and video.bit_rate <= 25_000_000
        and _is_reel_audio(video)
    )


def _is_reel_audio(video: VideoFacts) -> bool:
    if video.audio_codec is None:
        return True
    return video.audio_codec == "aac" and video.audio_rate <= 48_000 and video.audio_channels <= 2
