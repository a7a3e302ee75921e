"""The data register and the live catalog say the same, both ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from sandbox.stack.paths import ROOT
from shared import purging
from shared.logs import FIELDS
from shared.privacy.export.schema import EXPORTED
from shared.privacy.register import AREAS, ENTRIES, OUTSIDE, TABLES
from shared.privacy.register.model import CASCADE, Basis, Column, Endless, Entry, Erasure, For, Table, Until
from shared.subprocessors import CLOUDFLARE, RECIPIENTS, SUPABASE
from tests.database.test_rls import World

USERS, PROJECTS = "auth.users", "public.projects"

COLUMNS = """
    select n.nspname || '.' || c.relname, a.attname
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'm') and a.attnum > 0 and not a.attisdropped
"""
# Table, first column, referenced table, and what becomes of the row: c cascade, n set null, a and r refuse.
REFERENCES = """
    select sn.nspname || '.' || s.relname, a.attname, tn.nspname || '.' || t.relname, f.confdeltype::text
    from pg_constraint as f
    join pg_class as s on s.oid = f.conrelid join pg_namespace as sn on sn.oid = s.relnamespace
    join pg_class as t on t.oid = f.confrelid join pg_namespace as tn on tn.oid = t.relnamespace
    join pg_attribute as a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
    where f.contype = 'f' and sn.nspname in ('public', 'private')
