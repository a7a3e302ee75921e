"""An erasure whose workers die before and after every call they make, and whose helpers fail it, ends complete."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from shared.egress import CALL_SECONDS, Answer, CallFailed, Egress
from shared.media.multipart import Multipart
from shared.media.storage import Storage, StoredObject
from shared.privacy.erasure import saga
from shared.privacy.erasure.saga import advance
from shared.runtime import Runtime
from tests.crash.points import CountedDatabase, CountedEgress, Points
from tests.erasing import add_member, ask, begun, finish, let_waits_end, row, rows_with, stores
from tests.functions.cron.crons import report
from tests.functions.media.uploads import begin, is_stored, put_part, under_way
from tests.people import Connected, Project

Db = psycopg.Connection[Any]


class Killed(BaseException):
    """Nothing of ours catches it, so nothing of ours runs after it."""


@dataclass
class Reaper:
    """Kills the worker at every point that it has not died at yet: a call by its name, in a state of the erasure."""

    db: Db
    erasure_id: str
    died_at: list[tuple[str, str]] = field(default_factory=list)

    def reach(self, name: str) -> None:
        point = (row(self.db, self.erasure_id)["state"], name)
        if point not in self.died_at:
            self.died_at.append(point)
            raise Killed


class Reached(Points):
    def __init__(self, reaper: Reaper) -> None:
        super().__init__(None, lambda names: None)
        self._reaper = reaper

    def reach(self, name: str) -> None:
        self._reaper.reach(name)


@pytest.fixture
def account(
    project: Project, connect: Callable[..., Connected], photo: dict[str, str], db: Db, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """With something in every store. The endpoint begins the erasure and leaves all of its steps to the test."""
    for platform in ("instagram", "tiktok"):
        connect(project, platform)

    async def nothing(runtime: Runtime, erasure_id: str, *, seconds: float) -> None:
        """A function that was killed as soon as it had answered."""

    monkeypatch.setattr("shared.privacy.erasure.requests.advance", nothing)
    return project


def worker(stack: Stack, reaper: Reaper | None = None) -> Runtime:
    runtime = Runtime.from_environ(stack.env)
    if reaper is None:
        return runtime
    client = runtime.egress.client
    database, egress = CountedDatabase(runtime.settings, client), CountedEgress(client)
    database.points = egress.points = Reached(reaper)
    return replace(runtime, database=database, egress=egress)


def work(runtime: Runtime, erasure_id: str) -> bool:
    """False: the worker died."""

    async def go() -> None:
        try:
            await advance(runtime, erasure_id, seconds=30)
        finally:
            await runtime.egress.client.aclose()

    try:
        asyncio.run(go())
    except Killed:
        return False
    return True


def watch_storage(monkeypatch: pytest.MonkeyPatch, reaper: Reaper) -> None:
    delete, head = Storage.delete, Storage.head

    async def watched_delete(self: Storage, key: str) -> None:
        reaper.reach("r2.delete/before")
        await delete(self, key)
        reaper.reach("r2.delete/after")

    async def watched_head(self: Storage, key: str) -> StoredObject | None:
        reaper.reach("r2.head/before")
        found = await head(self, key)
        reaper.reach("r2.head/after")
        return found

    monkeypatch.setattr(Storage, "delete", watched_delete)
    monkeypatch.setattr(Storage, "head", watched_head)


def file_of(db: Db, photo: dict[str, str]) -> str:
    found = db.execute("select object_key from public.media_assets where id = %s", (photo["media_asset_id"],))
    return str(found.fetchall()[0][0])


def test_killed_at_each_of_its_calls_it_ends_complete_and_a_second_run_changes_nothing(
    account: Project, connect: Callable[..., Connected], photo: dict[str, str], stack: Stack, db: Db,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    key = file_of(db, photo)
    # Each death after an account is removed is about another account.
    for platform in ("instagram", "tiktok") * 6:
        connect(account, platform)
    left = published_elsewhere(account, connect, db)
    receipt_id = begun(account.owner, account.id)["receipt_id"]
    reaper = Reaper(db, receipt_id)
    watch_storage(monkeypatch, reaper)
    for _ in range(200):
        let_waits_end(db, receipt_id)
        if work(worker(stack, reaper), receipt_id) and row(db, receipt_id)["state"] == "done":
            break
    monkeypatch.undo()

    assert row(db, receipt_id)["state"] == "done"
    assert {state for state, _ in reaper.died_at} == {
        "publications", "connections", "projects", "mail", "rows", "objects", "auth", "search", "late_uploads",
        "receipt", "done",
    }  # fmt: skip
    died_in = {name for _, name in reaper.died_at}
    for call in (
        "claim_erasure", "advance_erasure", "record_erased_grant", "record_erased_objects", "finish_erasure",
        "tiktok.revoke", "instagram.revoke", "r2.delete", "r2.head",
    ):  # fmt: skip
        assert {f"{call}/before", f"{call}/after"} <= died_in, call
    assert sum("/auth/v1/admin/users/" in name for name in died_in) == 2
    assert list(rows_with(db, account.owner.user.id, account.owner.user.email)) == []
    assert not is_stored(stack, key)
    counts = stores(db, receipt_id)
    assert counts["connections"]["removed"] == 15
    assert counts["connections"]["tokens_deleted"] == 23
    assert db.execute(LEFT_BEHIND, (left,)).fetchall() == [
        ("", {}, None, None), ("", {}, None, None), ("", {}, None, "another account")
    ]  # fmt: skip
    assert (counts["projects"]["projects"], counts["auth"]["accounts"], counts["objects"]["files"]) == (1, 1, 1)

    before = everything(db)
    assert work(worker(stack), receipt_id)
    report(stack, "erasures")
    assert ask(account.owner, account.id).status_code == 410
    assert everything(db) == before


ELSEWHERE = """
    insert into public.publications (
      project_id, connection_id, platform, kind, caption, options, state, post_id, idempotency_key, request_hash,
      created_by, finished_at
    )
    select %(project)s, c.connection_id, 'tiktok', 'video', 'My words', '{"title": "My words"}', 'published', c.post_id,
      gen_random_uuid(), repeat('0', 64), c.created_by, now()
    from (values
      (%(connection)s::uuid, 'own account', %(person)s::uuid), (%(connection)s, 'clicked by another', %(other)s),
      (%(others)s, 'another account', %(person)s)
    ) as c (connection_id, post_id, created_by)
