"""How far a long command is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

_EVERY_SECONDS = 1.0


@dataclass(slots=True)
class Progress:
    """A line at the first batch and then once a second, so that a log stays readable and a terminal moves."""

    doing: str
    total: int
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    _began: float = field(init=False)
    _shown: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        self._began = self.clock()

    def add(self, number: int) -> None:
        self.done += number
        if self.clock() - self._shown >= _EVERY_SECONDS:
            self._shown = self.clock()
            print(self.line(), flush=True)

    def line(self) -> str:
        rate = self.done / max(self.clock() - self._began, 0.001)
        left = max(self.total - self.done, 0) / rate if rate else 0.0
        return f"{self.doing} {self.done:,} of {self.total:,}, {rate:,.0f} per second, {left:,.0f} s left"
