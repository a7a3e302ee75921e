"""Who gave an access can always end it: by a click while they are a member, in whatever role, and by leaving."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.creator import Creator, instagram_photo
from sandbox.stack import postgres
from sandbox.stack.clients import SandboxControl
from shared.connecting.tokens import seal_tokens
from tests.erasing import add_member, begun
from tests.people import Connected, Project
from tests.shared.connecting.endings import Judge, is_live
from tests.shared.publishing.clicks import MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]

Db = psycopg.Connection[Any]
Connect = Callable[..., Connected]
PLATFORMS = ["instagram", "tiktok"]
# Where a connect stands between asking for its id and storing its tokens.
SEAL = "shared.connecting.connect.seal_tokens"
REMOVE = "delete from public.project_members where project_id = %(project)s and user_id = %(eve)s"
DEMOTE = "update public.project_members set role = 'viewer' where project_id = %(project)s and user_id = %(eve)s"


@pytest.fixture(params=PLATFORMS)
def eves(request: pytest.FixtureRequest, connect: Connect, project: Project, db: Db, sandbox: SandboxControl) -> Judge:
    """The account that the editor connected."""
    return Judge(db, sandbox, connect(replace(project, owner=project.editor), request.param))


def eve_of(project: Project) -> dict[str, str]:
    return {"project": project.id, "eve": project.editor.user.id}


def part(person: Creator, project: Project, gone: Creator) -> httpx.Response:
    with person.supabase.as_user(person.user) as rest:
        which = {"project_id": f"eq.{project.id}", "user_id": f"eq.{gone.user.id}"}
        return rest.delete("/project_members", params=which, headers={"prefer": "return=representation"})


def disconnect(person: Creator, judge: Judge) -> httpx.Response:
    return person.post("connections/disconnect", {"connection_id": judge.connected.id})


def has_ended_for(judge: Judge, *told: Creator) -> None:
    """Once, with all that belongs to an ended access, and those who are left were told."""
    assert judge.rows("private.connection_tokens") == []
    assert judge.status() == ("needs_reconnect", "member_left")
    assert judge.receipts() == [("member_left", {"instagram": 1, "tiktok": 2}[judge.connected.platform])]
    assert judge.told() == sorted((person.user.id, "access_ended", "member_left") for person in told)


# Leaving


@pytest.mark.parametrize("by", ["owner", "editor"])
def test_the_access_goes_with_the_person_who_gave_it(eves: Judge, project: Project, by: str) -> None:
    calls = eves.calls()
    assert len(part(getattr(project, by), project, project.editor).raise_for_status().json()) == 1

    has_ended_for(eves, project.owner)
    assert eves.calls() == calls


def test_it_goes_in_the_same_transaction(eves: Judge, project: Project) -> None:
    with eves.db.transaction(force_rollback=True):
        eves.db.execute(REMOVE, eve_of(project))
        has_ended_for(eves, project.owner)
    assert is_live(eves)


def test_nothing_is_published_with_the_consent_of_who_is_gone(
    connect: Connect, project: Project, photo: dict[str, str], db: Db, sandbox: SandboxControl
) -> None:
    held = connect(replace(project, owner=project.editor), "instagram")
    part(project.owner, project, project.editor).raise_for_status()
    calls = len(sandbox.journal())

    answer = project.owner.publish(instagram_photo(photo["content_id"], held.id, photo["media_asset_id"]))

    assert (answer.status_code, answer.json()["code"]) == (409, "reconnect_needed")
    assert sandbox.ledger("instagram", held.account) == []
    assert len(sandbox.journal()) == calls


def test_what_others_connected_stays_and_so_does_what_the_person_has_in_another_project(
    eves: Judge, connect: Connect, project: Project
) -> None:
    platform = eves.connected.platform
    ours = Judge(eves.db, eves.sandbox, connect(project, platform))
    elsewhere = Project(project.editor.create_project("Valleys"), *[project.editor] * 4)
    theirs = Judge(eves.db, eves.sandbox, connect(elsewhere, platform))

    part(project.owner, project, project.editor).raise_for_status()

    assert is_live(ours)
    assert is_live(theirs)


def test_who_only_joined_or_changed_roles_ends_nothing(eves: Judge, project: Project) -> None:
    eves.db.execute(DEMOTE, eve_of(project))
    part(project.viewer, project, project.viewer).raise_for_status()
    assert is_live(eves)


def test_whoever_connected_it_again_is_the_one_it_goes_with(eves: Judge, project: Project) -> None:
    project.owner.connect(eves.connected.platform, project.id, account=eves.connected.account)
    part(project.owner, project, project.editor).raise_for_status()
    assert is_live(eves)


def test_a_last_owner_who_may_not_leave_keeps_the_access(
    connect: Connect, project: Project, db: Db, sandbox: SandboxControl
) -> None:
    held = Judge(db, sandbox, connect(project, "tiktok"))
    assert part(project.owner, project, project.owner).status_code == 409
    assert is_live(held)


def test_it_can_be_connected_again_by_whoever_is_left(eves: Judge, project: Project) -> None:
    part(project.owner, project, project.editor).raise_for_status()
    project.owner.connect(eves.connected.platform, project.id, account=eves.connected.account)
    assert eves.status() == ("active", None)
    assert len(eves.rows("private.connection_tokens")) == 1


def test_an_access_that_had_ended_before_keeps_its_reason_and_is_told_once(eves: Judge, project: Project) -> None:
    eves.db.execute("select public.mark_reconnect(%s, %s, 'access_ended')", (eves.connected.id, eves.version()))
    before = eves.everything()
    part(project.owner, project, project.editor).raise_for_status()
    assert eves.everything() == before


def test_a_project_that_goes_leaves_no_receipt_and_no_notice(eves: Judge, project: Project) -> None:
    eves.db.execute("delete from public.projects where id = %s", (project.id,))
    for table in ("public.connections", "public.access_endings", "public.notices"):
        assert eves.rows(table) == []


def test_an_erasure_ends_it_in_its_own_way_and_once(eves: Judge, project: Project) -> None:
    """It still has the tokens by which the platform is told."""
    calls = eves.calls()
    begun(project.editor)
    assert eves.receipts() == []
    assert ("access_ended", "member_left") not in [told[1:] for told in eves.told()]
    if eves.connected.platform == "tiktok":
        assert eves.sandbox.journal("tiktok.revoke")[-1]["account"] == eves.connected.account
        assert eves.calls() > calls


# While something is under way


@pytest.mark.parametrize(("platform", "endpoint"), [("instagram", "media"), ("tiktok", "creator_info")])
def test_a_post_that_is_being_prepared_is_not_sent(
    click: MakeClick, make_creator: Callable[[], Creator], platform: str, endpoint: str
) -> None:
    """Its worker has the token in its memory, and the platform would take it."""
    made, eve = click(platform), make_creator()
    project_id = str(made.row()["project_id"])
    add_member(made.db, project_id, eve, "editor")
    made.db.execute("update public.connections set connected_by = %s where id = %s", (eve.user.id, made.connected.id))
    made.fault(endpoint, "slow", seconds=1.5)
    with ThreadPoolExecutor(1) as thread:
        step = thread.submit(made.step)
        while made.row()["lease_expires_at"] is None:
            assert not step.done()
        time.sleep(0.5)
        made.db.execute(REMOVE, {"project": project_id, "eve": eve.user.id})
        step.result()

    assert made.calls(f"{platform}.{endpoint}"), "it was at work"
    assert made.posts() == []
    made.db.execute("update public.publications set lease_expires_at = null where id = %s", (made.id,))
    assert made.settle() == ("failed", "access_ended")
    assert made.posts() == []


def test_a_connect_that_ends_after_its_person_left_stores_nothing(
    project: Project, sandbox: SandboxControl, db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = sandbox.add_account("tiktok", username="hill.walks", nickname="Hill Walks")["open_id"]

    def leave_first(*arguments: Any) -> dict[str, Any]:
        db.execute(REMOVE, eve_of(project))
        return seal_tokens(*arguments)

    monkeypatch.setattr(SEAL, leave_first)
    project.editor.connect("tiktok", project.id, account=account)

    assert project.owner.read("connections", select="id") == []


STORE = """
    select private.store_connection(
      jsonb_build_object(
        'id', gen_random_uuid(), 'project_id', %(project)s::uuid, 'platform', 'tiktok', 'platform_account_id',
        %(account)s::text, 'callback_ids', jsonb_build_array(%(account)s::text), 'display_name', 'Hills',
        'connected_by', %(eve)s::uuid
      ),
      jsonb_build_object(
        'access_token', 'v1.k.' || repeat('b', 16) || '.' || repeat('b', 30), 'access_expires_at', 'infinity'
      )
    )
