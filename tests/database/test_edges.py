"""What the functions of the database decide at the very moment where the answer changes: now() stands still in a
transaction."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.database.test_rls import World

ENVELOPE = f"v1.k.{'b' * 16}.{'b' * 30}"


@pytest.fixture
def ask(schema: World, seeded: psycopg.Connection[Any]) -> Any:
    """One value from one statement; `%(row)s` is the id of everything that was seeded."""

    def answer(statement: str, **values: object) -> Any:
        found = seeded.execute(statement, {**schema.names, **values})
        row = found.fetchone() if found.description else None
        return row[0] if row else None

    return answer


CONSUME = "select private.consume_oauth_state('tiktok', repeat('a', 64), repeat('a', 64)) is not null"


@pytest.mark.parametrize(("left", "works"), [("1 microsecond", True), ("0", False), ("-1 microsecond", False)])
def test_a_state_ends_at_its_end(ask: Any, left: str, works: bool) -> None:
    ask("update private.oauth_states set expires_at = now() + %(left)s::interval", left=left)

    assert ask(CONSUME) is works
    assert ask("select consumed_at is not null from private.oauth_states") is works


@pytest.mark.parametrize(("person", "code"), [("viewer", "role_too_low"), ("stranger", "not_found")])
def test_whoever_is_no_editor_gets_no_id_for_a_connection(ask: Any, person: str, code: str) -> None:
    with pytest.raises(psycopg.Error, match=code):
        ask(f"select private.connection_id_for(%(project)s, %({person})s, 'tiktok', 'new')")


def test_a_reconnect_without_a_refresh_token_keeps_the_stored_one(ask: Any) -> None:
    ask(
        "update private.connection_tokens set refresh_token = %(old)s, refresh_expires_at = 'infinity'",
        old=ENVELOPE,
    )

    ask(
        "select private.store_connection(to_jsonb(c) || jsonb_build_object('connected_by', %(owner)s::uuid),"
        " jsonb_build_object('access_token', %(new)s, 'access_expires_at', now()))"
        " from public.connections as c where c.id = %(row)s",
        new=ENVELOPE,
    )

    assert ask("select version from private.connection_tokens") == 2
    assert ask("select refresh_token from private.connection_tokens") == ENVELOPE
    assert ask("select refresh_expires_at = 'infinity' from private.connection_tokens") is True


BEGIN = "select private.begin_refresh(%(row)s, %(version)s, 30) is not null"


def test_a_refresh_begins_once_and_only_for_the_tokens_that_there_are(ask: Any) -> None:
    assert [ask(BEGIN, version=version) for version in (0, 2)] == [False, False]
    assert [ask(BEGIN, version=1) for _ in range(2)] == [True, False]


@pytest.mark.parametrize(("left", "begins"), [("1 microsecond", False), ("0", True)])
def test_a_refresh_that_nobody_finished_begins_again_at_the_end_of_its_lease(ask: Any, left: str, begins: bool) -> None:
    ask("update private.connection_tokens set refresh_lease_until = now() + %(left)s::interval", left=left)

    assert ask(BEGIN, version=1) is begins


CLAIM = "select private.claim_publication(%(row)s, 60) #>> '{publication,epoch}'"


@pytest.mark.parametrize(("wait", "epoch"), [("0", "1"), ("1 microsecond", None)])
def test_a_publication_is_claimed_when_it_is_due(ask: Any, wait: str, epoch: str | None) -> None:
    ask("update public.publications set next_step_at = now() + %(wait)s::interval", wait=wait)

    assert ask(CLAIM) == epoch


@pytest.mark.parametrize(("left", "epoch"), [("1 microsecond", None), ("0", "2")])
def test_a_publication_is_claimed_once(ask: Any, left: str, epoch: str | None) -> None:
    assert [ask(CLAIM) for _ in range(2)] == ["1", None]

    ask("update public.publications set lease_expires_at = now() + %(left)s::interval", left=left)

    assert ask(CLAIM) == epoch


RECORD = """
    select private.record_step(%(row)s, %(epoch)s, %(before)s, 'failed', '{"reason": "given_up"}', null, null, true)
      is not null
"""


@pytest.mark.parametrize(
    ("epoch", "before", "written"),
    [(1, "preparing", True), (0, "preparing", False), (2, "preparing", False), (1, "queued", False)],
)
def test_a_result_is_written_by_whoever_holds_the_publication_and_from_the_state_it_saw(
    ask: Any, epoch: int, before: str, written: bool
) -> None:
    ask(CLAIM)

    assert ask(RECORD, epoch=epoch, before=before) is written
    assert ask("select state::text from public.publications") == ("failed" if written else "preparing")


def test_a_disconnect_takes_what_is_in_flight_out_of_every_hand(ask: Any) -> None:
    ask(CLAIM)
    ask("update public.publications set state = 'committing'")

    ask("select private.disconnect_connection(%(row)s, %(owner)s)")

    assert ask("select (state::text, epoch, lease_expires_at is null) = ('unknown', 2, true) from public.publications")
    assert ask("select count(*) from private.connection_tokens") == 0


def test_the_last_owner_stays(ask: Any, seeded: psycopg.Connection[Any]) -> None:
    for change in ("delete from public.project_members", "update public.project_members set role = 'editor'"):
        with pytest.raises(psycopg.Error, match="last_owner"), seeded.transaction():
            ask(f"{change} where user_id = %(owner)s")

    ask("update public.project_members set role = 'owner' where user_id = %(editor)s")
    ask("delete from public.project_members where user_id = %(owner)s")


@pytest.mark.parametrize("consent", ["null", "{}", '{"agreed": null}', '{"agreed": false}', '{"agreed": "yes"}'])
def test_no_post_of_tiktok_without_a_consent(ask: Any, consent: str) -> None:
    ask("select set_config('request.jwt.claims', json_build_object('sub', %(owner)s::text)::text, true)")

    with pytest.raises(psycopg.Error, match="consent_missing"):
        ask(
            "select private.create_publication(jsonb_build_object('content_id', %(row)s::uuid, 'connection_id',"
            " %(row)s::uuid, 'platform', 'tiktok', 'caption', '', 'items', '[]'::jsonb, 'options',"
            " jsonb_build_object('music_usage', %(consent)s::jsonb)), 'a-new-click', repeat('0', 64))",
            consent=consent,
        )
