"""The platforms' rules on media and text, checked before anything is sent. Each check answers a reason, or None.

Sources: Meta, IG User Media reference (September 2026); TikTok, Media Transfer Guide and Direct Post reference.
"""

from __future__ import annotations

from shared.platforms.tiktok import CreatorInfo
from shared.publishing.text import hashtags, mentions, utf16_units
from shared.publishing.tiktok_options import TikTokOptions
from shared.publishing.work import Item

CAPTION_UNITS = 2200
INSTAGRAM_HASHTAGS = 30
INSTAGRAM_MENTIONS = 20
_INSTAGRAM_IMAGE_BYTES = 8 * 1024 * 1024
_INSTAGRAM_TALLEST = 0.8
# Meta says 1.91:1, and means its own 1200 by 628, which is a hair more.
_INSTAGRAM_WIDEST = 1200 / 628
_TIKTOK_VIDEO_CODECS = ("h264", "h265", "vp8", "vp9")


def check_instagram_photo(item: Item, caption: str) -> str | None:
    if item.byte_size > _INSTAGRAM_IMAGE_BYTES:
        return "image_too_large"
    if not _INSTAGRAM_TALLEST <= item.width / item.height <= _INSTAGRAM_WIDEST:
        return "image_ratio_invalid"
    too_many = hashtags(caption) > INSTAGRAM_HASHTAGS or mentions(caption) > INSTAGRAM_MENTIONS
    return "caption_invalid" if too_many or utf16_units(caption) > CAPTION_UNITS else None


def check_tiktok_video(item: Item, caption: str, options: TikTokOptions, creator: CreatorInfo) -> str | None:
    if utf16_units(caption) > CAPTION_UNITS:
        return "caption_invalid"
    if options.privacy_level not in creator.privacy_level_options:
        return "audience_unavailable"
    if item.video_codec not in _TIKTOK_VIDEO_CODECS:
        return "media_format_invalid"
    if not (360 <= item.width <= 4096 and 360 <= item.height <= 4096):
        return "image_size_invalid"
    if not 23 <= (item.frame_rate or 0) <= 60:
        return "frame_rate_invalid"
    if not 0 < (item.duration_ms or 0) <= creator.max_video_post_duration_sec * 1000:
        return "duration_invalid"
    return None