"""
LEFT_BEHIND = """
    select p.caption, p.options, p.publish_id, p.post_id from public.publications as p
    where p.project_id = %s order by p.post_id nulls first
"""


def published_elsewhere(account: Project, connect: Callable[..., Connected], db: Db) -> str:
    """In a project that stays: what the person clicked, and what went through their account."""
    person, other = account.owner, account.stranger
    names = {"project": other.create_project("Elsewhere"), "person": person.user.id, "other": other.user.id}
    add_member(db, names["project"], person, "editor")
    names["connection"] = connect(replace(account, id=names["project"]), "tiktok").id
    names["others"] = connect(replace(account, id=names["project"], owner=other), "tiktok").id
    psycopg.ClientCursor(db).execute(ELSEWHERE, names)
    return names["project"]


def everything(db: Db) -> dict[str, list[str]]:
    tables = db.execute(
        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'private', 'auth')"
    ).fetchall()
    return {table: sorted(text for (text,) in db.execute(f"select t::text from {table} as t")) for (table,) in tables}


def test_two_workers_at_once_do_each_thing_once(account: Project, stack: Stack, db: Db) -> None:
    receipt_id = begun(account.owner, account.id)["receipt_id"]
    first = worker(stack)

    async def both() -> None:
        await asyncio.gather(*(advance(first, receipt_id, seconds=30) for _ in range(4)))
        await first.egress.client.aclose()

    asyncio.run(both())
    finish(db, stack, receipt_id)

    assert stores(db, receipt_id)["connections"]["removed"] == 2
    assert stores(db, receipt_id)["auth"] == {"accounts": 1}


def test_a_worker_that_slept_through_its_lease_changes_nothing(account: Project, stack: Stack, db: Db) -> None:
    receipt_id = begun(account.owner, account.id)["receipt_id"]
    runtime = worker(stack)

    async def late() -> None:
        epoch = await runtime.database.as_system("claim_erasure", erasure_id=receipt_id, lease_seconds=90)
        db.execute("update private.erasures set lease_expires_at = now() where id = %s", (receipt_id,))
        assert await runtime.database.as_system("claim_erasure", erasure_id=receipt_id, lease_seconds=90) == epoch + 1
        before = row(db, receipt_id)
        asleep = saga.Work(runtime, receipt_id, epoch)
        assert await asleep.call("advance_erasure", batch=10) is None
        for function, arguments in (
            ("record_erased_objects", {"object_keys": ["a"]}),
            ("record_erased_grant", {"disconnection_id": receipt_id, "outcome": "revoked"}),
            ("pause_erasure", {"problem": "late"}),
            ("release_erasure", {}),
            ("finish_erasure", {"receipt": "{}"}),
        ):
            with pytest.raises(saga.Overtaken):
                await asleep.write(function, **arguments)
        assert row(db, receipt_id) == before
        await runtime.egress.client.aclose()

    asyncio.run(late())


class Deaf(Egress):
    """Supabase Auth does the work and its answer is lost, or it answers that it cannot."""

    def __init__(self, inner: Egress, status: int | None) -> None:
        super().__init__(inner.client)
        self._status = status

    async def send(self, request: httpx.Request, *, seconds: float = CALL_SECONDS) -> Answer:
        if "/auth/v1/admin/" not in request.url.path:
            return await super().send(request, seconds=seconds)
        if self._status is not None:
            return Answer(self._status, {}, b"{}")
        await super().send(request, seconds=seconds)
        raise CallFailed(request.url.host, sent=True)


@pytest.mark.parametrize(("status", "is_gone"), [(None, True), (500, False), (401, False), (429, False)])
def test_a_sign_in_service_that_fails_is_asked_again_and_never_believed(
    account: Project, stack: Stack, db: Db, status: int | None, is_gone: bool
) -> None:
    receipt_id = begun(account.owner, account.id)["receipt_id"]
    runtime = worker(stack)
    work(replace(runtime, egress=Deaf(runtime.egress, status)), receipt_id)

    found = row(db, receipt_id)
    assert (found["state"], found["problem"], found["attempts"]) == ("auth", "auth_unavailable", 1)
    assert found["lease_expires_at"] is None
    exists = db.execute("select 1 from auth.users where id = %s", (account.owner.user.id,)).fetchone()
    assert (exists is None) is is_gone
    finish(db, stack, receipt_id)


def test_a_file_that_storage_keeps_is_no_deleted_file(
    account: Project, photo: dict[str, str], stack: Stack, db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says yes and does nothing; so it is asked."""
    key = file_of(db, photo)
    receipt_id = begun(account.owner, account.id)["receipt_id"]

    async def yes(self: Storage, key: str) -> None:
        """Says that it is gone."""

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "delete", yes)
        work(worker(stack), receipt_id)
    found = row(db, receipt_id)

    assert (found["state"], found["problem"]) == ("objects", "storage_unavailable")
    assert is_stored(stack, key)
    finish(db, stack, receipt_id)
    assert not is_stored(stack, key)


