"""POST /api/webhooks/instagram/deletion: what came from Meta goes, what the creator made stays, a code proves it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from sandbox.stack.clients import SandboxControl
from shared.platforms.instagram import Instagram
from tests.canary.watch import dump
from tests.functions.webhooks.instagram.conftest import MakeJudge, MakeMeta
from tests.functions.webhooks.instagram.meta import FORGED, Meta
from tests.people import Connected, Project
from tests.shared.connecting.endings import Judge, is_live, tellings
from tests.shared.platforms.sealing import form
from tests.shared.publishing.clicks import Click, Database, MakeClick, RuntimeAt

pytest_plugins = ["tests.shared.publishing.desk"]


@pytest.fixture
def published(click: MakeClick) -> Callable[..., Click]:
    def make(**options: Any) -> Click:
        made = click("instagram", **options)
        assert made.settle() == ("published", None)
        assert made.row()["permalink"]
        return made

    return make


def request_of(db: Database, code: str) -> tuple[Any, ...] | None:
    query = (
        "select outcome, tokens_deleted, publications_cleared from private.platform_deletions"
        " where confirmation_code = %s"
    )
    return db.execute(query, (code,)).fetchone()


def mentions(db: Database, *texts: str) -> list[str]:
    """Where in the whole database one of these is written."""
    return [place for place, row in dump(db) if any(text in row for text in texts)]


@pytest.mark.parametrize("name", FORGED)
def test_what_meta_did_not_sign_or_not_lately_changes_nothing(meta: Meta, judge: Judge, name: str) -> None:
    before = judge.everything()
    answer = meta.post("deletion", FORGED[name](meta))
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_invalid")
    assert judge.everything() == before


@pytest.mark.parametrize("which_id", ["scoped", "user", "token"])
@pytest.mark.parametrize("which_secret", ["instagram", "meta"])
def test_the_account_goes_and_the_answer_says_where_to_look(
    *, judge: Judge, project: Project, sandbox: SandboxControl, which_id: str, which_secret: str
) -> None:
    """Whichever of the ids and secrets Meta uses."""
    before, account = judge.calls(), judge.connected.account
    told = sandbox.instagram_callback("data_deletion", account, which_id=which_id, which_secret=which_secret)
    assert (told["status"], told["body"].keys()) == (200, {"url", "confirmation_code"})
    assert re.fullmatch("[A-Za-z0-9]{32}", told["body"]["confirmation_code"])
    assert judge.rows("public.connections") == judge.rows("private.connection_tokens") == []
    (receipt,) = judge.rows("public.disconnections")
    assert (receipt["cause"], receipt["tokens_deleted"], receipt["disconnected_by"]) == ("platform_deletion", 1, None)
    assert receipt["revocation"] == "unsupported"
    assert judge.told() == tellings(project, "account_removed", "platform_deletion")
    assert judge.calls() == before, "nothing is asked of a platform that has said what it wants"
    page = project.stranger.api.get(told["body"]["url"])
    assert (page.status_code, told["body"]["confirmation_code"] in page.text) == (200, True)


def test_nothing_of_the_account_is_left_in_any_table(
    published: Callable[..., Click], meta_of: MakeMeta, db: Database
) -> None:
    made = published(kind="carousel", items=3)
    meta, row = meta_of(made.connected), made.row()
    containers = [
        found
        for (found,) in db.execute(
            "select container_id from public.publication_items where publication_id = %s", (made.id,)
        )
    ]
    came_from_meta = [made.connected.account, meta.scoped_id, row["post_id"], row["permalink"], row["container_id"]]
    assert all([*came_from_meta, *containers])
    assert {*mentions(db, *came_from_meta)} >= {"table public.connections", "table public.publications"}

    code = meta.tell("deletion").raise_for_status().json()["confirmation_code"]

    assert mentions(db, *came_from_meta, *containers) == []
    assert request_of(db, code) == ("deleted", 1, 1)
    after = made.row()
    kept = ("caption", "content_id", "state", "created_at", "finished_at", "request_hash", "options")
    assert {name: after[name] for name in kept} == {name: row[name] for name in kept}
    assert after["platform_ids_cleared_at"] is not None
    assert made.events()[-1] == "platform_ids_cleared"
    assert len(made.posts()) == 1, "what is on Instagram is for its owner to delete there"


def test_what_was_made_with_another_account_stays(published: Callable[..., Click], meta_of: MakeMeta) -> None:
    made, other = published(), published()
    before = other.row(), other.events(), other.token_rows()
    meta_of(made.connected).tell("deletion").raise_for_status()
    assert (other.row(), other.events(), other.token_rows()) == before


@pytest.mark.parametrize(
    ("state", "settled"),
    [
        ("queued", ("failed", "disconnected")),
        ("processing", ("failed", "disconnected")),
        ("committing", ("unknown", "disconnected")),
    ],
)
def test_what_was_under_way_is_settled_and_not_sent(
    click: MakeClick, meta_of: MakeMeta, state: str, settled: tuple[str, str]
) -> None:
    made = click("instagram")
    made.leave(state, container_id="17900000000000009")
    code = meta_of(made.connected).tell("deletion").raise_for_status().json()["confirmation_code"]
    made.step()
    row = made.row()
    assert made.outcome() == settled
    assert (row["container_id"], row["connection_id"], row["next_step_at"]) == (None, None, None)
    assert request_of(made.db, code) == ("deleted", 1, 1)
    assert made.posts() == []


@pytest.mark.parametrize("call", ["publish", "permalink"])
def test_a_worker_that_is_in_the_middle_writes_nothing_back(
    click: MakeClick, meta_of: MakeMeta, runtime_at: RuntimeAt, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """It has its answer from Meta, and then the request comes in."""
    made = click("instagram")
    meta, real = meta_of(made.connected), getattr(Instagram, call)

    async def deleted_before_the_answer(*args: Any, **parts: Any) -> Any:
        answer = await real(*args, **parts)
        await asyncio.to_thread(lambda: meta.tell("deletion").raise_for_status())
        return answer

    monkeypatch.setattr(Instagram, call, deleted_before_the_answer)
    for _ in range(4):
        if made.row()["connection_id"]:
            made.step_with(runtime_at())
    row = made.row()
    assert (row["connection_id"], row["post_id"], row["permalink"], row["container_id"]) == (None, None, None, None)
    assert made.outcome() == {"publish": ("unknown", "disconnected"), "permalink": ("published", None)}[call]
    assert len(made.posts()) == 1


@pytest.mark.parametrize("at_once", [1, 8])
def test_the_same_request_has_the_same_code(meta: Meta, judge: Judge, project: Project, at_once: int) -> None:
    body = form(meta.sign())
    with ThreadPoolExecutor(at_once) as pool:
        answers = list(pool.map(lambda _: meta.post("deletion", body), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(judge.rows("public.disconnections")) == 1
    assert judge.told() == tellings(project, "account_removed", "platform_deletion")
    assert request_of(judge.db, answers[0].json()["confirmation_code"]) == ("deleted", 1, 0)


def test_the_same_request_again_touches_nothing_that_came_after_it(
    meta: Meta, project: Project, judge_of: MakeJudge
) -> None:
    """Not even when Meta's clock is ahead of ours."""
    body = form(meta.sign(at=time.time() + 60))
    first = meta.post("deletion", body)
    project.owner.connect("instagram", project.id, account=meta.connected.account)
    (row,) = project.owner.read("connections", select="id")
    judge = judge_of(Connected(row["id"], "instagram", meta.connected.account))
    assert meta.post("deletion", body).text == first.text
    assert is_live(judge)


