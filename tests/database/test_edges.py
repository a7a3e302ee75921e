"""What the functions of the database decide at the very moment where the answer changes: now() stands still in a
transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

ENVELOPE = f"v1.k.{'b' * 16}.{'b' * 30}"


@dataclass(frozen=True, slots=True)
class Ask:
    """One value from one statement; `%(row)s` is the id of everything that was seeded."""

    names: Mapping[str, str]
    connection: psycopg.Connection[Any]

    def __call__(self, statement: str, **values: object) -> Any:
        found = self.connection.execute(statement, {**self.names, "envelope": ENVELOPE, **values})
        row = found.fetchone() if found.description else None
        return row[0] if row else None


def refused(ask: Ask, statement: str, code: str, **values: object) -> None:
    with pytest.raises(psycopg.Error) as raised, ask.connection.transaction():
        ask(statement, **values)
    assert raised.value.diag.message_primary == code


CONSUME = """
    select private.consume_oauth_state(%(platform)s, repeat(%(state)s, 64), repeat(%(cookie)s, 64)) ->> 'user_id'
      = %(owner)s::text
"""
SPENT = "select consumed_at is not null from private.oauth_states"


@pytest.mark.parametrize(("left", "works"), [("1 microsecond", True), ("0", None), ("-1 microsecond", None)])
def test_a_state_ends_at_its_end(ask: Ask, left: str, works: bool | None) -> None:
    ask("update private.oauth_states set expires_at = now() + %(left)s::interval", left=left)

    assert ask(CONSUME, platform="tiktok", state="a", cookie="a") is works
    assert ask(SPENT) is bool(works)


@pytest.mark.parametrize(("platform", "cookie"), [("instagram", "a"), ("tiktok", "b"), ("tiktok", None)])
def test_a_state_that_is_seen_in_the_wrong_place_is_spent(ask: Ask, platform: str, cookie: str | None) -> None:
    assert ask(CONSUME, platform=platform, state="a", cookie=cookie) is None
    assert ask(SPENT)
    assert ask(CONSUME, platform="tiktok", state="a", cookie="a") is None


def test_a_state_works_once(ask: Ask) -> None:
    assert ask(CONSUME, platform="tiktok", state="b", cookie="a") is None
    assert [ask(CONSUME, platform="tiktok", state="a", cookie="a") for _ in range(2)] == [True, None]


@pytest.mark.parametrize(("person", "code"), [("viewer", "role_too_low"), ("stranger", "not_found")])
def test_only_an_editor_connects(ask: Ask, person: str, code: str) -> None:
    refused(ask, f"select private.connection_id_for(%(project)s, %({person})s, 'tiktok', 'new')", code)
    refused(ask, STORE, code, change=json.dumps({"connected_by": str(ask("select %(" + person + ")s"))}))


STORE = """
    select private.store_connection(
      to_jsonb(c) || jsonb_build_object('connected_by', %(owner)s::uuid) || %(change)s::jsonb,
      jsonb_build_object('access_token', %(envelope)s, 'access_expires_at', now())
    ) from public.connections as c
"""


@pytest.mark.parametrize("change", ["id", "project_id"])
def test_an_account_stays_in_the_project_that_has_it(ask: Ask, change: str) -> None:
    other = ask("insert into public.projects (name) values ('Other') returning id::text")
    ask(
        "insert into public.project_members (project_id, user_id, role) values (%(other)s, %(owner)s, 'owner')",
        other=other,
    )

    refused(ask, STORE, "connected_elsewhere", change=json.dumps({change: other}))


def test_a_connect_under_way_brings_no_disconnected_id_back(ask: Ask) -> None:
    ask("update public.disconnections set connection_id = %(row)s")

    refused(ask, STORE, "disconnected_meanwhile", change="{}")


def test_a_reconnect_without_a_refresh_token_keeps_the_stored_one(ask: Ask) -> None:
    ask("update private.connection_tokens set refresh_token = %(envelope)s, refresh_expires_at = 'infinity'")

    ask(STORE, change="{}")

    assert ask(KEPT) == [ENVELOPE, True]


def test_a_reconnect_leaves_nothing_to_whoever_saw_the_tokens_before(ask: Ask) -> None:
    seen = ask(VERSION)

    ask(STORE, change="{}")

    assert [ask(statement, version=seen) for statement in (BEGIN, SAVE, END)] == [False] * 3


def test_no_version_comes_back_after_the_access_ended(ask: Ask) -> None:
    seen = ask(VERSION)
    assert ask(END, version=seen)

    ask(STORE, change="{}")

    assert [ask(statement, version=seen) for statement in (BEGIN, SAVE, END)] == [False] * 3


VERSION = "select version from private.connection_tokens"
KEPT = "select jsonb_build_array(refresh_token, refresh_expires_at = 'infinity') from private.connection_tokens"
SAVE = """
    select private.save_refreshed(
      %(row)s, %(version)s, jsonb_build_object('access_token', %(envelope)s, 'access_expires_at', now())
    )
