from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.stack.clients import User
from tests.shared.publishing.clicks import Click, MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]


def add_member(made: Click, user: User, role: str) -> None:
    made.db.execute(
        "insert into public.project_members (project_id, user_id, role) values (%s, %s, %s)",
        (made.row()["project_id"], user.id, role),
    )


def test_a_poll_alone_brings_a_publication_to_its_end(click: MakeClick) -> None:
    made = click("instagram")
    answer = made.owner.advance(made.id)
    assert (answer.status_code, answer.json()["state"]) == (200, "published")
    assert len(made.posts()) == 1


def test_while_it_is_under_way_the_answer_says_when_to_ask_again(click: MakeClick) -> None:
    made = click("instagram")
    made.fault("media", "stuck")
    answer = made.owner.advance(made.id)
    assert (answer.status_code, answer.json()["state"]) == (202, "processing")
    wait = int(answer.headers["retry-after"])
    due = datetime.fromisoformat(answer.json()["next_step_at"])
    assert wait >= 1
    assert (due - datetime.now(UTC)).total_seconds() <= wait


def test_asking_before_it_is_due_asks_no_platform(click: MakeClick) -> None:
    made = click("instagram")
    made.fault("media", "stuck")
    made.step()
    made.db.execute(
        "update public.publications set next_step_at = now() + interval '1 minute' where id = %s", (made.id,)
    )
    before = len(made.calls("instagram.container"))
    assert made.owner.advance(made.id).status_code == 202
    assert len(made.calls("instagram.container")) == before


def test_a_finished_publication_is_answered_as_it_is(click: MakeClick) -> None:
    made = click("instagram")
    first = made.owner.advance(made.id)
    assert made.owner.advance(made.id).content == first.content
    assert len(made.posts()) == 1


def test_a_failure_comes_with_words_and_one_next_action(click: MakeClick) -> None:
    made = click("instagram")
    made.fault("media", "error", code=36003, subcode=2207009, message="secret text of the platform")
    answer = made.owner.advance(made.id)
    reason = answer.json()["reason"]
    assert reason["code"] == "image_ratio_invalid"
    assert reason["action"] == "edit"
    assert reason["words"]
    assert "secret text" not in answer.text


def test_no_token_and_no_internal_column_is_in_the_answer(click: MakeClick) -> None:
    made = click("instagram")
    answer = made.owner.advance(made.id)
    tokens = {token["token"] for token in made.sandbox.tokens() if token["account"] == made.connected.account}
    assert tokens
    assert not any(token in answer.text for token in tokens)
    assert answer.json().keys().isdisjoint({"epoch", "lease_expires_at", "idempotency_key", "request_hash", "options"})


def test_an_editor_carries_on(click: MakeClick, make_creator: Callable[[], Creator]) -> None:
    made, editor = click("instagram"), make_creator()
    add_member(made, editor.user, "editor")
    assert editor.advance(made.id).json()["state"] == "published"


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), (None, 404)])
def test_a_viewer_or_stranger_moves_nothing(
    click: MakeClick, make_creator: Callable[[], Creator], role: str | None, status: int
) -> None:
    made, other = click("instagram"), make_creator()
    if role:
        add_member(made, other.user, role)
    before = made.row()
    assert other.advance(made.id).status_code == status
    assert made.row() == before
    assert made.posts() == []


def test_what_does_not_exist_looks_like_what_is_not_shared(
    click: MakeClick, make_creator: Callable[[], Creator]
) -> None:
    made, stranger = click("instagram"), make_creator()
    assert stranger.advance(made.id).content == stranger.advance(str(uuid.uuid4())).content


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer a.b.c"])
def test_nobody_carries_on_without_being_signed_in(
    click: MakeClick, api: httpx.Client, authorization: str | None
) -> None:
    made = click("instagram")
    headers = {"authorization": authorization} if authorization else {}
    answer = api.post("/api/publications/advance", json={"publication_id": made.id}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert made.posts() == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "publication_id"),
        ({"publication_id": None}, "publication_id"),
        ({"publication_id": "1"}, "publication_id"),
        ({"publication_id": ["x"]}, "publication_id"),
        ({"publication_id": str(uuid.UUID(int=0)), "state": "published"}, "state"),
    ],
)
def test_bad_input_is_named(make_creator: Callable[[], Creator], body: dict[str, object], field: str) -> None:
    answer = make_creator().post("publications/advance", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_only_post_is_taken(api: httpx.Client) -> None:
    assert api.get("/api/publications/advance").status_code == 405


def test_a_user_with_the_wrong_key_is_not_signed_in(
    click: MakeClick, make_token: Callable[..., str], api: httpx.Client, db: psycopg.Connection[object]
) -> None:
    made = click("instagram")
    expired = make_token(made.owner.user.id, made.owner.user.email, lifetime=-60)
    answer = api.post(
        "/api/publications/advance", json={"publication_id": made.id}, headers={"authorization": f"Bearer {expired}"}
    )
    assert answer.status_code == 401
    assert made.posts() == []
