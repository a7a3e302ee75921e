"""POST /api/account/erasure/start: whoever says so in so many words, and has just signed in, is erased."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from tests.erasing import Db, add_member, ask, begun, finish, row, rows_with, some_id, stores
from tests.functions.media.uploads import announcement, is_stored
from tests.people import Connected, Project

MakeCreator = Callable[[], Creator]


def erasures_of(db: Db, person: Creator) -> int:
    found = db.execute("select count(*) from private.erasures where user_id = %s", (person.user.id,)).fetchone()
    return int(found[0]) if found else 0


def is_alive(db: Db, person: Creator) -> bool:
    return db.execute("select 1 from auth.users where id = %s", (person.user.id,)).fetchone() is not None


# What it takes


def test_an_open_browser_is_not_enough(project: Project, db: Db) -> None:
    """Whoever finds one has a session that somebody began long ago."""
    db.execute(
        "update auth.sessions set created_at = now() - interval '11 minutes' where user_id = %s",
        (project.owner.user.id,),
    )
    answer = ask(project.owner)

    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")
    assert erasures_of(db, project.owner) == 0
    assert is_alive(db, project.owner)


@pytest.mark.parametrize("words", ["", "yes", "Erase my account", "erase my account "])
def test_nothing_but_the_words_will_do(project: Project, db: Db, words: str) -> None:
    answer = ask(project.owner, confirmation=words)

    assert answer.status_code == 422
    assert erasures_of(db, project.owner) == 0


def test_nobody_deletes_a_project_that_is_not_theirs(project: Project, make_creator: MakeCreator, db: Db) -> None:
    theirs = make_creator().create_project("Theirs")
    for named in (theirs, some_id()):
        answer = ask(project.stranger, named)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    answer = ask(project.editor, project.id)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert erasures_of(db, project.stranger) + erasures_of(db, project.editor) == 0
    assert project.viewer.read("projects", id=f"eq.{project.id}")


def test_the_only_owner_of_a_project_with_others_has_to_say(project: Project, db: Db) -> None:
    answer = ask(project.owner)

    assert (answer.status_code, answer.json()["code"]) == (409, "erasure_blocked")
    assert erasures_of(db, project.owner) == 0
    assert project.owner.read("projects", id=f"eq.{project.id}")


# What it does


def test_it_goes_with_everything_and_a_receipt(
    project: Project,
    connect: Callable[..., Connected],
    photo: dict[str, str],
    sandbox: SandboxControl,
    stack: Stack,
    db: Db,
) -> None:
    connections = [connect(project, platform) for platform in ("instagram", "tiktok")]
    key = db.execute("select object_key from public.media_assets where id = %s", (photo["media_asset_id"],)).fetchone()
    assert key is not None
    started = begun(project.owner, project.id)

    assert not is_alive(db, project.owner)
    assert not is_stored(stack, key[0])
    live = {token["account"] for token in sandbox.tokens() if token["live"]}
    assert connections[1].account not in live
    assert finish(db, stack, started["receipt_id"])["user_id"] is None
    counts = stores(db, started["receipt_id"])
    assert counts["connections"] == {
        "removed": 2, "tokens_deleted": 3, "revocation_revoked": 1, "revocation_unsupported": 1,
    }  # fmt: skip
    assert counts["projects"] == {"projects": 1, "contents": 1, "files": 1, "publications": 0}
    assert counts["objects"]["files"] == 1
    assert counts["auth"] == {"accounts": 1}
    assert list(rows_with(db, project.owner.user.id, project.owner.user.email)) == []


def test_the_others_of_a_deleted_project_find_nothing_of_it(project: Project) -> None:
    begun(project.owner, project.id)

    assert project.editor.read("projects", id=f"eq.{project.id}") == []
    assert project.editor.read("project_members", project_id=f"eq.{project.id}") == []


def test_a_project_with_another_owner_stays_with_them(
    *,
    project: Project,
    make_creator: MakeCreator,
    connect: Callable[..., Connected],
    photo: dict[str, str],
    db: Db,
    stack: Stack,
) -> None:
    other = make_creator()
    add_member(db, project.id, other, "owner")
    connection = connect(project, "tiktok")
    started = begun(project.owner)
    finish(db, stack, started["receipt_id"])

    (content,) = other.read("contents", id=f"eq.{photo['content_id']}")
    assert content["created_by"] is None
    assert [asset["id"] for asset in other.read("media_assets")] == [photo["media_asset_id"]]
    assert other.read("connections", select="id") == [], "it was this person's grant"
    told = other.read("notices", connection_id=f"eq.{connection.id}")
    assert [(notice["kind"], notice["cause"]) for notice in told] == [("account_removed", "account_erased")]
    assert list(rows_with(db, project.owner.user.id)) == []


def test_an_account_that_somebody_else_connected_stays_connected(
    project: Project, make_creator: MakeCreator, connect: Callable[..., Connected], db: Db, stack: Stack
) -> None:
    other = make_creator()
    add_member(db, project.id, other, "owner")
    connection = connect(Project(project.id, other, other, other, other), "instagram")
    finish(db, stack, begun(project.owner)["receipt_id"])

    (left,) = other.read("connections", select="id,status")
    assert (left["id"], left["status"]) == (connection.id, "active")


def test_asked_again_it_answers_the_same(project: Project, photo: dict[str, str], db: Db, stack: Stack) -> None:
    """The first answer may have been lost on its way; and the account is gone by then."""
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: ask(project.owner, project.id), range(6)))

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert not is_alive(db, project.owner)
    finish(db, stack, answers[0].json()["receipt_id"])
    assert ask(project.owner, project.id).status_code == 410


def test_the_session_that_is_left_is_told_and_opens_nothing(
    project: Project, connect: Callable[..., Connected], photo: dict[str, str], sandbox: SandboxControl
) -> None:
    connection = connect(project, "tiktok")
    begun(project.owner, project.id)
    before = len(sandbox.journal())
    gone = project.owner
    answers = [
        gone.post("account/erasure/preview", {}),
        gone.post("oauth/tiktok/start", {"project_id": project.id}),
        gone.post("connections/disconnect", {"connection_id": connection.id}),
        gone.post("caption", {"content_id": photo["content_id"], "preview": True}),
        gone.post("media/upload", announcement(photo["content_id"], b"a photo", "image/jpeg")),
        gone.post("media/parts", {"media_asset_id": photo["media_asset_id"]}),
        gone.post("media/complete", {"media_asset_id": photo["media_asset_id"]}),
    ]
    with gone.supabase.as_user(gone.user) as rest:
        made = rest.post("/rpc/create_project", json={"name": "Again"})
        objected = rest.post("/objections", json={"purpose": "publishing"})

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(410, "account_erased")}
    assert made.status_code >= 400
    assert objected.status_code >= 400
    assert [gone.read(table, select="id") for table in ("projects", "contents", "notices")] == [[], [], []]
    assert len(sandbox.journal()) == before


def test_the_request_has_its_clock_and_its_end(project: Project, db: Db, stack: Stack) -> None:
    started = begun(project.stranger)
    finish(db, stack, started["receipt_id"])
    request_id = row(db, started["receipt_id"])["request_id"]
    events = db.execute(
        "select event::text, user_id, channel from public.privacy_requests where request_id = %s order by id",
        (request_id,),
    ).fetchall()

    assert [event for event, _, _ in events] == ["received", "identity_checked", "executed", "answered"]
    assert {(user_id, channel) for _, user_id, channel in events} == {(None, "account")}
    audited = db.execute(
        "select action, actor_kind::text from private.audit_log where subject_id = %s order by id",
        (started["receipt_id"],),
    ).fetchall()
    assert audited == [("erasure_started", "user"), ("erasure_finished", "system")]
