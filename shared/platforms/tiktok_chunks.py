"""How a file is cut for TikTok's FILE_UPLOAD.

Source: TikTok, Media Transfer Guide. The count is the floor of size by chunk size: what is left over joins the last
chunk. "MB" is read both ways there, so we stay inside both; and a plan of one chunk larger than 64 MB, which that rule
allows, has been refused since August 2026.
"""

from __future__ import annotations

from dataclasses import dataclass

_LARGEST_SINGLE = 64_000_000
_CHUNK = 10_000_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes `first` to `last` of `byte_size`, both included."""

    first: int
    last: int
    byte_size: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    @property
    def is_last(self) -> bool:
        return self.last == self.byte_size - 1


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    byte_size: int
    chunk_size: int

    @classmethod
    def for_file(cls, byte_size: int) -> ChunkPlan:
        return cls(byte_size, byte_size if byte_size <= _LARGEST_SINGLE else _CHUNK)

    @property
    def count(self) -> int:
        return self.byte_size // self.chunk_size

    def chunk(self, number: int) -> Chunk:
        """`number` counts from 0. The last one takes what is left over."""
        first = number * self.chunk_size
        last = self.byte_size - 1 if number >= self.count - 1 else first + self.chunk_size - 1
        return Chunk(first, last, self.byte_size)

    def chunks_in(self, stored_bytes: int) -> int:
        """How many whole chunks are in the first `stored_bytes`."""
        return self.count if stored_bytes >= self.byte_size else min(stored_bytes // self.chunk_size, self.count - 1)
