"""probe(): the facts come from the bytes, and only from as many bytes as they need."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sandbox.samples import Samples, make_video
from shared.media.probe import MediaFacts, NotWhatItClaims, probe
from tests.shared.media.files import (
    Lie,
    Sparse,
    boxes,
    large_video,
    lies,
    photo_with_thumbnail,
    progressive_photo,
    whole,
    with_free_box,
    zip_file,
)

MB = 1_000_000
FEW = 5 * MB


@pytest.fixture(scope="module")
def moov_last(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    data = make_video(tmp_path_factory.mktemp("late") / "late.mp4", seconds=1, faststart=False).read_bytes()
    assert list(boxes(data))[-1] == "moov"
    return data


def look(file: Sparse, media_type: str) -> MediaFacts:
    return probe(file.read_range, byte_size=file.size, media_type=media_type)


def test_no_lie_is_believed(samples: Samples) -> None:
    believed = [lie.name for lie in lies(samples) if is_believed(lie)]

    assert believed == []


def is_believed(lie: Lie) -> bool:
    try:
        look(whole(lie.data), lie.media_type)
    except NotWhatItClaims:
        return False
    return True


def test_the_reason_is_a_sentence_for_the_uploader() -> None:
    with pytest.raises(NotWhatItClaims, match=r"^This is not a JPEG image\.$"):
        look(whole(b"text"), "image/jpeg")


@pytest.mark.parametrize("size", [60 * MB, 3_900 * MB])
def test_a_large_video_with_its_index_in_front_is_not_downloaded(samples: Samples, size: int) -> None:
    file = large_video(samples.video.read_bytes(), size, moov_first=True)

    assert look(file, "video/mp4").width == 720
    assert file.size > size
    assert file.bytes_read < FEW
    assert len(file.reads) < 20


@pytest.mark.parametrize("size", [60 * MB, 3_900 * MB])
def test_a_large_video_with_its_index_at_the_end_is_not_downloaded(moov_last: bytes, size: int) -> None:
    file = large_video(moov_last, size, moov_first=False)

    assert look(file, "video/mp4").duration_ms == pytest.approx(1000, abs=60)
    assert file.bytes_read < FEW


def test_nothing_between_the_boxes_is_not_downloaded(moov_last: bytes) -> None:
    file = with_free_box(moov_last, 60 * MB)

    assert look(file, "video/mp4").height == 1280
    assert file.bytes_read < FEW


def test_no_block_is_read_twice(moov_last: bytes) -> None:
    file = large_video(moov_last, 60 * MB, moov_first=False)
    look(file, "video/mp4")

    assert len(set(file.reads)) == len(file.reads)


def test_a_photo_and_a_video_give_their_facts(samples: Samples) -> None:
    video = look(whole(samples.video.read_bytes()), "video/mp4")

    assert look(whole(samples.photo.read_bytes()), "image/jpeg") == MediaFacts(1080, 1350, multi_picture=False)
    assert (video.width, video.height, video.video_codec, video.audio_codec) == (720, 1280, "h264", "aac")
    assert video.duration_ms == pytest.approx(4000, abs=60)
    assert video.frame_rate == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize("data", [photo_with_thumbnail(cut=False), progressive_photo()], ids=["camera", "progressive"])
def test_honest_photos_of_other_kinds_are_accepted(data: bytes) -> None:
    assert look(whole(data), "image/jpeg") == MediaFacts(320, 240, multi_picture=False)


@pytest.mark.parametrize("extra", [b"\0" * 20_000, zip_file()], ids=["a camera's padding", "a zip"])
def test_what_follows_a_whole_photo_does_not_matter(samples: Samples, extra: bytes) -> None:
    """It is only ever served as image/jpeg, which the signature of its upload fixed."""
    assert look(whole(samples.photo.read_bytes() + extra), "image/jpeg") == MediaFacts(1080, 1350, multi_picture=False)


@pytest.mark.parametrize("codec", ["mpeg4", "libx265"])
def test_other_codecs_are_named(tmp_path: Path, codec: str) -> None:
    made = make_video(tmp_path / "other.mp4", size=(320, 240), seconds=1, codec=codec)
    facts = look(whole(made.read_bytes()), "video/mp4")

    assert facts.video_codec == {"mpeg4": "mpeg-4 visual", "libx265": "h265"}[codec]


@pytest.mark.parametrize("box", [b"stts", b"elst"])
def test_a_table_that_claims_more_entries_than_its_box_holds_is_refused(samples: Samples, box: bytes) -> None:
    """One changed byte: the parser would go through four billion entries that are not there."""
    data = bytearray(samples.video.read_bytes())
    data[data.index(box) + 8] = 0xFF

    with pytest.raises(NotWhatItClaims):
        look(whole(bytes(data)), "video/mp4")


@pytest.mark.parametrize("seed", range(30))
def test_damaged_files_never_crash_the_parser(samples: Samples, seed: int) -> None:
    """Any verdict will do: it must be one."""
    chance = random.Random(seed)
    media_type, source = chance.choice([("image/jpeg", samples.photo), ("video/mp4", samples.video)])
    data = bytearray(source.read_bytes())
    for _ in range(chance.randint(1, 60)):
        data[chance.randrange(12, min(len(data), 4000))] = chance.randrange(256)
    try:
        facts = look(whole(bytes(data[: chance.randint(16, len(data))])), media_type)
    except NotWhatItClaims:
        return
    assert facts.width > 0
    assert facts.height > 0


@pytest.mark.parametrize("value", ["ffffffff", "7fffffff", "00000000"])
@pytest.mark.parametrize("table", ["stsc", "stts", "stsz", "stco", "stss"])
def test_a_table_of_samples_that_lies_is_refused_or_not_looked_at(samples: Samples, table: str, value: str) -> None:
    """Some values keep the parser busy for minutes: it is shown only the table that the frame rate comes from."""
    data = bytearray(samples.video.read_bytes())
    at = data.find(table.encode())
    while at != -1:
        data[at + 12 : at + 20] = bytes.fromhex(value * 2)
        at = data.find(table.encode(), at + 1)
    try:
        facts = probe(lambda first, last: bytes(data[first : last + 1]), byte_size=len(data), media_type="video/mp4")
    except NotWhatItClaims:
        return
    assert (facts.width, facts.height, facts.duration_ms) == (720, 1280, 4000)
