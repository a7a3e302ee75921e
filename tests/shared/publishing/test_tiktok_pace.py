"""Not faster than TikTok allows, whatever one account has to publish: its sandbox would answer 429, and never does."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.stack import postgres
from shared.publishing.request import PUBLISH_REQUEST, as_database_request, request_hash
from tests.people import Connected, Project
from tests.shared.publishing.clicks import Click, Database, MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]

WINDOW = 61.0


@pytest.fixture
def connection_id(project: Project, connect: Callable[..., Connected]) -> str:
    return connect(project, "tiktok").id


@pytest.fixture
def more(db: Database) -> Iterator[Callable[[Click, int], list[Click]]]:
    """More clicks of the same person on the same account. None of them begins by itself."""
    made: list[str] = []

    def make(first: Click, count: int) -> list[Click]:
        clicks = [_again(first) for _ in range(count)]
        made.extend(click.id for click in clicks)
        return clicks

    yield make
    db.execute("update public.publications set next_step_at = null where id = any(%s)", (made,))
    db.execute("delete from private.pauses")


def _again(first: Click) -> Click:
    request, key = PUBLISH_REQUEST.validate_json(json.dumps(first.body)), uuid.uuid4().hex
    arguments = {
        "p_request": as_database_request(request),
        "p_idempotency_key": key,
        "p_request_hash": request_hash(request),
    }
    with first.owner.supabase.as_user(first.owner.user) as rest:
        answer = rest.post("/rpc/create_publication", json=arguments).raise_for_status().json()
    return Click(
        answer["publication"]["id"], key, first.body, first.connected, first.owner, first.db, first.sandbox, first.stack
    )


def take(db: Database, connection_id: str, **limits: int) -> float:
    query = "select private.take_calls(%s, %s, %s)"
    found = db.execute(query, (connection_id, json.dumps(limits), WINDOW)).fetchone()
    assert found is not None
    return float(found[0])


def let_pass(db: Database, connection_id: str, seconds: float) -> None:
    """As if every call had been taken so much earlier."""
    db.execute(
        "update private.call_budgets set taken_at = array("
        "select t - make_interval(secs => %s) from unnest(taken_at) as t) where connection_id = %s",
        (seconds, connection_id),
    )


def seconds_until_next(made: Click) -> float:
    due: datetime = made.row()["next_step_at"]
    return (due - datetime.now(UTC)).total_seconds()


def statuses(made: Click, endpoint: str) -> list[int]:
    return [call["status"] for call in made.calls(f"tiktok.{endpoint}")]


def test_so_many_calls_are_taken_and_no_more(db: Database, connection_id: str) -> None:
    assert [take(db, connection_id, init=3) for _ in range(3)] == [0, 0, 0]
    assert 0 < take(db, connection_id, init=3) <= WINDOW


def test_the_wait_is_until_the_oldest_call_leaves_the_window(db: Database, connection_id: str) -> None:
    take(db, connection_id, init=2)
    let_pass(db, connection_id, 40)
    take(db, connection_id, init=2)
    assert take(db, connection_id, init=2) == pytest.approx(WINDOW - 40, abs=2)
    let_pass(db, connection_id, WINDOW - 40)
    assert take(db, connection_id, init=2) == 0
    assert take(db, connection_id, init=2) == pytest.approx(40, abs=2)


def test_of_two_calls_none_is_taken_when_one_is_over_its_limit(db: Database, connection_id: str) -> None:
    take(db, connection_id, init=1)
    assert take(db, connection_id, init=1, creator_info=20) > 0
    query = "select cardinality(taken_at) from private.call_budgets where connection_id = %s and call = 'creator_info'"
    assert db.execute(query, (connection_id,)).fetchone() in [None, (0,)]


def test_a_limit_that_was_lowered_waits_long_enough(db: Database, connection_id: str) -> None:
    for _ in range(4):
        take(db, connection_id, init=4)
    let_pass(db, connection_id, 10)
    assert take(db, connection_id, init=2) == pytest.approx(WINDOW - 10, abs=2)


def test_calls_of_another_kind_and_of_another_account_are_counted_apart(
    db: Database, connection_id: str, project: Project, connect: Callable[..., Connected]
) -> None:
    take(db, connection_id, init=1)
    assert take(db, connection_id, status=1) == 0
    assert take(db, connect(project, "tiktok").id, init=1) == 0


def test_a_connection_that_is_gone_counts_nothing(db: Database) -> None:
    assert take(db, str(uuid.uuid4()), init=1) == 0


def test_at_the_same_moment_no_more_are_taken_than_allowed(server: postgres.Server, connection_id: str) -> None:
    def taken(_: int) -> int:
        with server.connect() as own:
            return [take(own, connection_id, init=6, creator_info=20) for _ in range(5)].count(0)

    with ThreadPoolExecutor(8) as workers:
        assert sum(workers.map(taken, range(8))) == 6


def test_six_inits_a_minute_whatever_waits(click: MakeClick, more: Callable[[Click, int], list[Click]]) -> None:
    first = click("tiktok")
    first.fault("video_init", "stuck", times=20)
    clicks = [first, *more(first, 8)]
    with ThreadPoolExecutor(9) as workers:
        assert {answer.status_code for answer in workers.map(lambda made: made.owner.advance(made.id), clicks)} == {202}
    assert statuses(first, "video_init") == [200] * 6
    assert statuses(first, "creator_info") == [200] * 6
    waiting = [made for made in clicks if made.row()["state"] == "preparing"]
    assert len(waiting) == 3
    assert all(50 < seconds_until_next(made) <= WINDOW for made in waiting)
    assert all(made.row()["attempts"] == 0 for made in waiting)


def test_thirty_looks_a_minute_for_all_jobs_together(
    click: MakeClick, more: Callable[[Click, int], list[Click]]
) -> None:
    first = click("tiktok")
    first.fault("video_init", "stuck", times=20)
    clicks = [first, *more(first, 4)]
    for made in clicks:
        made.owner.advance(made.id)
    due = "update public.publications set next_step_at = now() where id = any(%s)"
    for _ in range(8):
        first.db.execute(due, ([made.id for made in clicks],))
        for made in clicks:
            made.owner.advance(made.id)
    assert statuses(first, "status") == [200] * 30
    assert {made.outcome() for made in clicks} == {("processing", None)}


@pytest.mark.parametrize("endpoint", ["creator_info", "video_init"])
@pytest.mark.parametrize(("headers", "least", "most"), [({"retry-after": "300"}, 290, 301), ({}, 50, 61)])
def test_when_tiktok_wants_peace_the_whole_account_gives_it(
    click: MakeClick,
    more: Callable[[Click, int], list[Click]],
    endpoint: str,
    headers: dict[str, str],
    least: float,
    most: float,
) -> None:
    first, elsewhere = click("tiktok"), click("tiktok")
    (second,) = more(first, 1)
    first.fault(endpoint, "error", code="rate_limit_exceeded", headers=headers)
    answers = [first.owner.advance(first.id), second.owner.advance(second.id)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert all(least < int(answer.headers["retry-after"]) <= most for answer in answers)
    assert all(least < seconds_until_next(made) <= most for made in (first, second))
    assert len(first.calls("tiktok.creator_info")) == 1
    assert elsewhere.settle() == ("published", None)


def test_a_click_during_the_pause_is_kept_and_told_when(click: MakeClick, db: Database) -> None:
    first = click("tiktok")
    first.fault("creator_info", "error", code="rate_limit_exceeded", headers={"retry-after": "300"})
    first.owner.advance(first.id)
    answer = first.owner.publish(first.body)
    assert answer.status_code == 202
    assert 290 < int(answer.headers["retry-after"]) <= 301
    assert len(first.calls("tiktok.creator_info")) == 1
    db.execute("update public.publications set next_step_at = null where id = %s", (answer.json()["id"],))


def test_a_look_that_is_one_too_many_pauses_and_loses_nothing(click: MakeClick) -> None:
    made = click("tiktok")
    made.step()
    made.fault("status", "error", code="rate_limit_exceeded", headers={"retry-after": "120"})
    made.step()
    assert made.outcome() == ("processing", None)
    assert 110 < seconds_until_next(made) <= 121
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


@pytest.mark.parametrize("text", ["soon", "-5", "1e9", "Tue, 24 Nov 2026 10:00:00 GMT", "9" * 40])
def test_a_wait_that_does_not_parse_is_a_minute(click: MakeClick, text: str) -> None:
    made = click("tiktok")
    made.fault("creator_info", "error", code="rate_limit_exceeded", headers={"retry-after": text})
    made.step()
    assert 50 < seconds_until_next(made) <= 61
    made.make_due()


def test_nobody_waits_longer_than_a_day_because_of_one_header(click: MakeClick) -> None:
    made = click("tiktok")
    made.fault("creator_info", "error", code="rate_limit_exceeded", headers={"retry-after": "99999999"})
    made.step()
    assert 86_000 < seconds_until_next(made) <= 86_401
    made.make_due()


def test_budgets_and_pauses_are_for_no_user_to_read_or_write(project: Project, connection_id: str) -> None:
    arguments: list[tuple[str, dict[str, Any]]] = [
        ("take_calls", {"p_connection_id": connection_id, "p_limits": {"init": 6}, "p_window_seconds": 61}),
        ("pause_platform", {"p_platform": "tiktok", "p_connection_id": connection_id, "p_seconds": 60}),
    ]
    with project.owner.supabase.as_user(project.owner.user) as rest:
        for name, body in arguments:
            assert rest.post(f"/rpc/{name}", json=body).status_code in (401, 403, 404)
        for table in ("call_budgets", "pauses", "tiktok_uploads", "webhook_deliveries"):
            assert rest.get(f"/{table}").status_code in (401, 403, 404, 406)
