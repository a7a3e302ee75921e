"""Each time of the data register: the purge takes a row that is just older, and leaves one that is just younger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from sandbox.stack.stack import Stack
from shared.privacy.register import TABLES
from shared.privacy.register.model import For
from tests.database.conftest import PEOPLE, PROJECT
from tests.database.test_rls import SEED
from tests.functions.cron.crons import report

type Database = psycopg.Connection[Any]
type Keys = Mapping[str, frozenset[str]]

# An account is removed last: with it goes what belongs to it.
TIMES = sorted(
    ((table.name, time) for table in TABLES for time in table.times()),
    key=lambda found: found[0] == "public.connections",
)
CHANGED = {(table, time.since) for table, time in TIMES}
# What a row must be like for its time to count, where the seed's is not.
PREPARED = {
    "public.connections": "status = 'needs_reconnect', status_reason = 'revoked_on_platform'",
    "private.mail_outbox": "state = 'sent'",
    "private.erasures": "state = 'done', user_id = null, receipt = 'seed'",
    "private.breaches": "conclusion = 'Over.', outcome = '{}'",
}
# By type: how a moment is written, and how far apart two moments must be to differ.
WRITTEN = {
    "timestamp with time zone": ("%s::timestamptz", timedelta(seconds=1)),
    "timestamp with time zone[]": ("array[%s::timestamptz]", timedelta(seconds=1)),
    "date": ("(%s::timestamptz at time zone 'utc')::date", timedelta(days=1)),
}
PRIMARY = """
    select array_agg(a.attname::text) from pg_index as i
    join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    where i.indisprimary and i.indrelid = %s::regclass
"""
TYPE = """
    select format_type(atttypid, atttypmod) from pg_attribute where attrelid = %s::regclass and attname = %s
"""


def key(db: Database, table: str) -> sql.Composed:
    """Its primary key as one text, without the moment that is about to be changed."""
    ((primary,),) = db.execute(PRIMARY, (table,))
    columns = [column for column in primary if (table, column) not in CHANGED]
    return sql.SQL("concat_ws('/', {})").format(sql.SQL(", ").join(map(sql.Identifier, columns)))


def of(db: Database, table: str) -> frozenset[str]:
    query = sql.SQL("select {} from {}").format(key(db, table), sql.SQL(table))
    return frozenset(found for (found,) in db.execute(query))


def keys(db: Database) -> Keys:
    return {table.name: of(db, table.name) for table in TABLES}


@pytest.fixture
def rows(stack: Stack, db: Database) -> Iterator[Keys]:
    """One row of everything, by its key. The audit log keeps its lines."""
    names = {name: str(uuid4()) for name in ("row", "project", *PEOPLE)}
    while sum(report(stack, "purge")["removed"].values()):
        pass
    before = keys(db)
    with db.transaction(), psycopg.ClientCursor(db) as cursor:
        cursor.execute(PROJECT + SEED, names)
    after = keys(db)
    made = {table: after[table] - before[table] for table in after}
    yield made
    with db.transaction():
        db.execute("delete from public.projects where id = %s", (names["project"],))
        db.execute("delete from auth.users where id = any (%s)", ([names[person] for person in PEOPLE],))
        db.execute("set local session_replication_role = replica")
        for table in made.keys() - {"private.audit_log", "private.audit_chain"}:
            where = sql.SQL("delete from {} where {} = any (%s)").format(sql.SQL(table), key(db, table))
            db.execute(where, (list(made[table]),))
        db.execute("delete from private.object_deletions where object_key = 'media/' || repeat('a', 64) || '.jpg'")


def is_there(db: Database, rows: Keys, table: str) -> bool:
    return bool(of(db, table) & rows[table])


def age(db: Database, rows: Keys, table: str, time: For, *, over: bool) -> None:
    """To just older than its time, or just younger."""
    ((kind,),) = db.execute(TYPE, (table, time.since))
    written, step = WRITTEN[kind]
    # Time passes while the test runs: what is to stay is a minute away from its end.
    away = -timedelta(0) if over else max(step, timedelta(minutes=1))
    where = sql.SQL("{} = any (%s)").format(key(db, table))
    with db.transaction():
        db.execute("set local session_replication_role = replica")
        ((moment,),) = db.execute("select now() - %s::interval + %s", (time.period, away))
        changes = ", ".join(filter(None, [PREPARED.get(table), f"{time.since} = {written}"]))
        statement = sql.SQL("update {} set {} where {}").format(sql.SQL(table), sql.SQL(changes), where)
        db.execute(statement, (moment, list(rows[table])))


def test_what_is_younger_than_its_time_stays_and_what_is_older_goes(stack: Stack, db: Database, rows: Keys) -> None:
    for table, time in TIMES:
        assert is_there(db, rows, table), f"the seed makes no row of {table}"
        age(db, rows, table, time, over=False)
    report(stack, "purge")
    assert [table for table, _ in TIMES if not is_there(db, rows, table)] == [], "went too early"

    left = list(TIMES)
    while left:
        table, time = left.pop(0)
        age(db, rows, table, time, over=True)
        report(stack, "purge")
        assert not is_there(db, rows, table), f"{table} is kept longer than {time}"
        assert [other for other, _ in left if not is_there(db, rows, other)] == [], f"went with {table}"


def test_every_time_of_the_register_is_tried() -> None:
    tried = {table for table, _ in TIMES}

    assert {table.name for table in TABLES if table.times()} == tried
    assert {"public.consents", "public.disconnections", "public.access_endings", "private.former_jobs"} <= tried