"""
FUNCTIONS = "select proname from pg_proc where pronamespace = 'private'::regnamespace"

type Reference = tuple[str, str, str, str]


def differences(register: Iterable[Entry], connection: psycopg.Connection[Any]) -> dict[str, set[tuple[str, str]]]:
    entries = {(entry.table, entry.column) for entry in register}
    live = set(connection.execute(COLUMNS).fetchall())
    return {"without an entry": live - entries, "without a column": entries - live}


def goes_with(table: str, root: str, references: Sequence[Reference]) -> bool:
    """Whether its rows are deleted with those of `root`, over however many tables."""
    if table == root:
        return True
    parents = {to for name, _, to, action in references if name == table and action == "c"}
    return any(goes_with(parent, root, references) for parent in parents)


def contradictions(tables: Iterable[Table], references: Sequence[Reference]) -> list[str]:
    """What the register says of erasure and a foreign key does otherwise."""
    return [
        f"{table.name}: {problem}"
        for table in tables
        for problem in (*_of_table(table, references), *_of_columns(table, references))
    ]


def _of_table(table: Table, references: Sequence[Reference]) -> Iterable[str]:
    with_account = goes_with(table.name, USERS, references)
    with_project = goes_with(table.name, PROJECTS, references)
    match table.erasure.how:
        case "account" if not with_account:
            yield "does not go with the account"
        case "project" if with_account or not with_project:
            yield "goes with the account, or not with its project"
        case "kept" | "nobody" | "pseudonym" if with_account or with_project:
            yield "should stay and goes"
        case "unlinked":
            yield "a row cannot be unlinked, only a column"


def _of_columns(table: Table, references: Sequence[Reference]) -> Iterable[str]:
    own = [reference for reference in references if reference[0] == table.name]
    for _, column, to, action in own:
        if action not in "cn" and (goes_with(to, USERS, references) or goes_with(to, PROJECTS, references)):
            yield f"{column} stands in the way of deleting {to}"
        if to == USERS and (action == "n") != (table.entry(column).erasure.how == "unlinked"):
            yield f"{column} says one thing and its foreign key does another"
    unlinked = {entry.column for entry in table.entries() if entry.erasure.how == "unlinked"}
    for column in unlinked - {column for _, column, to, _ in own if to == USERS}:
        yield f"{column} has no link that could be removed"
    for entry in table.entries():
        if entry.erasure.how == "pseudonym" and any(column == entry.column for _, column, _, _ in own):
            yield f"{entry.column} is a reference and no pseudonym"


@pytest.fixture
def references(schema: World) -> Sequence[Reference]:
    return schema.connection.execute(REFERENCES).fetchall()


def test_every_column_has_an_entry_and_every_entry_a_column(schema: World) -> None:
    assert differences(ENTRIES, schema.connection) == {"without an entry": set(), "without a column": set()}


def test_what_is_in_the_export_is_what_the_register_says() -> None:
    """The files themselves are in it too, beside the tables."""
    outside = [entry for table in OUTSIDE.tables if table.name.startswith("auth.") for entry in table.entries()]
    said = {(entry.table, entry.column) for entry in (*ENTRIES, *outside) if entry.exported is True}

    assert said == {(table, column) for table, columns in EXPORTED.items() for column in columns}


def test_a_new_column_and_a_new_table_are_noticed(seeded: psycopg.Connection[Any]) -> None:
    seeded.execute("alter table public.contents add column mood text; create table private.moods (mood text)")

    assert differences(ENTRIES, seeded)["without an entry"] == {("public.contents", "mood"), ("private.moods", "mood")}


def test_a_column_that_went_is_noticed(seeded: psycopg.Connection[Any]) -> None:
    seeded.execute("alter table public.contents drop column tags")

    assert differences(ENTRIES, seeded)["without a column"] == {("public.contents", "tags")}


def test_erasure_does_what_the_register_says(references: Sequence[Reference]) -> None:
    assert contradictions(TABLES, references) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("public.notices", "user_id", "set null"), "user_id says one thing and its foreign key does another"),
        (("public.consents", "user_id", "set null"), "does not go with the account"),
        (("public.contents", "created_by", "cascade"), "goes with the account, or not with its project"),
        (("public.contents", "project_id", "set null"), "goes with the account, or not with its project"),
        (("public.privacy_requests", "user_id", "cascade"), "should stay and goes"),
        (("private.oauth_states", "user_id", "restrict"), f"user_id stands in the way of deleting {USERS}"),
        (
            ("public.media_assets", "content_id", "no action"),
            "content_id stands in the way of deleting public.contents",
        ),
    ],
)
def test_a_foreign_key_that_does_otherwise_is_noticed(
    seeded: psycopg.Connection[Any], change: tuple[str, str, str], said: str
) -> None:
    table, column, action = change
    ((name, target),) = seeded.execute(
        "select conname, confrelid::regclass::text from pg_constraint where contype = 'f' and conrelid = %s::regclass"
        " and conkey[1] = (select attnum from pg_attribute where attrelid = conrelid and attname = %s)",
        (table, column),
    )
    seeded.execute(
        f"alter table {table} drop constraint {name},"
        f" add foreign key ({column}) references {target} (id) on delete {action}"
    )

    assert f"{table}: {said}" in contradictions(TABLES, seeded.execute(REFERENCES).fetchall())


def test_a_reference_to_a_person_cannot_be_called_a_pseudonym(references: Sequence[Reference]) -> None:
    (table,) = (table for table in TABLES if table.name == "public.projects")
    lying = replace(table, differs=(Column(name="created_by", erasure=Erasure("pseudonym", "A pseudonym.")),))

    assert contradictions([lying], references) != []


def test_every_retention_has_a_rule_that_is_there(schema: World, references: Sequence[Reference]) -> None:
    functions = {name for (name,) in schema.connection.execute(FUNCTIONS)}
    purges = {"purge", *purging._MORE}

    assert purges <= functions
    for table in TABLES:
        assert {time.rule for time in table.times()} <= purges, table.name
        for until in (entry.retention for entry in table.entries() if isinstance(entry.retention, Until)):
            cascades = any(name == table.name and action == "c" for name, _, _, action in references)
            known = cascades or table.name == PROJECTS if until.rule == CASCADE else until.rule in functions
            assert known, f"{table.name}: {until.rule}"


def test_what_is_kept_without_end_names_nobody_and_says_why() -> None:
    endless = {entry.table for entry in ENTRIES if isinstance(entry.retention, Endless)}

    assert endless == {"private.audit_log", "private.audit_chain", "private.platform_switches"}
    for entry in ENTRIES:
        if isinstance(entry.retention, Endless):
            assert entry.erasure.how in ("kept", "nobody", "pseudonym")
            assert len(entry.retention.why.split()) >= 5


def test_every_entry_is_in_words_that_people_read() -> None:
    for table in (table for area in AREAS for table in area.tables):
        for text in (table.holds, table.purpose, *(entry.erasure.words for entry in table.entries())):
            assert re.fullmatch(r"[A-Z].*[.]", text), f"{table.name}: {text}"
        for entry in table.entries():
            assert entry.exported is True or len(entry.exported.split()) >= 4, f"{entry.table}.{entry.column}"
            assert isinstance(entry.basis, Basis)


def test_recipients_are_those_of_the_list_and_the_database_is_supabases() -> None:
    for table in (table for area in AREAS for table in area.tables):
        for entry in table.entries():
            assert set(entry.recipients) <= set(RECIPIENTS)
            assert SUPABASE in entry.recipients or table in OUTSIDE.tables, entry


def test_whoever_stores_the_archive_receives_all_that_is_in_it() -> None:
    exported = [
        entry
        for table in (table for area in AREAS for table in area.tables)
        for entry in (table.usual(), *table.entries())
        if entry.exported is True
    ]

    assert {(entry.table, entry.column) for entry in exported if entry.table.startswith("auth.")} >= {
        ("auth.users", "email"),
        ("auth.sessions", "ip"),
    }
    assert [entry for entry in exported if CLOUDFLARE not in entry.recipients] == []


def test_tokens_are_in_no_export() -> None:
    secret = [entry for entry in ENTRIES if re.search(r"access_token|refresh_token|upload_url|_hash$", entry.column)]

    assert len(secret) >= 6
    assert [entry for entry in secret if entry.exported is True] == []


def test_what_the_policy_says_goes_with_a_disconnect_is_registered_so() -> None:
    """Sections 1.1 and 1.2: what is kept of an account, until when."""
    kept = {(entry.table, entry.column): entry.retention for entry in ENTRIES}
    policy = ("platform_account_id", "display_name", "account_type")

    for retention in (
        *(kept["public.connections", name] for name in policy),
        kept["private.connection_tokens", "access_token"],
    ):
        assert "disconnected" in str(retention)


def test_what_is_outside_has_somebody_who_ends_it() -> None:
    names = {recipient.name for recipient in RECIPIENTS}
    for table in OUTSIDE.tables:
        if isinstance(table.retention, Endless):
            assert table.erasure.how == "nobody"
            continue
        assert isinstance(table.retention, Until), table.name
        rule = table.retention.rule
        assert rule in names or (ROOT / rule).is_file(), f"{table.name}: {rule}"


def test_the_register_knows_every_field_of_the_logs() -> None:
    (lines,) = (table for table in OUTSIDE.tables if table.name == "Vercel: log lines")

    assert set(lines.columns.split()) == FIELDS


def test_a_column_cannot_differ_without_being_listed() -> None:
    (table,) = (table for table in TABLES if table.name == "public.projects")

    with pytest.raises(ValueError, match=r"public\.projects"):
        replace(table, differs=(Column(name="mood"),))
    with pytest.raises(ValueError, match="twice"):
        replace(table, columns="id id")


def test_a_time_is_counted_from_a_column_of_its_table() -> None:
    for table in TABLES:
        assert {time.since for time in table.times()} <= set(table.columns.split()), table.name


def test_no_time_is_longer_than_the_policy_or_the_law_would_bear(schema: World) -> None:
    periods: Mapping[str, For] = {time.period: time for table in TABLES for time in table.times()}
    for period in periods:
        assert schema.connection.execute("select %s::interval <= interval '3 years'", (period,)).fetchone() == (True,)
