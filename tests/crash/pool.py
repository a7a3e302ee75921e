"""Many worker processes, a few at a time, forked from one that has everything loaded."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from typing import Any

from tests.crash.worker import Job, Report, run

AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Ended:
    """`killed`: the process was killed at the point that its job named, and did nothing after it."""

    job: Job
    report: Report
    killed: bool

    @property
    def place(self) -> str:
        """Where it died."""
        return self.report.points[-1] if self.killed else "the end"


class Running:
    """One worker process, which may be stopped at its point."""

    def __init__(self, job: Job) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.crash.preload"])
        self.job = job
        self._reports, theirs = context.Pipe(duplex=False)
        self.process: ForkServerProcess = context.Process(target=run, args=(job, theirs), daemon=True)
        self.process.start()
        theirs.close()

    def report(self, *, seconds: float = 60.0) -> Report:
        """The next one. A worker that is stopped has reported just before."""
        assert self._reports.poll(seconds), f"no report within {seconds} s: {self.job}"
        report: Report = self._reports.recv()
        return report

    def wake(self) -> Report:
        """Again and again, because the report comes a moment before the stop."""
        while not self._reports.poll(0.02):
            os.kill(self.process.pid or 0, signal.SIGCONT)
        return self.report()

    def end(self) -> Ended:
        report = self.report()
        self.process.join(60)
        assert self.process.exitcode in (0, -signal.SIGKILL), f"exit {self.process.exitcode}: {self.job}"
        killed = self.process.exitcode == -signal.SIGKILL
        assert killed is not report.finished
        self.close()
        return Ended(self.job, report, killed)

    def close(self) -> None:
        if self.process.is_alive():
            self.process.kill()
            self.process.join(10)
        self._reports.close()
        self.process.close()


def run_all(jobs: Iterable[Job], *, at_once: int = AT_ONCE) -> list[Ended]:
    """In the order of the jobs. Nothing that a worker raises is ever right, whatever became of others."""
    waiting = deque(jobs)
    order = [id(job) for job in waiting]
    running: dict[Any, Running] = {}
    ended: dict[int, Ended] = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            started = Running(waiting.popleft())
            running[started.process.sentinel] = started
        for sentinel in wait(list(running), 60) or _raise_stuck():
            done = running.pop(sentinel).end()
            assert done.report.error is None, f"{done.report.error} after {done.report.points}"
            ended[id(done.job)] = done
    return [ended[key] for key in order]


def _raise_stuck() -> list[Connection]:
    raise AssertionError("no worker has ended for a minute")
