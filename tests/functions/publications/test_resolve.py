from __future__ import annotations

import uuid
from collections.abc import Callable

import httpx
import pytest

from sandbox.creator import Creator
from tests.shared.publishing.clicks import Click, MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]

MakeDoubtful = Callable[[], Click]


@pytest.fixture
def doubtful(click: MakeClick) -> MakeDoubtful:
    """A post that may be there: the answer to its init was lost more than an hour ago."""

    def make() -> Click:
        made = click("tiktok")
        made.fault("video_init", "drop_after")
        made.step()
        made.let_intent_age(66 * 60)
        assert made.outcome() == ("unknown", "outcome_unclear")
        return made

    return make


def resolve(creator: Creator, made: Click, *, posted: bool) -> httpx.Response:
    return creator.post("publications/resolve", {"publication_id": made.id, "posted": posted})


def add_member(made: Click, creator: Creator, role: str) -> None:
    made.db.execute(
        "insert into public.project_members (project_id, user_id, role) values (%s, %s, %s)",
        (made.row()["project_id"], creator.user.id, role),
    )


@pytest.mark.parametrize(
    ("posted", "outcome"), [(True, ("published", "confirmed_by_user")), (False, ("failed", "denied_by_user"))]
)
def test_the_word_of_a_person_who_looked_settles_a_doubt(
    doubtful: MakeDoubtful, posted: bool, outcome: tuple[str, str]
) -> None:
    made = doubtful()
    answer = resolve(made.owner, made, posted=posted)
    assert (answer.status_code, answer.json()["state"]) == (200, outcome[0])
    assert answer.json()["reason"]["code"] == outcome[1]
    assert answer.json()["reason"]["words"]
    assert made.outcome() == outcome
    assert made.row()["finished_at"] is not None
    assert made.events()[-1] == "resolved_by_user"


@pytest.mark.parametrize("posted", [True, False])
def test_after_the_word_of_a_person_nothing_is_sent_again(doubtful: MakeDoubtful, posted: bool) -> None:
    made = doubtful()
    resolve(made.owner, made, posted=posted)
    outcome = made.outcome()
    made.step()
    made.cron()
    assert made.outcome() == outcome
    assert len(made.calls("tiktok.video_init")) == 1


def test_an_editor_may_say_it(doubtful: MakeDoubtful, make_creator: Callable[[], Creator]) -> None:
    made, editor = doubtful(), make_creator()
    add_member(made, editor, "editor")
    assert resolve(editor, made, posted=True).status_code == 200
    assert made.outcome() == ("published", "confirmed_by_user")


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), (None, 404)])
def test_a_viewer_or_stranger_has_no_say(
    doubtful: MakeDoubtful, make_creator: Callable[[], Creator], role: str | None, status: int
) -> None:
    made, other = doubtful(), make_creator()
    if role:
        add_member(made, other, role)
    before = made.row()
    assert resolve(other, made, posted=True).status_code == status
    assert made.row() == before


def test_what_does_not_exist_looks_like_what_is_not_shared(
    doubtful: MakeDoubtful, make_creator: Callable[[], Creator]
) -> None:
    made, stranger = doubtful(), make_creator()
    nothing = stranger.post("publications/resolve", {"publication_id": str(uuid.uuid4()), "posted": True})
    assert resolve(stranger, made, posted=True).content == nothing.content


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer a.b.c"])
def test_nobody_has_a_say_without_being_signed_in(
    doubtful: MakeDoubtful, api: httpx.Client, authorization: str | None
) -> None:
    made = doubtful()
    headers = {"authorization": authorization} if authorization else {}
    answer = api.post("/api/publications/resolve", json={"publication_id": made.id, "posted": True}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert made.outcome() == ("unknown", "outcome_unclear")


@pytest.mark.parametrize("posted", [True, False])
def test_it_is_too_early_while_a_call_of_ours_could_be_under_way(doubtful: MakeDoubtful, posted: bool) -> None:
    made = doubtful()
    made.let_intent_age(170)
    answer = resolve(made.owner, made, posted=posted)
    assert (answer.status_code, answer.json()["code"]) == (409, "outcome_still_open")
    assert made.outcome() == ("unknown", "outcome_unclear")


def test_that_it_is_not_there_cannot_be_said_while_tiktok_may_still_fetch_it(doubtful: MakeDoubtful) -> None:
    made = doubtful()
    made.let_intent_age(64 * 60)
    assert resolve(made.owner, made, posted=False).json()["code"] == "outcome_still_open"
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert resolve(made.owner, made, posted=True).status_code == 200


@pytest.mark.parametrize("second", [True, False])
def test_it_is_said_once(doubtful: MakeDoubtful, second: bool) -> None:
    made = doubtful()
    resolve(made.owner, made, posted=True)
    before = made.row()
    answer = resolve(made.owner, made, posted=second)
    assert (answer.status_code, answer.json()["code"]) == (409, "outcome_known")
    assert made.row() == before


def test_a_known_outcome_is_not_for_people_to_change(click: MakeClick) -> None:
    made = click("instagram")
    made.step()
    assert made.outcome() == ("published", None)
    answer = resolve(made.owner, made, posted=False)
    assert (answer.status_code, answer.json()["code"]) == (409, "outcome_known")
    assert made.outcome() == ("published", None)


def test_what_is_under_way_is_not_for_people_to_settle(click: MakeClick) -> None:
    made = click("tiktok")
    made.fault("video_init", "stuck")
    made.step()
    made.let_intent_age(181)
    assert resolve(made.owner, made, posted=False).json()["code"] == "outcome_known"
    assert made.outcome() == ("processing", None)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["publication_id", "posted"]),
        ({"publication_id": "1", "posted": True}, ["publication_id"]),
        ({"publication_id": str(uuid.UUID(int=0)), "posted": "yes"}, ["posted"]),
        ({"publication_id": str(uuid.UUID(int=0)), "posted": 1}, ["posted"]),
        ({"publication_id": str(uuid.UUID(int=0)), "posted": None}, ["posted"]),
        ({"publication_id": str(uuid.UUID(int=0)), "posted": True, "post_id": "1"}, ["post_id"]),
    ],
)
def test_bad_input_is_named(make_creator: Callable[[], Creator], body: dict[str, object], fields: list[str]) -> None:
    answer = make_creator().post("publications/resolve", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == fields


def test_only_post_is_taken(api: httpx.Client) -> None:
    assert api.get("/api/publications/resolve").status_code == 405
