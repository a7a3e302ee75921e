"""Sample media, generated: one good photo, one good video, and files that a platform must refuse."""

from __future__ import annotations

import math
import random
import sys
from array import array
from dataclasses import astuple, dataclass
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sandbox.probe import box_ranges

PHOTO_SIZE = (1080, 1350)
VIDEO_SIZE = (720, 1280)
VIDEO_SECONDS = 4
FPS = 30
AUDIO_RATE = 44_100
AAC_FRAME = 1024


@dataclass(frozen=True, slots=True)
class Samples:
    photo: Path
    video: Path
    png_named_jpg: Path
    truncated_jpeg: Path
    video_without_moov: Path
    text_named_jpg: Path


def make_samples(folder: Path) -> Samples:
    """Everything, in `folder`; what is there already is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    photo, video = make_photo(folder / "photo.jpg"), make_video(folder / "video.mp4")
    return Samples(
        photo=photo,
        video=video,
        png_named_jpg=make_png_named_jpg(folder / "png.jpg"),
        truncated_jpeg=make_truncated(photo, folder / "truncated.jpg"),
        video_without_moov=make_video_without_moov(video, folder / "no-moov.mp4"),
        text_named_jpg=make_text(folder / "text.jpg"),
    )


def make_photo(path: Path, size: tuple[int, int] = PHOTO_SIZE) -> Path:
    if not path.exists():
        landscape(size, 0.3).save(path, "JPEG", quality=88, optimize=True)
    return path


def make_png_named_jpg(path: Path) -> Path:
    if not path.exists():
        landscape((540, 675), 0.3).save(path, "PNG")
    return path


def make_truncated(source: Path, path: Path) -> Path:
    data = source.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def make_video_without_moov(source: Path, path: Path) -> Path:
    data = source.read_bytes()
    path.write_bytes(b"".join(data[start:end] for name, start, end in box_ranges(source) if name != "moov"))
    return path


def make_text(path: Path) -> Path:
    path.write_text("This is not a picture.\n", encoding="utf-8")
    return path


def landscape(size: tuple[int, int], moment: float) -> Image.Image:
    """Hills under a low sun; `moment` from 0 to 1 moves the sun and the ridges."""
    width, height = size
    picture = _gradient(size, (28, 44, 92), (252, 178, 116))
    glow = Image.new("RGB", size)
    x, y, radius = width * (0.2 + 0.6 * moment), height * (0.52 - 0.2 * math.sin(math.pi * moment)), width * 0.11
    ImageDraw.Draw(glow).ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 214, 150))
    picture = ImageChops.screen(picture, glow.filter(ImageFilter.GaussianBlur(width / 60)))
    draw = ImageDraw.Draw(picture)
    for layer in range(5):
        ridge = _ridge(size, layer, moment)
        _plant_trees(draw, ridge, size[1], layer)
        draw.polygon(ridge, fill=_shade(layer))
    return picture


def _gradient(size: tuple[int, int], top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Image.Image:
    ramp = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), ramp)


def _ridge(size: tuple[int, int], layer: int, moment: float) -> list[tuple[float, float]]:
    width, height = size
    base, swing = height * (0.56 + 0.09 * layer), height * (0.05 - 0.004 * layer)
    points: list[tuple[float, float]] = [(0, height)]
    for x in range(0, width + 6, 6):
        phase = x / width * (5 + 2 * layer) + 1.7 * layer + moment * (layer + 1) * 0.6
        points.append((x, base - swing * (math.sin(phase) + 0.35 * math.sin(2.7 * phase) + 0.12 * math.sin(9 * phase))))
    return [*points, (width, height)]


def _plant_trees(draw: ImageDraw.ImageDraw, ridge: list[tuple[float, float]], height: int, layer: int) -> None:
    wood = random.Random(layer)
    tall = height * (0.008 + 0.006 * layer)
    for x, y in ridge[1:-1:2]:
        top, half = y - tall * wood.uniform(0.5, 1.4), tall * wood.uniform(0.12, 0.3)
        draw.polygon([(x, top), (x + half, y + tall / 2), (x - half, y + tall / 2)], fill=_shade(layer))


def _shade(layer: int) -> tuple[int, int, int]:
    return (70 - 13 * layer, 84 - 14 * layer, 112 - 17 * layer)


def make_video(
    path: Path,
    *,
    size: tuple[int, int] = VIDEO_SIZE,
    seconds: float = VIDEO_SECONDS,
    fps: int = FPS,
    codec: str = "libx264",
    faststart: bool = True,
) -> Path:
    if path.exists():
        return path
    flags = {"fflags": "+bitexact", **({"movflags": "+faststart"} if faststart else {})}
    unfinished = path.with_suffix(".part.mp4")
    with av.open(str(unfinished), "w", format="mp4", options=flags) as container:
        _write_streams(container, size, seconds, fps, codec)
    return unfinished.rename(path)


def _write_streams(
    container: av.container.OutputContainer, size: tuple[int, int], seconds: float, fps: int, codec: str
) -> None:
    # Slower presets of x264 do not always give the same bytes twice.
    options = {"preset": "ultrafast", "crf": "27"} if codec == "libx264" else {}
    video = container.add_stream(codec, rate=fps, options=options)
    if not isinstance(video, av.VideoStream):
        raise TypeError(f"{codec} is not a video codec")
    video.width, video.height, video.pix_fmt = size[0], size[1], "yuv420p"
    video.codec_context.thread_count = 1
    audio = container.add_stream("aac", rate=AUDIO_RATE, layout="mono")
    _write_pictures(container, video, size, round(seconds * fps))
    _write_tone(container, audio, round(seconds * AUDIO_RATE))


def _write_pictures(
    container: av.container.OutputContainer, stream: av.VideoStream, size: tuple[int, int], count: int
) -> None:
    small = (size[0] // 3, size[1] // 3)
    for number in range(count):
        picture = landscape(small, number / count).resize(size, Image.Resampling.BILINEAR)
        frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
        frame.pts = number
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _write_tone(container: av.container.OutputContainer, stream: av.AudioStream, samples: int) -> None:
    for start in range(0, samples, AAC_FRAME):
        frame = av.AudioFrame(format="fltp", layout="mono", samples=AAC_FRAME)
        frame.sample_rate, frame.pts, frame.time_base = AUDIO_RATE, start, Fraction(1, AUDIO_RATE)
        frame.planes[0].update(_tone(start).tobytes())
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _tone(start: int) -> array[float]:
    return array("f", (0.1 * math.sin(2 * math.pi * 220 * (start + n) / AUDIO_RATE) for n in range(AAC_FRAME)))


if __name__ == "__main__":
    for made in astuple(make_samples(Path(sys.argv[1]))):
        print(made)
