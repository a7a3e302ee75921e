from __future__ import annotations

import json
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from sandbox.stack import keys as local_keys
from sandbox.stack.children import Child, Children, answers
from sandbox.stack.environment import (
    BUCKET,
    PRIVATE_BUCKET,
    Addresses,
    basic_environment,
    functions_environment,
    sandbox_config,
    supabase_environment,
)
from sandbox.stack.paths import LOCAL, LOGS, MIGRATIONS, ROOT
from sandbox.stack.ports import Ports

Every = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack: where its parts are, what the functions were told, and whether all of it still runs."""

    addresses: Addresses
    env: dict[str, str]
    keys: dict[str, str]
    children: Children

    @property
    def logs(self) -> Path:
        return self.children.logs

    def check(self) -> None:
        """Raises ChildFailed when a part has ended."""
        self.children.check()

    def wait(self, every_second: Every) -> NoReturn:
        """Until Ctrl-C, a kill, or the end of a part."""
        while True:
            self.check()
            every_second()
            time.sleep(1)


@contextmanager
def fresh(name: str, ports: Ports) -> Iterator[Stack]:
    """An empty project on PGlite: what the simulated platforms remember is gone too when they stop."""
    own = f"{name}-{ports.app}"
    for left_over in (LOCAL / own, LOGS / own):
        shutil.rmtree(left_over, ignore_errors=True)
    with running(ports, str(LOCAL / own / "database"), LOGS / own, local_keys.load()) as stack:
        yield stack


@contextmanager
def running(
    ports: Ports, database: str, logs: Path, keys: dict[str, str], *, functions: bool = True
) -> Iterator[Stack]:
    """Starts everything and stops it again, however the block ends. `database` is a folder or a server's URL."""
    addresses = Addresses.of(ports)
    env = functions_environment(addresses, keys)
    # Tests serve the functions themselves, and decide themselves when a webhook arrives.
    webhooks = "on" if functions else "held"
    with _signals_raise(), Children(logs) as children:
        waits = [
            (start_supabase(children, ports, keys, database, addresses.app), f"{addresses.supabase}/auth/v1/health"),
            (start_r2(children, ports, keys, addresses.app), f"{addresses.r2}/"),
            (start_sandbox(children, ports, addresses, keys, webhooks), f"{addresses.sandbox}/control/ledger"),
        ]
        if functions:
            waits.append((start_functions(children, ports, env), f"{addresses.app}/"))
        key = {"apikey": keys["SUPABASE_PUBLISHABLE_KEY"]}
        for child, url in waits:
            children.wait_until(child, answers(url, key))
        yield Stack(addresses, env, keys, children)


def start_supabase(children: Children, ports: Ports, keys: dict[str, str], database: str, site_url: str) -> Child:
    script = Path(__file__).with_name("supabase.mjs")
    options = ["--port", str(ports.supabase), "--database", database, "--migrations", str(MIGRATIONS)]
    argv = ["node", str(script), *options, "--site-url", site_url]
    return children.start("supabase", argv, supabase_environment(keys), ROOT)


def start_r2(children: Children, ports: Ports, keys: dict[str, str], site_url: str) -> Child:
    account = ["--access-key-id", keys["R2_ACCESS_KEY_ID"], "--secret-access-key", keys["R2_SECRET_ACCESS_KEY"]]
    buckets = ["--bucket", BUCKET, "--private-bucket", PRIVATE_BUCKET]
    options = ["--port", str(ports.r2), *buckets, *account, "--cors-origin", site_url]
    return children.start("r2", _python("sandbox.r2", options), basic_environment(), ROOT)


def start_sandbox(children: Children, ports: Ports, addresses: Addresses, keys: dict[str, str], webhooks: str) -> Child:
    config = children.logs / "sandbox.json"
    config.write_text(json.dumps(sandbox_config(addresses, keys, webhooks=webhooks), indent=2), encoding="utf-8")
    options = ["--port", str(ports.sandbox), "--config", str(config)]
    return children.start("sandbox", _python("sandbox", options), basic_environment(), ROOT)


def start_functions(children: Children, ports: Ports, env: dict[str, str]) -> Child:
    argv = _python("sandbox.stack.functions", ["--port", str(ports.app)])
    return children.start("functions", argv, basic_environment() | env, ROOT)


def _python(module: str, options: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", module, *options]


@contextmanager
def _signals_raise() -> Iterator[None]:
    """So that a polite kill unwinds the `with` blocks like Ctrl-C does."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, _leave) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
