"""What an export may hold is what the schema says, and the schema that is served is the one of the code."""

from __future__ import annotations

import re
from typing import Any

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
