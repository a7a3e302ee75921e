"""What Postgres hands over for a caption: five fields, whatever columns it learns to hold."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from shared.captions.fields import CaptionFields
from tests.database.test_rls import World

CONTENT = "update public.contents set title = 'Fog', description = 'Two hours up.', tags = '{hills}' where id = %s"
SECRET = "nobody else may read this"
CONTACT = "ada@example.com"


def handed_over(schema: World) -> dict[str, Any]:
    with schema.connection.transaction(force_rollback=True):
        schema.become("owner")
        ((begun,),) = schema.connection.execute("select public.begin_caption(%s, true)", (schema.names["row"],))
    fields: dict[str, Any] = begun["fields"]
    return fields


@pytest.mark.parametrize("table", ["contents", "projects"])
def test_a_new_column_changes_nothing_of_what_leaves(
    seeded: psycopg.Connection[Any], schema: World, table: str
) -> None:
    seeded.execute(CONTENT, (schema.names["row"],))
    before = handed_over(schema)
    seeded.execute(
        f"alter table public.{table} add column secret text not null default '{SECRET}',"
        f" add column contact text not null default '{CONTACT}',"
        ' add column metadata jsonb not null default \'{"title": "Another"}\''
    )
    seeded.execute(f"grant select on public.{table} to authenticated")
    after = handed_over(schema)

    assert before == after
    assert set(after) == {"title", "description", "type", "tags", "project_name"}
    assert CaptionFields.from_row(before).as_message() == CaptionFields.from_row(after).as_message()


def test_a_database_that_hands_over_more_changes_nothing_either(seeded: psycopg.Connection[Any], schema: World) -> None:
    """The allow-list is in the code too: a later migration that widens the function alone lets nothing out."""
    before = handed_over(schema)
    ((source,),) = seeded.execute("select pg_get_functiondef('public.begin_caption'::regproc)")
    assert source.count("'title', c.title") == 1
    seeded.execute(source.replace("'title', c.title", f"'contact', '{CONTACT}', 'title', c.title"))
    wider = handed_over(schema)

    assert wider["contact"] == CONTACT
    assert CaptionFields.from_row(before) == CaptionFields.from_row(wider)