def test_an_upload_that_arrives_after_its_file_was_deleted_goes_too(
    account: Project, photo: dict[str, str], stack: Stack, db: Db
) -> None:
    key = file_of(db, photo)
    receipt_id = begun(account.owner, account.id)["receipt_id"]
    work(worker(stack), receipt_id)
    assert row(db, receipt_id)["state"] == "late_uploads"
    storage = Storage(worker(stack).settings)
    storage._client.put_object(Bucket=stack.env["R2_BUCKET"], Key=key, Body=b"late")
    assert is_stored(stack, key)
    finish(db, stack, receipt_id)

    assert not is_stored(stack, key)


def test_of_a_half_sent_upload_no_part_is_left_and_it_counts_as_one_file(
    account: Project, large_video: Path, stack: Stack, db: Db
) -> None:
    """Parts that come after the erasure began go too."""
    data = large_video.read_bytes()
    asset_id = begin(account.owner, account.owner.create_content(account.id, type="video"), data)
    first, *rest = account.owner.parts(asset_id)["to_send"]
    put_part(first, data).raise_for_status()
    key = file_of(db, {"media_asset_id": asset_id})
    receipt_id = begun(account.owner, account.id)["receipt_id"]
    put_part(rest[0], data).raise_for_status()
    work(worker(stack), receipt_id)

    assert row(db, receipt_id)["state"] == "late_uploads"
    assert under_way(stack, key) == []
    assert put_part(rest[1], data).status_code == 404
    finish(db, stack, receipt_id)
    assert not is_stored(stack, key)
    assert stores(db, receipt_id)["objects"] == {"files": 2}, "the photo, and what was sent of the video"


