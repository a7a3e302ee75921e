"""A file in storage as a seekable one, of which only the parts that are asked for are fetched."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable

from shared.media.facts import NotWhatItClaims

# Parsers ask for small pieces; fetched in blocks, a video costs a handful of range reads.
_BLOCK_BYTES = 256 * 1024
# A file that makes a parser read more than this is not one that a camera or an editor wrote.
_MOST_BYTES = 64 * 1024 * 1024

type ReadRange = Callable[[int, int], bytes]


class RangeReader(io.RawIOBase):
    """A seekable file over range reads, with the blocks it has seen kept, and a limit on all it may read."""

    def __init__(self, read_range: ReadRange, size: int) -> None:
        super().__init__()
        self._read_range = read_range
        self._at = 0
        self._blocks: dict[int, bytearray] = {}
        self._size = size

    @property
    def size(self) -> int:
        return self._size

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

    def read_at(self, at: int, size: int) -> bytes:
        """Short only at the end of the file."""
        self.seek(at)
        data = bytearray()
        while len(data) < size and (piece := self.read(size - len(data))):
            data += piece
        return bytes(data)

    def show_less(self, *, hidden: Iterable[int], end: int) -> None:
        """For whoever reads from now on, turns the boxes whose kinds stand at `hidden` into free space, and is over
        at `end`.
        """
        for at in hidden:
            for place, letter in enumerate(b"free", start=at):
                number, offset = divmod(place, _BLOCK_BYTES)
                self._block(number)[offset] = letter
        self._size = end

    def _block(self, number: int) -> bytearray:
        if number not in self._blocks:
            if len(self._blocks) * _BLOCK_BYTES >= _MOST_BYTES:
                raise NotWhatItClaims("The file is built in a way that would need reading most of it.")
            first = number * _BLOCK_BYTES
            self._blocks[number] = bytearray(self._read_range(first, min(first + _BLOCK_BYTES, self._size) - 1))
        return self._blocks[number]
