"""A look at an MP4's boxes before the parser sees them.

The tables of samples may be made to say what keeps a parser busy for minutes. Nothing that we want to know is in
them, so they are checked here for what their box can hold, and hidden from the parser.

Source: ISO/IEC 14496-12, sections 4.2 (boxes) and 8 (movie structure).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

_CONTAINERS = frozenset({b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl"})
# Where each sample lies, which ones are key frames, how they are grouped: for players, not for us.
_HIDDEN = frozenset({b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss", b"stsh", b"ctts", b"cslg", b"sdtp", b"sbgp"})
# Bytes of one entry behind version, flags and count.
_ENTRY_BYTES = {b"stts": 8, b"ctts": 8, b"stsc": 12, b"stss": 4, b"stco": 4, b"co64": 8}
_MOST_BOXES = 10_000
_MOST_SAMPLES = 2_000_000


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
    kind_at: int


def check_boxes(source: Source, size: int) -> list[int]:
    """Where the kinds of those boxes stand that the parser should not see. Raises Unsound.

    Reads the heads of boxes and the sizes of samples, whatever the size of the file.
    """
    waiting = [Box(b"", 0, size, 0)]
    hidden: list[int] = []
    seen = media_bytes = sample_bytes = 0
    while waiting:
        for box in _boxes(source, waiting.pop()):
            seen += 1
            if seen > _MOST_BOXES:
                raise Unsound
            if box.kind in _CONTAINERS:
                waiting.append(box)
            if box.kind in _HIDDEN:
                hidden.append(box.kind_at)
            if box.kind == b"mdat":
                media_bytes += box.end - box.start
            sample_bytes += _checked_samples(source, box)
    if sample_bytes > media_bytes:
        raise Unsound
    return hidden


def _boxes(source: Source, parent: Box) -> Iterator[Box]:
    at = parent.start
    while at + 8 <= parent.end:
        head = _read(source, at, 16)
        length, kind, header = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, header = int.from_bytes(head[8:16], "big"), 16
        elif length == 0:
            length = parent.end - at
        if length < header or at + length > parent.end:
            raise Unsound
        yield Box(kind, at + header, at + length, at + 4)
        at += length


def _checked_samples(source: Source, box: Box) -> int:
    """The bytes of all samples, when the box is the table that says so."""
    head = _read(source, box.start, 12)
    room = box.end - box.start
    count = int.from_bytes(head[4:8], "big")
    if box.kind == b"stsz":
        return _sample_bytes(source, box, each=count, samples=int.from_bytes(head[8:12], "big"))
    needed = 0
    if box.kind in _ENTRY_BYTES:
        needed = 8 + count * _ENTRY_BYTES[box.kind]
    elif box.kind == b"elst":
        needed = 8 + count * (20 if head[:1] == b"\x01" else 12)
    if needed > room:
        raise Unsound
    return 0


def _sample_bytes(source: Source, box: Box, *, each: int, samples: int) -> int:
    if each:
        return each * samples
    if samples > _MOST_SAMPLES or 12 + samples * 4 > box.end - box.start:
        raise Unsound
    sizes = memoryview(_read(source, box.start + 12, samples * 4))
    return sum(int.from_bytes(sizes[at : at + 4], "big") for at in range(0, len(sizes), 4))


def _read(source: Source, at: int, size: int) -> bytes:
    """Short only at the end of the file."""
    source.seek(at, io.SEEK_SET)
    data = bytearray()
    while len(data) < size and (piece := source.read(size - len(data))):
        data += piece
    return bytes(data)