"""


@pytest.mark.parametrize(("first", "second"), [(STORE, REMOVE), (REMOVE, STORE)])
def test_a_connect_and_its_persons_leaving_at_one_moment_leave_no_token(
    project: Project, server: postgres.Server, db: Db, first: str, second: str
) -> None:
    """Neither is committed when the other begins, whichever of them is first."""
    values = eve_of(project) | {"account": project.id}
    with server.connect() as one, server.connect() as other, ThreadPoolExecutor(1) as thread:
        with one.transaction():
            one.execute(first, values)
            waiting = thread.submit(other.execute, second, values)
            _wait_for_a_lock(db, other, waiting.done)
        failure = waiting.exception()

    assert (failure is None) == (second == REMOVE)
    kept = "select c.status::text from public.connections as c where c.project_id = %s"
    tokens = "select 1 from private.connection_tokens join public.connections as c on c.id = connection_id"
    assert db.execute(kept, (project.id,)).fetchall() == ([("needs_reconnect",)] if first == STORE else [])
    assert db.execute(f"{tokens} where c.project_id = %s", (project.id,)).fetchall() == []


def _wait_for_a_lock(db: Db, waiting: Db, is_done: Callable[[], bool]) -> None:
    query = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and pid = %s"
    while not db.execute(query, (waiting.info.backend_pid,)).fetchall():
        assert not is_done(), "it did not wait"


def test_who_disconnects_and_who_leaves_at_one_moment_end_it_once(
    eves: Judge, project: Project, server: postgres.Server
) -> None:
    with server.connect() as one, server.connect() as other, ThreadPoolExecutor(1) as thread:
        with one.transaction():
            one.execute("select public.disconnect_connection(%s, %s)", (eves.connected.id, project.owner.user.id))
            waiting = thread.submit(other.execute, REMOVE, eve_of(project))
            _wait_for_a_lock(eves.db, other, waiting.done)
        waiting.result()

    assert len(eves.rows("public.disconnections")) == 1
    assert (eves.receipts(), eves.told()) == ([], [])


# In a lower role


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404)])
def test_nobody_else_disconnects_what_they_did_not_connect(
    eves: Judge, project: Project, role: str, status: int
) -> None:
    eves.db.execute(DEMOTE, eve_of(project))
    before = eves.everything()

    assert disconnect(getattr(project, role), eves).status_code == status
    assert eves.everything() == before


def test_who_connected_it_is_a_viewer_by_now_and_disconnects_it(eves: Judge, project: Project) -> None:
    eves.db.execute(DEMOTE, eve_of(project))

    receipt, again = (disconnect(project.editor, eves).raise_for_status().json() for _ in range(2))

    assert receipt["cause"] == "user"
    assert again["id"] == receipt["id"]
    assert eves.rows("private.connection_tokens") == eves.rows("public.connections") == []
    assert disconnect(project.viewer, eves).status_code == 403


def test_a_viewer_who_once_connected_it_does_not_disconnect_what_another_gave_since(
    eves: Judge, project: Project
) -> None:
    project.owner.connect(eves.connected.platform, project.id, account=eves.connected.account)
    eves.db.execute(DEMOTE, eve_of(project))

    assert disconnect(project.editor, eves).status_code == 403
    assert is_live(eves)


def test_who_is_gone_gets_no_receipt_any_more(eves: Judge, project: Project) -> None:
    part(project.owner, project, project.editor).raise_for_status()
    assert disconnect(project.editor, eves).status_code == 404