@pytest.mark.parametrize("user_id", ["1", 1, "9" * 32])
def test_an_account_that_we_do_not_hold_gets_an_answer_all_the_same(
    meta: Meta, judge: Judge, user_id: str | int
) -> None:
    answer = meta.tell("deletion", user_id=user_id)
    assert request_of(judge.db, answer.raise_for_status().json()["confirmation_code"]) == ("nothing_held", 0, 0)
    assert is_live(judge)


def test_no_code_is_made_of_what_it_is_for(meta: Meta) -> None:
    """Of the same account, and yet nothing alike: whoever knows one knows no other."""
    now = time.time()
    codes = {meta.tell("deletion", at=now - age).json()["confirmation_code"] for age in range(5)}
    assert len(codes) == 5
    assert len({code[:8] for code in codes}) == 5


def test_what_is_kept_of_a_request_does_not_say_whose_it_was(meta: Meta, db: Database) -> None:
    meta.tell("deletion", user_id="31415926535897932").raise_for_status()
    assert mentions(db, "31415926535897932") == []


@pytest.mark.parametrize(("given", "stays"), [(0.999, False), (1.0, True), (60.0, True)])
def test_an_account_that_was_connected_again_since_rests_on_a_new_consent(
    *, meta: Meta, judge: Judge, db: psycopg.Connection[Any], given: float, stays: bool
) -> None:
    asked_at = int(time.time()) - 100
    db.execute(
        "update public.connections set connected_at = to_timestamp(%s) where id = %s",
        (asked_at + given, judge.connected.id),
    )
    code = meta.tell("deletion", at=asked_at).raise_for_status().json()["confirmation_code"]
    assert (len(judge.rows("public.connections")) == 1) is stays
    assert request_of(db, code) == (("connected_again", 0, 0) if stays else ("deleted", 1, 0))
    assert (judge.told() == []) is stays


