from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.stack.stack import Stack
from tests.shared.publishing.clicks import MakeClick, run_cron

pytest_plugins = ["tests.shared.publishing.desk"]


@pytest.fixture(autouse=True)
def nothing_else_is_due(db: psycopg.Connection[Any]) -> Iterator[None]:
    """Other tests may have left publications behind; here a run counts only its own."""
    db.execute("update public.publications set next_step_at = null where state not in ('published', 'failed')")
    yield
    db.execute("update public.publications set next_step_at = null where state not in ('published', 'failed')")


def test_what_is_due_is_carried_on(click: MakeClick, stack: Stack) -> None:
    made = [click("instagram"), click("tiktok")]
    answer = run_cron(stack)
    assert (answer.status_code, answer.json()) == (200, {"advanced": 2})
    assert made[0].row()["state"] == "published"
    assert made[1].row()["state"] in ("processing", "published")
    assert [len(one.posts()) for one in made if one.settle()] == [1, 1]


def test_what_is_not_due_is_left_alone(click: MakeClick, stack: Stack) -> None:
    made = click("instagram")
    made.db.execute("update public.publications set next_step_at = now() + interval '1 hour' where id = %s", (made.id,))
    before = made.row()
    assert run_cron(stack).json() == {"advanced": 0}
    assert made.row() == before


def test_what_another_worker_holds_is_left_alone(click: MakeClick, stack: Stack) -> None:
    made = click("instagram")
    made.db.execute(
        "update public.publications set lease_expires_at = now() + interval '1 minute' where id = %s", (made.id,)
    )
    before = made.row()
    assert run_cron(stack).json() == {"advanced": 0}
    assert made.row() == before


@pytest.mark.parametrize("state", ["published", "failed"])
def test_what_is_finished_is_left_alone(click: MakeClick, stack: Stack, state: str) -> None:
    made = click("instagram")
    made.step()
    made.put(state=state, reason="disconnected" if state == "failed" else None)
    assert run_cron(stack).json() == {"advanced": 0}
    assert len(made.posts()) == 1


def test_one_publication_that_breaks_does_not_hold_up_the_others(click: MakeClick, stack: Stack) -> None:
    broken, sound = click("instagram"), click("instagram")
    # No worker of ours can read such media: a bug, or a row that was changed by hand.
    broken.db.execute(
        "update public.media_assets set height = null, state = 'refused', refusal = 'unreadable' where id = %s",
        (broken.body["media"][0]["media_asset_id"],),
    )
    broken.db.execute(
        "update public.publications set next_step_at = now() - interval '1 day' where id = %s", (broken.id,)
    )
    answer = run_cron(stack)
    assert answer.status_code == 200
    assert sound.row()["state"] == "published"
    assert broken.posts() == []


def test_two_runs_at_once_post_once(click: MakeClick, stack: Stack) -> None:
    made = [click("instagram") for _ in range(3)]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: run_cron(stack), range(2)))
    assert {answer.status_code for answer in answers} == {200}
    assert sum(answer.json()["advanced"] for answer in answers) == 3
    assert [len(one.posts()) for one in made] == [1, 1, 1]


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer wrong", "Bearer \xfc"])
def test_only_the_scheduler_starts_it(click: MakeClick, api: httpx.Client, authorization: str | None) -> None:
    made = click("instagram")
    headers = {b"authorization": authorization.encode()} if authorization is not None else {}
    answer = api.get("/api/cron/advance", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_the_cron")
    assert made.row()["state"] == "queued"


def test_a_users_token_is_not_the_schedulers(click: MakeClick, api: httpx.Client) -> None:
    made = click("instagram")
    assert api.get("/api/cron/advance", headers=made.owner.user.headers).status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_only_get_is_taken(api: httpx.Client, method: str) -> None:
    assert api.request(method, "/api/cron/advance").status_code == 405
