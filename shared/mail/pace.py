"""Calls begun no faster than Resend takes them. The limit is of a whole team: one call of it is left to others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

# Calls in a second until an answer says how many there may be: the lowest that Resend documents.
_AT_FIRST = 2


@dataclass(slots=True)
class Pace:
    sleep: Callable[[float], Awaitable[None]]
    clock: Callable[[], float] = time.monotonic
    per_second: float = _AT_FIRST
    _last: float = float("-inf")
    _not_before: float = float("-inf")
    _queue: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def turn(self) -> None:
        """Waits for this caller's turn. One at a time, so that what an answer taught counts for the very next one."""
        async with self._queue:
            now = self.clock()
            mine = max(now, self._last + 1 / self.per_second, self._not_before)
            if mine > now:
                await self.sleep(mine - now)
            self._last = mine

    def learn(self, limit: int | None) -> None:
        if limit:
            self.per_second = max(limit - 1, 1)

    def pause(self, seconds: float) -> None:
        """Nobody's turn begins earlier."""
        self._not_before = max(self._not_before, self.clock() + seconds)
