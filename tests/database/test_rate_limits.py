"""So much of it one person may do: counted where no path leads around, exactly, however many requests come at once."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import errors

from sandbox.creator import Creator, instagram_photo
from sandbox.stack import postgres
from sandbox.stack.clients import User
from shared.publishing.request import PUBLISH_REQUEST, as_database_request
from shared.web.problems import PROBLEMS
from tests.limits import LIMITS, leave, seconds_used
from tests.people import Connected, Project

ROOT = Path(__file__).parents[2]
AT_ONCE = 50
every_limit = pytest.mark.parametrize("action", LIMITS)
# What each of them leaves in the database. A check before the click leaves nothing.
ROWS = {
    "connect": "private.oauth_states where user_id",
    "upload": "public.media_assets where created_by",
    "publish": "public.publications where created_by",
    "caption": "(select sum(used) from private.caption_usage where user_id = %s) as u (n)",
    "create_project": "public.projects where created_by",
    "create_content": "public.contents where created_by",
    "invite": "public.invitations where created_by",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that is limited, done past our endpoints: what a person with a token can ask of the Data API."""

    project_id: str
    body: dict[str, Any]

    def do(self, person: Creator, action: str, **changes: Any) -> httpx.Response:
        with person.supabase.as_user(person.user) as rest:
            return self._ask(rest, action, **changes)

    def do_at_once(self, person: Creator, action: str, times: int, **changes: Any) -> list[httpx.Response]:
        with person.supabase.as_user(person.user) as rest, ThreadPoolExecutor(times) as threads:
            return list(threads.map(lambda _: self._ask(rest, action, **changes), range(times)))

    def connect(self) -> tuple[str, dict[str, Any]]:
        hashes = {"p_state_hash": secrets.token_hex(32), "p_cookie_hash": secrets.token_hex(32)}
        return "/rpc/start_connection", {"p_project_id": self.project_id, "p_platform": "tiktok", **hashes}

    def upload(self) -> tuple[str, dict[str, Any]]:
        file = {"p_media_type": "image/jpeg", "p_byte_size": 9, "p_sha256": secrets.token_hex(32)}
        return "/rpc/reserve_media", {"p_content_id": self.body["content_id"], **file}

    def parts(self) -> tuple[str, dict[str, Any]]:
        return "/rpc/media_to_send", {"p_media_asset_id": self.body["media"][0]["media_asset_id"]}

    def complete(self) -> tuple[str, dict[str, Any]]:
        return "/rpc/media_to_complete", {"p_media_asset_id": self.body["media"][0]["media_asset_id"]}

    def preflight(self) -> tuple[str, dict[str, Any]]:
        return "/rpc/preflight", {"p_request": self._request()}

    def publish(self) -> tuple[str, dict[str, Any]]:
        click = {"p_idempotency_key": uuid.uuid4().hex, "p_request_hash": hashlib.sha256(b"").hexdigest()}
        return "/rpc/create_publication", {"p_request": self._request(), **click}

    def caption(self) -> tuple[str, dict[str, Any]]:
        return "/rpc/begin_caption", {"p_content_id": self.body["content_id"], "p_preview": False}

    def create_project(self) -> tuple[str, dict[str, Any]]:
        return "/rpc/create_project", {"name": "One more"}

    def create_content(self) -> tuple[str, dict[str, Any]]:
        return "/contents", {"project_id": self.project_id, "type": "image", "title": "One more"}

    def invite(self) -> tuple[str, dict[str, Any]]:
        return "/rpc/create_invitation", {"p_project_id": self.project_id, "p_role": "viewer"}

    def _ask(self, rest: httpx.Client, action: str, **changes: Any) -> httpx.Response:
        path, body = getattr(self, action)()
        return rest.post(path, json=body | changes)

    def _request(self) -> dict[str, Any]:
        return as_database_request(PUBLISH_REQUEST.validate_json(json.dumps(self.body)))


@pytest.fixture
def desk(
    project: Project, connect: Callable[..., Connected], photo: dict[str, str], db: psycopg.Connection[Any]
) -> Desk:
    """Made by the owner: what the editor has done so far is nothing. An owner too, because only owners invite."""
    db.execute("update public.project_members set role = 'owner' where user_id = %s", (project.editor.user.id,))
    return Desk(project.id, instagram_photo(connection_id=connect(project, "instagram").id, **photo))


def kept(db: psycopg.Connection[Any], user: User, action: str) -> int:
    table = ROWS.get(action)
    if table is None:
        return 0
    query = f"select n from {table}" if "%s" in table else f"select count(*) from {table} = %s"
    (found,) = db.execute(query, (user.id,)).fetchone() or (0,)
    return int(found or 0)


def refused(answer: httpx.Response, action: str) -> int:
    """The seconds to wait."""
    assert answer.status_code == 429, answer.text
    assert (answer.json()["code"], answer.json()["message"]) == ("PT429", LIMITS[action].code)
    return int(answer.json()["details"])


# Past our endpoints, and all at once


