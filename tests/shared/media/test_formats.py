"""probe() on every format that can be uploaded, and the facts that the platforms' limits are about."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PIL import Image

from sandbox.encoding import copy_video
from sandbox.samples import Samples, make_video
from shared.media.probe import MediaFacts, NotWhatItClaims, probe
from tests.shared.media.files import (
    Sparse,
    large_webm,
    png,
    stereo_photo,
    turned_webp,
    webm_of,
    whole,
    with_edits,
)

WEBM = "video/webm"


def look(file: Sparse, media_type: str) -> MediaFacts:
    return probe(file.read_range, byte_size=file.size, media_type=media_type)


def look_at(path: Path, media_type: str) -> MediaFacts:
    return look(whole(path.read_bytes()), media_type)


def refusal(data: bytes, media_type: str) -> str:
    with pytest.raises(NotWhatItClaims) as refused:
        look(whole(data), media_type)
    return str(refused.value)


def test_an_mp4_tells_all_that_the_limits_are_about(samples: Samples) -> None:
    size = samples.video.stat().st_size

    assert look_at(samples.video, "video/mp4") == MediaFacts(
        width=720,
        height=1280,
        duration_ms=4000,
        frame_rate=30,
        video_codec="h264",
        audio_codec="aac",
        bit_rate=size * 8 // 4,
        audio_sample_rate=44_100,
        audio_channels=1,
        chroma="4:2:0",
        progressive=True,
        fast_start=True,
        edit_list=False,
    )


def test_a_quicktime_movie_tells_the_same_as_the_mp4_of_its_pictures(samples: Samples) -> None:
    mov, mp4 = look_at(samples.mov, "video/quicktime"), look_at(samples.video, "video/mp4")

    assert (mov.bit_rate, mov.duration_ms) == (samples.mov.stat().st_size * 2, mp4.duration_ms)
    assert (mov.video_codec, mov.audio_codec, mov.chroma, mov.progressive) == ("h264", "aac", "4:2:0", True)
    assert (mov.width, mov.height, mov.fast_start, mov.edit_list) == (720, 1280, True, False)


def test_a_webm_tells_what_it_describes(samples: Samples) -> None:
    facts = look_at(samples.webm, WEBM)

    assert (facts.width, facts.height, facts.video_codec, facts.audio_codec) == (360, 640, "vp9", "opus")
    assert (facts.audio_sample_rate, facts.audio_channels, facts.frame_rate) == (48_000, 1, 30)
    assert facts.duration_ms == pytest.approx(3000, abs=60)
    assert facts.bit_rate == pytest.approx(samples.webm.stat().st_size * 8 / 3, rel=0.03)
    assert facts.fast_start is facts.edit_list is facts.progressive is None


def test_a_webp_tells_its_size(samples: Samples) -> None:
    assert look_at(samples.webp, "image/webp") == MediaFacts(1080, 1350)


def test_width_and_height_are_those_that_are_seen(samples: Samples) -> None:
    """Stored lying, shown upright: the platforms crop and refuse by what is seen."""
    with Image.open(samples.turned_photo) as photo:
        assert photo.size == (1350, 1080)
    photo_facts, video_facts = look_at(samples.turned_photo, "image/jpeg"), look_at(samples.turned_video, "video/mp4")

    assert (photo_facts.width, photo_facts.height) == (1080, 1350)
    assert (video_facts.width, video_facts.height) == (360, 640)
    assert look(whole(turned_webp()), "image/webp") == MediaFacts(48, 64)


@pytest.mark.parametrize(("media_type", "suffix"), [("video/quicktime", "mov"), (WEBM, "webm")])
def test_the_other_videos_are_turned_too(tmp_path: Path, samples: Samples, media_type: str, suffix: str) -> None:
    source = samples.mov if suffix == "mov" else samples.webm
    upright = look_at(source, media_type)
    lying = look_at(copy_video(source, tmp_path / f"lying.{suffix}", rotation=90), media_type)

    assert (lying.width, lying.height) == (upright.height, upright.width)


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize(
    ("orientation", "turned"), [(1, False), (3, False), (5, True), (8, True), (0, False), (9, False)]
)
def test_only_quarter_turns_exchange_the_sides(samples: Samples, order: str, orientation: int, turned: bool) -> None:
    exif = Image.Exif()
    exif.endian = "<" if order == "little" else ">"
    exif[0x0112] = orientation
    segment = exif.tobytes()
    data = samples.photo.read_bytes()
    facts = look(whole(data[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2) + segment + data[2:]), "image/jpeg")

    assert (facts.width > facts.height) is turned


def test_a_stereo_photo_is_known_as_several_pictures() -> None:
    assert look(whole(stereo_photo()), "image/jpeg") == MediaFacts(64, 48, multi_picture=True)


def test_interlaced_frames_are_noticed(tmp_path: Path, samples: Samples) -> None:
    data = samples.video.read_bytes()

    assert look(whole(data), "video/mp4").progressive is True
    made = make_video(tmp_path / "tv.mp4", size=(320, 240), seconds=0.5, options={"x264-params": "interlaced=1"})
    assert look_at(made, "video/mp4").progressive is False


def test_an_index_behind_the_media_is_noticed(tmp_path: Path, samples: Samples) -> None:
    late = look_at(copy_video(samples.video, tmp_path / "late.mp4", faststart=False), "video/mp4")

    assert late.fast_start is False
    assert (late.chroma, late.audio_channels, late.progressive) == ("4:2:0", 1, True)


@pytest.mark.parametrize("edits", [[(4000, 0, 0x10000)], [(4000, 1024, 0x10000)], []], ids=["all", "start-up", "none"])
def test_the_edit_that_every_encoder_writes_does_not_count(samples: Samples, edits: list[tuple[int, int, int]]) -> None:
    assert look(whole(with_edits(samples.video.read_bytes(), *edits)), "video/mp4").edit_list is False


@pytest.mark.parametrize(
    "edits",
    [
        [(500, -1, 0x10000), (4000, 0, 0x10000)],
        [(1000, 0, 0x10000), (1000, 30_000, 0x10000)],
        [(1000, 30_000, 0x10000)],
        [(4000, 0, 0x20000)],
    ],
    ids=["a late start", "two pieces", "a cut beginning", "double speed"],
)
def test_edits_that_change_what_is_shown_are_noticed(samples: Samples, edits: list[tuple[int, int, int]]) -> None:
    assert look(whole(with_edits(samples.video.read_bytes(), *edits)), "video/mp4").edit_list is True


def test_a_large_webm_is_not_downloaded(samples: Samples) -> None:
    file = large_webm(samples.webm.read_bytes(), 3_900_000_000)

    assert look(file, WEBM).width == 360
    assert file.bytes_read < 1_000_000


@pytest.mark.parametrize(
    ("media_type", "sentence"),
    [
        ("image/jpeg", "This is not a JPEG image."),
        ("image/webp", "This is not a WebP image."),
        ("video/mp4", "This is not an MP4 video."),
        ("video/quicktime", "This is not a QuickTime video."),
        (WEBM, "This is not a WebM video."),
    ],
)
def test_a_wrong_claim_is_refused_with_a_sentence(media_type: str, sentence: str) -> None:
    assert refusal(png(), media_type) == sentence


def test_a_webm_that_does_not_tell_its_length_is_refused_with_what_to_do(samples: Samples) -> None:
    data = samples.webm.read_bytes()

    assert "how long it is" in refusal(data.replace(b"\x44\x89\x88", b"\x44\x8a\x88", 1), WEBM)


@pytest.mark.parametrize("duration", [b"\x7f\xf8" + bytes(6), b"\x7f\xf0" + bytes(6), b"\x7f\xef" + b"\xff" * 6])
def test_a_webm_of_an_impossible_length_is_refused(samples: Samples, duration: bytes) -> None:
    data = samples.webm.read_bytes()
    at = data.index(b"\x44\x89\x88") + 3

    assert refusal(data[:at] + duration + data[at + 8 :], WEBM)


def test_a_million_empty_elements_keep_nobody_busy() -> None:
    file = whole(webm_of(b"\xec\x80" * 1_000_000))

    with pytest.raises(NotWhatItClaims):
        look(file, WEBM)
    assert file.bytes_read < 1_000_000


def test_a_million_empty_segments_keep_nobody_busy() -> None:
    file = whole(b"\xff\xd8" + b"\xff\xe5\x00\x02" * 1_000_000 + b"\xff\xd9")

    with pytest.raises(NotWhatItClaims):
        look(file, "image/jpeg")
    assert file.bytes_read < 1_000_000


def test_a_size_that_no_picture_has_is_refused(samples: Samples) -> None:
    data = samples.webm.read_bytes()
    wide = data.replace(b"\xb0\x82\x01\x68", b"\xb0\x82\x00\x00", 1)

    assert wide != data
    assert refusal(wide, WEBM) == "There is no video in this WebM file."


@pytest.mark.parametrize("seed", range(60))
def test_damaged_files_of_the_other_formats_get_a_verdict(samples: Samples, seed: int) -> None:
    """Any verdict will do: it must be one."""
    chance = random.Random(seed)
    media_type, source = chance.choice(
        [
            ("image/jpeg", samples.turned_photo),
            ("image/webp", samples.webp),
            ("video/quicktime", samples.mov),
            (WEBM, samples.webm),
            (WEBM, samples.webm),
        ]
    )
    data = bytearray(source.read_bytes())
    for _ in range(chance.randint(1, 20)):
        data[chance.randrange(12, min(len(data), 600))] = chance.randrange(256)
    try:
        facts = look(whole(bytes(data[: chance.choice([len(data), chance.randint(16, len(data))])])), media_type)
    except NotWhatItClaims:
        return
    assert 0 < facts.width <= 65_535
    assert 0 < facts.height <= 65_535
