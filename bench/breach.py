"""`make bench-breach`: 100,000 people are told of a breach, with kills in between. Counted is where the mails arrive.

A real PostgreSQL, the local stack's Data API before it, the simulated Resend without a limit of its own, and the
commands and the senders as processes of their own. The sender is what the cron runs; here two of them run without
pause, because a real one is held back by Resend's limit and not by us.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg

from sandbox.stack import keys, postgres
from sandbox.stack.children import Children, answers
from sandbox.stack.environment import Addresses, basic_environment, functions_environment, sandbox_config
from sandbox.stack.ports import Ports
from sandbox.stack.stack import start_supabase
from shared.mail.outbox import _CRON_SECONDS

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "100000"))
SENDERS = 2
# Of the 5 calls in a second that Resend takes, one is left to others.
_REAL_PER_SECOND = 4
_SENDER = """
import asyncio, os
from shared.mail.outbox import deliver
from shared.runtime import Runtime

async def main():
    runtime = Runtime.from_environ(os.environ)
    async with runtime.egress.client:
        print((await deliver(runtime, seconds=3600))["sent"])

asyncio.run(main())
"""
_WORDS = ("data", "consequences", "measures", "recommendations")
_FILL = (
    "insert into auth.users (id, aud, role, email, created_at) select md5('u' || n)::uuid, 'authenticated',"
    " 'authenticated', 'person-' || n || '@itoms.test', now() from generate_series(1, {n}) as n",
    "insert into public.projects (id, name, created_by) select md5('p' || n)::uuid, 'Bench', md5('u' || n)::uuid"
    " from generate_series(1, {n}) as n",
    "insert into public.project_members (project_id, user_id, role) select md5('p' || n)::uuid, md5('u' || n)::uuid,"
    " 'owner' from generate_series(1, {n}) as n",
    "insert into public.connections (id, project_id, platform, platform_account_id, callback_ids, display_name)"
    " select md5('c' || n)::uuid, md5('p' || n)::uuid, 'tiktok', n::text, array[n::text], 'Bench'"
    " from generate_series(1, {n}) as n",
    "insert into private.connection_tokens (connection_id, access_token, access_expires_at)"
    " select md5('c' || n)::uuid, 'v1.leaked.' || repeat('a', 16) || '.' || repeat('a', 200), now()"
    " from generate_series(1, {n}) as n",
)


@dataclass(frozen=True, slots=True)
class Bench:
    server: postgres.Server
    env: dict[str, str]
    resend: str

    def command(self, *arguments: str, kill_after: int | None = None) -> str:
        """What it said. Killed after that many lines, if it should be."""
        argv = [sys.executable, "-u", "-m", "ops.breach", *arguments]
        process = subprocess.Popen(argv, env=self.env, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        if kill_after is not None:
            for _ in range(kill_after):
                process.stdout.readline()
            process.kill()
        said, _ = process.communicate()
        _expect(process.returncode == (-signal.SIGKILL if kill_after is not None else 0), f"{arguments[0]} ends well")
        return said

    def sender(self) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", _SENDER], env=self.env, stdout=subprocess.PIPE, text=True)

    def mailed(self) -> dict[str, int]:
        found = httpx.get(f"{self.resend}/control/mails/counts", timeout=60, trust_env=False).raise_for_status()
        return dict(found.json())


def main() -> int:
    began_at = time.monotonic()
    with stack() as bench, bench.server.connect() as db:
        fill(db)
        _step(began_at, f"{PEOPLE:,} people, each with a project and an account whose token is under one key")
        breach_id = _open(bench)
        took = _timed(lambda: bench.command("affected", breach_id, "--key-id", "leaked", "--record"))
        _step(began_at, f"found and recorded: {took:.1f} s")
        bench.command("send", breach_id, kill_after=2)
        queued = _queued(db)
        took = _timed(lambda: bench.command("send", breach_id))
        _step(began_at, f"send, killed when {queued:,} were queued, and run again: {took:.1f} s for the rest")
        sent = _sent(bench, db, began_at)
        verdict = bench.mailed()
        said = bench.command("status", breach_id)
    _expect(verdict == {"mails": PEOPLE, "people": PEOPLE, "most_to_one": 1}, f"one mail each, and not {verdict}")
    _expect(f"{PEOPLE:,} sent" in said and "late: 0" in said, "a status that says so")
    print(f"mails: {verdict['mails']:,}, to {verdict['people']:,} people, at most {verdict['most_to_one']} to one")
    hours = PEOPLE / (_REAL_PER_SECOND * _CRON_SECONDS / 60) / 3600
    print(f"sending: {sent:.0f} s, {PEOPLE / sent:,.0f} per second; by the cron within Resend's limit: {hours:.1f} h")
    return 0


def fill(db: psycopg.Connection[Any]) -> None:
    with db.transaction():
        db.execute("set local session_replication_role = replica")
        for statement in _FILL:
            db.execute(statement.format(n=PEOPLE).encode())
    db.execute("vacuum analyze")


def _open(bench: Bench) -> str:
    said = bench.command("open", "--nature", "A key leaked.", "--aware-at", datetime.now(UTC).isoformat())
    breach_id = re.findall(r"Breach ([0-9a-f-]{36}): ", said)[0]
    bench.command("notice", breach_id, *(part for name in _WORDS for part in (f"--{name}", f"The {name} of it.")))
    return str(breach_id)


def _sent(bench: Bench, db: psycopg.Connection[Any], began_at: float) -> float:
    """Seconds until nothing is left. One sender is killed in the middle, and what it held waits for its lease."""
    began, senders = time.monotonic(), [bench.sender() for _ in range(SENDERS)]
    killed = False
    while left := _queued(db):
        if not killed and left < PEOPLE // 2:
            senders[0].kill()
            senders[0].wait()
            senders.append(bench.sender())
            killed = True
            _step(began_at, f"a sender was killed with {left:,} left")
        if all(sender.poll() is not None for sender in senders):
            # What the killed one held is nobody's until its lease ends.
            time.sleep(5)
            senders.append(bench.sender())
        time.sleep(0.5)
    for sender in senders:
        sender.wait(timeout=120)
    return time.monotonic() - began


def _queued(db: psycopg.Connection[Any]) -> int:
    query = "select count(*) from private.mail_outbox where state in ('queued', 'sending')"
    return int((db.execute(query).fetchone() or (0,))[0])


@contextmanager
def stack() -> Iterator[Bench]:
    """PostgreSQL, what stands before it, and Resend; nothing else of the stack is needed."""
    with tempfile.TemporaryDirectory(prefix="itoms-bench-") as name, postgres.running(postgres.hosted()) as server:
        secrets, ports = keys.fresh(), Ports.free()
        addresses = Addresses.of(ports)
        with Children(Path(name)) as children:
            supabase = start_supabase(children, ports, secrets, server.url(), addresses.app)
            config = sandbox_config(addresses, secrets, webhooks="held")
            config["resend"]["requests_per_second"] = 99_999
            (Path(name) / "sandbox.json").write_text(json.dumps(config), encoding="utf-8")
            argv = [sys.executable, "-m", "sandbox", "--port", str(ports.sandbox), "--config", f"{name}/sandbox.json"]
            resend = children.start("sandbox", argv, basic_environment(), Path.cwd())
            key = {"apikey": secrets["SUPABASE_PUBLISHABLE_KEY"]}
            children.wait_until(supabase, answers(f"{addresses.supabase}/auth/v1/health", key))
            children.wait_until(resend, answers(f"{addresses.sandbox}/control/ledger", {}))
            env = basic_environment() | functions_environment(addresses, secrets) | {"OPERATOR": "bench"}
            yield Bench(server, env, addresses.sandbox)


def _timed(work: Any) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _step(began_at: float, what: str) -> None:
    print(f"{time.monotonic() - began_at:7.1f} s  {what}", flush=True)


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise SystemExit(f"bench: expected {what}")


if __name__ == "__main__":
    sys.exit(main())
