"""A look at an MP4's tables before the parser sees them: a count that its box cannot hold keeps it busy for minutes.

Source: ISO/IEC 14496-12, sections 4.2 (boxes) and 8 (movie structure).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

_CONTAINERS = frozenset({b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl"})
# Bytes of one entry behind version, flags and count.
_ENTRY_BYTES = {b"stts": 8, b"ctts": 8, b"stsc": 12, b"stss": 4, b"stco": 4, b"co64": 8}
_MOST_BOXES = 10_000


class Unsound(Exception):
    """A box or table says more than its bytes hold."""


class Source(Protocol):
    def seek(self, offset: int, whence: int = ..., /) -> int: ...

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Box:
    kind: bytes
    start: int  # of what is in it
    end: int


def check_tables(source: Source, size: int) -> None:
    """Raises Unsound. Reads the heads of boxes only, whatever the size of the file."""
    waiting = [Box(b"moov", 0, size)]
    seen = 0
    while waiting:
        parent = waiting.pop()
        for box in _boxes(source, parent):
            seen += 1
            if seen > _MOST_BOXES:
                raise Unsound
            if box.kind in _CONTAINERS:
                waiting.append(box)
            _check(source, box)


def _boxes(source: Source, parent: Box) -> Iterator[Box]:
    at = parent.start
    while at + 8 <= parent.end:
        head = _read(source, at, 16)
        length, kind, header = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, header = int.from_bytes(head[8:16], "big"), 16
        elif length == 0:
            length = parent.end - at
        if length < header or (at + length > parent.end and kind != b"mdat"):
            raise Unsound
        yield Box(kind, at + header, min(at + length, parent.end))
        at += length


def _check(source: Source, box: Box) -> None:
    head = _read(source, box.start, 12)
    room = box.end - box.start
    count, needed = int.from_bytes(head[4:8], "big"), 0
    if box.kind in _ENTRY_BYTES:
        needed = 8 + count * _ENTRY_BYTES[box.kind]
    elif box.kind == b"elst":
        needed = 8 + count * (20 if head[:1] == b"\x01" else 12)
    elif box.kind == b"stsz" and count == 0:
        needed = 12 + int.from_bytes(head[8:12], "big") * 4
    if needed > room:
        raise Unsound


def _read(source: Source, at: int, size: int) -> bytes:
    """Short only at the end of the file."""
    source.seek(at, io.SEEK_SET)
    data = b""
    while len(data) < size and (piece := source.read(size - len(data))):
        data += piece
    return data
