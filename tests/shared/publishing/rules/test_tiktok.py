"""Each limit of TikTok at both of its sides, and what is told when it is broken."""

from __future__ import annotations

from typing import Any

import pytest

from shared.platforms.tiktok import CreatorInfo
from tests.shared.publishing.rules.posts import CREATOR, EMOJI, codes, on_tiktok, photo, third, told, video

SIDES = ("image_size_invalid", "360 to 4096 pixels on each side")
PHOTO_SIZE = ("image_size_invalid", "1080 by 1920 pixels, upright or wide")
FRAMES = ("frame_rate_invalid", "between 23 and 60 frames a second")
DURATION = ("duration_invalid", "more than 0 s and at most 180 s")
VIDEO_EDGES: list[tuple[dict[str, Any], dict[str, Any], tuple[str, str, str]]] = [
    ({"media_type": "video/webm"}, {"media_type": "video/x-msvideo"},
     ("media_format_invalid", "MP4, MOV or WebM", "video/x-msvideo")),
    ({"video_codec": "vp9"}, {"video_codec": "av1"},
     ("media_format_invalid", "H.264, H.265, VP8 or VP9", "AV1")),
    ({"byte_size": 4 * 10**9}, {"byte_size": 4 * 10**9 + 1}, ("video_too_large", "4 GB", "4.000000001 GB")),
    ({"width": 360}, {"width": 359}, (*SIDES, "359 by 1920 pixels")),
    ({"width": 4096}, {"width": 4097}, (*SIDES, "4097 by 1920 pixels")),
    ({"height": 360}, {"height": 359}, (*SIDES, "1080 by 359 pixels")),
    ({"height": 4096}, {"height": 4097}, (*SIDES, "1080 by 4097 pixels")),
    ({"frame_rate": 23.0}, {"frame_rate": 22.999}, (*FRAMES, "22.999 frames a second")),
    ({"frame_rate": 60.0}, {"frame_rate": 60.001}, (*FRAMES, "60.001 frames a second")),
    ({"duration_ms": 180_000}, {"duration_ms": 180_001}, (*DURATION, "180.001 s")),
    ({"duration_ms": 1}, {"duration_ms": 0}, (*DURATION, "0 s")),
]  # fmt: skip
PHOTO_EDGES: list[tuple[dict[str, Any], dict[str, Any], tuple[str, str, str]]] = [
    ({"media_type": "image/webp"}, {"media_type": "image/png"}, ("media_format_invalid", "JPEG or WebP", "PNG")),
    ({"byte_size": 20 * 10**6}, {"byte_size": 20 * 10**6 + 1}, ("image_too_large", "20 MB", "20.000001 MB")),
    ({"width": 1080, "height": 1920}, {"width": 1081, "height": 1920}, (*PHOTO_SIZE, "1081 by 1920 pixels")),
    ({"width": 1920, "height": 1080}, {"width": 1921, "height": 1080}, (*PHOTO_SIZE, "1921 by 1080 pixels")),
    ({"width": 1080, "height": 1080}, {"width": 1081, "height": 1081}, (*PHOTO_SIZE, "1081 by 1081 pixels")),
]


@pytest.mark.parametrize(("allowed", "refused", "telling"), VIDEO_EDGES)
def test_a_video_is_refused_just_beyond_each_limit(allowed: Any, refused: Any, telling: Any) -> None:
    assert on_tiktok("video", video(**allowed)) == ()
    assert told(on_tiktok("video", video(**refused))) == [telling]


@pytest.mark.parametrize(("allowed", "refused", "telling"), PHOTO_EDGES)
def test_a_photo_is_refused_just_beyond_each_limit(allowed: Any, refused: Any, telling: Any) -> None:
    assert on_tiktok("photo", photo(**allowed)) == ()
    assert told(on_tiktok("photo", photo(**refused))) == [telling]


@pytest.mark.parametrize(("refused", "telling"), [edge[1:] for edge in PHOTO_EDGES])
def test_the_message_names_the_photo_and_both_numbers(refused: Any, telling: Any) -> None:
    (violation,) = on_tiktok("photo", *third(photo(**refused)))
    assert (violation.code, violation.item) == (telling[0], 2)
    assert all(part in str(violation.present()["what"]) for part in ("Item 3: ", *telling[1:]))


