"""How a large file is cut into parts, all of one size but the last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from shared.media.multipart import StoredPart

# A larger file is sent in parts of this size: what a lost network costs, against how many requests a file takes. The
# largest file has 239 parts; R2 takes 10,000, of 5 MiB at the least.
PART_BYTES = 16 * 1024 * 1024


class Span(NamedTuple):
    number: int
    first_byte: int
    byte_size: int


@dataclass(frozen=True, slots=True)
class Plan:
    byte_size: int

    @property
    def in_parts(self) -> bool:
        return self.byte_size > PART_BYTES

    @property
    def count(self) -> int:
        return ceil(self.byte_size / PART_BYTES)

    def spans(self) -> list[Span]:
        firsts = range(0, self.byte_size, PART_BYTES)
        return [Span(number, at, min(PART_BYTES, self.byte_size - at)) for number, at in enumerate(firsts, start=1)]

    def sound(self, parts: Iterable[StoredPart]) -> list[StoredPart]:
        """Those that are of this file by their number and length; what is anything else has to be sent again."""
        wanted = {span.number: span.byte_size for span in self.spans()}
        return [part for part in parts if wanted.get(part.number) == part.byte_size]
