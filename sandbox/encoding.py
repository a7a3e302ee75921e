"""Pictures and a tone into a video file, with PyAV."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image


@dataclass(frozen=True, slots=True)
class Sound:
    codec: str
    rate: int
    frame: int  # samples
    format: str


AAC = Sound("aac", 44_100, 1024, "fltp")
OPUS = Sound("libopus", 48_000, 960, "flt")
CODEC_OPTIONS = {
    # Slower presets of x264 do not always give the same bytes twice.
    "libx264": {"preset": "ultrafast", "crf": "27"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
}


def encode_video(
    path: Path, pictures: Iterable[Image.Image], *, fps: int, codec: str, options: dict[str, str], faststart: bool
) -> None:
    """With a tone of the same length, in AAC or, in WebM, Opus. The pictures are all of one size."""
    sound = OPUS if path.suffix == ".webm" else AAC
    with _new_container(path, faststart=faststart) as container:
        video = container.add_stream(codec, rate=fps, options=CODEC_OPTIONS.get(codec, {}) | options)
        if not isinstance(video, av.VideoStream):
            raise TypeError(f"{codec} is not a video codec")
        audio = container.add_stream(sound.codec, rate=sound.rate, layout="mono")
        if not isinstance(audio, av.AudioStream):
            raise TypeError(f"{sound.codec} is not an audio codec")
        number = _write_pictures(container, video, pictures)
        _write_tone(container, audio, sound, seconds=number / fps)


def copy_video(
    source: Path, path: Path, *, seconds: float = math.inf, rotation: int = 0, faststart: bool = True
) -> Path:
    """The same pictures and tone in another file: its first seconds, another format, another way up (degrees)."""
    if path.exists():
        return path
    with av.open(str(source)) as original, _new_container(path, faststart=faststart) as container:
        streams = {stream.index: container.add_stream_from_template(stream) for stream in original.streams}
        for stream in streams.values():
            if isinstance(stream, av.VideoStream) and rotation:
                stream.set_display_rotation(rotation)
        for packet in original.demux():
            if packet.pts is not None and packet.time_base is not None and packet.pts * packet.time_base < seconds:
                packet.stream = streams[packet.stream.index]
                container.mux(packet)
    return path


def _new_container(path: Path, *, faststart: bool) -> av.container.OutputContainer:
    movflags = {"movflags": "+faststart"} if faststart and path.suffix != ".webm" else {}
    return av.open(str(path), "w", options={"fflags": "+bitexact", **movflags})


def _write_pictures(
    container: av.container.OutputContainer, stream: av.VideoStream, pictures: Iterable[Image.Image]
) -> int:
    """How many they were."""
    stream.pix_fmt = "yuv420p"
    stream.codec_context.thread_count = 1
    number = 0
    for number, picture in enumerate(pictures, start=1):
        if number == 1:
            stream.width, stream.height = picture.size
        frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
        frame.pts = number - 1
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
    return number


def _write_tone(
    container: av.container.OutputContainer, stream: av.AudioStream, sound: Sound, *, seconds: float
) -> None:
    for start in range(0, round(seconds * sound.rate), sound.frame):
        frame = av.AudioFrame(format=sound.format, layout="mono", samples=sound.frame)
        frame.sample_rate, frame.pts, frame.time_base = sound.rate, start, Fraction(1, sound.rate)
        frame.planes[0].update(_tone(start, sound).tobytes())
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _tone(start: int, sound: Sound) -> array[float]:
    angle = 2 * math.pi * 220 / sound.rate
    return array("f", (0.1 * math.sin(angle * (start + n)) for n in range(sound.frame)))