@pytest.mark.parametrize(("refused", "telling"), [edge[1:] for edge in VIDEO_EDGES])
def test_the_message_names_the_video_and_both_numbers(refused: Any, telling: Any) -> None:
    (violation,) = on_tiktok("video", video(**refused))
    assert all(part in str(violation.present()["what"]) for part in ("Item 1: ", *telling[1:]))


def test_any_sound_and_any_shape_is_tiktoks_to_judge() -> None:
    item = video(width=360, height=4096, audio_codec="opus", audio_channels=6, bit_rate=10**8, edit_list=True)
    assert on_tiktok("video", item) == ()


@pytest.mark.parametrize(("kind", "item"), [("video", photo()), ("photo", video())])
def test_a_file_of_the_wrong_kind_is_told_once(kind: str, item: Any) -> None:
    assert codes(on_tiktok(kind, item)) == ["media_format_invalid"]


@pytest.mark.parametrize(
    ("kind", "number", "limit"),
    [
        ("photo", 0, "between 1 and 35 items"),
        ("photo", 1, None),
        ("photo", 35, None),
        ("photo", 36, "between 1 and 35 items"),
        ("video", 0, "1 item"),
        ("video", 1, None),
        ("video", 2, "1 item"),
    ],
)
def test_a_post_has_as_many_items_as_its_kind_takes(kind: str, number: int, limit: str | None) -> None:
    make = photo if kind == "photo" else video
    violations = on_tiktok(kind, *(make(position=position) for position in range(number)))
    assert told(violations) == ([("item_count_invalid", limit, f"{number} items")] if limit else [])


