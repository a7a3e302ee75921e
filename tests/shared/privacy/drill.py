"""A stack of its own whose database can be taken away, put back from a backup, and searched, while storage and the
simulated platforms remember all the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx
import psycopg

from sandbox.creator import Creator
from sandbox.stack import backups, keys, postgres
from sandbox.stack.children import Child, Children, answers
from sandbox.stack.clients import SandboxControl, Supabase, browser
from sandbox.stack.environment import BUCKET, PRIVATE_BUCKET, Addresses, functions_environment
from sandbox.stack.ports import Ports
from sandbox.stack.stack import Stack, start_functions, start_r2, start_sandbox, start_supabase
from tests.erasing import rows_with

_DATABASE = "erasure_drill"


@dataclass
class Drill:
    stack: Stack
    ports: Ports
    server: postgres.Server
    logs: Path
    sandbox: SandboxControl
    supabase: Supabase
    children: Children = field(init=False)
    db: psycopg.Connection[Any] = field(init=False)

    @property
    def env(self) -> dict[str, str]:
        return self.stack.env

    def start_database(self) -> None:
        self.children = Children(self.logs / "supabase")
        addresses, own = self.stack.addresses, self.stack.keys
        child = start_supabase(self.children, self.ports, own, self.server.url(_DATABASE), addresses.app)
        key = {"apikey": own["SUPABASE_PUBLISHABLE_KEY"]}
        self.children.wait_until(child, answers(f"{addresses.supabase}/auth/v1/health", key))
        self.db = psycopg.connect(self.server.url(_DATABASE), autocommit=True)

    def stop_database(self) -> None:
        self.db.close()
        self.children.stop()

    def restore(self, backup: Path) -> None:
        self.stop_database()
        with self.server.connect() as connection:
            connection.execute(f"drop database {_DATABASE} with (force)")
        backups.restore(backup, self.server.create_database(_DATABASE))
        self.start_database()

    def dump(self, backup: Path) -> None:
        backups.dump(self.server.url(_DATABASE), backup)

    def person(self, email: str) -> Creator:
        """Who signs up as everybody does."""
        user = self.supabase.sign_up(email, "a long enough password")
        return Creator(user, browser(self.stack.addresses), self.supabase)

    @property
    def bucket(self) -> Any:
        return self._bucket(BUCKET)

    @property
    def archives(self) -> Any:
        return self._bucket(PRIVATE_BUCKET)

    def _bucket(self, name: str) -> Any:
        return boto3.resource(
            "s3",
            endpoint_url=self.env["R2_ENDPOINT"],
            aws_access_key_id=self.env["R2_ACCESS_KEY_ID"],
            aws_secret_access_key=self.env["R2_SECRET_ACCESS_KEY"],
            region_name="auto",
        ).Bucket(name)

    def crons(self) -> None:
        bearer = {"authorization": f"Bearer {self.stack.keys['CRON_SECRET']}"}
        with httpx.Client(base_url=self.stack.addresses.app, trust_env=False, timeout=60) as client:
            for name in ("erasures", "advance", "refresh", "media", "purge", "erasures"):
                client.get(f"/api/cron/{name}", headers=bearer).raise_for_status()

    def find(self, markers: Mapping[str, str]) -> list[str]:
        """Where any of them is: in a table of any schema, in storage, or sent since the journal was cleared."""
        found = [f"{table}: {_named(markers, text)}" for table, text in rows_with(self.db, *markers.values())]
        for item in (*self.bucket.objects.all(), *self.archives.objects.all()):
            body = item.get()["Body"].read()
            found += [f"R2: {name}" for name, text in markers.items() if text.encode() in item.key.encode() + body]
        sent = json.dumps(self.sandbox.journal())
        return found + [f"sent: {name}" for name, text in markers.items() if text in sent]

    def logged(self, markers: Mapping[str, str]) -> list[str]:
        texts = {file: file.read_text(encoding="utf-8", errors="replace") for file in self.logs.rglob("*.log")}
        return [f"{file.name}: {name}" for file, text in texts.items() for name, one in markers.items() if one in text]


def _named(markers: Mapping[str, str], text: str) -> Sequence[str]:
    return [name for name, marker in markers.items() if marker.lower() in text.lower()]


@contextmanager
def drill(server: postgres.Server, logs: Path) -> Iterator[Drill]:
    ports, own = Ports.free(), keys.fresh()
    addresses = Addresses.of(ports)
    server.create_database(_DATABASE)
    with Children(logs) as children:
        stack = Stack(addresses, functions_environment(addresses, own), own, children)
        waits: list[tuple[Child, str]] = [
            (start_r2(children, ports, own, addresses.app), f"{addresses.r2}/"),
            (start_sandbox(children, ports, addresses, own, "on"), f"{addresses.sandbox}/control/ledger"),
            (start_functions(children, ports, stack.env), f"{addresses.app}/"),
        ]
        for child, url in waits:
            children.wait_until(child, answers(url))
        secret, publishable = own["SUPABASE_SECRET_KEY"], own["SUPABASE_PUBLISHABLE_KEY"]
        with (
            SandboxControl(addresses.sandbox) as sandbox,
            Supabase(addresses.supabase, publishable, secret) as supabase,
        ):
            made = Drill(stack, ports, server, logs, sandbox, supabase)
            made.start_database()
            try:
                yield made
            finally:
                made.stop_database()
                with server.connect() as connection:
                    connection.execute(f"drop database {_DATABASE} with (force)")
