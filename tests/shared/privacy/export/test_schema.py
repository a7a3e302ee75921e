"""What an export may hold is what the schema says, and the schema that is served is the one of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, TypeAliasType, get_args, get_origin, get_type_hints

import psycopg
import pytest

from sandbox.openapi import export_schema
from shared.privacy.export.readme import readme
from shared.privacy.export.schema import DATASETS, EXPORTED, Dataset
from shared.subprocessors import RECIPIENTS

# Of these columns no export may know, whatever table has them.
NEVER = {
    "access_token", "refresh_token", "encrypted_password", "state_hash", "cookie_hash", "idempotency_key",
    "request_hash", "epoch", "lease_expires_at", "operator", "person",
}  # fmt: skip
COLUMNS = "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
FUNCTIONS = """
    select replace(proname, 'exported_', '') from pg_proc
    where pronamespace = 'private'::regnamespace and proname like 'exported\\_%'
"""
# The labels of the column's enum, or the texts of its own check.
KNOWN = """
    select e.enumlabel::text from pg_enum as e join pg_attribute as a on a.atttypid = e.enumtypid
    where a.attrelid = %(table)s::regclass and a.attname = %(column)s
    union
    select m.text[1] from pg_constraint as c
    join pg_attribute as a on a.attrelid = c.conrelid and c.conkey = array[a.attnum]
    cross join lateral regexp_matches(pg_get_constraintdef(c.oid), '''([^'']*)''::text', 'g') as m (text)
    where c.contype = 'c' and c.conrelid = %(table)s::regclass and a.attname = %(column)s
"""


def words_of(annotation: Any) -> set[str]:
    """The texts of each Literal in it, behind aliases and beside None."""
    if isinstance(annotation, TypeAliasType):
        return words_of(annotation.__value__)
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    return set().union(*(words_of(part) for part in get_args(annotation)))


def enumerations() -> Iterator[tuple[str, str, set[str]]]:
    for dataset in DATASETS:
        for column, annotation in get_type_hints(dataset.row, include_extras=True).items():
            if words := words_of(annotation):
                yield dataset.table, column, words


@pytest.mark.parametrize(("table", "column", "words"), list(enumerations()))
def test_the_schema_knows_every_word_that_the_database_may_hold(
    table: str, column: str, words: set[str], db: psycopg.Connection[Any]
) -> None:
    """A row with another would break what is published for whoever reads an archive."""
    assert words == {word for (word,) in db.execute(KNOWN, {"table": table, "column": column})}


def test_the_schema_that_is_served_is_the_one_of_the_code() -> None:
    """`make openapi` writes it."""
    assert export_schema.FILE.read_text(encoding="utf-8") == export_schema.as_text()


def test_every_table_has_its_function_and_no_function_is_without_a_table(db: psycopg.Connection[Any]) -> None:
    assert {name for (name,) in db.execute(FUNCTIONS)} == {dataset.name for dataset in DATASETS}


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_what_leaves_are_columns_of_the_table_that_may_leave(dataset: Dataset, db: psycopg.Connection[Any]) -> None:
    known = {name for (name,) in db.execute(COLUMNS, (dataset.table,))}
    # What Supabase keeps of a session is not ours, and the local stand-in keeps less of it.
    known |= {"user_agent", "ip"} if dataset.table == "auth.sessions" else set()

    assert set(EXPORTED[dataset.table]) <= known
    assert not set(dataset.columns) & NEVER


def test_a_row_leaves_with_the_columns_that_the_schema_names(db: psycopg.Connection[Any]) -> None:
    """The SQL function and the row type are written in two places, and say the same."""
    for dataset in DATASETS:
        source = db.execute("select prosrc from pg_proc where proname = %s", (f"exported_{dataset.name}",)).fetchone()
        assert source is not None
        for column in dataset.columns:
            assert re.search(rf"\b{column}\b", source[0]), f"{dataset.name}.{column}"


def test_the_readme_names_every_table_and_every_recipient() -> None:
    text = " ".join(readme().split())

    for dataset in DATASETS:
        assert f"{dataset.name}: {dataset.purpose}. Kept: {dataset.kept}." in text
    for recipient in RECIPIENTS:
        assert f"{recipient.name}: {recipient.purpose}" in text
    assert all(len(line) <= 140 for line in readme().splitlines())
