"""A JPEG's head, segment by segment, up to where the picture itself begins.

Source: ITU-T T.81, annex B.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.media.exif import is_multi_picture, is_turned
from shared.media.facts import MediaFacts, NotWhatItClaims
from shared.media.ranges import RangeReader

_MOST_SEGMENTS = 2000
_APP1, _APP2, _START_OF_SCAN, _FILL = 0xE1, 0xE2, 0xDA, 0xFF
# Of 0xC0 to 0xCF, all but the tables (DHT, JPG, DAC) begin a frame and tell its size.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TAIL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Segment:
    kind: int
    start: int  # of what is in it
    length: int


def probe_jpeg(reader: RangeReader) -> MediaFacts:
    """Raises NotWhatItClaims."""
    if reader.read_at(0, 3) != b"\xff\xd8\xff":
        raise NotWhatItClaims("This is not a JPEG image.")
    if not _is_finished(reader):
        raise NotWhatItClaims("The JPEG image is cut off.")
    size, turned, several = None, False, False
    for segment in _segments(reader):
        data = reader.read_at(segment.start, segment.length)
        if segment.kind in _FRAMES:
            size = size or (int.from_bytes(data[3:5]), int.from_bytes(data[1:3]))
        elif segment.kind == _APP1 and data.startswith(b"Exif\0\0"):
            turned = is_turned(data[6:])
        elif segment.kind == _APP2 and data.startswith(b"MPF\0"):
            several = is_multi_picture(data[4:])
    if size is None or 0 in size:
        raise _unreadable()
    width, height = reversed(size) if turned else size
    return MediaFacts(width=width, height=height, multi_picture=several)


def _segments(reader: RangeReader) -> Iterator[Segment]:
    """Up to the start of the scan, which must come."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        head = reader.read_at(at, 4)
        if len(head) < 4 or head[0] != _FILL:
            raise _unreadable()
        if head[1] == _FILL:
            at += 1
            continue
        if head[1] == _START_OF_SCAN:
            return
        length = int.from_bytes(head[2:4])
        if length < 2:
            raise _unreadable()
        yield Segment(head[1], at + 4, length - 2)
        at += 2 + length
    raise _unreadable()


def _is_finished(reader: RangeReader) -> bool:
    """Some cameras append data of their own, so the end marker is looked for in the tail, not at the last byte."""
    tail = reader.read_at(max(0, reader.size - _TAIL_BYTES), _TAIL_BYTES)
    # Behind the last start of a scan: a thumbnail in the head ends with the same marker.
    return tail.rfind(b"\xff\xd9") > tail.rfind(b"\xff\xda")


def _unreadable() -> NotWhatItClaims:
    return NotWhatItClaims("This JPEG image cannot be read.")
