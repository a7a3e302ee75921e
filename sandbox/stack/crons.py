"""Vercel's cron, as far as vercel.json uses it: a GET with the secret, at the minutes of the schedule, in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import httpx

from sandbox.stack.routes import Cron


class Crons:
    def __init__(self, origin: str, secret: str, crons: Sequence[Cron]) -> None:
        self._crons = crons
        self._done = datetime.now(UTC).replace(second=0, microsecond=0)
        self._client = httpx.Client(
            base_url=origin, headers={"authorization": f"Bearer {secret}"}, timeout=60, trust_env=False
        )

    def tick(self) -> list[str]:
        """The paths that were called because a new minute has begun."""
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        if minute == self._done:
            return []
        self._done = minute
        due = [cron.path for cron in self._crons if is_due(cron.schedule, minute)]
        return [path for path in due if self._call(path)]

    def _call(self, path: str) -> bool:
        try:
            return self._client.get(path).is_success
        except httpx.HTTPError:
            return False


def is_due(schedule: str, at: datetime) -> bool:
    weekday = (at.weekday() + 1) % 7
    now = (at.minute, at.hour, at.day, at.month, weekday)
    fields = schedule.split()
    if len(fields) != len(now):
        raise ValueError(f"not a schedule of five fields: {schedule!r}")
    return all(_matches(field, value) for field, value in zip(fields, now, strict=True))


def _matches(field: str, value: int) -> bool:
    for part in field.split(","):
        if part == "*" or (part.startswith("*/") and value % int(part[2:]) == 0) or part == str(value):
            return True
    return False