def test_parts_that_storage_keeps_are_no_deleted_file(
    account: Project, photo: dict[str, str], stack: Stack, db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says yes and does nothing; so it is asked."""
    key = file_of(db, photo)
    storage = Storage(worker(stack).settings)
    storage._client.create_multipart_upload(Bucket=stack.env["R2_BUCKET"], Key=key)
    receipt_id = begun(account.owner, account.id)["receipt_id"]

    async def yes(self: Multipart, prefix: str) -> None:
        """Says that they are gone."""

    with monkeypatch.context() as patch:
        patch.setattr(Multipart, "abort_all", yes)
        work(worker(stack), receipt_id)
    found = row(db, receipt_id)

    assert (found["state"], found["problem"]) == ("objects", "storage_unavailable")
    finish(db, stack, receipt_id)
    assert under_way(stack, key) == []


@contextmanager
def migrated(db: Db, *statements: str) -> Iterator[None]:
    """What a later migration could bring, made by the role that makes them."""
    try:
        db.execute("set role postgres")
        for statement in statements:
            db.execute(statement)
        db.execute("reset role")
        yield
    finally:
        db.execute("reset role")
        db.execute("drop table if exists private.forgotten, private.tomorrow")
        db.execute("drop function if exists private.queue_tomorrow()")


def test_a_row_that_is_left_stops_the_erasure_and_is_told(account: Project, stack: Stack, db: Db) -> None:
    """A column that holds a person and refers to nobody: a mistake that a later table could bring."""
    with migrated(db, "create table private.forgotten (id bigint, somebody text)"):
        db.execute("insert into private.forgotten values (1, %s)", (f"user:{account.owner.user.id}",))
        receipt_id = begun(account.owner, account.id)["receipt_id"]
        work(worker(stack), receipt_id)
        found = row(db, receipt_id)
        assert (found["state"], found["problem"]) == ("search", "rows_left")
        db.execute("delete from private.forgotten")
        finish(db, stack, receipt_id)


def test_a_table_of_tomorrow_is_erased_without_anybody_knowing_it(account: Project, stack: Stack, db: Db) -> None:
    """What refers to the Auth user goes or forgets, and files that its rows queue are deleted with the rest."""
    refers = "(user_id uuid references auth.users (id) on delete cascade, object_key text)"
    with migrated(
        db,
        f"create table private.tomorrow {refers}",
        "create function private.queue_tomorrow() returns trigger language plpgsql security definer as $$ begin"
        " insert into private.object_deletions (object_key) values (old.object_key); return old; end $$",
        "create trigger queue after delete on private.tomorrow for each row execute function private.queue_tomorrow()",
    ):
        db.execute("select private.enqueue_mail('export_ready', %s, 'tomorrow', '{}')", (account.owner.user.id,))
        db.execute("insert into private.tomorrow values (%s, 'exports/1')", (account.owner.user.id,))
        storage = Storage(worker(stack).settings)
        storage._client.put_object(Bucket=stack.env["R2_BUCKET"], Key="exports/1", Body=b"archive")
        receipt_id = begun(account.owner, account.id)["receipt_id"]
        finish(db, stack, receipt_id)
        assert not is_stored(stack, "exports/1")
        assert stores(db, receipt_id)["mail"] == {"mails": 1}
        assert stores(db, receipt_id)["objects"]["files"] == 2


def test_who_is_to_be_told_of_a_breach_is_told_before_the_address_goes(
    account: Project, stack: Stack, db: Db, sandbox: SandboxControl
) -> None:
    person = account.owner.user
    ((breach_id,),) = db.execute(
        "insert into private.breaches (aware_at, nature, data, consequences, measures, recommendations, sending_since)"
        " values (now(), 'N', 'D', 'C', 'M', 'R', now()) returning id::text"
    ).fetchall()
    db.execute("insert into private.breach_people (breach_id, user_id) values (%s, %s)", (breach_id, person.id))
    receipt_id = begun(account.owner, account.id)["receipt_id"]
    work(worker(stack), receipt_id)
    assert row(db, receipt_id)["state"] == "mail"
    db.execute("select private.enqueue_breach_notices(%s, 1000, 'Olga')", (breach_id,))
    report(stack, "mail")
    finish(db, stack, receipt_id)

    told = [mail["subject"] for mail in sandbox.mails(person.email)]
    assert sum("breach" in subject for subject in told) == 1


def test_what_an_operator_wrote_down_before_it_was_through_does_not_hold_it_up(
    account: Project, stack: Stack, db: Db
) -> None:
    receipt_id = begun(account.owner, account.id)["receipt_id"]
    for event in ("executed", "answered"):
        db.execute("select private.note_privacy_request(%s, %s)", (row(db, receipt_id)["request_id"], event))

    assert finish(db, stack, receipt_id)["receipt"] is not None


def test_nothing_else_that_the_person_asked_stays_open(account: Project, stack: Stack, db: Db) -> None:
    asked = [
        db.execute(
            "select private.open_privacy_request(%s, %s, %s, %s, null)", (kind, channel, account.owner.user.id, by)
        ).fetchall()[0][0]
        for kind, channel, by in (
            ("objection", "email", "Olga"),
            ("erasure", "email", "Olga"),
            ("access", "account", None),
        )
    ]
    finish(db, stack, begun(account.owner, account.id)["receipt_id"])
    still_open = {found for (found,) in db.execute("select request_id from private.open_requests()").fetchall()}

    assert still_open.isdisjoint(asked)


def test_a_sign_in_that_was_never_finished_goes_with_the_rest(account: Project, stack: Stack, db: Db) -> None:
    """Supabase Auth keeps it without a reference to the person."""
    person = account.owner.user.id
    db.execute(
        "insert into auth.flow_state (id, user_id, provider_type, authentication_method)"
        " values (gen_random_uuid(), %s, 'email', 'password')",
        (person,),
    )
    finish(db, stack, begun(account.owner, account.id)["receipt_id"])

    assert db.execute("select count(*) from auth.flow_state where user_id = %s", (person,)).fetchall() == [(0,)]


def test_one_that_breaks_keeps_no_other_waiting(
    account: Project, stack: Stack, db: Db, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    receipt_id = begun(account.owner, account.id)["receipt_id"]
    let_waits_end(db, receipt_id)

    async def broken(*_: object, **__: object) -> None:
        raise KeyError("a bug of ours")

    with monkeypatch.context() as breaking:
        breaking.setattr(saga, "advance", broken)
        assert report(stack, "erasures")["advanced"] >= 1
    assert '"event":"erasure_broken"' in caplog.text
    finish(db, stack, receipt_id)


def test_one_that_is_not_done_after_a_day_is_an_alarm(
    account: Project, stack: Stack, db: Db, caplog: pytest.LogCaptureFixture
) -> None:
    receipt_id = begun(account.owner, account.id)["receipt_id"]
    db.execute("update private.erasures set next_step_at = now() + interval '1 hour' where id = %s", (receipt_id,))
    assert report(stack, "erasures")["late"] == 0
    db.execute("update private.erasures set requested_at = now() - interval '24 hours' where id = %s", (receipt_id,))
    late = report(stack, "erasures")

    assert (late["late"], late["open"] >= 1) == (1, True)
    assert '"event":"erasure_late"' in caplog.text
    finish(db, stack, receipt_id)
    assert report(stack, "erasures")["late"] == 0


def test_large_accounts_go_in_batches(
    make_creator: Callable[[], Creator], stack: Stack, db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saga, "_BATCH", 50)
    owner = make_creator()
    project_id = owner.create_project("Many")
    with db.transaction():
        db.execute("set local session_replication_role = replica")
        db.execute(
            "insert into public.contents (project_id, type, title, created_by)"
            " select %s, 'image', 'T', %s from generate_series(1, 130)",
            (project_id, owner.user.id),
        )
        db.execute(
            "insert into public.media_assets (project_id, content_id, object_key, media_type, byte_size, sha256,"
            " created_at) select c.project_id, c.id, 'media/' || md5(c.id::text) || md5(c.id::text) || '.jpg',"
            " 'image/jpeg', 1, repeat('0', 64), now() - interval '7 hours' from public.contents as c"
            " where c.project_id = %s",
            (project_id,),
        )
    receipt_id = begun(owner)["receipt_id"]
    finish(db, stack, receipt_id)

    counts = stores(db, receipt_id)
    assert (counts["projects"]["contents"], counts["projects"]["files"], counts["objects"]["files"]) == (130, 130, 130)
    assert list(rows_with(db, owner.user.id)) == []
