"""Each limit at its edge: the last value that a platform takes, and the first that it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.creator import TIKTOK_CHOICES
from shared.platforms.tiktok import CreatorInfo
from shared.publishing.preflight import check_instagram_photo, check_tiktok_video
from shared.publishing.text import hashtags, mentions, utf16_units
from shared.publishing.tiktok_options import TikTokOptions
from shared.publishing.work import Item

EIGHT_MIB = 8 * 1024 * 1024
EMOJI = "\N{CUSTARD}"
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"


def photo(**changes: Any) -> Item:
    facts: dict[str, Any] = {
        "object_key": "media/x.jpg", "media_type": "image/jpeg", "byte_size": 1000, "width": 1080, "height": 1350,
        "duration_ms": None, "frame_rate": None, "video_codec": None, "alt_text": None,
    }  # fmt: skip
    return Item(**facts | changes)


def video(**changes: Any) -> Item:
    facts: dict[str, Any] = {
        "object_key": "media/x.mp4", "media_type": "video/mp4", "byte_size": 1000, "width": 720, "height": 1280,
        "duration_ms": 4000, "frame_rate": 30.0, "video_codec": "h264", "alt_text": None,
    }  # fmt: skip
    return Item(**facts | changes)


def check_video(item: Item, caption: str = "", *, level: str = "SELF_ONLY", **creator: Any) -> str | None:
    options = TikTokOptions.model_validate(TIKTOK_CHOICES | {"privacy_level": level})
    info = {"privacy_level_options": ["SELF_ONLY", "PUBLIC_TO_EVERYONE"], "max_video_post_duration_sec": 600}
    return check_tiktok_video(item, caption, options, CreatorInfo.model_validate(info | creator))


@pytest.mark.parametrize(
    ("size", "problem"), [(1, None), (EIGHT_MIB - 1, None), (EIGHT_MIB, None), (EIGHT_MIB + 1, "image_too_large")]
)
def test_eight_mebibytes(size: int, problem: str | None) -> None:
    assert check_instagram_photo(photo(byte_size=size), "") == problem


@pytest.mark.parametrize(
    ("width", "height", "problem"),
    [
        (1080, 1350, None),
        (800, 1000, None),
        (1079, 1350, "image_ratio_invalid"),
        (1080, 1351, "image_ratio_invalid"),
        (1000, 1000, None),
        (1910, 1000, None),
        (1200, 628, None),
        (1911, 1000, "image_ratio_invalid"),
        (1000, 1910, "image_ratio_invalid"),
        (5, 4, None),
    ],
)
def test_four_to_five_up_to_one_point_nine_one(width: int, height: int, problem: str | None) -> None:
    assert check_instagram_photo(photo(width=width, height=height), "") == problem


@pytest.mark.parametrize(
    ("caption", "problem"),
    [
        ("", None),
        ("x" * 2200, None),
        ("x" * 2201, "caption_invalid"),
        (EMOJI * 1100, None),
        (EMOJI * 1100 + "x", "caption_invalid"),
        ("é" * 2200, None),
        ("e\u0301" * 1100, None),
        ("e\u0301" * 1100 + "x", "caption_invalid"),
        (FAMILY * 275, None),
        (FAMILY * 276, "caption_invalid"),
        ("x" * 2199 + EMOJI, "caption_invalid"),
    ],
    ids=lambda value: f"{len(value or '')}",
)
def test_2200_units_on_both_platforms(caption: str, problem: str | None) -> None:
    assert check_instagram_photo(photo(), caption) == problem
    assert check_video(video(), caption) == problem


@pytest.mark.parametrize(
    ("caption", "problem"),
    [
        (" ".join(f"#tag{n}" for n in range(30)), None),
        (" ".join(f"#tag{n}" for n in range(31)), "caption_invalid"),
        ("".join(f"#tag{n}" for n in range(31)), "caption_invalid"),
        ("\n".join(f"#größe{n}" for n in range(31)), "caption_invalid"),
        ("# " * 40, None),
        (" ".join(f"@name.{n}" for n in range(20)), None),
        (" ".join(f"@name.{n}" for n in range(21)), "caption_invalid"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_30_hashtags_and_20_mentions_on_instagram_only(caption: str, problem: str | None) -> None:
    assert check_instagram_photo(photo(), caption) == problem
    assert check_video(video(), caption) is None


@pytest.mark.parametrize(
    ("rate", "problem"),
    [
        (22.999, "frame_rate_invalid"),
        (23.0, None),
        (23.976, None),
        (60.0, None),
        (60.001, "frame_rate_invalid"),
        (None, "frame_rate_invalid"),
        (0.0, "frame_rate_invalid"),
    ],
)
def test_23_to_60_frames_a_second(rate: float | None, problem: str | None) -> None:
    assert check_video(video(frame_rate=rate)) == problem


@pytest.mark.parametrize("side", ["width", "height"])
@pytest.mark.parametrize(
    ("pixels", "problem"), [(359, "image_size_invalid"), (360, None), (4096, None), (4097, "image_size_invalid")]
)
def test_360_to_4096_pixels_each_way(side: str, pixels: int, problem: str | None) -> None:
    assert check_video(video(**{side: pixels})) == problem


@pytest.mark.parametrize(
    ("milliseconds", "limit", "problem"),
    [
        (180_000, 180, None),
        (180_001, 180, "duration_invalid"),
        (600_000, 600, None),
        (600_001, 600, "duration_invalid"),
        (1, 180, None),
        (0, 180, "duration_invalid"),
        (None, 180, "duration_invalid"),
    ],
)
def test_as_long_as_this_creator_may_post(milliseconds: int | None, limit: int, problem: str | None) -> None:
    assert check_video(video(duration_ms=milliseconds), max_video_post_duration_sec=limit) == problem


@pytest.mark.parametrize(
    ("codec", "problem"),
    [("h264", None), ("h265", None), ("vp8", None), ("vp9", None), ("av1", "media_format_invalid"),
     ("mpeg4", "media_format_invalid"), (None, "media_format_invalid")],
)  # fmt: skip
def test_codecs(codec: str | None, problem: str | None) -> None:
    assert check_video(video(video_codec=codec)) == problem


@pytest.mark.parametrize("offered", [[], ["FOLLOWER_OF_CREATOR", "SELF_ONLY"]])
def test_only_an_audience_that_is_offered(offered: list[str]) -> None:
    assert check_video(video(), level="PUBLIC_TO_EVERYONE", privacy_level_options=offered) == "audience_unavailable"


@pytest.mark.parametrize(
    ("text", "units"),
    [("", 0), ("a", 1), ("é", 1), (EMOJI, 2), (FAMILY, 8), ("\ud83c", 1), ("\N{BLACK HEART SUIT}\ufe0f", 2)],
    ids=ascii,
)
def test_utf16_units(text: str, units: int) -> None:
    assert utf16_units(text) == units


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("#", 0), ("# a", 0), ("#a", 1), ("#a#b", 2), ("#日本", 1), ("#a-b", 1), ("##a", 1)]
)
def test_hashtags(text: str, count: int) -> None:
    assert hashtags(text) == count


@pytest.mark.parametrize(("text", "count"), [("", 0), ("@", 0), ("@a", 1), ("@a.b_c", 1), ("@a@b", 2), ("@ a", 0)])
def test_mentions(text: str, count: int) -> None:
    assert mentions(text) == count
