"""Who deletes a content or an account means the words, also where a publication has kept them; the history stays."""

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


def unlink(db: Database, row: str) -> None:
    db.execute("update public.publications set created_by = null where id = %s", (row,))


def posted_through(db: Database, row: str, account: str | None) -> None:
    """Published, with all that TikTok calls it. The seed has an attempt before that, and a place for its bytes."""
    db.execute("set local session_replication_role = replica")
    db.execute(
        "update public.publications set connection_id = %s, state = 'published', finished_at = now(),"
        " post_id = 'post', permalink = 'https://tiktok.test/post', publish_id = 'job' where id = %s",
        (account, row),
    )
    db.execute("set local session_replication_role = origin")
    db.execute(
        "insert into public.publication_events (publication_id, event, state, detail)"
        " values (%s, 'published', 'published', '{\"publish_id\": \"job\"}')",
        (row,),
    )


def ids(db: Database, row: str) -> list[Any]:
    return db.execute(
        "select post_id, permalink, publish_id, platform_ids_cleared_at is not null,"
        " (select count(*) from public.publication_events as e where e.publication_id = p.id and e.detail <> '{}'),"
        " (select count(*) from private.former_jobs as f where f.publication_id = p.id),"
        " (select count(*) from private.tiktok_uploads as u where u.publication_id = p.id)"
        " from public.publications as p where p.id = %s",
        (row,),
    ).fetchall()


def test_the_words_of_a_click_go_with_the_name_of_who_clicked(seeded: Database, publication: str) -> None:
    """With everything that is in the request, and the marks by which a browser would know it again."""
    before = seeded.execute("select idempotency_key, request_hash, state, created_at from public.publications")
    ((key, digest, state, clicked_at),) = before.fetchall()
    unlink(seeded, publication)

    assert words(seeded, publication) == []
    kept = seeded.execute("select idempotency_key, request_hash, options, state, created_at from public.publications")
    ((new_key, new_digest, *rest),) = kept.fetchall()
    assert rest == [{}, state, clicked_at]
    assert key != new_key
    assert digest != new_digest
    said = seeded.execute("select event from public.publication_events where publication_id = %s", (publication,))
    assert ("words_cleared",) in said.fetchall()


def test_the_ids_of_a_post_go_with_its_account_and_stay_on_that_of_another(
    seeded: Database, publication: str, schema: World
) -> None:
    posted_through(seeded, publication, schema.names["row"])
    unlink(seeded, publication)
    assert ids(seeded, publication) == [("post", "https://tiktok.test/post", "job", False, 1, 1, 1)]

    seeded.execute("select private.forget_posts(%s)", (schema.names["row"],))

    assert ids(seeded, publication) == [(None, None, None, True, 0, 0, 0)]


def test_the_ids_of_a_post_whose_account_nobody_knows_any_more_go_with_the_name(
    seeded: Database, publication: str
) -> None:
    posted_through(seeded, publication, None)
    unlink(seeded, publication)

    assert ids(seeded, publication) == [(None, None, None, True, 0, 0, 0)]


def test_a_click_of_nobody_is_never_sent(seeded: Database, publication: str) -> None:
    """A worker that found it unsent stays where it is."""
    seeded.execute("update public.publications set state = 'preparing' where id = %s", (publication,))
    unlink(seeded, publication)
    seeded.execute("update public.publications set state = 'committing' where id = %s", (publication,))

    assert seeded.execute("select state::text from public.publications").fetchall() == [("preparing",)]
