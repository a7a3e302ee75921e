"""POST /api/webhooks/instagram/deletion: what came from Meta goes from the archives of people's data too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sandbox.creator import Creator
from sandbox.stack.stack import Stack
from shared.media.private import PrivateStorage
from tests.functions.account.export.exports import (
    Db,
    ask,
    download,
    expire,
    fetch,
    folder_of,
    make_deletions_due,
    status,
    stored,
    value,
    wait,
)
from tests.functions.cron.crons import report
from tests.functions.webhooks.instagram.meta import Meta
from tests.people import Connected, Project

POST = "17900000000000321"


@pytest.fixture
def archive() -> Callable[[Creator], str]:
    """One that is ready, with all that the person has by now."""

    def make(person: Creator) -> str:
        export_id = ask(person)
        assert wait(person, export_id)["state"] == "ready"
        return export_id

    return make


@pytest.fixture
def posted(db: Db, project: Project, account: Connected) -> None:
    """The editor has posted through the account that the owner connected."""
    db.execute(
        "insert into public.publications (project_id, connection_id, platform, kind, caption, state, post_id,"
        " idempotency_key, request_hash, created_by, finished_at)"
        " values (%s, %s, 'instagram', 'photo', 'Hi', 'published', %s, gen_random_uuid(), repeat('0', 64), %s, now())",
        (project.id, account.id, POST, project.editor.user.id),
    )


def test_an_archive_that_is_ready_is_gone_with_its_file(
    *, stack: Stack, project: Project, meta: Meta, archive: Callable[[Creator], str], db: Db
) -> None:
    ready = archive(project.owner)
    assert meta.connected.account.encode() in fetch(project.owner, ready).text
    folder, url = folder_of(db, ready), download(project.owner, ready).json()["url"]

    meta.tell("deletion").raise_for_status()

    assert download(project.owner, ready).status_code == 404
    assert status(project.owner, ready).json()["state"] == "expired"
    assert report(stack, "exports")["expired"] >= 1
    assert stored(stack, folder) == []
    assert httpx.get(url, trust_env=False).status_code == 404


@pytest.mark.parametrize("call", ["put", "begin_upload", "put_part", "complete_upload"])
def test_an_archive_that_is_being_made_is_begun_anew_without_it(
    *, stack: Stack, project: Project, meta: Meta, db: Db, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """The request comes in when the account was read already, in the middle of a call of who is at work."""
    real = getattr(PrivateStorage, call)
    told: list[httpx.Response] = []

    async def interrupted(self: PrivateStorage, *parts: Any) -> Any:
        if not told and (call != "put" or meta.connected.account.encode() in parts[1]):
            told.append(await asyncio.to_thread(lambda: meta.tell("deletion").raise_for_status()))
        return await real(self, *parts)

    monkeypatch.setattr(PrivateStorage, call, interrupted)
    export_id = ask(project.owner)
    first = folder_of(db, export_id)
    assert wait(project.owner, export_id)["state"] == "ready"

    assert len(told) == 1
    found = fetch(project.owner, export_id)
    assert meta.connected.account.encode() not in found.text
    assert found.rows("connections") == []
    assert folder_of(db, export_id) != first
    make_deletions_due(db)
    report(stack, "media")
    assert stored(stack, first) == []


@pytest.mark.usefixtures("posted")
def test_whoever_posted_through_it_has_no_id_of_a_post_either(
    project: Project, meta: Meta, archive: Callable[[Creator], str]
) -> None:
    ready = archive(project.editor)
    assert POST.encode() in fetch(project.editor, ready).text

    meta.tell("deletion").raise_for_status()

    assert download(project.editor, ready).status_code == 404


@pytest.mark.usefixtures("posted")
@pytest.mark.parametrize("who", ["owner", "editor"])
def test_who_has_left_the_project_since_keeps_no_archive_of_it(
    *, project: Project, meta: Meta, archive: Callable[[Creator], str], db: Db, who: str
) -> None:
    person = getattr(project, who)
    ready = archive(person)
    if who == "owner":
        db.execute("update public.project_members set role = 'owner' where user_id = %s", (project.viewer.user.id,))
    db.execute("delete from public.project_members where user_id = %s", (person.user.id,))

    meta.tell("deletion").raise_for_status()

    assert download(person, ready).status_code == 404


def test_who_has_begun_one_and_was_never_claimed_is_begun_anew(project: Project, meta: Meta, db: Db) -> None:
    export_id = ask(project.owner)
    first = folder_of(db, export_id)
    meta.tell("deletion").raise_for_status()

    assert folder_of(db, export_id) != first
    assert wait(project.owner, export_id)["state"] == "ready"


def test_an_archive_that_holds_nothing_of_it_stays(
    *, project: Project, meta: Meta, archive: Callable[[Creator], str]
) -> None:
    """Who only looks on has no account in theirs, and an unknown id withdraws nobody's."""
    theirs = {person: archive(person) for person in (project.editor, project.viewer, project.stranger)}
    mine = archive(project.owner)

    meta.tell("deletion", user_id="31415926535897932").raise_for_status()
    assert download(project.owner, mine).status_code == 200
    meta.tell("deletion").raise_for_status()
    assert [download(person, export_id).status_code for person, export_id in theirs.items()] == [200] * 3


def test_one_that_was_over_already_stays_as_it_was(
    project: Project, meta: Meta, archive: Callable[[Creator], str], db: Db
) -> None:
    ready = archive(project.owner)
    expire(db, ready)
    ended = value(db, "select expires_at from public.exports where id = %s", ready)
    meta.tell("deletion").raise_for_status()

    assert value(db, "select expires_at from public.exports where id = %s", ready) == ended
