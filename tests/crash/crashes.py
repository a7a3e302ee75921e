"""Crashes in numbers: clicks that workers die over, the time that passes, and whoever carries on."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from tests.crash.accounts import Clicked, Clicker, MakeBody
from tests.crash.judge import Verdict, expected
from tests.crash.kinds import Kind
from tests.crash.pool import Ended, run_all
from tests.crash.worker import Job, Webhook
from tests.shared.publishing.clicks import run_cron

_ROUNDS = 25
_BETWEEN_ROUNDS = 0.1
# More than any wait for certainty: Instagram's 180 s are the longest.
_LONG = 200.0


@dataclass(frozen=True, slots=True)
class Crashes:
    kind: Kind
    owner: Creator
    clicker: Clicker
    body: MakeBody
    stack: Stack
    sandbox: SandboxControl
    db: psycopg.Connection[Any]

    def click(self, count: int) -> list[Clicked]:
        return self.clicker.click(self.kind.platform, self.body, count)

    def job(
        self,
        click: Clicked,
        at: int | None = None,
        end: signal.Signals = signal.SIGKILL,
        webhook: Webhook | None = None,
    ) -> Job:
        return Job({**self.stack.env, **self.kind.environ}, click.id, at, end, webhook)

    def run(self, clicks: Sequence[Clicked], at: Sequence[int | None]) -> list[Ended]:
        """A worker for each click, that dies at its point."""
        return run_all([self.job(click, at=number) for click, number in zip(clicks, at, strict=True)])

    def points(self) -> tuple[str, ...]:
        """What a worker passes that nobody disturbs."""
        (ended,) = self.run(self.click(1), [None])
        return ended.report.points

    def recover(self, clicks: Sequence[Clicked]) -> None:
        """Polls and crons as time passes, until nothing more will happen by itself."""
        for _ in range(_ROUNDS):
            if not self.let_time_pass(clicks):
                return
            for click in clicks[:: max(1, len(clicks) // 4)]:
                self.owner.advance(click.id)
            run_cron(self.stack).raise_for_status()
            time.sleep(_BETWEEN_ROUNDS)

    def let_time_pass(self, clicks: Sequence[Clicked]) -> int:
        """Leases end, steps become due, an intent grows old. Returns for how many there is something to do."""
        return self.db.execute(
            "update public.publications"
            " set lease_expires_at = now() - interval '1 second', next_step_at = now() - interval '1 second',"
            " intent_at = intent_at - make_interval(secs => %s)"
            " where id = any(%s::uuid[]) and state not in ('published', 'failed') and next_step_at is not null",
            (_LONG, [click.id for click in clicks]),
        ).rowcount

    def verdict(self, click: Clicked) -> Verdict:
        with self.db.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute("select * from public.publications where id = %s", (click.id,)).fetchone()
        posts = self.sandbox.ledger(click.platform, click.account)
        return Verdict(row, [post["post_id"] for post in posts])

    def wrongs(self, clicks: Sequence[Clicked], died_at: Sequence[Sequence[str]]) -> list[str]:
        """Every broken promise, with the points at which the workers of that click died."""
        found = []
        for click, points in zip(clicks, died_at, strict=True):
            verdict = self.verdict(click)
            should = expected(points, can_be_asked=self.kind.can_be_asked)
            if verdict.outcome != should:
                found.append(f"{points}: {verdict.outcome} instead of {should}")
            found += [f"{points}: {why}" for why in verdict.wrongs()]
        return found


MakeCrashes = Callable[[Kind], Crashes]
