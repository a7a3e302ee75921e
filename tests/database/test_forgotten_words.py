"""Who deletes a content means its words, also where a publication has kept them; the history stays."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.database.test_rls import World

type Database = psycopg.Connection[Any]

WORDS = "Two hours up, one down."
FINISH = "update public.publications set state = 'failed', reason = 'given_up' where id = %s"


@pytest.fixture
def publication(seeded: Database, schema: World) -> str:
    row = schema.names["row"]
    seeded.execute(
        "update public.publications set caption = %s, options = %s where id = %s",
        (WORDS, f'{{"title": "{WORDS}", "privacy_level": "SELF_ONLY"}}', row),
    )
    seeded.execute("update public.publication_items set alt_text = %s where publication_id = %s", (WORDS, row))
    return row


def delete_content(db: Database, row: str) -> None:
    db.execute("delete from public.contents where id = %s", (row,))


def words(db: Database, row: str) -> list[Any]:
    """Every row of a publication in which they still stand."""
    return db.execute(
        "select t from (select to_jsonb(p)::text as t from public.publications as p where p.id = %(row)s union all"
        " select to_jsonb(i)::text from public.publication_items as i where i.publication_id = %(row)s) as found"
        " where t like %(words)s",
        {"row": row, "words": f"%{WORDS}%"},
    ).fetchall()


def test_the_words_of_a_finished_post_go_with_its_content(seeded: Database, publication: str) -> None:
    seeded.execute(FINISH, (publication,))
    assert len(words(seeded, publication)) == 2

    delete_content(seeded, publication)

    assert words(seeded, publication) == []


def test_the_words_of_a_post_under_way_go_when_it_is_settled(seeded: Database, publication: str) -> None:
    delete_content(seeded, publication)
    assert len(words(seeded, publication)) == 1, "only the text that described a file, which is gone"

    seeded.execute(FINISH, (publication,))

    assert words(seeded, publication) == []


def test_the_history_and_the_choices_without_words_stay(seeded: Database, publication: str) -> None:
    seeded.execute(FINISH, (publication,))
    delete_content(seeded, publication)

    kept = seeded.execute("select state::text, reason, options, finished_at is not null from public.publications")
    assert kept.fetchall() == [("failed", "given_up", {"privacy_level": "SELF_ONLY"}, True)]


def test_a_post_whose_content_is_there_keeps_its_words(seeded: Database, publication: str) -> None:
    seeded.execute(FINISH, (publication,))
    seeded.execute("update public.publications set looks = looks + 1 where id = %s", (publication,))

    assert len(words(seeded, publication)) == 2