"""


def test_a_refresh_saves_over_what_it_began_with_and_keeps_what_it_was_not_given(ask: Ask) -> None:
    ask("update private.connection_tokens set refresh_token = %(envelope)s, refresh_expires_at = 'infinity'")

    seen = ask(VERSION)

    versions = (seen - 1, seen + 1, seen, seen)
    assert [ask(SAVE, version=version) for version in versions] == [False, False, True, False]
    assert ask(KEPT) == [ENVELOPE, True]


END = "select private.mark_reconnect(%(row)s, %(version)s, 'access_ended')"


@pytest.mark.parametrize(("other", "tokens"), [(-1, 1), (1, 1), (0, 0)])
def test_a_refusal_ends_the_tokens_that_were_refused(ask: Ask, other: int, tokens: int) -> None:
    assert ask(END, version=ask(VERSION) + other) is (tokens == 0)

    assert ask("select count(*) from private.connection_tokens") == tokens


BEGIN = "select private.begin_refresh(%(row)s, %(version)s, 30) is not null"


def test_a_refresh_begins_once_and_only_for_the_tokens_that_there_are(ask: Ask) -> None:
    seen = ask(VERSION)

    assert [ask(BEGIN, version=version) for version in (seen - 1, seen + 1)] == [False, False]
    assert [ask(BEGIN, version=seen) for _ in range(2)] == [True, False]


@pytest.mark.parametrize(("left", "begins"), [("1 microsecond", False), ("0", True)])
def test_a_refresh_that_nobody_finished_begins_again_at_the_end_of_its_lease(ask: Ask, left: str, begins: bool) -> None:
    ask("update private.connection_tokens set refresh_lease_until = now() + %(left)s::interval", left=left)

    assert ask(BEGIN, version=ask(VERSION)) is begins


CLAIM = "select private.claim_publication(%(row)s, 60) #>> '{publication,epoch}'"


@pytest.mark.parametrize(("wait", "epoch"), [("0", "1"), ("1 microsecond", None)])
def test_a_publication_is_claimed_when_it_is_due(ask: Ask, wait: str, epoch: str | None) -> None:
    ask("update public.publications set next_step_at = now() + %(wait)s::interval", wait=wait)

    assert ask(CLAIM) == epoch


@pytest.mark.parametrize(("left", "epoch"), [("1 microsecond", None), ("0", "2")])
def test_a_publication_is_claimed_once(ask: Ask, left: str, epoch: str | None) -> None:
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
    ask: Ask, epoch: int, before: str, written: bool
) -> None:
    ask(CLAIM)

    assert ask(RECORD, epoch=epoch, before=before) is written
    assert ask("select state::text from public.publications") == ("failed" if written else "preparing")


DISCONNECT = "select private.disconnect_connection(%(row)s, {person}) -> 'receipt' ->> 'tokens_deleted'"


def test_a_disconnect_ends_the_access_and_takes_what_is_in_flight_out_of_every_hand(ask: Ask) -> None:
    ask(CLAIM)
    ask("update public.publications set state = 'committing'")

    assert ask(DISCONNECT.format(person="%(owner)s")) == "1"

    assert ask("select count(*) from private.connection_tokens") == 0
    assert ask("select count(*) from public.connections") == 0
    assert ask("select (state::text, epoch, lease_expires_at is null) = ('unknown', 2, true) from public.publications")


@pytest.mark.parametrize(("person", "code"), [("viewer", "role_too_low"), ("stranger", "not_found")])
def test_only_an_editor_disconnects(ask: Ask, person: str, code: str) -> None:
    refused(ask, DISCONNECT.format(person=f"%({person})s"), code)
    become(ask, person)
    refused(ask, "select private.may_disconnect(%(row)s)", code)


GIVE = "update public.connections set connected_by = %(viewer)s"
LEAVE = "delete from public.project_members where user_id = "


def test_who_connected_it_disconnects_it_in_any_role(ask: Ask) -> None:
    ask(GIVE)

    assert [ask(DISCONNECT.format(person="%(viewer)s")) for _ in range(2)] == ["1", "1"]


def test_an_access_goes_with_the_membership_of_who_gave_it(ask: Ask) -> None:
    ask(GIVE)

    ask(LEAVE + "%(editor)s")
    assert ask("select count(*) from private.connection_tokens") == 1
    ask(LEAVE + "%(viewer)s")
    assert ask("select count(*) from private.connection_tokens") == 0
    assert ask("select status_reason from public.connections") == "member_left"


def test_nothing_is_sent_through_an_account_whose_access_has_ended(ask: Ask) -> None:
    ask(CLAIM)
    ask("select private.end_access(%(row)s, 'member_left')")

    ask("update public.publications set state = 'committing'")

    assert ask("select state::text from public.publications") == "preparing"


def test_no_connection_is_stored_for_who_is_no_member(ask: Ask) -> None:
    """The row itself asks, whoever writes it: the role that was asked for a moment ago may be gone."""
    refused(
        ask,
        "insert into public.connections"
        " (project_id, platform, platform_account_id, callback_ids, display_name, connected_by)"
        " values (%(project)s, 'tiktok', 'new', '{new}', 'New', %(stranger)s)",
        "not_found",
    )


def test_a_token_that_came_back_is_purged_with_its_connection(ask: Ask) -> None:
    ask("update public.disconnections set connection_id = %(row)s")

    assert ask("select private.purge(100) #>> '{alarms,tokens_after_disconnect}'") == "1"
    assert ask("select count(*) from private.connection_tokens") == 0
    assert ask("select count(*) from public.connections") == 0


def test_each_state_has_its_own_clock_and_an_end_has_none(ask: Ask) -> None:
    ask("update public.publications set state_since = '2026-01-01', lease_expires_at = now(), next_step_at = now()")
    ask("update public.publications set looks = 1")
    assert ask("select state_since = '2026-01-01' from public.publications")

    ask("update public.publications set state = 'failed', reason = 'given_up'")

    assert ask("select state_since = now() and finished_at = now() from public.publications")
    assert ask("select num_nonnulls(lease_expires_at, next_step_at) from public.publications") == 0


CLICK = """
    select private.create_publication(
      jsonb_build_object(
        'content_id', %(row)s::uuid, 'connection_id', %(row)s::uuid, 'platform', 'tiktok', 'caption', '', 'options',
        jsonb_build_object('music_usage', %(consent)s::jsonb),
        'items', jsonb_build_array(jsonb_build_object('media_asset_id', %(row)s::uuid))
      ),
      'a-new-click', repeat(%(hash)s, 64)
    ) ->> 'created'
