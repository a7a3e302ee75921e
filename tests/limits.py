"""The limits of one person, and time that passes for them because a test moves the row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import psycopg

from sandbox.stack.clients import User


@dataclass(frozen=True, slots=True)
class Limit:
    calls: int
    seconds: int
    code: str

    @property
    def step(self) -> int:
        """Seconds until one more is possible for whoever has used all."""
        return self.seconds // self.calls


# By hand on purpose: below it honest use would meet a limit, above it no abuse would.
LIMITS = {
    "connect": Limit(20, 3600, "too_many_connects"),
    "upload": Limit(300, 3600, "too_many_uploads"),
    "parts": Limit(1200, 3600, "too_many_parts"),
    "complete": Limit(600, 3600, "too_many_completions"),
    "preflight": Limit(120, 3600, "too_many_preflights"),
    "publish": Limit(120, 3600, "too_many_publications"),
    "caption": Limit(10, 60, "too_many_captions"),
    "create_project": Limit(30, 3600, "too_many_projects"),
    "create_content": Limit(600, 3600, "too_many_contents"),
    "invite": Limit(30, 3600, "too_many_invitations"),
}


def leave(db: psycopg.Connection[Any], user: User, action: str, left: int) -> None:
    """As if this person had just done all of it but so many."""
    used = (LIMITS[action].calls - left) * LIMITS[action].step
    db.execute(
        "insert into private.rate_limits (user_id, action, arrival_at)"
        " values (%s, %s, now() + make_interval(secs => %s))"
        " on conflict (user_id, action) do update set arrival_at = excluded.arrival_at",
        (user.id, action, used),
    )


def wait(db: psycopg.Connection[Any], user: User, seconds: float) -> None:
    db.execute(
        "update private.rate_limits set arrival_at = arrival_at - make_interval(secs => %s) where user_id = %s",
        (seconds, user.id),
    )


def seconds_used(db: psycopg.Connection[Any], user: User, action: str) -> float:
    """How far away the time is at which nothing counts any more."""
    found = db.execute(
        "select extract(epoch from arrival_at - now()) from private.rate_limits where user_id = %s and action = %s",
        (user.id, action),
    ).fetchone()
    return float(found[0]) if found else 0.0


def told_to_wait(answer: httpx.Response, code: str) -> int:
    """The seconds of a refusal for now, which must be in its own words."""
    assert (answer.status_code, answer.json()["code"]) == (429, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return int(answer.headers["retry-after"])
