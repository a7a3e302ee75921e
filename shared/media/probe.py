"""What a file really is, read from its bytes: only the parts that matter are fetched, whatever its size."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pymediainfo import MediaInfo

from shared.media.boxes import Unsound, check_boxes

# MediaInfo asks for small pieces; fetched in blocks, a video costs a handful of range reads.
_BLOCK_BYTES = 256 * 1024
# A file that makes the parser read more than this is not one that a camera or an editor wrote.
_MOST_BYTES = 64 * 1024 * 1024
_CODECS = {
    "AVC": "h264",
    "HEVC": "h265",
    "AV1": "av1",
    "VP8": "vp8",
    "VP9": "vp9",
    "AAC": "aac",
    "mp4a-40": "aac",
    "mp4a-40-2": "aac",
    "Opus": "opus",
}

type ReadRange = Callable[[int, int], bytes]


class NotWhatItClaims(Exception):
    """The reason is for the uploader to read."""


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """Pixels, milliseconds, frames a second."""

    width: int
    height: int
    duration_ms: int | None = None
    frame_rate: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None


class RangeReader(io.RawIOBase):
    """A seekable file over range reads, with the blocks it has seen kept, and a limit on all it may read."""

    def __init__(self, read_range: ReadRange, size: int) -> None:
        super().__init__()
        self._read_range = read_range
        self._size = size
        self._at = 0
        self._blocks: dict[int, bytearray] = {}

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Up to the end of the block: a short read is allowed, and saves copying."""
        if self._at >= self._size or size == 0:
            return b""
        number, offset = divmod(self._at, _BLOCK_BYTES)
        block = self._block(number)
        piece = bytes(block[offset : offset + size] if size > 0 else block[offset:])
        self._at += len(piece)
        return piece

    def hide_boxes(self, kinds_at: Iterable[int]) -> None:
        """Turns boxes into free space for whoever reads from now on. Their kinds stand at these places."""
        for at in kinds_at:
            for place, letter in enumerate(b"free", start=at):
                number, offset = divmod(place, _BLOCK_BYTES)
                self._block(number)[offset] = letter

    def _block(self, number: int) -> bytearray:
        if number not in self._blocks:
            if len(self._blocks) * _BLOCK_BYTES >= _MOST_BYTES:
                raise NotWhatItClaims("The file is built in a way that would need reading most of it.")
            first = number * _BLOCK_BYTES
            self._blocks[number] = bytearray(self._read_range(first, min(first + _BLOCK_BYTES, self._size) - 1))
        return self._blocks[number]


def probe(read_range: ReadRange, *, byte_size: int, media_type: str) -> MediaFacts:
    """Blocks while it reads. Raises NotWhatItClaims."""
    reader = RangeReader(read_range, byte_size)
    head = reader.read(16)
    if media_type == "image/jpeg":
        return _probe_jpeg(reader, head, byte_size)
    return _probe_mp4(reader, head, byte_size)


def _probe_jpeg(reader: RangeReader, head: bytes, byte_size: int) -> MediaFacts:
    if not head.startswith(b"\xff\xd8\xff"):
        raise NotWhatItClaims("This is not a JPEG image.")
    if not _ends_as_jpeg(reader, byte_size):
        raise NotWhatItClaims("The JPEG image is cut off.")
    tracks = _tracks(reader)
    image = tracks.get("Image")
    if image is None or image.get("format") != "JPEG" or not image.get("width") or not image.get("height"):
        raise NotWhatItClaims("This JPEG image cannot be read.")
    return MediaFacts(width=int(image["width"]), height=int(image["height"]))


def _ends_as_jpeg(reader: RangeReader, byte_size: int) -> bool:
    """Some cameras append data of their own, so the end marker is looked for in the tail, not at the last byte."""
    tail_at = max(0, byte_size - 64 * 1024)
    reader.seek(tail_at)
    tail = b""
    while piece := reader.read(byte_size - tail_at - len(tail)):
        tail += piece
    # Behind the last start of a scan: a thumbnail in the head ends with the same marker.
    return tail.rfind(b"\xff\xd9") > tail.rfind(b"\xff\xda")


def _probe_mp4(reader: RangeReader, head: bytes, byte_size: int) -> MediaFacts:
    if head[4:8] != b"ftyp":
        raise NotWhatItClaims("This is not an MP4 video.")
    try:
        reader.hide_boxes(check_boxes(reader, byte_size))
    except Unsound:
        raise NotWhatItClaims("The MP4 video is damaged or cut off.") from None
    tracks = _tracks(reader)
    general, video, audio = (tracks.get(kind, {}) for kind in ("General", "Video", "Audio"))
    if general.get("format") != "MPEG-4" or not video.get("width") or not video.get("height"):
        raise NotWhatItClaims("There is no video in this MP4 file.")
    if general.get("istruncated") == "Yes" or not video.get("duration"):
        raise NotWhatItClaims("The MP4 video is cut off.")
    return MediaFacts(
        width=int(video["width"]),
        height=int(video["height"]),
        duration_ms=round(float(video["duration"])),
        frame_rate=float(video["frame_rate"]) if video.get("frame_rate") else None,
        video_codec=_codec(video.get("format")),
        audio_codec=_codec(audio.get("format")),
    )


def _codec(name: object) -> str | None:
    return _CODECS.get(str(name), str(name).lower()[:40]) if name else None


def _tracks(reader: RangeReader) -> Mapping[str, Mapping[str, str]]:
    """The first track of each kind, as MediaInfo's own names."""
    reader.seek(0)
    found: dict[str, Mapping[str, str]] = {}
    for track in MediaInfo.parse(reader).tracks:
        found.setdefault(track.track_type, track.to_data())
    return found
