"""Each limit of Instagram at both of its sides, and what is told when it is broken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.shared.publishing.rules.posts import EMOJI, MIB, codes, on_instagram, photo, third, told, video

RATIO = ("image_ratio_invalid", "between 4:5 upright and 1.91:1 wide")
FRAMES = ("frame_rate_invalid", "between 23 and 60 frames a second")
# Facts that are just allowed, facts that are just refused, and the refusal: code, limit and found.
IMAGE_EDGES: list[tuple[dict[str, Any], dict[str, Any], tuple[str, str, str]]] = [
    ({"media_type": "image/jpeg"}, {"media_type": "image/webp"}, ("media_format_invalid", "JPEG", "WebP")),
    ({"byte_size": 8 * MIB}, {"byte_size": 8 * MIB + 1}, ("image_too_large", "8 MB", "8.000001 MB")),
    ({"width": 1080, "height": 1350}, {"width": 1079, "height": 1350}, (*RATIO, "0.799:1")),
    ({"width": 1200, "height": 628}, {"width": 1911, "height": 1000}, (*RATIO, "1.911:1")),
    ({"multi_picture": False}, {"multi_picture": True},
     ("media_format_invalid", "JPEG of one picture", "one of several")),
]  # fmt: skip
VIDEO_EDGES: list[tuple[dict[str, Any], dict[str, Any], tuple[str, str, str]]] = [
    ({"media_type": "video/quicktime"}, {"media_type": "video/webm"}, ("media_format_invalid", "MP4 or MOV", "WebM")),
    ({"video_codec": "h265"}, {"video_codec": "vp9"}, ("media_format_invalid", "H.264 or H.265", "VP9")),
    ({"width": 1920}, {"width": 1921}, ("image_size_invalid", "1920 pixels in width", "1921 pixels in width")),
    ({"duration_ms": 3000}, {"duration_ms": 2999}, ("duration_invalid", "", "2.999 s")),
    ({"frame_rate": 23.0}, {"frame_rate": 22.999}, (*FRAMES, "22.999 frames a second")),
    ({"frame_rate": 60.0}, {"frame_rate": 60.001}, (*FRAMES, "60.001 frames a second")),
    ({"bit_rate": 25_000_000}, {"bit_rate": 25_000_001}, ("bit_rate_too_high", "25 Mbit/s", "25.000001 Mbit/s")),
    ({"chroma": "4:2:0"}, {"chroma": "4:2:2"}, ("chroma_invalid", "4:2:0", "4:2:2")),
    ({"progressive": True}, {"progressive": False}, ("video_interlaced", "progressive", "interlaced")),
    ({"fast_start": True}, {"fast_start": False}, ("fast_start_missing", "before the media", "after the media")),
    ({"edit_list": False}, {"edit_list": True}, ("edit_list_present", "no edit list", "an edit list")),
    ({"audio_codec": "aac"}, {"audio_codec": "opus"}, ("audio_codec_invalid", "AAC", "Opus")),
    ({"audio_sample_rate": 48_000}, {"audio_sample_rate": 96_000}, ("audio_rate_invalid", "48 kHz", "96 kHz")),
    ({"audio_channels": 2}, {"audio_channels": 6}, ("audio_channels_invalid", "2 channels", "6 channels")),
]
REEL_EDGES: list[tuple[dict[str, Any], dict[str, Any], tuple[str, str, str]]] = [
    ({"byte_size": 300 * MIB}, {"byte_size": 300 * MIB + 1}, ("video_too_large", "300 MB", "300.000001 MB")),
    ({"duration_ms": 900_000}, {"duration_ms": 900_001},
     ("duration_invalid", "between 3 s and 900 s", "900.001 s")),
    ({"width": 10, "height": 1000}, {"width": 9, "height": 1000},
     ("video_ratio_invalid", "between 0.01:1 and 10:1", "0.009:1")),
    ({"width": 1000, "height": 100}, {"width": 1001, "height": 100},
     ("video_ratio_invalid", "between 0.01:1 and 10:1", "10.01:1")),
]  # fmt: skip
STORY_EDGES: list[tuple[dict[str, Any], dict[str, Any], tuple[str, str, str]]] = [
    ({"byte_size": 100 * MIB}, {"byte_size": 100 * MIB + 1}, ("video_too_large", "100 MB", "100.000001 MB")),
    ({"duration_ms": 60_000}, {"duration_ms": 60_001}, ("duration_invalid", "between 3 s and 60 s", "60.001 s")),
    ({"width": 100, "height": 1000}, {"width": 99, "height": 1000},
     ("video_ratio_invalid", "between 0.1:1 and 10:1", "0.099:1")),
]  # fmt: skip


@pytest.mark.parametrize(("allowed", "refused", "telling"), IMAGE_EDGES)
def test_an_image_in_the_feed_is_refused_just_beyond_each_limit(allowed: Any, refused: Any, telling: Any) -> None:
    assert on_instagram("photo", photo(**allowed)) == ()
    assert told(on_instagram("photo", photo(**refused))) == [telling]


@pytest.mark.parametrize("kind", ["reel", "story"])
@pytest.mark.parametrize(("allowed", "refused", "telling"), VIDEO_EDGES)
def test_a_video_is_refused_just_beyond_each_limit(kind: str, allowed: Any, refused: Any, telling: Any) -> None:
    assert on_instagram(kind, video(**allowed)) == ()
    limit = telling[1] or {"reel": "between 3 s and 900 s", "story": "between 3 s and 60 s"}[kind]
    assert told(on_instagram(kind, video(**refused))) == [(telling[0], limit, telling[2])]


@pytest.mark.parametrize(
    ("kind", "allowed", "refused", "telling"),
    [*(("reel", *edge) for edge in REEL_EDGES), *(("story", *edge) for edge in STORY_EDGES)],
)
def test_a_reel_and_a_story_have_limits_of_their_own(kind: str, allowed: Any, refused: Any, telling: Any) -> None:
    assert on_instagram(kind, video(**allowed)) == ()
    assert told(on_instagram(kind, video(**refused))) == [telling]


@pytest.mark.parametrize(("refused", "telling"), [edge[1:] for edge in IMAGE_EDGES])
def test_the_message_names_the_image_and_both_numbers(refused: Any, telling: Any) -> None:
    _expect_third(photo(**refused), telling)


@pytest.mark.parametrize(("refused", "telling"), [edge[1:] for edge in VIDEO_EDGES + REEL_EDGES])
def test_the_message_names_the_video_and_both_numbers(refused: Any, telling: Any) -> None:
    _expect_third(video(**refused), telling)


def _expect_third(item: Any, telling: tuple[str, str, str]) -> None:
    (violation,) = on_instagram("carousel", *third(item))
    shown = violation.present()
    assert (shown["code"], shown["item"]) == (telling[0], 2)
    assert all(part in str(shown["what"]) for part in ("Item 3: ", violation.limit, violation.found))
    assert violation.as_detail() == {"item": "3", "limit": violation.limit, "found": violation.found}


@pytest.mark.parametrize(("width", "height"), [(1, 1), (5, 4), (200, 200), (8000, 8000)])
def test_an_image_that_instagram_scales_is_not_refused(width: int, height: int) -> None:
    assert on_instagram("photo", photo(width=width, height=height)) == ()


def test_an_image_in_a_story_may_have_any_shape() -> None:
    assert on_instagram("story", photo(width=1000, height=10)) == ()
    assert codes(on_instagram("story", photo(byte_size=8 * MIB + 1))) == ["image_too_large"]


@pytest.mark.parametrize(("kind", "item"), [("photo", video()), ("reel", photo()), ("story", photo(media_type="x/y"))])
def test_a_file_of_the_wrong_kind_is_told_once(kind: str, item: Any) -> None:
    assert codes(on_instagram(kind, item)) == ["media_format_invalid"]


@pytest.mark.parametrize(
    ("kind", "number", "telling"),
    [
        ("photo", 0, ("1 item", "0 items")),
        ("photo", 1, None),
        ("photo", 2, ("1 item", "2 items")),
        ("story", 2, ("1 item", "2 items")),
        ("reel", 2, ("1 item", "2 items")),
        ("carousel", 1, ("between 2 and 10 items", "1 item")),
        ("carousel", 2, None),
        ("carousel", 10, None),
        ("carousel", 11, ("between 2 and 10 items", "11 items")),
    ],
)
def test_a_post_has_as_many_items_as_its_kind_takes(kind: str, number: int, telling: Any) -> None:
    make = video if kind == "reel" else photo
    violations = on_instagram(kind, *(make(position=position) for position in range(number)))
    assert told(violations) == ([("item_count_invalid", *telling)] if telling else [])


@pytest.mark.parametrize(
    ("allowed", "refused", "limit", "found"),
    [
        ("x" * 2200, "x" * 2201, "2200 characters", "2201 characters"),
        (EMOJI * 1100, EMOJI * 1100 + "x", "2200 characters", "2201 characters"),
        ("#a " * 30, "#a " * 31, "30 hashtags", "31 hashtags"),
        ("@a " * 20, "@a " * 21, "20 mentions", "21 mentions"),
    ],
    ids=["length", "emoji", "hashtags", "mentions"],
)
def test_a_caption_ends_at_each_of_its_limits(allowed: str, refused: str, limit: str, found: str) -> None:
    for kind, items in (("photo", (photo(),)), ("reel", (video(),)), ("carousel", (photo(), photo(position=1)))):
        assert on_instagram(kind, *items, caption=allowed) == ()
        assert told(on_instagram(kind, *items, caption=refused)) == [("caption_invalid", limit, found)]


def test_a_story_has_no_caption() -> None:
    assert on_instagram("story", photo(), caption="") == ()
    assert told(on_instagram("story", photo(), caption="Hi")) == [
        ("caption_not_for_stories", "no caption", "2 characters")
    ]


def test_alternative_text_is_for_images_in_the_feed() -> None:
    assert on_instagram("photo", photo(alt_text="x" * 1000)) == ()
    assert told(on_instagram("photo", photo(alt_text="x" * 1001))) == [
        ("alt_text_too_long", "1000 characters", "1001 characters")
    ]
    for kind, item in (("reel", video(alt_text="A")), ("story", photo(alt_text="A")), ("story", video(alt_text="A"))):
        assert told(on_instagram(kind, item)) == [("alt_text_not_supported", "an image in the feed", "1 character")]


def test_alternative_text_of_a_carousel_is_judged_item_by_item() -> None:
    items = third(video(alt_text="Waves"))
    (violation,) = on_instagram("carousel", *items)
    assert (violation.code, violation.item) == ("alt_text_not_supported", 2)


@pytest.mark.parametrize(
    ("moment", "found"), [(0, None), (9999, None), (10_000, "10 s"), (10_001, "10.001 s"), (-1, "-0.001 s")]
)
def test_the_cover_of_a_reel_is_a_moment_inside_it(moment: int, found: str | None) -> None:
    telling = [("cover_moment_invalid", "from 0 s to before 10 s", found)] if found else []
    assert told(on_instagram("reel", video(), thumb_offset_ms=moment)) == telling


def test_the_moment_in_a_video_of_unknown_length_is_left_to_the_platform() -> None:
    assert on_instagram("reel", video(duration_ms=None), thumb_offset_ms=10**9) == ()


def test_the_cover_of_a_reel_is_a_small_jpeg_of_any_shape() -> None:
    assert on_instagram("reel", video(), cover=photo(byte_size=8 * MIB, width=9, height=160)) == ()
    assert told(on_instagram("reel", video(), cover=photo(byte_size=8 * MIB + 1))) == [
        ("cover_too_large", "8 MB", "8.000001 MB")
    ]
    (violation,) = on_instagram("reel", video(), cover=photo(media_type="image/webp"))
    assert (violation.code, violation.item, violation.found) == ("cover_format_invalid", None, "WebP")


@pytest.mark.parametrize("changes", [{"cover": photo()}, {"thumb_offset_ms": 0}])
def test_only_a_reel_has_a_cover(changes: Any) -> None:
    assert codes(on_instagram("photo", photo(), **changes)) == ["option_not_for_kind"]


@pytest.mark.parametrize(
    ("quota", "telling"),
    [
        ((49, 50), []),
        ((50, 50), [("daily_limit", "50 posts", "50 posts")]),
        ((51, 50), [("daily_limit", "50 posts", "51 posts")]),
        ((0, 0), [("daily_limit", "0 posts", "0 posts")]),
        (None, []),
    ],
)
def test_nothing_is_published_once_the_quota_is_used(quota: Any, telling: Any) -> None:
    assert told(on_instagram("photo", photo(), quota=quota)) == telling


def test_what_is_wrong_is_told_in_the_order_of_the_post() -> None:
    wrong = (
        photo(byte_size=8 * MIB + 1, width=1, height=9),
        video(position=1, audio_channels=6, frame_rate=1.0, alt_text="x"),
    )
    violations = on_instagram("carousel", *wrong, caption="@a " * 2000, thumb_offset_ms=0, quota=(9, 9))
    assert [(violation.item, violation.code) for violation in violations] == [
        (0, "image_too_large"), (0, "image_ratio_invalid"), (1, "frame_rate_invalid"), (1, "audio_channels_invalid"),
        (1, "alt_text_not_supported"), (None, "caption_invalid"), (None, "caption_invalid"),
        (None, "option_not_for_kind"), (None, "daily_limit"),
    ]  # fmt: skip
