"""POST /api/account/export/start: only for who has just signed in, one at a time, three in a day."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.creator import Creator
from tests.functions.account.export.exports import Db, ask, expire, make_stale, value, wait

MakeCreator = Callable[[], Creator]


def test_an_open_browser_that_somebody_finds_exports_nothing(make_creator: MakeCreator, db: Db) -> None:
    person = make_creator()
    make_stale(db, person)
    answer = person.post("account/export/start", {"with_media": True})

    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")
    assert value(db, "select count(*) from public.exports where user_id = %s", person.user.id) == 0
    assert value(db, "select count(*) from public.privacy_requests where user_id = %s", person.user.id) == 0


def test_the_session_of_another_is_no_proof(make_creator: MakeCreator, make_token: Callable[..., str], db: Db) -> None:
    person, other = make_creator(), make_creator()
    session_id = value(db, "select id::text from auth.sessions where user_id = %s", other.user.id)
    token = make_token(person.user.id, person.user.email, session_id=session_id)
    headers = {"authorization": f"Bearer {token}"}
    answer = person.api.post("/api/account/export/start", json={"with_media": True}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")


def test_however_often_it_is_asked_at_once_there_is_one(make_creator: MakeCreator, db: Db) -> None:
    person = make_creator()
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: ask(person), range(8)))

    assert len(made) == 1
    assert value(db, "select count(*) from public.exports where user_id = %s", person.user.id) == 1
    received = "select count(*) from public.privacy_requests where user_id = %s and event = 'received'"
    assert value(db, received, person.user.id) == 1


def test_a_fourth_within_a_day_has_to_wait_exactly_until_the_first_is_a_day_old(
    make_creator: MakeCreator, db: Db
) -> None:
    person = make_creator()
    for hours in (20, 10, 5):
        export_id = ask(person, with_media=False)
        change = "update public.exports set state = 'failed', created_at = now() - %s * interval '1 hour' where id = %s"
        db.execute(change, (hours, export_id))
    answer = person.post("account/export/start", {"with_media": False})

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_exports")
    assert int(answer.headers["retry-after"]) == pytest.approx(4 * 3600, abs=60)
    db.execute(
        "update public.exports set created_at = created_at - interval '4 hours' where user_id = %s", (person.user.id,)
    )
    ask(person, with_media=False)


def test_what_was_asked_is_a_request_with_a_clock_and_a_line_in_the_audit_log(
    make_creator: MakeCreator, db: Db
) -> None:
    person = make_creator()
    export_id = ask(person)
    wait(person, export_id)
    events = (
        "select array_agg(r.event::text order by r.id) from public.privacy_requests as r"
        " inner join public.exports as e on r.request_id = e.request_id where e.id = %s and r.kind = 'access'"
    )

    assert value(db, events, export_id) == ["received", "identity_checked", "executed"]
    audited = "select array_agg(action) from private.audit_log where subject_id = %s"
    assert value(db, audited, export_id) == ["export_asked"]


def test_the_next_one_may_be_asked_for_while_the_last_is_there(make_creator: MakeCreator, db: Db) -> None:
    person = make_creator()
    first = ask(person)
    wait(person, first)
    second = ask(person)

    assert second != first
    wait(person, second)
    expire(db, first)
    assert {row["id"]: row["state"] for row in person.read("exports", select="id,state")}.keys() == {first, second}