@every_limit
def test_of_fifty_at_once_exactly_those_that_are_left_get_through(
    project: Project, desk: Desk, db: psycopg.Connection[Any], action: str
) -> None:
    person, left = project.editor, 7
    leave(db, person.user, action, left)
    before = kept(db, person.user, action)

    answers = desk.do_at_once(person, action, AT_ONCE)

    waits = [refused(answer, action) for answer in answers if not answer.is_success]
    assert len(waits) == AT_ONCE - left
    assert set(waits) <= set(range(1, LIMITS[action].step + 1))
    assert kept(db, person.user, action) == before + (left if action in ROWS else 0)


@every_limit
def test_a_refusal_leaves_nothing_behind_and_makes_nobody_wait_longer(
    project: Project, desk: Desk, db: psycopg.Connection[Any], action: str
) -> None:
    person = project.editor
    leave(db, person.user, action, 0)
    before = kept(db, person.user, action), seconds_used(db, person.user, action)

    for _ in range(3):
        refused(desk.do(person, action), action)

    assert kept(db, person.user, action) == before[0]
    assert seconds_used(db, person.user, action) <= before[1]


@every_limit
def test_the_limit_of_one_is_nobody_elses_and_a_project_shares_none(
    project: Project, desk: Desk, db: psycopg.Connection[Any], action: str
) -> None:
    leave(db, project.owner.user, action, 0)
    refused(desk.do(project.owner, action), action)

    assert desk.do(project.editor, action).is_success
    assert desk.do(project.editor, action).is_success


@every_limit
def test_one_limit_is_not_another(project: Project, desk: Desk, db: psycopg.Connection[Any], action: str) -> None:
    for other in LIMITS.keys() - {action}:
        leave(db, project.editor.user, other, 0)

    assert desk.do(project.editor, action).is_success


@pytest.mark.parametrize(
    "action", ["connect", "upload", "parts", "complete", "preflight", "publish", "caption", "create_content", "invite"]
)
@pytest.mark.parametrize("role", ["viewer", "stranger"])
def test_what_the_role_refuses_does_not_count(
    project: Project, desk: Desk, db: psycopg.Connection[Any], role: str, action: str
) -> None:
    person: Creator = getattr(project, role)

    assert desk.do(person, action).status_code in (403, 404)
    assert seconds_used(db, person.user, action) == 0


# The same again


def test_an_upload_that_is_taken_up_again_counts_again(
    project: Project, desk: Desk, db: psycopg.Connection[Any]
) -> None:
    """Its addresses are made anew."""
    person, file = project.editor, {"p_sha256": secrets.token_hex(32)}
    leave(db, person.user, "upload", 3)
    answers = [desk.do(person, "upload", **file) for _ in range(4)]

    assert len({answer.json()["id"] for answer in answers[:3]}) == 1
    refused(answers[3], "upload")


def test_the_same_click_again_counts_once_and_is_answered_beyond_the_limit(
    project: Project, desk: Desk, db: psycopg.Connection[Any]
) -> None:
    person, key = project.editor, uuid.uuid4().hex
    for _ in range(3):
        desk.do(person, "publish", p_idempotency_key=key).raise_for_status()
    assert 0 < seconds_used(db, person.user, "publish") <= LIMITS["publish"].step

    leave(db, person.user, "publish", 0)

    assert desk.do(person, "publish", p_idempotency_key=key).json()["created"] is False
    refused(desk.do(person, "publish"), "publish")


def test_the_same_click_many_times_at_once_counts_once(
    project: Project, desk: Desk, db: psycopg.Connection[Any]
) -> None:
    """The insert of all but one meets a conflict: none of them is a publication."""
    person, key = project.editor, uuid.uuid4().hex
    answers = desk.do_at_once(person, "publish", 20, p_idempotency_key=key)

    assert sorted(answer.json()["created"] for answer in answers) == [False] * 19 + [True]
    assert 0 < seconds_used(db, person.user, "publish") <= LIMITS["publish"].step


def test_a_list_is_counted_by_its_rows_and_refused_whole(
    project: Project, desk: Desk, db: psycopg.Connection[Any]
) -> None:
    person = project.editor
    leave(db, person.user, "create_content", 5)
    one = desk.create_content()[1]

    with person.supabase.as_user(person.user) as rest:
        refused(rest.post("/contents", json=[one] * 6), "create_content")
        assert kept(db, person.user, "create_content") == 0
        assert rest.post("/contents", json=[one] * 5).is_success
        refused(rest.post("/contents", json=one), "create_content")


# Exactly, with a clock that stands still


@dataclass(frozen=True, slots=True)
class Still:
    """One transaction of one person: its `now()` is always the same."""

    connection: psycopg.Connection[Any]
    user: User

    def take(self, action: str, times: int = 1) -> int | None:
        """The seconds to wait, or None."""
        query = "select private.take_rate(%s) from generate_series(1, %s)"
        try:
            with self.connection.transaction():
                self.connection.execute(query, (action, times))
        except psycopg.Error as refusal:
            return self._seconds(refusal, action)
        return None

    def _seconds(self, refusal: psycopg.Error, action: str) -> int:
        assert (refusal.sqlstate, refusal.diag.message_primary) == ("PT429", LIMITS[action].code)
        return int(refusal.diag.message_detail or "")

    def wait(self, interval: str) -> None:
        query = "update private.rate_limits set arrival_at = arrival_at - %s::interval where user_id = %s"
        self.connection.execute(query, (interval, self.user.id))


