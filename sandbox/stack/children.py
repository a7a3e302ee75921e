from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

STOP_AFTER = 5.0


class ChildFailed(Exception):
    """A part of the stack did not start, or ended on its own."""


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-15:])


class Children:
    """Processes that do not outlive this one: each leads its own group, and the whole group is stopped."""

    def __init__(self, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.logs = logs
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> Child:
        log = self.logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                argv,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509
            )
        child = Child(name, process, log)
        self._children.append(child)
        return child

    def wait_until(self, child: Child, ready: Callable[[], bool], timeout: float = 60.0) -> None:
        deadline = time.monotonic() + timeout
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ChildFailed(f"{child.name} was not ready after {timeout:.0f} s:\n{child.last_words()}")
            time.sleep(0.03)

    def check(self) -> None:
        for child in self._children:
            if (code := child.process.poll()) is not None:
                raise ChildFailed(f"{child.name} ended with {code}, see {child.log}:\n{child.last_words()}")

    def stop(self) -> None:
        with _undisturbed():
            for child in self._children:
                _signal_group(child, signal.SIGTERM)
            deadline = time.monotonic() + STOP_AFTER
            for child in self._children:
                _wait(child, deadline)
                _signal_group(child, signal.SIGKILL)
                child.process.wait()
            self._children.clear()


def answers(url: str, headers: Mapping[str, str] | None = None) -> Callable[[], bool]:
    def ready() -> bool:
        try:
            return httpx.get(url, headers=dict(headers or {}), timeout=5, trust_env=False).status_code < 500
        except httpx.HTTPError:
            return False

    return ready


@contextmanager
def _undisturbed() -> Iterator[None]:
    """An impatient second Ctrl-C must not leave half of the children behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _signal_group(child: Child, number: signal.Signals) -> None:
    """Also after the leader is gone: what it started may still be there."""
    try:
        os.killpg(child.process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _wait(child: Child, deadline: float) -> None:
    try:
        child.process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For the one end that no handler sees: this process killed by SIGKILL. Linux only.

    Linux watches the thread that started the child, so only the main thread may start one.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    set_parent_death_signal = 1

    def ask_kernel() -> None:
        libc.prctl(set_parent_death_signal, number)

    return ask_kernel
