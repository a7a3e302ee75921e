"""An operator with a ring of keys, and the functions that were deployed with one."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench.rotation import fill
from ops.keys.__main__ import main
from sandbox.stack.paths import ROOT
from shared import runtime
from shared.secret import Secret
from shared.vault import Place, Vault, parse_ring

type Db = psycopg.Connection[Any]

ENVELOPES = """
    select connection_id::text, 'access', access_token from private.connection_tokens
    union all
    select connection_id::text, 'refresh', refresh_token from private.connection_tokens where refresh_token is not null
    union all
    select publication_id::text, 'upload_url', upload_url from private.tiktok_uploads
"""


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


@dataclass(slots=True)
class Operator:
    """Runs the command with the ring it holds, which is deployed only when `deploy` says so."""

    db: Db
    ring: str
    folder: Path
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]
    rings: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rings.append(self.ring)

    def run(self, *arguments: str) -> Done:
        self.patch.setenv("TOKEN_ENCRYPTION_KEYS", self.ring)
        self.capture.readouterr()
        code = main(list(arguments))
        return self._heard(code, *self.capture.readouterr())

    def start(self, *arguments: str, module: str = "ops.keys") -> subprocess.Popen[str]:
        """The command as an operator starts it: a process of its own."""
        env = {**os.environ, "TOKEN_ENCRYPTION_KEYS": self.ring, "OPERATOR": "Olga"}
        argv = [sys.executable, "-u", "-m", module, *arguments]
        return subprocess.Popen(argv, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def call(self, *arguments: str, module: str = "ops.keys") -> Done:
        return self.wait(self.start(*arguments, module=module))

    def killed_at_its_first_line(self, *arguments: str) -> Done:
        process = self.start(*arguments)
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        return self.wait(process)

    def wait(self, process: subprocess.Popen[str]) -> Done:
        out, err = process.communicate(timeout=60)
        return self._heard(process.returncode, out, err)

    def new_ring(self, verb: str, key_id: str) -> Done:
        """Runs add, promote or drop, and from then on holds the ring that it wrote."""
        file = self.folder / f"{verb}-{key_id}"
        done = self.run(verb, key_id, "--to", str(file))
        if done.code == 0:
            self.ring = file.read_text(encoding="ascii").strip()
            self.rings.append(self.ring)
        return done

    def deploy(self) -> None:
        """Every function from its next request on."""
        self.patch.setenv("TOKEN_ENCRYPTION_KEYS", self.ring)
        runtime.current.cache_clear()

    @property
    def vault(self) -> Vault:
        return Vault(parse_ring(Secret(self.ring)))

    def envelopes(self) -> dict[tuple[str, str], str]:
        return {(owner, kind): envelope for owner, kind, envelope in self.db.execute(ENVELOPES)}

    def by_key(self) -> Counter[str]:
        return Counter(envelope.split(".")[1] for envelope in self.envelopes().values())

    def add_accounts(self, *, instagram: int = 0, tiktok: int = 0, uploads: int = 0) -> list[str]:
        """Rows as the functions would have sealed them, without a person or a platform behind them."""
        ids = fill(self.db, self.vault, instagram=instagram, tiktok=tiktok)
        for _ in range(uploads):
            self._add_upload()
        return ids

    def _add_upload(self) -> None:
        publication_id = self.db.execute("select gen_random_uuid()::text").fetchall()[0][0]
        url = self.vault.seal(
            Secret("https://upload.test/" + publication_id), Place(publication_id, "tiktok", "upload_url")
        )
        with self.db.transaction():
            self.db.execute("set local session_replication_role = replica")
            self.db.execute(
                "insert into private.tiktok_uploads (publication_id, upload_url, byte_size, chunk_size, expires_at)"
                " values (%s, %s, 1, 1, now() + interval '1 hour')",
                (publication_id, url),
            )

    def _heard(self, code: int, out: str, err: str) -> Done:
        self.said += [out, err]
        return Done(code, out, err)


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
