"""A publication under test: moved step by step, judged by its row and by the ledger."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl, local_client
from sandbox.stack.stack import Stack
from shared.publishing.advance import advance
from shared.runtime import Runtime
from tests.people import Connected

Row = dict[str, Any]
Database = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Click:
    """One publication, with everybody who knows something about it."""

    id: str
    key: str
    body: dict[str, Any]
    connected: Connected
    owner: Creator
    db: Database
    sandbox: SandboxControl
    stack: Stack

    @property
    def platform(self) -> str:
        return self.connected.platform

    def row(self) -> Row:
        with self.db.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute("select * from public.publications where id = %s", (self.id,)).fetchone()
        assert found is not None
        return found

    def outcome(self) -> tuple[str, str | None]:
        row = self.row()
        return row["state"], row["reason"]

    def events(self) -> list[str]:
        query = "select event from public.publication_events where publication_id = %s order by id"
        return [event for (event,) in self.db.execute(query, (self.id,))]

    def posts(self) -> list[Row]:
        """What is really on the platform."""
        return self.sandbox.ledger(self.platform, self.connected.account)

    def calls(self, endpoint: str) -> list[Row]:
        return [entry for entry in self.sandbox.journal(endpoint) if entry["account"] == self.connected.account]

    def fault(self, endpoint: str, kind: str, *, times: int = 1, **options: Any) -> None:
        """For this account only."""
        fault: dict[str, Any] = {"kind": kind, **options}
        self.sandbox.fault(f"{self.platform}.{endpoint}", fault, times=times, account=self.connected.account)

    def fault_second(self, endpoint: str, kind: str, **options: Any) -> None:
        """The next call is left in peace, the one after it is not."""
        self.fault(endpoint, "slow", seconds=0)
        self.fault(endpoint, kind, **options)

    def token_rows(self) -> int:
        query = "select count(*) from private.connection_tokens where connection_id = %s"
        found = self.db.execute(query, (self.connected.id,)).fetchone()
        return int(found[0]) if found else 0

    def connection_status(self) -> tuple[str, str | None] | None:
        query = "select status::text, status_reason from public.connections where id = %s"
        return self.db.execute(query, (self.connected.id,)).fetchone()

    def put(self, **columns: Any) -> None:
        """As a worker that was killed would leave the row: no trigger has a say."""
        assignments = ", ".join(f"{name} = %({name})s" for name in columns)
        query = f"update public.publications set {assignments} where id = %(publication)s"
        with self.db.transaction():
            self.db.execute("set local session_replication_role = replica")
            self.db.execute(query, columns | {"publication": self.id})

    def leave(self, state: str, **columns: Any) -> None:
        """Like put, with a lease that has just run out: nobody lives who would carry on."""
        self.put(state=state, epoch=self.row()["epoch"] + 1, finished_at=None, **columns)
        self.db.execute(
            "update public.publications set next_step_at = now() - interval '1 minute',"
            " lease_expires_at = now() - interval '1 second' where id = %s",
            (self.id,),
        )

    def let_intent_age(self, seconds: float) -> None:
        self.db.execute(
            "update public.publications set intent_at = now() - make_interval(secs => %s) where id = %s",
            (seconds, self.id),
        )

    def make_due(self) -> None:
        """As if the time to wait were over, and a pause that a platform asked for with it."""
        self.db.execute("delete from private.pauses")
        self.db.execute("delete from private.call_budgets where connection_id = %s", (self.connected.id,))
        self.db.execute(
            "update public.publications set next_step_at = now() where id = %s and next_step_at is not null", (self.id,)
        )

    def step(self) -> httpx.Response:
        self.make_due()
        return self.owner.advance(self.id)

    def cron(self) -> httpx.Response:
        self.make_due()
        return run_cron(self.stack)

    def step_with(self, runtime: Runtime, *, wait_seconds: float = 0.0) -> Row | None:
        """As `step`, by a worker that was set up in another way."""
        self.make_due()

        async def run() -> Row | None:
            async with runtime.egress.client:
                return await advance(runtime, self.id, wait_seconds=wait_seconds)

        return asyncio.run(run())

    def settle(self) -> tuple[str, str | None]:
        """Steps until nothing more will happen by itself."""
        for _ in range(25):
            row = self.row()
            if row["next_step_at"] is None:
                break
            self.step()
            time.sleep(0.02)
        return self.outcome()


MakeClick = Callable[..., Click]
RuntimeAt = Callable[..., Runtime]


def run_cron(stack: Stack) -> httpx.Response:
    with local_client(base_url=stack.addresses.app) as client:
        return client.get("/api/cron/advance", headers={"authorization": f"Bearer {stack.keys['CRON_SECRET']}"})
