"""What is really inside a media file. The name and the declared type prove nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import av.error
from PIL import ExifTags, Image, UnidentifiedImageError

from sandbox.edits import has_edits

# EXIF orientations that lay a picture on its side.
SIDEWAYS = (5, 6, 7, 8)


class UnreadableError(Exception):
    """The bytes are not what they claim to be. `is_media` is False for text, HTML and the like."""

    def __init__(self, detail: str, *, is_media: bool = True) -> None:
        super().__init__(detail)
        self.is_media = is_media


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """`width` and `height` are those of the picture as shown: the EXIF orientation is applied."""

    format: str
    width: int
    height: int

    @property
    def ratio(self) -> float:
        return self.width / self.height


@dataclass(frozen=True, slots=True)
class VideoFacts:
    container: str
    codec: str
    pixel_format: str
    width: int
    height: int
    fps: float
    seconds: float
    bit_rate: int
    audio_codec: str | None
    audio_rate: int
    audio_channels: int
    moov_first: bool
    progressive: bool
    edited: bool

    @property
    def ratio(self) -> float:
        return self.width / self.height


def probe_image(path: Path) -> ImageFacts:
    try:
        with Image.open(path) as image:
            facts = ImageFacts(image.format or "", *_shown_size(image))
            image.load()
            return facts
    except UnidentifiedImageError as error:
        raise UnreadableError("not an image", is_media=False) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableError("the image is damaged") from error


def _shown_size(image: Image.Image) -> tuple[int, int]:
    sideways = image.getexif().get(ExifTags.Base.Orientation) in SIDEWAYS
    return (image.height, image.width) if sideways else image.size


def probe_video(path: Path) -> VideoFacts:
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise UnreadableError("no video stream")
            return _video_facts(container, path)
    except av.error.FFmpegError as error:
        raise UnreadableError("not a readable video", is_media=False) from error


def _video_facts(container: av.container.InputContainer, path: Path) -> VideoFacts:
    video = container.streams.video[0]
    audio = container.streams.audio[0] if container.streams.audio else None
    frame = next(container.decode(video), None)
    if frame is None:
        raise UnreadableError("no frame can be decoded")
    return VideoFacts(
        container=container.format.name,
        codec=video.codec_context.name,
        pixel_format=video.codec_context.pix_fmt or "",
        width=video.codec_context.width,
        height=video.codec_context.height,
        fps=float(video.average_rate or 0),
        seconds=(container.duration or 0) / 1_000_000,
        bit_rate=container.bit_rate or 0,
        audio_codec=audio.codec_context.name if audio else None,
        audio_rate=audio.codec_context.sample_rate if audio else 0,
        audio_channels=audio.codec_context.channels if audio else 0,
        moov_first=_moov_first(path),
        progressive=not frame.interlaced_frame,
        edited=has_edits(path, box_ranges(path)),
    )


def _moov_first(path: Path) -> bool:
    names = [name for name, _, _ in box_ranges(path)]
    return "moov" in names and ("mdat" not in names or names.index("moov") < names.index("mdat"))


def box_ranges(path: Path) -> list[tuple[str, int, int]]:
    """Name, start and end of each top-level box of an ISO base media file."""
    found, offset, length = [], 0, path.stat().st_size
    with path.open("rb") as file:
        while offset + 8 <= length:
            file.seek(offset)
            head = file.read(16)
            end = offset + _box_size(head, length - offset)
            if end <= offset:
                break
            found.append((head[4:8].decode("latin-1"), offset, end))
            offset = end
    return found


def _box_size(head: bytes, rest: int) -> int:
    size = int.from_bytes(head[:4])
    # 1 announces a 64-bit size, 0 a box that reaches to the end of the file.
    return int.from_bytes(head[8:16]) if size == 1 else size or rest
