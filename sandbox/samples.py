"""Sample media, generated: good files of every format, and files that a platform must refuse."""

from __future__ import annotations

import math
import random
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sandbox.encoding import copy_video, encode_video
from sandbox.probe import box_ranges

PHOTO_SIZE = (1080, 1350)
VIDEO_SIZE = (720, 1280)
VIDEO_SECONDS = 4
# Filled up to this many bits a second: 35 MB, three parts of an upload.
LARGE_SIZE = (360, 640)
LARGE_SECONDS = 2
LARGE_RATE = 150_000_000
FPS = 30
SHORT_SECONDS = 2
COVER_SIZE = (1080, 1920)
WEBM_SIZE = (360, 640)
WEBM_SECONDS = 3
ORIENTATION_TAG = 0x0112


@dataclass(frozen=True, slots=True)
class Samples:
    """`turned_photo` and `turned_video` lie on their side in the file, and stand upright when they are shown."""

    photo: Path
    photos: tuple[Path, Path, Path]
    turned_photo: Path
    cover: Path
    webp: Path
    video: Path
    short_video: Path
    turned_video: Path
    mov: Path
    webm: Path
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
        photos=(photo, make_photo(folder / "photo-2.jpg", moment=0.9), make_photo(folder / "photo-3.jpg", moment=1.6)),
        turned_photo=make_turned_photo(photo, folder / "turned.jpg"),
        cover=make_photo(folder / "cover.jpg", COVER_SIZE),
        webp=make_webp(photo, folder / "photo.webp"),
        video=video,
        short_video=copy_video(video, folder / "short.mp4", seconds=SHORT_SECONDS),
        turned_video=copy_video(
            make_video(folder / "lying.mp4", size=(640, 360), seconds=1), folder / "turned.mp4", rotation=-90
        ),
        mov=copy_video(video, folder / "video.mov"),
        webm=make_video(folder / "video.webm", size=WEBM_SIZE, seconds=WEBM_SECONDS, codec="libvpx-vp9"),
        png_named_jpg=make_png_named_jpg(folder / "png.jpg"),
        truncated_jpeg=make_truncated(photo, folder / "truncated.jpg"),
        video_without_moov=make_video_without_moov(video, folder / "no-moov.mp4"),
        text_named_jpg=make_text(folder / "text.jpg"),
    )


def make_photo(path: Path, size: tuple[int, int] = PHOTO_SIZE, *, moment: float = 0.3) -> Path:
    if not path.exists():
        landscape(size, moment).save(path, "JPEG", quality=88, optimize=True)
    return path


def make_turned_photo(source: Path, path: Path) -> Path:
    """As a phone that is held upright writes it: "show this turned a quarter to the right" (Exif orientation 6)."""
    if not path.exists():
        exif = Image.Exif()
        exif[ORIENTATION_TAG] = 6
        with Image.open(source) as photo:
            photo.transpose(Image.Transpose.ROTATE_90).save(path, "JPEG", quality=88, exif=exif)
    return path


def make_webp(source: Path, path: Path) -> Path:
    if not path.exists():
        with Image.open(source) as photo:
            photo.save(path, "WEBP", quality=80, method=0)
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
    options: dict[str, str] | None = None,
    faststart: bool = True,
) -> Path:
    """In the format that the name ends with: .mp4, .mov or .webm. `options` are more ones of the codec."""
    if path.exists():
        return path
    small, count = (size[0] // 3, size[1] // 3), round(seconds * fps)
    pictures = (landscape(small, n / count).resize(size, Image.Resampling.BILINEAR) for n in range(count))
    unfinished = path.with_suffix(f".part{path.suffix}")
    encode_video(unfinished, pictures, fps=fps, codec=codec, options=options or {}, faststart=faststart)
    return unfinished.rename(path)


def make_large_video(path: Path) -> Path:
    rate = str(LARGE_RATE)
    options = {"crf": "-1", "b": rate, "minrate": rate, "maxrate": rate, "bufsize": str(LARGE_RATE // 2)}
    filled = options | {"x264-params": "nal-hrd=cbr"}
    return make_video(path, size=LARGE_SIZE, seconds=LARGE_SECONDS, options=filled)


if __name__ == "__main__":
    make_samples(Path(sys.argv[1]))
    for made in sorted(Path(sys.argv[1]).iterdir()):
        print(made)
