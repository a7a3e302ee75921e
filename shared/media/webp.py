"""A still WebP picture's size.

Sources: RFC 9649 (WebP container and lossless format), RFC 6386 section 9.1 (VP8 frame header).
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.media.exif import is_turned
from shared.media.facts import MediaFacts, NotWhatItClaims
from shared.media.ranges import RangeReader

_MOST_CHUNKS = 1000
_MOST_EXIF_BYTES = 1024 * 1024
_ANIMATED = 0x02


def probe_webp(reader: RangeReader) -> MediaFacts:
    """Raises NotWhatItClaims, of animations too: they are neither a photo nor a video."""
    head = reader.read_at(0, 12)
    if head[:4] != b"RIFF" or head[8:] != b"WEBP":
        raise NotWhatItClaims("This is not a WebP image.")
    end = 8 + int.from_bytes(head[4:8], "little")
    if end > reader.size:
        raise NotWhatItClaims("The WebP image is cut off.")
    canvas = picture = None
    turned = False
    for kind, start, length in _chunks(reader, end):
        if kind == b"VP8X":
            canvas = _canvas_size(reader.read_at(start, 10))
        elif kind in (b"VP8 ", b"VP8L"):
            picture = picture or _picture_size(kind, reader.read_at(start, 10))
        elif kind == b"EXIF":
            turned = is_turned(reader.read_at(start, min(length, _MOST_EXIF_BYTES)).removeprefix(b"Exif\0\0"))
    if picture is None or canvas not in (None, picture):
        raise _unreadable()
    width, height = reversed(picture) if turned else picture
    return MediaFacts(width=width, height=height)


def _chunks(reader: RangeReader, end: int) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    for _ in range(_MOST_CHUNKS):
        if at == end:
            return
        head = reader.read_at(at, 8)
        length = int.from_bytes(head[4:], "little")
        if len(head) < 8 or at + 8 + length > end:
            raise _unreadable()
        yield head[:4], at + 8, length
        at += 8 + length + length % 2
    raise _unreadable()


def _canvas_size(data: bytes) -> tuple[int, int]:
    if data[:1] and data[0] & _ANIMATED:
        raise NotWhatItClaims("An animated WebP cannot be published. Send a still picture, or a video.")
    return 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")


def _picture_size(kind: bytes, data: bytes) -> tuple[int, int]:
    if kind == b"VP8L" and data[:1] == b"\x2f":
        packed = int.from_bytes(data[1:5], "little")
        return 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
    if kind == b"VP8 " and data[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF
    raise _unreadable()


def _unreadable() -> NotWhatItClaims:
    return NotWhatItClaims("This WebP image cannot be read.")
