"""`make bench-rotation`: `python -m ops.keys reencrypt` on 100,000 tokens, and what live traffic notices of it.

A real PostgreSQL, the local stack's Data API before it, and the command as a process of its own. Bare work in the same
run: the same tokens opened and sealed by the cipher alone, and one UPDATE of the same rows by PostgreSQL alone.
"""

from __future__ import annotations

import base64
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sandbox.stack import keys, postgres
from sandbox.stack.children import Children, answers
from sandbox.stack.environment import basic_environment
from sandbox.stack.ports import HOST, Ports
from sandbox.stack.stack import start_supabase
from shared.secret import Secret
from shared.vault import Place, Vault, parse_ring

# One token each, and two each.
INSTAGRAM, TIKTOK = 60_000, 20_000
TOKENS = INSTAGRAM + 2 * TIKTOK
TOKEN = "IGAA" + "x" * 183
IDLE_CALLS = 300
VERSION = 1

ACCOUNTS = (
    "copy public.connections"
    " (id, project_id, platform, platform_account_id, callback_ids, display_name, account_type) from stdin"
)
ROWS = (
    "copy private.connection_tokens"
    " (connection_id, access_token, refresh_token, access_expires_at, refresh_expires_at, version) from stdin"
)


@dataclass(frozen=True, slots=True)
class Api:
    """The Data API as the functions call it, timed from outside of the process that re-encrypts."""

    url: str
    key: str

    def begin_refreshes(self, ids: list[str], *, until: subprocess.Popen[str] | None = None) -> list[float]:
        """Milliseconds that claiming one account for a refresh took, again and again."""
        times: list[float] = []
        with httpx.Client(base_url=f"{self.url}/rest/v1/rpc", headers={"apikey": self.key}, trust_env=False) as client:
            while until.poll() is None if until else len(times) < IDLE_CALLS:
                body = {"p_connection_id": random.choice(ids), "p_version": VERSION, "p_lease_seconds": 0}
                began = time.perf_counter()
                client.post("/begin_refresh", json=body).raise_for_status()
                times.append((time.perf_counter() - began) * 1000)
                time.sleep(0.005)
        return times


def main() -> int:
    with data_api() as (server, api, env), server.connect() as db:
        old, new = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
        vault = Vault(parse_ring(Secret(f"old:{old}")))
        ids = fill(db, vault, instagram=INSTAGRAM, tiktok=TIKTOK)
        db.execute("vacuum analyze private.connection_tokens")
        cipher, update = bare_cipher(), bare_update(db)
        idle = api.begin_refreshes(ids)
        began = time.perf_counter()
        ring = {"TOKEN_ENCRYPTION_KEYS": f"new:{new},old:{old}"}
        command = [sys.executable, "-m", "ops.keys", "reencrypt", "--operator", "bench"]
        process = subprocess.Popen(command, env=env | ring, stdout=subprocess.PIPE, text=True)
        busy = api.begin_refreshes(ids, until=process)
        seconds = time.perf_counter() - began
        said = (process.stdout or sys.stdin).read().splitlines()
        verified = subprocess.run([*command[:3], "verify"], env=env | ring, check=False, stdout=subprocess.DEVNULL)
    print(said[-1])
    print(
        f"{TOKENS:,} tokens in {seconds:.1f} s: {TOKENS / seconds:,.0f} per second, with start and end of the process"
    )
    print(f"the cipher alone          {cipher:6.2f} s   ratio {seconds / cipher:5.1f}")
    print(f"one bare UPDATE           {update:6.2f} s   ratio {seconds / update:5.1f}")
    print(f"claiming a refresh, idle  {_quantiles(idle)}")
    print(f"claiming a refresh, busy  {_quantiles(busy)}")
    return process.returncode or verified.returncode


@contextmanager
def data_api() -> Iterator[tuple[postgres.Server, Api, dict[str, str]]]:
    """PostgreSQL and what stands before it; nothing else of the stack is needed."""
    with tempfile.TemporaryDirectory(prefix="itoms-bench-") as name, postgres.running(postgres.hosted()) as server:
        secrets, ports = keys.fresh(), Ports.free()
        url = f"http://{HOST}:{ports.supabase}"
        with Children(Path(name)) as children:
            child = start_supabase(children, ports, secrets, server.url(), "http://localhost")
            children.wait_until(
                child, answers(f"{url}/auth/v1/health", {"apikey": secrets["SUPABASE_PUBLISHABLE_KEY"]})
            )
            env = basic_environment() | {"SUPABASE_URL": url, "SUPABASE_SECRET_KEY": secrets["SUPABASE_SECRET_KEY"]}
            yield server, Api(url, secrets["SUPABASE_SECRET_KEY"]), env


def fill(db: psycopg.Connection[Any], vault: Vault, *, instagram: int, tiktok: int) -> list[str]:
    """Accounts without a project behind them: nothing here looks at one. Instagram's come first."""
    ids = [str(uuid.uuid4()) for _ in range(instagram + tiktok)]
    with db.transaction():
        db.execute("set local session_replication_role = replica")
        with db.cursor().copy(ACCOUNTS) as accounts:
            for number, one in enumerate(ids):
                platform, kind = ("instagram", "BUSINESS") if number < instagram else ("tiktok", None)
                accounts.write_row((one, one, platform, one, [one], "Bench", kind))
        with db.cursor().copy(ROWS) as rows:
            for number, one in enumerate(ids):
                rows.write_row((*_row(vault, one, is_tiktok=number >= instagram), VERSION))
    return ids


def _row(vault: Vault, owner_id: str, *, is_tiktok: bool) -> tuple[str | None, ...]:
    secret, year = Secret(TOKEN), "2099-01-01"
    if not is_tiktok:
        return owner_id, vault.seal(secret, Place(owner_id, "instagram", "access")), None, year, None
    access, refresh = (vault.seal(secret, Place(owner_id, "tiktok", kind)) for kind in ("access", "refresh"))
    return owner_id, access, refresh, year, year


def bare_cipher() -> float:
    """Seconds to decrypt and encrypt as many tokens, with nothing around it."""
    old, new, nonce = AESGCM(os.urandom(32)), AESGCM(os.urandom(32)), os.urandom(12)
    data = Place(str(uuid.uuid4()), "instagram", "access").associated_data("old")
    sealed = old.encrypt(nonce, TOKEN.encode(), data)
    began = time.perf_counter()
    for _ in range(TOKENS):
        new.encrypt(nonce, old.decrypt(nonce, sealed, data), data)
    return time.perf_counter() - began


def bare_update(db: psycopg.Connection[Any]) -> float:
    """Seconds for the same rows in one statement, which holds every one of them to its end."""
    began = time.perf_counter()
    db.execute("update private.connection_tokens set access_token = access_token || '', refresh_token = refresh_token")
    seconds = time.perf_counter() - began
    db.execute("vacuum full private.connection_tokens")
    return seconds


def _quantiles(times: list[float]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return f"p50 {cuts[49]:5.1f} ms   p99 {cuts[98]:5.1f} ms   most {max(times):5.1f} ms   {len(times)} calls"


if __name__ == "__main__":
    sys.exit(main())