@pytest.mark.parametrize(("kind", "item", "most"), [("video", video(), 2200), ("photo", photo(), 4000)])
def test_a_caption_ends_at_its_limit(kind: str, item: Any, most: int) -> None:
    assert on_tiktok(kind, item, caption=EMOJI * (most // 2)) == ()
    assert told(on_tiktok(kind, item, caption=EMOJI * (most // 2) + "x")) == [
        ("caption_invalid", f"{most} characters", f"{most + 1} characters")
    ]


def test_hashtags_and_mentions_are_not_counted() -> None:
    assert on_tiktok("video", video(), caption="#a @b " * 200) == ()


def test_the_title_of_photos_ends_at_90_units() -> None:
    assert on_tiktok("photo", photo(), title=EMOJI * 45) == ()
    assert told(on_tiktok("photo", photo(), title=EMOJI * 45 + "x")) == [
        ("title_too_long", "90 characters", "91 characters")
    ]


def test_an_audience_must_be_chosen() -> None:
    assert told(on_tiktok("video", video(), privacy_level=None)) == [
        ("privacy_not_chosen", "one of: Everyone, Only me", "not chosen")
    ]
    assert codes(on_tiktok("video", video(), privacy_level=None, creator=None)) == ["privacy_not_chosen"]


@pytest.mark.parametrize(
    ("offered", "limit"), [((), "none"), (("FOLLOWER_OF_CREATOR", "SELF_ONLY"), "Followers, Only me")]
)
def test_an_audience_must_be_one_that_is_offered_now(offered: tuple[str, ...], limit: str) -> None:
    creator = CREATOR.model_copy(update={"privacy_level_options": offered})
    assert told(on_tiktok("video", video(), privacy_level="PUBLIC_TO_EVERYONE", creator=creator)) == [
        ("audience_unavailable", limit, "Everyone")
    ]


def test_branded_content_is_never_private() -> None:
    choices = {"branded_content": True, "disclosed": True}
    assert on_tiktok("video", video(), privacy_level="PUBLIC_TO_EVERYONE", **choices) == ()
    assert on_tiktok("video", video(), your_brand=True, disclosed=True) == ()
    (violation,) = on_tiktok("video", video(), privacy_level="SELF_ONLY", **choices)
    assert violation.code == "branded_content_private"
    assert "Branded content visibility cannot be set to private." in str(violation.present()["what"])


@pytest.mark.parametrize(
    ("disclosed", "your_brand", "code"),
    [
        (True, False, "disclosure_incomplete"),
        (True, True, None),
        (False, True, "disclosure_off"),
        (False, False, None),
        (None, True, None),
        (None, False, None),
    ],
)
def test_a_disclosure_says_whom_it_is_about(disclosed: bool | None, your_brand: bool, code: str | None) -> None:
    violations = on_tiktok("video", video(), disclosed=disclosed, your_brand=your_brand)
    assert codes(violations) == ([code] if code else [])


@pytest.mark.parametrize("name", ["comment", "duet", "stitch"])
def test_an_interaction_that_the_creator_switched_off_cannot_be_allowed(name: str) -> None:
    disabled = CREATOR.model_copy(update={f"{name}_disabled": True})
    allowing = {f"allow_{name}": True}
    assert on_tiktok("video", video(), **allowing) == ()
    assert on_tiktok("video", video(), creator=disabled) == ()
    assert told(on_tiktok("video", video(), **allowing, creator=disabled)) == [
        ("interaction_unavailable", "off for this account", f"Allow {name.title()}")
    ]


def test_photos_have_comments_only() -> None:
    ignored = CREATOR.model_copy(update={"duet_disabled": True, "stitch_disabled": True})
    assert on_tiktok("photo", photo(), allow_comment=True, creator=ignored) == ()
    for creator in (CREATOR, ignored, None):
        assert told(on_tiktok("photo", photo(), allow_duet=True, allow_stitch=True, creator=creator)) == [
            ("interaction_unavailable", "off for photos", "Allow Duet"),
            ("interaction_unavailable", "off for photos", "Allow Stitch"),
        ]


@pytest.mark.parametrize(("moment", "found"), [(0, None), (9999, None), (10_000, "10 s"), (-1, "-0.001 s")])
def test_the_cover_of_a_video_is_a_moment_inside_it(moment: int, found: str | None) -> None:
    telling = [("cover_moment_invalid", "from 0 s to before 10 s", found)] if found else []
    assert told(on_tiktok("video", video(), cover_timestamp_ms=moment)) == telling


@pytest.mark.parametrize(("index", "found"), [(-1, "0"), (0, None), (1, None), (2, "3")])
def test_the_cover_of_photos_is_one_of_them(index: int, found: str | None) -> None:
    telling = [("cover_index_invalid", "one from 1 to 2", found)] if found else []
    assert told(on_tiktok("photo", photo(), photo(position=1), cover_index=index)) == telling


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("video", {"title": "A"}),
        ("video", {"auto_add_music": True}),
        ("video", {"cover_index": 1}),
        ("photo", {"cover_timestamp_ms": 0}),
        ("photo", {"transfer": "FILE_UPLOAD"}),
    ],
)
def test_a_choice_of_the_other_kind_is_not_dropped_in_silence(kind: str, changes: Any) -> None:
    items = {"video": video(), "photo": photo()}
    other = {"video": "photo", "photo": "video"}[kind]
    assert codes(on_tiktok(kind, items[kind], **changes)) == ["option_not_for_kind"]
    assert on_tiktok(other, items[other], **changes | ({"cover_index": 0} if "cover_index" in changes else {})) == ()


def test_what_is_not_known_of_the_creator_is_not_judged() -> None:
    choices: dict[str, Any] = {"privacy_level": "FOLLOWER_OF_CREATOR", "allow_comment": True, "allow_duet": True}
    assert on_tiktok("video", video(duration_ms=10**7), creator=None, **choices) == ()


def test_what_is_wrong_is_told_in_the_order_of_the_post() -> None:
    creator = CreatorInfo(
        privacy_level_options=("PUBLIC_TO_EVERYONE",), comment_disabled=True, max_video_post_duration_sec=1
    )
    violations = on_tiktok(
        "video", video(width=1, frame_rate=1.0), caption="x" * 2201, title="A", allow_comment=True,
        branded_content=True, cover_timestamp_ms=10_000, creator=creator,
    )  # fmt: skip
    assert codes(violations) == [
        "image_size_invalid", "frame_rate_invalid", "duration_invalid", "caption_invalid", "audience_unavailable",
        "branded_content_private", "disclosure_off", "interaction_unavailable", "option_not_for_kind",
        "cover_moment_invalid",
    ]  # fmt: skip