def test_after_the_app_was_removed_there_is_no_token_left_to_delete(meta: Meta, judge: Judge) -> None:
    meta.tell("deauthorize").raise_for_status()
    code = meta.tell("deletion").raise_for_status().json()["confirmation_code"]
    assert judge.rows("public.connections") == []
    assert judge.receipts() == [("revoked_on_platform", 1)]
    assert request_of(judge.db, code) == ("deleted", 0, 0)


def test_after_a_disconnect_there_is_nothing_left_to_delete(meta: Meta, judge: Judge, project: Project) -> None:
    project.owner.post("connections/disconnect", {"connection_id": judge.connected.id}).raise_for_status()
    code = meta.tell("deletion").raise_for_status().json()["confirmation_code"]
    assert request_of(judge.db, code) == ("nothing_held", 0, 0)
    assert [row["cause"] for row in judge.rows("public.disconnections")] == ["user"]


def test_nothing_of_meta_is_left_of_a_connection_that_ended_earlier(
    published: Callable[..., Click], db: Database
) -> None:
    """A deletion could not find it any more: so it goes with the account."""
    made = published()
    made.owner.post("connections/disconnect", {"connection_id": made.connected.id}).raise_for_status()
    row = made.row()

    assert row["state"] == "published"
    assert (row["post_id"], row["permalink"], row["container_id"]) == (None, None, None)
    assert not any(
        detail
        for (detail,) in db.execute(
            "select detail from public.publication_events where publication_id = %s", (made.id,)
        )
    )


def test_who_disconnects_it_afterwards_gets_the_receipt_that_is_there(
    meta: Meta, judge: Judge, project: Project
) -> None:
    meta.tell("deletion").raise_for_status()
    answer = project.owner.post("connections/disconnect", {"connection_id": judge.connected.id})
    assert (answer.status_code, answer.json()["cause"]) == (200, "platform_deletion")
    assert len(judge.rows("public.disconnections")) == 1


def test_the_account_can_be_connected_elsewhere_afterwards(meta: Meta, project: Project) -> None:
    meta.tell("deletion").raise_for_status()
    theirs = project.stranger.create_project("Elsewhere")
    answer = project.stranger.connect("instagram", theirs, account=meta.connected.account)
    assert answer.headers["location"].endswith("connect=connected")