@pytest.fixture
def still(server: postgres.Server, make_user: Callable[[], User]) -> Iterator[Still]:
    user = make_user()
    with server.connect() as connection, connection.transaction(force_rollback=True):
        claims = {"role": "authenticated", "sub": user.id}
        settings = {"request.jwt.claims": json.dumps(claims), "request.jwt.claim.sub": user.id}
        for name, value in settings.items():
            connection.execute("select set_config(%s, %s, true)", (name, value))
        yield Still(connection, user)


@every_limit
def test_the_limit_is_exactly_what_it_says(still: Still, action: str) -> None:
    assert still.take(action, LIMITS[action].calls) is None
    assert still.take(action) == LIMITS[action].step


@every_limit
def test_waiting_as_long_as_it_says_works_and_any_less_does_not(still: Still, action: str) -> None:
    still.take(action, LIMITS[action].calls)

    still.wait(f"{LIMITS[action].step - 1} seconds")
    assert still.take(action) == 1
    still.wait("999 milliseconds")
    assert still.take(action) == 1
    still.wait("1 millisecond")
    assert still.take(action) is None
    assert still.take(action) == LIMITS[action].step, "and one wait is worth one"


@every_limit
def test_whoever_waited_the_whole_period_has_all_of_it_again_and_no_more(still: Still, action: str) -> None:
    for idle in (f"{LIMITS[action].seconds} seconds", "400 days"):
        assert still.take(action, LIMITS[action].calls) is None
        still.wait(idle)

    assert still.take(action, LIMITS[action].calls) is None
    assert still.take(action) == LIMITS[action].step


def test_an_action_without_a_limit_is_a_mistake_and_not_free(still: Still) -> None:
    with pytest.raises(errors.NoDataFound):
        still.connection.execute("select private.take_rate('unheard_of')")


@pytest.mark.parametrize(
    ("seconds", "told"), [(None, 1), (-5, 1), (0, 1), (1, 1), (86_400, 86_400), (86_401, 86_400), (2**31 - 1, 86_400)]
)
def test_the_wait_is_between_a_second_and_a_day(db: psycopg.Connection[Any], seconds: int | None, told: int) -> None:
    with pytest.raises(psycopg.Error) as refusal:
        db.execute("select private.refuse_for_now('a_code', %s::integer)", (seconds,))

    diagnosis = refusal.value.diag
    assert (diagnosis.sqlstate, diagnosis.message_primary) == ("PT429", "a_code")
    assert diagnosis.message_detail == str(told)


# Around it


def test_the_system_has_no_limit(project: Project, db: psycopg.Connection[Any]) -> None:
    db.execute("select private.take_rate('connect') from generate_series(1, 1000)")
    db.execute(
        "insert into private.oauth_states (state_hash, cookie_hash, user_id, project_id, platform)"
        " select encode(sha256(convert_to(%s || n, 'utf8')), 'hex'), repeat('0', 64), %s, %s, 'tiktok'"
        " from generate_series(1, 100) as n",
        (secrets.token_hex(8), project.owner.user.id, project.id),
    )

    assert seconds_used(db, project.owner.user, "connect") == 0


def test_a_person_who_is_erased_leaves_no_count(project: Project, desk: Desk, db: psycopg.Connection[Any]) -> None:
    person = project.editor
    desk.do(person, "create_content").raise_for_status()
    assert seconds_used(db, person.user, "create_content") > 0

    db.execute("delete from auth.users where id = %s", (person.user.id,))

    left = db.execute("select 1 from private.rate_limits where user_id = %s", (person.user.id,))
    assert left.fetchall() == []


def test_the_database_knows_these_limits_and_no_others(db: psycopg.Connection[Any]) -> None:
    query = "select action, calls, extract(epoch from period)::integer, code from private.rate_limits_of_all()"

    assert {action: tuple(rest) for action, *rest in db.execute(query)} == {
        action: (limit.calls, limit.seconds, limit.code) for action, limit in LIMITS.items()
    }


@every_limit
def test_a_refusal_says_when_there_is_one_more(action: str) -> None:
    problem, step = PROBLEMS[LIMITS[action].code], LIMITS[action].step
    often = f"every {step // 60} minutes" if step >= 60 else f"every {step} seconds"

    assert problem.status == 429
    assert often in problem.detail


def test_the_readme_lists_every_limit() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\w+) \| (\d+) (\w+) \|", (ROOT / "README.md").read_text(), re.M)
    seconds = {"second": 1, "seconds": 1, "minute": 60, "minutes": 60, "hour": 3600}

    assert {code: (int(calls), seconds[per], int(step) * seconds[unit]) for code, calls, per, step, unit in rows} == {
        limit.code: (limit.calls, limit.seconds, limit.step) for limit in LIMITS.values()
    }