"""
AGREED = '{"agreed": true, "text_version": "1"}'


@pytest.mark.parametrize("consent", ["null", "{}", '{"agreed": null}', '{"agreed": false}', '{"agreed": "yes"}'])
def test_no_post_of_tiktok_without_a_consent(ask: Ask, consent: str) -> None:
    become(ask, "owner")

    refused(ask, CLICK, "consent_missing", consent=consent, hash="0")


@pytest.mark.parametrize(("person", "code"), [("viewer", "role_too_low"), ("stranger", "not_found")])
def test_only_an_editor_publishes(ask: Ask, person: str, code: str) -> None:
    become(ask, person)

    refused(ask, CLICK, code, consent=AGREED, hash="0")


def test_the_same_click_is_one_publication_and_another_with_its_key_is_none(ask: Ask) -> None:
    ask("update public.media_assets set state = 'ready', completed_at = now(), width = 1, height = 1")
    become(ask, "owner")

    assert [ask(CLICK, consent=AGREED, hash="0") for _ in range(2)] == ["true", "false"]
    refused(ask, CLICK, "idempotency_key_reused", consent=AGREED, hash="1")


EVENT = """
    select private.apply_tiktok_event(jsonb_build_object(
      'digest', repeat('a', 64), 'name', 'webhook_complete', 'open_id', %(row)s, 'publish_id', 'v_pub_1',
      'create_time', extract(epoch from now()), 'outcome', 'published', 'post_id', '1'
    )) ->> 'outcome'
"""


def test_an_event_is_applied_once(ask: Ask) -> None:
    for state in ("preparing", "committing"):
        ask("update public.publications set state = %(state)s, publish_id = 'v_pub_1'", state=state)

    assert [ask(EVENT) for _ in range(2)] == ["applied", "seen_before"]
    assert ask("select count(*) from public.publication_events where event = 'webhook_complete'") == 1


def test_the_last_owner_stays(ask: Ask) -> None:
    for change in ("delete from public.project_members", "update public.project_members set role = 'editor'"):
        refused(ask, f"{change} where user_id = %(owner)s", "last_owner")

    ask("update public.project_members set role = 'owner' where user_id = %(editor)s")
    ask("delete from public.project_members where user_id = %(owner)s")


def become(ask: Ask, person: str) -> None:
    ask(f"select set_config('request.jwt.claims', json_build_object('sub', %({person})s::text)::text, true)")
