"""POST /api/webhooks/instagram/deauthorize: the creator removed us inside Instagram, and nobody else can say so."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from sandbox.stack.clients import SandboxControl, Supabase
from tests.functions.webhooks.instagram.conftest import MakeJudge, MakeMeta
from tests.functions.webhooks.instagram.meta import FORGED, Meta
from tests.people import Connected, Project
from tests.shared.connecting.endings import Judge, has_ended, is_live
from tests.shared.platforms.sealing import form
from tests.shared.publishing.clicks import MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]

REVOKED = "revoked_on_platform"


@pytest.mark.parametrize("name", FORGED)
def test_what_meta_did_not_sign_or_not_lately_changes_nothing(meta: Meta, judge: Judge, name: str) -> None:
    before = judge.everything()
    answer = meta.post("deauthorize", FORGED[name](meta))
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_invalid")
    assert judge.everything() == before


def test_without_a_meta_secret_only_instagrams_counts(
    meta: Meta, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("META_APP_SECRET", "")
    before = judge.everything()
    assert meta.tell("deauthorize", secret=meta.stack.keys["META_APP_SECRET"]).status_code == 401
    assert judge.everything() == before


@pytest.mark.parametrize("user_id", ["1", 1, "9" * 32])
def test_an_account_that_we_do_not_know_is_no_failure(meta: Meta, judge: Judge, user_id: str | int) -> None:
    before = judge.everything()
    assert meta.tell("deauthorize", user_id=user_id).status_code == 200
    assert judge.everything() == before


@pytest.mark.parametrize("which_id", ["scoped", "user", "token"])
@pytest.mark.parametrize("which_secret", ["instagram", "meta"])
def test_the_tokens_go_the_connection_says_why_and_its_owners_are_told(
    *, judge: Judge, project: Project, sandbox: SandboxControl, which_id: str, which_secret: str
) -> None:
    """Whichever of the ids and secrets Meta uses."""
    before, account = judge.calls(), judge.connected.account
    told = sandbox.instagram_callback("deauthorize", account, which_id=which_id, which_secret=which_secret)
    assert told["status"] == 200
    has_ended(judge, project, REVOKED)
    assert judge.calls() == before, "nothing is asked of a platform that has said what it wants"


def test_every_member_reads_the_receipt_and_it_names_no_account(meta: Meta, project: Project, judge: Judge) -> None:
    meta.tell("deauthorize").raise_for_status()
    for person in (project.owner, project.editor, project.viewer):
        (receipt,) = person.read("access_endings", connection_id=f"eq.{judge.connected.id}")
        assert (receipt["cause"], receipt["tokens_deleted"]) == (REVOKED, 1)
        assert meta.scoped_id not in str(receipt)
        assert judge.connected.account not in str(receipt)
    assert project.stranger.read("access_endings", connection_id=f"eq.{judge.connected.id}") == []


def test_who_is_told_can_say_that_they_have_read_it(meta: Meta, project: Project, supabase: Supabase) -> None:
    meta.tell("deauthorize").raise_for_status()
    (notice,) = project.editor.read("notices")
    assert (notice["kind"], notice["project_id"], notice["read_at"]) == ("access_ended", project.id, None)
    with supabase.as_user(project.editor.user) as rest:
        rest.patch("/notices", params={"id": f"eq.{notice['id']}"}, json={"read_at": "now"}).raise_for_status()
    assert project.editor.read("notices")[0]["read_at"] is not None
    assert [other["read_at"] for other in project.owner.read("notices")] == [None]
    assert project.viewer.read("notices") == project.stranger.read("notices") == []


@pytest.mark.parametrize("at_once", [1, 8])
def test_said_again_it_changes_nothing_more(meta: Meta, judge: Judge, project: Project, at_once: int) -> None:
    body = form(meta.sign())
    with ThreadPoolExecutor(at_once) as pool:
        answers = list(pool.map(lambda _: meta.post("deauthorize", body), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    has_ended(judge, project, REVOKED)


@pytest.mark.parametrize(("given", "ends"), [(-0.999, True), (0.0, True), (0.999, True), (1.0, False), (60.0, False)])
def test_a_removal_counts_from_the_second_in_which_the_access_was_given(
    *, meta: Meta, judge: Judge, project: Project, db: psycopg.Connection[Any], given: float, ends: bool
) -> None:
    removed_at = int(time.time()) - 100
    db.execute(
        "update public.connections set connected_at = to_timestamp(%s) where id = %s",
        (removed_at + given, judge.connected.id),
    )
    assert meta.tell("deauthorize", at=removed_at).status_code == 200
    if ends:
        has_ended(judge, project, REVOKED)
    else:
        assert is_live(judge)
        assert judge.told() == []


def test_a_removal_that_is_replayed_does_not_end_the_access_that_was_given_after_it(
    *, meta: Meta, judge: Judge, project: Project, db: psycopg.Connection[Any]
) -> None:
    body = form(meta.sign(at=time.time() - 5))
    db.execute(
        "update public.connections set connected_at = now() - interval '1 hour' where id = %s", (judge.connected.id,)
    )
    meta.post("deauthorize", body).raise_for_status()
    has_ended(judge, project, REVOKED)
    project.owner.connect("instagram", project.id, account=judge.connected.account)
    before = judge.everything()
    assert meta.post("deauthorize", body).status_code == 200
    assert is_live(judge, [(REVOKED, 1)])
    assert judge.everything() == before


def test_the_accounts_beside_it_stay(
    *,
    meta: Meta,
    judge_of: MakeJudge,
    connect: Callable[..., Connected],
    project: Project,
    db: psycopg.Connection[Any],
) -> None:
    """One of the other platform too, though it answers to the same id."""
    others = [judge_of(connect(project, platform)) for platform in ("instagram", "tiktok")]
    tiktok = others[1].connected.id
    db.execute("update public.connections set callback_ids = array[%s] where id = %s", (meta.scoped_id, tiktok))
    meta.tell("deauthorize").raise_for_status()
    assert all(is_live(other) for other in others)


def test_what_was_to_be_posted_is_not(click: MakeClick, meta_of: MakeMeta) -> None:
    made = click("instagram")
    meta_of(made.connected).tell("deauthorize").raise_for_status()
    made.step()
    assert made.outcome() == ("failed", "access_ended")
    assert made.posts() == []
    assert made.calls("instagram.media") == []
