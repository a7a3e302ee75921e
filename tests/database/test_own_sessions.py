"""Where somebody is signed in and how many captions they asked for: told to that person, and of nobody else."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.stack.clients import Supabase, User
from sandbox.stack.stack import Stack
from tests.database.test_members import BEGIN_ERASURE
from tests.erasing import close_the_others, finish
from tests.people import Project

Db = psycopg.Connection[Any]
Row = dict[str, Any]
MakeCreator = Callable[[], Creator]
FUNCTIONS = ["own_sessions", "own_caption_usage"]
PHONE = "Mozilla/5.0 (iPhone) Safari/604.1"


def told(person: Creator, function: str = "own_sessions") -> list[Row]:
    return list(person.call(function).raise_for_status().json())


def sign_in_elsewhere(db: Db, person: Creator, *, used: str = "now()", times: int = 1) -> None:
    db.execute(
        "insert into auth.sessions (id, user_id, created_at, updated_at, user_agent, ip)"
        f" select gen_random_uuid(), %s, '2026-01-02T03:04Z', {used}, %s, '203.0.113.7'"
        " from generate_series(1, %s)",
        (person.user.id, PHONE, times),
    )


def use_captions(db: Db, person: Creator, days_ago: int, used: int) -> None:
    db.execute(
        "insert into private.caption_usage (user_id, day, used) values (%s, (now() at time zone 'utc')::date - %s, %s)",
        (person.user.id, days_ago, used),
    )


def test_a_stranger_and_the_people_of_a_project_see_nothing_of_mine(project: Project, db: Db) -> None:
    sign_in_elsewhere(db, project.owner)
    use_captions(db, project.owner, 0, 7)

    for other in (project.stranger, project.editor, project.viewer):
        assert [(row["ip"], row["is_current"]) for row in told(other)] == [(None, True)], "their own, and no other"
        assert told(other, "own_caption_usage") == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_anonymous_and_the_system_are_refused(project: Project, supabase: Supabase, function: str) -> None:
    for nobody in (supabase.as_anon(), supabase.as_service()):
        with nobody as rest:
            assert rest.post(f"/rpc/{function}", json={}).status_code in (401, 403)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nobody_can_ask_for_another_person(project: Project, function: str) -> None:
    assert project.stranger.call(function, user_id=project.owner.user.id).status_code == 404


def test_who_is_erased_is_told_so_from_the_beginning_of_it(make_creator: MakeCreator, db: Db, stack: Stack) -> None:
    person = make_creator()

    def answers() -> set[tuple[int, str]]:
        found = [person.call(function) for function in FUNCTIONS]
        return {(answer.status_code, answer.json()["message"]) for answer in found}

    close_the_others(db)
    ((erasure_id,),) = db.execute(BEGIN_ERASURE, (person.user.id,)).fetchall()
    assert answers() == {(410, "account_erased")}
    finish(db, stack, str(erasure_id))
    assert answers() == {(410, "account_erased")}


def test_my_two_sessions_are_there_with_all_that_is_known_and_without_their_ids(project: Project, db: Db) -> None:
    sign_in_elsewhere(db, project.owner, used="'2026-01-03T00:00Z'")
    current, other = told(project.owner)

    assert current["is_current"]
    assert other == {
        "since": "2026-01-02T03:04:00+00:00",
        "last_used_at": "2026-01-03T00:00:00+00:00",
        "user_agent": PHONE,
        "ip": "203.0.113.7",
        "is_current": False,
    }


def test_the_current_one_is_that_of_the_token_and_comes_first_whenever_it_was_used(
    project: Project, db: Db, make_token: Callable[..., str]
) -> None:
    owner, user = project.owner, project.owner.user
    sign_in_elsewhere(db, owner, used="now() - interval '2 days'")
    sign_in_elsewhere(db, owner, used="now() + interval '1 minute'")
    assert [row["is_current"] for row in told(owner)] == [True, False, False]
    used = [row["last_used_at"] for row in told(owner)]
    assert used[1] > used[2], "the others by when they were used"

    elsewhere = User(user.id, user.email, make_token(user.id, user.email, session_id=str(uuid.uuid4())))
    assert [row["is_current"] for row in told(Creator(elsewhere, owner.api, owner.supabase))] == [False] * 3


def test_somebody_with_a_thousand_sessions_is_told_of_five_hundred_and_of_this_one(project: Project, db: Db) -> None:
    sign_in_elsewhere(db, project.owner, used="now() + interval '1 minute'", times=1000)
    found = told(project.owner)

    assert (len(found), found[0]["is_current"]) == (500, True)


def test_my_captions_are_counted_by_day_the_latest_first(project: Project, db: Db) -> None:
    use_captions(db, project.owner, 30, 4)
    content_id = project.owner.create_content(project.id)
    project.owner.call("begin_caption", content_id=content_id, preview=False).raise_for_status()
    found = told(project.owner, "own_caption_usage")

    assert [row["used"] for row in found] == [1, 4]
    assert [row.keys() for row in found] == [{"day", "used"}] * 2
