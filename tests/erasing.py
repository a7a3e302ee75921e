"""An erasure from outside: asked for, hurried through its waits, and judged by what is left."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from sandbox.creator import Creator
from sandbox.stack.stack import Stack
from tests.functions.cron.crons import report

Db = psycopg.Connection[Any]
Row = dict[str, Any]
WORDS = "erase my account"


def ask(person: Creator, *delete_projects: str, confirmation: str = WORDS) -> httpx.Response:
    body: Row = {"confirmation": confirmation}
    if delete_projects:
        body["delete_projects"] = list(delete_projects)
    return person.post("account/erasure/start", body)


def begun(person: Creator, *delete_projects: str) -> Row:
    answer = ask(person, *delete_projects)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def row(db: Db, receipt_id: str) -> Row:
    with db.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute("select * from private.erasures where id = %s", (receipt_id,)).fetchone()
    assert found is not None
    return found


def stores(db: Db, receipt_id: str) -> dict[str, dict[str, int]]:
    query = "select store, counts from private.erasure_receipts where erasure_id = %s"
    return dict(db.execute(query, (receipt_id,)).fetchall())


def let_waits_end(db: Db, receipt_id: str) -> None:
    """As if the lease of a worker that died had ended, and the last upload too."""
    db.execute(
        "update private.erasures set lease_expires_at = null, next_step_at = now() where id = %s and state <> 'done'",
        (receipt_id,),
    )
    db.execute(
        "update private.erasure_objects set due_at = least(due_at, coalesce(deleted_at, now()) + interval '1 ms')"
        " where erasure_id = %s",
        (receipt_id,),
    )


def finish(db: Db, stack: Stack, receipt_id: str) -> Row:
    """By the cron alone."""
    for _ in range(10):
        let_waits_end(db, receipt_id)
        report(stack, "erasures")
        found = row(db, receipt_id)
        if found["state"] == "done":
            return found
    raise AssertionError(f"not done: {found['state']} ({found['problem']})")


def close_the_others(db: Db) -> None:
    """Erasures that other tests left open are not for the cron of this one."""
    db.execute("update private.erasures set next_step_at = now() + interval '1 day' where state <> 'done'")


def rows_with(db: Db, *texts: str) -> Iterator[tuple[str, str]]:
    """Every row of every table of every schema that holds one of the texts."""
    tables = db.execute(
        "select format('%I.%I', schemaname, tablename) from pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema')"
    ).fetchall()
    patterns = [f"%{text}%" for text in texts]
    for (table,) in tables:
        for (found,) in db.execute(f"select t::text from {table} as t where t::text ilike any (%s)", (patterns,)):
            yield table, found


def columns_with(db: Db, *texts: str) -> set[str]:
    """The columns that hold one of the texts, each with its table."""
    patterns = [f"%{text}%" for text in texts]
    return {
        f"{table}.{column}"
        for table in {table for table, _ in rows_with(db, *texts)}
        for (column,) in db.execute(
            f"select distinct c.key from {table} as t, jsonb_each_text(to_jsonb(t)) as c where c.value ilike any (%s)",
            (patterns,),
        )
    }


def add_member(db: Db, project_id: str, person: Creator, role: str) -> None:
    db.execute(
        "insert into public.project_members (project_id, user_id, role) values (%s, %s, %s)",
        (project_id, person.user.id, role),
    )


def some_id() -> str:
    return str(uuid.uuid4())
