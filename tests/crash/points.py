"""Where a worker can be ended: before and after every commit, and every call to a platform.

Nothing in the product knows of these points. Every commit goes through Database and every call through Egress, so
a worker of the tests is given ones that count; test_points.py shows that there is no other way out.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from shared.database import Database
from shared.egress import CALL_SECONDS, Answer, Egress
from shared.platforms.instagram import Instagram
from shared.platforms.tiktok import TikTok
from shared.secret import Secret


class Points:
    """`act` is called at the point with the number `at`, which counts from 0, with the names of all so far."""

    def __init__(self, at: int | None, act: Callable[[list[str]], None]) -> None:
        self.names: list[str] = []
        self._at = at
        self._act = act

    def reach(self, name: str) -> None:
        self.names.append(name)
        if len(self.names) - 1 == self._at:
            self._act(self.names)


class CountedDatabase(Database):
    points: Points

    async def as_user(self, jwt: Secret, function: str, **arguments: object) -> Any:
        name = commit_name(function, arguments)
        self.points.reach(f"{name}/before")
        try:
            return await super().as_user(jwt, function, **arguments)
        finally:
            self.points.reach(f"{name}/after")

    async def as_system(self, function: str, **arguments: object) -> Any:
        name = commit_name(function, arguments)
        self.points.reach(f"{name}/before")
        try:
            return await super().as_system(function, **arguments)
        finally:
            self.points.reach(f"{name}/after")


class CountedEgress(Egress):
    points: Points

    async def send(self, request: httpx.Request, *, seconds: float = CALL_SECONDS) -> Answer:
        name = call_name(request)
        self.points.reach(f"{name}/before")
        try:
            return await super().send(request, seconds=seconds)
        finally:
            self.points.reach(f"{name}/after")

    async def pieces(self, request: httpx.Request, *, length: int) -> AsyncIterator[bytes]:
        """Also in the middle: a chunk of which TikTok has a part."""
        self.points.reach("r2.read/before")
        is_first = True
        async for piece in super().pieces(request, length=length):
            yield piece
            if is_first:
                self.points.reach("r2.read/first_piece")
            is_first = False
        self.points.reach("r2.read/after")


def commit_name(function: str, arguments: dict[str, object]) -> str:
    """`record_step:processing>committing`; without a change of state by what was written, or plainly as a pause."""
    if function != "record_step":
        return function
    step = f"{arguments['from']}>{arguments['to']}"
    return f"record_step:{step}" if arguments["from"] != arguments["to"] else f"record_step:{step}:{arguments['event']}"


def call_name(request: httpx.Request) -> str:
    """The method of our client that makes the call, found among the callers; otherwise the address."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        client = frame.f_locals.get("self")
        if isinstance(client, Instagram | TikTok) and not frame.f_code.co_name.startswith("_"):
            return f"{type(client).__name__.lower()}.{frame.f_code.co_name}"
        frame = frame.f_back
    return f"{request.method} {request.url.host}{request.url.path}"
