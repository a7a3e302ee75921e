"""A look at the boxes of an MP4 or QuickTime movie before the parser sees them.

The tables of samples may be made to say what keeps a parser busy for minutes. Nothing that we want to know is in
them, so they are checked here for what their box can hold, and hidden from the parser. What the parser does not tell
is read here: the order of the boxes, and the lists of edits.

Sources: ISO/IEC 14496-12, sections 4.2 (boxes) and 8 (movie structure); QuickTime File Format (Apple), "Movie Atoms".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.media.ranges import RangeReader

_CONTAINERS = frozenset({b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl"})
# Where each sample lies, which ones are key frames, how they are grouped: for players, not for us. A compressed
# movie box (cmov) can unfold to any size.
_HIDDEN = frozenset(
    {b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss", b"stsh", b"ctts", b"cslg", b"sdtp", b"sbgp", b"cmov"}
)
# Bytes of one entry behind version, flags and count.
_ENTRY_BYTES = {b"stts": 8, b"ctts": 8, b"stsc": 12, b"stss": 4, b"stco": 4, b"co64": 8}
_MOST_BOXES = 10_000
_MOST_SAMPLES = 2_000_000
_MOST_START_UP_SECONDS = 1


class Unsound(Exception):
    """A box or table says more than its bytes hold."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the parser should be shown; for the others see MediaFacts.

    `hidden`: where the kinds of those boxes stand that it should not see. `end`: it should not read beyond. Of a movie
    with its index in front, it is the first byte of the media: on the way through media of which it does not know the
    samples, MediaInfo forgets what the index said of the tracks.
    """

    hidden: list[int]
    end: int
    fast_start: bool
    edit_list: bool


@dataclass(frozen=True, slots=True)
class Box:
    kind: bytes
    start: int  # of what is in it
    end: int
    kind_at: int
    track_at: int = 0


@dataclass(slots=True)
class _Track:
    """Times in units of `timescale`, those a second."""

    handler: bytes = b""
    timescale: int = 0
    edits: int = 0
    first_edit_at: int = 0
    rate: int = 0x10000

    @property
    def is_edited(self) -> bool:
        """Not by one edit that skips the decoder's start-up, which every encoder writes."""
        if self.handler not in (b"vide", b"soun") or self.edits == 0:
            return False
        skips_start_up = 0 <= self.first_edit_at <= self.timescale * _MOST_START_UP_SECONDS
        return self.edits > 1 or not skips_start_up or self.rate != 0x10000


@dataclass(slots=True)
class _Found:
    boxes: int = 0
    hidden: list[int] = field(default_factory=list)
    top_level: dict[bytes, int] = field(default_factory=dict)
    tracks: dict[int, _Track] = field(default_factory=dict)
    media_bytes: int = 0
    sample_bytes: int = 0


def check_boxes(source: RangeReader) -> Layout:
    """Raises Unsound. Reads the heads of boxes and the sizes of samples, whatever the size of the file."""
    waiting, found = [Box(b"", 0, source.size, 0)], _Found()
    while waiting:
        parent = waiting.pop()
        for box in _boxes(source, parent):
            if parent.kind == b"":
                found.top_level.setdefault(box.kind, box.kind_at - 4)
            if box.kind in _CONTAINERS:
                waiting.append(box)
            _note(source, box, found)
    if found.sample_bytes > found.media_bytes:
        raise Unsound
    media_at = found.top_level.get(b"mdat", source.size)
    fast_start = found.top_level.get(b"moov", source.size) < media_at
    # In fragments, what the index does not say stands between the media.
    is_in_front = fast_start and b"moof" not in found.top_level
    return Layout(
        hidden=found.hidden,
        end=media_at if is_in_front else source.size,
        fast_start=fast_start,
        edit_list=any(track.is_edited for track in found.tracks.values()),
    )


def _note(source: RangeReader, box: Box, found: _Found) -> None:
    found.boxes += 1
    if found.boxes > _MOST_BOXES:
        raise Unsound
    if box.kind in _HIDDEN:
        found.hidden.append(box.kind_at)
    if box.kind == b"mdat":
        found.media_bytes += box.end - box.start
    found.sample_bytes += _checked_samples(source, box)
    if box.kind in (b"hdlr", b"mdhd", b"elst"):
        _describe(found.tracks.setdefault(box.track_at, _Track()), box.kind, source.read_at(box.start, 28))


def _describe(track: _Track, kind: bytes, data: bytes) -> None:
    """From the first 28 bytes, whose layout depends on the version in the first one."""
    wide = data[:1] == b"\x01"
    if kind == b"hdlr" and not track.handler:
        track.handler = data[8:12]
    elif kind == b"mdhd":
        track.timescale = int.from_bytes(data[20:24] if wide else data[12:16])
    elif kind == b"elst":
        track.edits = int.from_bytes(data[4:8])
        track.first_edit_at = int.from_bytes(data[16:24] if wide else data[12:16], signed=True)
        track.rate = int.from_bytes(data[24:28] if wide else data[16:20])


def _boxes(source: RangeReader, parent: Box) -> Iterator[Box]:
    at = parent.start
    while at + 8 <= parent.end:
        head = source.read_at(at, 16)
        length, kind, header = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, header = int.from_bytes(head[8:16], "big"), 16
        elif length == 0:
            length = parent.end - at
        if length < header or at + length > parent.end:
            raise Unsound
        yield Box(kind, at + header, at + length, at + 4, at if kind == b"trak" else parent.track_at)
        at += length


def _checked_samples(source: RangeReader, box: Box) -> int:
    """The bytes of all samples, when the box is the table that says so."""
    head = source.read_at(box.start, 12)
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


def _sample_bytes(source: RangeReader, box: Box, *, each: int, samples: int) -> int:
    if each:
        return each * samples
    if samples > _MOST_SAMPLES or 12 + samples * 4 > box.end - box.start:
        raise Unsound
    sizes = memoryview(source.read_at(box.start + 12, samples * 4))
    return sum(int.from_bytes(sizes[at : at + 4], "big") for at in range(0, len(sizes), 4))
