"""The worker process: does what a function call does for one publication, and ends where it is told to.

Ended means a signal to the process itself, as the platform's own kill would be: no `finally` runs, no connection is
closed politely. Whoever is only stopped finds, once woken, that a lease's time has passed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from types import SimpleNamespace
from unittest.mock import patch

from shared.database import Database
from shared.platforms import tiktok_chunks
from shared.publishing import work
from shared.publishing.advance import advance
from shared.publishing.tiktok_webhook import receive
from shared.runtime import Runtime
from tests.crash.points import CountedDatabase, CountedEgress, Points

# The smallest that TikTok takes, so that three chunks are a small file.
CHUNK_BYTES = 5_242_880
# A pause of the ladder, in a world where platforms are ready at once.
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Webhook:
    body: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class Job:
    """One call of a function for a publication, or a webhook's; `at` is the number of the point to be ended at.

    `asleep`: for how many seconds, by its own clock, one that is only stopped has slept when it is woken.
    """

    environ: Mapping[str, str]
    publication_id: str
    at: int | None = None
    end: signal.Signals = signal.SIGKILL
    webhook: Webhook | None = None
    asleep: float = work.LEASE_SECONDS


@dataclass(frozen=True, slots=True)
class Report:
    """The points reached. `finished` is False for one that is about to be ended; `error` names what was raised."""

    points: tuple[str, ...]
    finished: bool
    error: str | None = None


def run(job: Job, reports: Connection) -> None:
    """The whole life of the process."""
    points = Points(job.at, lambda names: _end(job, reports, names))
    use_small_chunks()
    error = None
    try:
        asyncio.run(_work(job, points))
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
    reports.send(Report(tuple(points.names), finished=True, error=error))


def _end(job: Job, reports: Connection, names: list[str]) -> None:
    reports.send(Report(tuple(names), finished=False))
    os.kill(os.getpid(), job.end)
    _oversleep(job.asleep)


def _oversleep(seconds: float) -> None:
    """Only who was stopped comes here. Nobody waits for a real lease to end: the clock is moved instead."""
    late = SimpleNamespace(monotonic=lambda: time.monotonic() + seconds)
    patch.object(work, "time", late).start()


def use_small_chunks() -> None:
    for name in ("_CHUNK", "_LARGEST_SINGLE"):
        patch.object(tiktok_chunks, name, CHUNK_BYTES).start()


async def _work(job: Job, points: Points) -> None:
    runtime = counting(Runtime.from_environ(job.environ), points)
    async with runtime.egress.client:
        if job.webhook:
            await receive(runtime, job.webhook.body, signature=job.webhook.signature)
        else:
            await advance(runtime, job.publication_id, wait_seconds=600.0)


def counting(runtime: Runtime, points: Points) -> Runtime:
    client = runtime.egress.client
    database: Database = CountedDatabase(runtime.settings, client)
    egress = CountedEgress(client)
    database.points = egress.points = points  # type: ignore[attr-defined]
    return replace(runtime, database=database, egress=egress, sleep=_short_sleep)


async def _short_sleep(seconds: float) -> None:
    await asyncio.sleep(min(seconds, _PAUSE_SECONDS))
