from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from sandbox.probe import UnreadableError, probe_image, probe_video
from sandbox.samples import Samples, make_photo, make_samples, make_video


def test_the_photo_is_what_instagram_wants(samples: Samples) -> None:
    facts = probe_image(samples.photo)
    assert (facts.format, facts.width, facts.height) == ("JPEG", 1080, 1350)


def test_the_photo_tells_nothing_about_its_author(samples: Samples) -> None:
    with Image.open(samples.photo) as image:
        assert dict(image.getexif()) == {}


def test_the_video_is_what_both_platforms_want(samples: Samples) -> None:
    facts = probe_video(samples.video)
    assert (facts.codec, facts.pixel_format, facts.audio_codec) == ("h264", "yuv420p", "aac")
    assert (facts.width, facts.height, facts.fps) == (720, 1280, 30)
    assert facts.seconds == pytest.approx(4, abs=0.1)
    assert facts.moov_first
    assert samples.video.stat().st_size < 1_000_000


def test_the_same_bytes_come_out_every_time(samples: Samples, tmp_path: Path) -> None:
    assert make_photo(tmp_path / "again.jpg").read_bytes() == samples.photo.read_bytes()
    first = make_video(tmp_path / "a.mp4", size=(360, 640), seconds=0.5)
    second = make_video(tmp_path / "b.mp4", size=(360, 640), seconds=0.5)
    assert first.read_bytes() == second.read_bytes()


def test_samples_are_made_once(samples: Samples) -> None:
    before = samples.video.stat().st_mtime_ns
    assert make_samples(samples.video.parent).video.stat().st_mtime_ns == before


def test_wrong_media_is_wrong_in_the_way_its_name_says(samples: Samples) -> None:
    assert probe_image(samples.png_named_jpg).format == "PNG"
    with pytest.raises(UnreadableError, match="damaged"):
        probe_image(samples.truncated_jpeg)
    with pytest.raises(UnreadableError, match="not an image"):
        probe_image(samples.text_named_jpg)
    with pytest.raises(UnreadableError):
        probe_video(samples.video_without_moov)
