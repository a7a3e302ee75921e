"""Whatever is within all limits is taken, and one fact beyond them is told once, at its item, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared.publishing.rules.posts import MIB, Facts, codes, on_instagram, on_tiktok

# Each broken fact is one test: a few items around it are enough, and a busy machine is no failure.
FEW = settings(max_examples=20, deadline=None)
MANY = settings(max_examples=60, deadline=None)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


STREAM = {
    "frame_rate": maybe(st.floats(23, 60)),
    "bit_rate": maybe(st.integers(1, 25_000_000)),
    "audio_codec": maybe(st.just("aac")),
    "audio_sample_rate": maybe(st.integers(8000, 48_000)),
    "audio_channels": maybe(st.integers(1, 2)),
    "chroma": maybe(st.just("4:2:0")),
    "progressive": maybe(st.just(True)),
    "fast_start": maybe(st.just(True)),
    "edit_list": maybe(st.just(False)),
}
FEED_IMAGES = st.builds(
    Facts,
    byte_size=st.integers(1, 8 * MIB),
    width=st.integers(1000, 1900),
    height=st.integers(1000, 1250),
    alt_text=maybe(st.text(max_size=500)),
)
FEED_VIDEOS = st.builds(
    Facts,
    media_type=st.sampled_from(["video/mp4", "video/quicktime"]),
    byte_size=st.integers(1, 300 * MIB),
    width=st.integers(200, 1920),
    height=st.integers(200, 1920),
    duration_ms=maybe(st.integers(3000, 900_000)),
    video_codec=maybe(st.sampled_from(["h264", "h265"])),
    **STREAM,
)
TIKTOK_VIDEOS = st.builds(
    Facts,
    media_type=st.sampled_from(["video/mp4", "video/quicktime", "video/webm"]),
    byte_size=st.integers(1, 4 * 10**9),
    width=st.integers(360, 4096),
    height=st.integers(360, 4096),
    duration_ms=maybe(st.integers(1, 180_000)),
    frame_rate=maybe(st.floats(23, 60)),
    video_codec=maybe(st.sampled_from(["h264", "h265", "vp8", "vp9"])),
)
TIKTOK_PHOTOS = st.builds(
    Facts,
    media_type=st.sampled_from(["image/jpeg", "image/webp"]),
    byte_size=st.integers(1, 20_000_000),
    width=st.integers(1, 1080),
    height=st.integers(1, 1920),
)
PLAIN = st.text(st.characters(exclude_characters="#@"), max_size=1100)

BROKEN_IMAGE: list[tuple[dict[str, Any], str]] = [
    ({"media_type": "image/png"}, "media_format_invalid"),
    ({"byte_size": 20_000_001}, "image_too_large"),
]
BROKEN_VIDEO: list[tuple[dict[str, Any], str]] = [
    ({"media_type": "video/x-matroska"}, "media_format_invalid"),
    ({"video_codec": "av1"}, "media_format_invalid"),
    ({"byte_size": 4 * 10**9 + 1}, "video_too_large"),
    ({"duration_ms": 900_001}, "duration_invalid"),
    ({"frame_rate": 10.0}, "frame_rate_invalid"),
    ({"frame_rate": 120.0}, "frame_rate_invalid"),
]
BROKEN_FEED_IMAGE: list[tuple[dict[str, Any], str]] = [
    ({"width": 100}, "image_ratio_invalid"),
    ({"alt_text": "x" * 1001}, "alt_text_too_long"),
]
BROKEN_FEED_VIDEO: list[tuple[dict[str, Any], str]] = [
    ({"width": 1921}, "image_size_invalid"),
    ({"height": 10**6}, "video_ratio_invalid"),
    ({"bit_rate": 25_000_001}, "bit_rate_too_high"),
    ({"audio_codec": "opus"}, "audio_codec_invalid"),
    ({"audio_sample_rate": 96_000}, "audio_rate_invalid"),
    ({"audio_channels": 6}, "audio_channels_invalid"),
    ({"chroma": "4:4:4"}, "chroma_invalid"),
    ({"progressive": False}, "video_interlaced"),
    ({"fast_start": False}, "fast_start_missing"),
    ({"edit_list": True}, "edit_list_present"),
    ({"alt_text": "x"}, "alt_text_not_supported"),
]


def placed(items: list[Facts]) -> list[Facts]:
    return [replace(item, position=position) for position, item in enumerate(items)]


CAROUSELS = st.lists(FEED_IMAGES | FEED_VIDEOS, min_size=2, max_size=10).map(placed)
ALBUMS = st.lists(TIKTOK_PHOTOS, min_size=1, max_size=35).map(placed)


@MANY
@given(items=CAROUSELS, caption=PLAIN, used=st.integers(0, 49))
def test_a_carousel_within_all_limits_is_taken(items: list[Facts], caption: str, used: int) -> None:
    assert on_instagram("carousel", *items, caption=caption, quota=(used, 50)) == ()


@MANY
@given(item=TIKTOK_VIDEOS, caption=PLAIN, level=st.sampled_from(["PUBLIC_TO_EVERYONE", "SELF_ONLY"]), on=st.booleans())
def test_a_video_on_tiktok_within_all_limits_is_taken(item: Facts, caption: str, level: str, on: bool) -> None:
    allowed = {"allow_comment": on, "allow_duet": on, "allow_stitch": on}
    brands = {"your_brand": on, "branded_content": on and level != "SELF_ONLY", "disclosed": on}
    assert on_tiktok("video", item, caption=caption, privacy_level=level, **allowed, **brands) == ()


@MANY
@given(items=ALBUMS, caption=PLAIN, data=st.data())
def test_an_album_on_tiktok_within_all_limits_is_taken(items: list[Facts], caption: str, data: st.DataObject) -> None:
    cover = data.draw(st.integers(0, len(items) - 1))
    assert on_tiktok("photo", *items, caption=caption, cover_index=cover, auto_add_music=True) == ()


@pytest.mark.parametrize(("broken", "code"), BROKEN_IMAGE + BROKEN_FEED_IMAGE)
@FEW
@given(items=CAROUSELS, image=FEED_IMAGES, data=st.data())
def test_one_broken_image_of_a_carousel_is_told_once(
    broken: Any, code: str, items: list[Facts], image: Facts, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(items) - 1))
    items[place] = replace(image, position=place, **broken)
    assert [(found.code, found.item) for found in on_instagram("carousel", *items)] == [(code, place)]


@pytest.mark.parametrize(("broken", "code"), BROKEN_VIDEO + BROKEN_FEED_VIDEO)
@FEW
@given(items=CAROUSELS, video=FEED_VIDEOS, data=st.data())
def test_one_broken_video_of_a_carousel_is_told_once(
    broken: Any, code: str, items: list[Facts], video: Facts, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(items) - 1))
    items[place] = replace(video, position=place, **broken)
    assert [(found.code, found.item) for found in on_instagram("carousel", *items)] == [(code, place)]


@pytest.mark.parametrize(("broken", "code"), [*BROKEN_VIDEO, ({"width": 359}, "image_size_invalid")])
@FEW
@given(video=TIKTOK_VIDEOS)
def test_one_broken_fact_of_a_video_on_tiktok_is_told_once(broken: Any, code: str, video: Facts) -> None:
    assert codes(on_tiktok("video", replace(video, **broken))) == [code]


@pytest.mark.parametrize(("broken", "code"), [*BROKEN_IMAGE, ({"height": 1921}, "image_size_invalid")])
@FEW
@given(items=ALBUMS, data=st.data())
def test_one_broken_photo_on_tiktok_is_told_once(
    broken: Any, code: str, items: list[Facts], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(items) - 1))
    items[place] = replace(items[place], **broken)
    assert [(found.code, found.item) for found in on_tiktok("photo", *items)] == [(code, place)]
