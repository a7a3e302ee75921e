from __future__ import annotations

from collections import deque


class SlidingWindow:
    """At most `limit` calls per key in any `seconds`, by the clock of the caller."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], deque[float]] = {}

    def admits(self, name: str, key: str, now: float, *, limit: int, seconds: float = 60.0) -> bool:
        calls = self._calls.setdefault((name, key), deque())
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        if len(calls) >= limit:
            return False
        calls.append(now)
        return True

    def clear(self) -> None:
        self._calls.clear()
