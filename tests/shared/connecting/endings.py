"""What an ended access leaves behind, as the database has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from sandbox.stack.clients import SandboxControl
from tests.people import Connected, Project, token_version

Row = dict[str, Any]
# Everything that speaks of a connection, and the column that names it.
TABLES = {
    "public.connections": "id",
    "private.connection_tokens": "connection_id",
    "public.access_endings": "connection_id",
    "public.disconnections": "connection_id",
    "public.notices": "connection_id",
    "public.publications": "connection_id",
}


@dataclass(frozen=True, slots=True)
class Judge:
    """Of one connection."""

    db: psycopg.Connection[Any]
    sandbox: SandboxControl
    connected: Connected

    def rows(self, table: str) -> list[Row]:
        query = f"select * from {table} as t where {TABLES[table]} = %s order by t::text"
        with self.db.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, (self.connected.id,)).fetchall()

    def everything(self) -> tuple[object, ...]:
        """Equal before and after: nothing changed, and no platform was called."""
        deletions = self.db.execute("select count(*) from private.platform_deletions").fetchone()
        return ({table: self.rows(table) for table in TABLES}, deletions, self.calls())

    def version(self) -> int:
        return token_version(self.db, self.connected.id)

    def calls(self) -> int:
        return len(self.sandbox.journal())

    def status(self) -> tuple[str, str | None]:
        (row,) = self.rows("public.connections")
        return row["status"], row["status_reason"]

    def receipts(self) -> list[tuple[str, int]]:
        return [(row["cause"], row["tokens_deleted"]) for row in self.rows("public.access_endings")]

    def told(self) -> list[tuple[str, str, str]]:
        """Who was told what."""
        rows = self.rows("public.notices")
        return sorted((str(row["user_id"]), row["kind"], row["cause"]) for row in rows)


def tellings(project: Project, kind: str, cause: str) -> list[tuple[str, str, str]]:
    """One for the owner and one for the editor, and none for a viewer."""
    return sorted((person.user.id, kind, cause) for person in (project.owner, project.editor))


def has_ended(judge: Judge, project: Project, cause: str) -> None:
    """Once: the tokens are gone, the connection says why, there is one receipt, and each owner was told once."""
    tokens = {"instagram": 1, "tiktok": 2}[judge.connected.platform]
    assert judge.rows("private.connection_tokens") == []
    assert judge.status() == ("needs_reconnect", cause)
    assert judge.receipts() == [(cause, tokens)]
    assert judge.told() == tellings(project, "access_ended", cause)


def is_live(judge: Judge, ended: Sequence[tuple[str, int]] = ()) -> bool:
    """With the endings that came before it was connected again."""
    held = len(judge.rows("private.connection_tokens")) == 1
    return held and judge.status() == ("active", None) and judge.receipts() == list(ended)
