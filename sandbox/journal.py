from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT_HEADERS = frozenset(
    {
        "accept",
        "anthropic-beta",
        "anthropic-version",
        "authorization",
        "cache-control",
        "content-length",
        "content-range",
        "content-type",
        "host",
        "idempotency-key",
        "user-agent",
        "x-api-key",
        "x-forwarded-for",
    }
)
CAPACITY = 20_000


@dataclass(slots=True)
class Entry:
    """One request as it arrived. `status` is None while it is being answered, and for a dropped answer."""

    at: float
    endpoint: str
    host: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str
    account: str | None
    fault: str | None = None
    status: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Journal:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=CAPACITY)

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)

    def entries(self, endpoint: str | None = None) -> list[Entry]:
        return [entry for entry in self._entries if endpoint in (None, entry.endpoint)]

    def clear(self) -> None:
        self._entries.clear()
