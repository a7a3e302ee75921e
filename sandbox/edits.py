"""Edit lists of MP4 and MOV files: instructions to skip, repeat or delay parts of a track.

Every encoder writes a single edit per track that hides its start-up delay; only more than that counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

EMPTY_EDIT = -1
PARENTS = (b"trak", b"edts")


def has_edits(path: Path, ranges: list[tuple[str, int, int]]) -> bool:
    """`ranges` are the top-level boxes of the file: name, start and end."""
    return any(_is_edited(box) for name, start, end in ranges if name == "moov" for box in _lists(path, start, end))


def _lists(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start + 8)
        yield from _found(file.read(end - start - 8))


def _found(data: bytes) -> Iterator[bytes]:
    offset = 0
    while offset + 8 <= len(data):
        size = max(int.from_bytes(data[offset : offset + 4]), 8)
        kind, body = data[offset + 4 : offset + 8], data[offset + 8 : offset + size]
        if kind == b"elst":
            yield body
        elif kind in PARENTS:
            yield from _found(body)
        offset += size


def _is_edited(box: bytes) -> bool:
    """Version and flags, a count, then per edit its length and its start in the media."""
    wide = 8 if box[:1] == b"\x01" else 4
    first = int.from_bytes(box[8 + wide : 8 + 2 * wide], signed=True)
    return int.from_bytes(box[4:8]) > 1 or first == EMPTY_EDIT
