"""The bytes of a ZIP archive, any part of it at a time.

Files are stored as they are, one after the other, so that where everything stands is known before the first byte is
written. Only the CRC of a media file is not: it comes behind the file, in a data descriptor, and in the directory.
Nothing of a file is 4 GB or more (what may be uploaded is less); the archive may be, and then its directory is ZIP64.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_UTF8, _CRC_FOLLOWS = 0x0800, 0x0008
_VERSION, _VERSION_ZIP64 = 20, 45
_UNIX = 3 << 8
# The same data gives the same bytes: no file has the time at which it was written, but the first that ZIP knows.
_DATE = 1 << 5 | 1
_READABLE = 0o100644 << 16
_MOST = 0xFFFFFFFF
_MOST_FILES = 0xFFFF
_DESCRIPTOR = 16


class Span(NamedTuple):
    """Some bytes of a file in storage, both ends included."""

    object_key: str
    first: int
    last: int


class Entry(NamedTuple):
    """A file of the archive. `crc` is None until all of it has been read."""

    position: int
    name: str
    byte_size: int
    starts_at: int
    object_key: str
    crc: int | None

    @property
    def streamed(self) -> bool:
        return self.name.startswith("media/")

    @property
    def data_at(self) -> int:
        return self.starts_at + 30 + len(self.name)

    @property
    def data_end(self) -> int:
        return self.data_at + self.byte_size

    @property
    def ends_at(self) -> int:
        return ends_at(self.starts_at, self.name, self.byte_size)

    def span(self, start: int, end: int) -> Span | None:
        """What of its data stands between two places of the archive."""
        first, last = max(start, self.data_at), min(end, self.data_end)
        return Span(self.object_key, first - self.data_at, last - self.data_at - 1) if first < last else None


class Part(NamedTuple):
    """`crc` is that of the file in which the next part begins, so far; `crcs` are those of files that ended here."""

    data: bytes
    crc: int
    crcs: Mapping[int, int]


def ends_at(starts_at: int, name: str, byte_size: int) -> int:
    """Where the next one begins."""
    return starts_at + 30 + len(name) + byte_size + (_DESCRIPTOR if name.startswith("media/") else 0)


def header(entry: Entry) -> bytes:
    name = entry.name.encode()
    flags = _UTF8 | (_CRC_FOLLOWS if entry.streamed else 0)
    crc, size = (0, 0) if entry.streamed else (entry.crc, entry.byte_size)
    fixed = struct.pack("<4s5H3L2H", b"PK\3\4", _VERSION, flags, 0, 0, _DATE, crc, size, size, len(name), 0)
    return fixed + name


def descriptor(entry: Entry, crc: int) -> bytes:
    return struct.pack("<4s3L", b"PK\7\10", crc, entry.byte_size, entry.byte_size) if entry.streamed else b""


def part(entries: Sequence[Entry], found: Mapping[Span, bytes], *, start: int, end: int, crc: int) -> Part:
    """What stands between two places, but for the directory. `found` is what Entry.span asked for.

    `crc` is that of the file in which it begins, so far.
    """
    data, crcs, last_crc = bytearray(), {}, 0
    for entry in entries:
        data += _overlap(header(entry), entry.starts_at, start, end)
        running = crc if entry.data_at < start < entry.data_end else 0
        if span := entry.span(start, end):
            data += found[span]
            running = zlib.crc32(found[span], running)
        final = running if entry.crc is None else entry.crc
        if start <= entry.data_end <= end and entry.crc is None:
            crcs[entry.position] = final
        data += _overlap(descriptor(entry, final), entry.data_end, start, end)
        last_crc = running if entry.data_at < end < entry.data_end else 0
    return Part(bytes(data), last_crc, crcs)


def directory(entries: Sequence[Entry], directory_at: int) -> bytes:
    """What stands at the end. Every CRC must be known."""
    records = b"".join(_record(entry) for entry in entries)
    return records + _end(len(entries), len(records), directory_at)


def directory_size(entries: Sequence[Entry], directory_at: int) -> int:
    records = sum(46 + len(entry.name) + (12 if entry.starts_at >= _MOST else 0) for entry in entries)
    return records + len(_end(len(entries), records, directory_at))


def between(data: bytes, begins_at: int, start: int, end: int) -> bytes:
    return _overlap(data, begins_at, start, end)


def _overlap(data: bytes, begins_at: int, start: int, end: int) -> bytes:
    return data[max(start - begins_at, 0) : max(end - begins_at, 0)]


def _record(entry: Entry) -> bytes:
    far = entry.starts_at >= _MOST
    name, extra = entry.name.encode(), struct.pack("<2HQ", 1, 8, entry.starts_at) if far else b""
    version = _VERSION_ZIP64 if far else _VERSION
    flags = _UTF8 | (_CRC_FOLLOWS if entry.streamed else 0)
    size = entry.byte_size
    numbers = (_UNIX | version, version, flags, 0, 0, _DATE, entry.crc, size, size, len(name), len(extra), 0, 0, 0)
    return struct.pack("<4s6H3L5H", b"PK\1\2", *numbers) + _rest(entry, far) + name + extra


def _rest(entry: Entry, far: bool) -> bytes:
    return struct.pack("<2L", _READABLE, _MOST if far else entry.starts_at)


def _end(files: int, size: int, directory_at: int) -> bytes:
    return b"".join(_end_parts(files, size, directory_at))


def _end_parts(files: int, size: int, directory_at: int) -> Iterator[bytes]:
    if files >= _MOST_FILES or max(size, directory_at) >= _MOST:
        numbers = (44, _UNIX | _VERSION_ZIP64, _VERSION_ZIP64, 0, 0, files, files, size, directory_at)
        yield struct.pack("<4sQ2H2L4Q", b"PK\6\6", *numbers)
        yield struct.pack("<4sLQL", b"PK\6\7", 0, directory_at + size, 1)
    few, small, near = min(files, _MOST_FILES), min(size, _MOST), min(directory_at, _MOST)
    yield struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, few, few, small, near, 0)
