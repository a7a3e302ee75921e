"""However an access ends, it ends in one way: tokens gone, receipt written, owners told, in one transaction."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from sandbox.stack import postgres
from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from shared.connecting.refresh import Outcome, refresh
from shared.runtime import Runtime
from tests.functions.cron.crons import report
from tests.people import Connected, Project
from tests.shared.connecting.endings import Judge, has_ended, is_live, tellings
from tests.shared.publishing.clicks import MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]

Db = psycopg.Connection[Any]


@pytest.fixture
def judge(connect: Callable[..., Connected], project: Project, db: Db, sandbox: SandboxControl) -> Judge:
    """On platforms that were never switched off, whatever other tests did."""
    db.execute("update private.platform_switches set switched_off_at = null")
    db.execute("update private.platform_switches set switched_on_at = null")
    return Judge(db, sandbox, connect(project, "tiktok"))


def mark(judge: Judge, version: int | None) -> bool:
    """A call with the tokens of this version was answered that they are dead."""
    query = "select public.mark_reconnect(%s, %s, 'access_ended')"
    found = judge.db.execute(query, (judge.connected.id, version)).fetchone()
    assert found is not None
    return bool(found[0])


def connect_again(judge: Judge, project: Project) -> None:
    project.owner.connect(judge.connected.platform, project.id, account=judge.connected.account)


def let_expire(judge: Judge, interval: str) -> None:
    judge.db.execute(
        "update private.connection_tokens set access_expires_at = now() + %(at)s::interval,"
        " refresh_expires_at = case when refresh_token is not null then now() + %(at)s::interval end"
        " where connection_id = %(id)s",
        {"at": interval, "id": judge.connected.id},
    )


@pytest.mark.parametrize("other", [None, -1, 1])
def test_whoever_saw_other_tokens_die_ends_nothing(judge: Judge, other: int | None) -> None:
    before = judge.everything()
    assert mark(judge, other and judge.version() + other) is False
    assert judge.everything() == before


@pytest.mark.parametrize("platform", ["instagram", "tiktok"])
def test_whoever_saw_tokens_die_that_were_ended_since_does_not_end_those_of_the_reconnect(
    *, connect: Callable[..., Connected], project: Project, db: Db, sandbox: SandboxControl, platform: str
) -> None:
    judge = Judge(db, sandbox, connect(project, platform))
    seen = judge.version()
    db.execute(
        "select private.end_access_of(c.platform, c.callback_ids[1], now() + interval '1 second')"
        " from public.connections as c where c.id = %s",
        (judge.connected.id,),
    )
    assert judge.rows("private.connection_tokens") == []
    connect_again(judge, project)
    before = judge.everything()
    assert mark(judge, seen) is False
    assert judge.everything() == before
    assert judge.status() == ("active", None)


def test_a_call_that_is_answered_with_a_dead_token(judge: Judge, project: Project) -> None:
    seen = judge.version()
    assert [mark(judge, seen), mark(judge, seen)] == [True, False]
    has_ended(judge, project, "access_ended")


def test_ten_who_find_out_at_once_leave_one_receipt(judge: Judge, project: Project, server: postgres.Server) -> None:
    seen = judge.version()

    def find_out(_: int) -> bool:
        with server.connect() as connection:
            return mark(Judge(connection, judge.sandbox, judge.connected), seen)

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(find_out, range(10))) == 1
    has_ended(judge, project, "access_ended")


def test_a_refresh_that_is_refused_for_good(judge: Judge, project: Project, sandbox: SandboxControl) -> None:
    sandbox.disconnect(judge.connected.account)
    seen = judge.version()

    async def run() -> Outcome:
        return await refresh(Runtime.from_environ(os.environ), connection_id=judge.connected.id, version=seen)

    assert asyncio.run(run()) is Outcome.ENDED
    has_ended(judge, project, "access_ended")


@pytest.mark.parametrize(("platform", "endpoint"), [("instagram", "media"), ("tiktok", "creator_info")])
def test_a_publication_that_finds_out(click: MakeClick, platform: str, endpoint: str) -> None:
    made = click(platform)
    made.sandbox.disconnect(made.connected.account)
    made.settle()
    judge = Judge(made.db, made.sandbox, made.connected)
    assert made.outcome() == ("failed", "access_ended")
    assert made.calls(f"{platform}.{endpoint}")
    assert judge.receipts() == [("access_ended", {"instagram": 1, "tiktok": 2}[platform])]
    assert judge.told() == [(made.owner.user.id, "access_ended", "access_ended")]


@pytest.mark.parametrize("platform", ["instagram", "tiktok"])
def test_tokens_that_are_dead_by_their_own_dates(
    *,
    connect: Callable[..., Connected],
    project: Project,
    db: Db,
    sandbox: SandboxControl,
    stack: Stack,
    platform: str,
) -> None:
    judge, kept = (Judge(db, sandbox, connect(project, platform)) for _ in range(2))
    let_expire(judge, "-1 second")
    calls = judge.calls()
    for _ in range(2):
        report(stack, "purge")
    has_ended(judge, project, "token_expired")
    assert is_live(kept)
    assert judge.calls() == calls


def test_a_batch_ends_no_more_than_it_may(connect: Callable[..., Connected], project: Project, db: Db) -> None:
    """In a transaction that is taken back, so that no other test's tokens are looked at."""
    ids = [connect(project, "instagram").id for _ in range(3)]
    with db.transaction(force_rollback=True):
        db.execute("delete from private.connection_tokens where connection_id <> all(%s)", (ids,))
        db.execute("update private.connection_tokens set access_expires_at = now()")
        for expected in (2, 1, 0):
            found = db.execute("select public.purge(2) #>> '{removed,expired_tokens}'").fetchone()
            assert found == (str(expected),)


def test_an_access_can_end_again_after_it_was_given_again(judge: Judge, project: Project) -> None:
    mark(judge, judge.version())
    connect_again(judge, project)
    assert is_live(judge, [("access_ended", 2)])
    assert mark(judge, judge.version())
    assert judge.receipts() == [("access_ended", 2)] * 2
    assert len(judge.told()) == 4


@pytest.mark.parametrize("broken", ["public.access_endings", "public.notices"])
def test_without_a_receipt_and_a_notice_no_token_goes(judge: Judge, broken: str) -> None:
    """All of it or nothing: whatever fails, the tokens are still there to be ended again."""
    with judge.db.transaction(force_rollback=True):
        judge.db.execute(f"alter table {broken} add check (project_id <> '{judge_project(judge)}') not valid")
        with pytest.raises(psycopg.errors.CheckViolation), judge.db.transaction():
            mark(judge, judge.version())
        assert is_live(judge)


def judge_project(judge: Judge) -> str:
    return str(judge.rows("public.connections")[0]["project_id"])


# An account that nobody connects again


@pytest.fixture
def ended(judge: Judge) -> Judge:
    mark(judge, judge.version())
    return judge


def wait(judge: Judge, interval: str) -> None:
    query = "update public.connections set status_since = now() - %s::interval where id = %s"
    judge.db.execute(query, (interval, judge.connected.id))


def test_after_thirty_days_it_is_no_longer_connected_and_its_owners_are_told(
    ended: Judge, project: Project, stack: Stack
) -> None:
    wait(ended, "29 days 23 hours 59 minutes")
    assert report(stack, "purge")["removed"]["not_reconnected"] == 0
    wait(ended, "30 days 1 second")
    calls = ended.calls()
    assert report(stack, "purge")["removed"]["not_reconnected"] == 1
    assert ended.rows("public.connections") == []
    (receipt,) = ended.rows("public.disconnections")
    assert (receipt["cause"], receipt["tokens_deleted"], receipt["disconnected_by"]) == ("not_reconnected", 0, None)
    assert ended.told() == sorted(
        tellings(project, "access_ended", "access_ended") + tellings(project, "account_removed", "not_reconnected")
    )
    assert ended.calls() == calls
    assert report(stack, "purge")["removed"]["not_reconnected"] == 0


def test_while_it_cannot_be_reconnected_and_for_a_week_after_that_it_stays(ended: Judge, stack: Stack, db: Db) -> None:
    wait(ended, "40 days")
    db.execute("update private.platform_switches set switched_off_at = now() where platform = 'tiktok'")
    assert report(stack, "purge")["removed"]["not_reconnected"] == 0
    db.execute("update private.platform_switches set switched_off_at = null where platform = 'tiktok'")
    assert report(stack, "purge")["removed"]["not_reconnected"] == 0
    db.execute(
        "update private.platform_switches set switched_on_at = now() - interval '7 days' where platform = 'tiktok'"
    )
    assert report(stack, "purge")["removed"]["not_reconnected"] == 1


def test_an_account_that_works_is_not_removed_however_old_it_is(judge: Judge, stack: Stack) -> None:
    wait(judge, "10 years")
    report(stack, "purge")
    assert is_live(judge)


def test_the_days_are_counted_anew_each_time_the_access_ends(ended: Judge, project: Project, stack: Stack) -> None:
    wait(ended, "31 days")
    connect_again(ended, project)
    mark(ended, ended.version())
    report(stack, "purge")
    assert ended.status() == ("needs_reconnect", "access_ended")


def test_what_else_changes_does_not_begin_the_days_anew(ended: Judge, stack: Stack) -> None:
    wait(ended, "31 days")
    ended.db.execute("update public.connections set display_name = 'New' where id = %s", (ended.connected.id,))
    report(stack, "purge")
    assert ended.rows("public.connections") == []


def test_a_batch_removes_no_more_than_it_may(connect: Callable[..., Connected], project: Project, db: Db) -> None:
    ids = [connect(project, "tiktok").id for _ in range(3)]
    with db.transaction(force_rollback=True):
        db.execute(
            "update public.connections set status = 'needs_reconnect', status_reason = 'seed' where id = any(%s)",
            (ids,),
        )
        db.execute("update public.connections set status_since = '2020-01-01' where id = any(%s)", (ids,))
        for expected in (2, 1, 0):
            found = db.execute("select public.purge_endings(2) ->> 'not_reconnected'").fetchone()
            assert found == (str(expected),)


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [("public.notices", "created_at", "notices"), ("private.platform_deletions", "received_at", "platform_deletions")],
)
def test_what_was_told_and_what_was_deleted_is_forgotten_after_a_year(
    *, ended: Judge, stack: Stack, table: str, column: str, kind: str
) -> None:
    ended.db.execute(
        "insert into private.platform_deletions (confirmation_code, digest, platform)"
        " select replace(gen_random_uuid()::text, '-', ''),"
        " encode(sha256(convert_to(gen_random_uuid()::text, 'utf8')), 'hex'), 'instagram'"
    )
    ended.db.execute(f"update {table} set {column} = now() - interval '1 year' + interval '1 minute'")
    assert report(stack, "purge")["removed"][kind] == 0
    ended.db.execute(f"update {table} set {column} = now() - interval '1 year' - interval '1 minute'")
    assert report(stack, "purge")["removed"][kind] >= 1
    assert ended.db.execute(f"select count(*) from {table}").fetchone() == (0,)


# What the tables refuse, whoever writes

ENDING = "insert into public.access_endings (connection_id, project_id, platform, cause, tokens_deleted) values"
NOTICE = "insert into public.notices (user_id, project_id, kind, platform, cause) values"
RECEIPT = (
    "insert into public.disconnections (connection_id, project_id, platform, tokens_deleted, cause, disconnected_by)"
    " values"
)
REQUEST = "insert into private.platform_deletions (confirmation_code, digest, platform, outcome) values"
CODE, DIGEST = "repeat('a', 32)", "repeat('a', 64)"
PUBLICATION = (
    "insert into public.publications (project_id, platform, kind, caption, idempotency_key, request_hash, state,"
    " finished_at, platform_ids_cleared_at) values"
    " (%(project)s, 'instagram', 'photo', '', repeat('a', 8), repeat('a', 64),"
)
RULES = {
    "a receipt has a code for its cause": (
        f"{ENDING} (%(row)s, %(project)s, 'tiktok', 'it_ended', 2)",
        f"{ENDING} (%(row)s, %(project)s, 'tiktok', 'It ended.', 2)",
    ),
    "a receipt is about a token": (
        f"{ENDING} (%(row)s, %(project)s, 'tiktok', 'it_ended', 1)",
        f"{ENDING} (%(row)s, %(project)s, 'tiktok', 'it_ended', 0)",
    ),
    "an account has two tokens at most": (
        f"{ENDING} (%(row)s, %(project)s, 'tiktok', 'it_ended', 2)",
        f"{ENDING} (%(row)s, %(project)s, 'tiktok', 'it_ended', 3)",
    ),
    "a notice is of a known kind": (
        f"{NOTICE} (%(owner)s, %(project)s, 'account_removed', 'tiktok', 'seed')",
        f"{NOTICE} (%(owner)s, %(project)s, 'seed', 'tiktok', 'seed')",
    ),
    "a notice has a code for its cause": (
        f"{NOTICE} (%(owner)s, %(project)s, 'access_ended', 'tiktok', 'seed')",
        f"{NOTICE} (%(owner)s, %(project)s, 'access_ended', 'tiktok', 'A name')",
    ),
    "a disconnect has a known cause": (
        f"{RECEIPT} (%(row)s, %(project)s, 'tiktok', 1, 'not_reconnected', null)",
        f"{RECEIPT} (%(row)s, %(project)s, 'tiktok', 1, 'seed', null)",
    ),
    "nobody is named who did not disconnect": (
        f"{RECEIPT} (%(row)s, %(project)s, 'tiktok', 1, 'user', %(owner)s)",
        f"{RECEIPT} (%(row)s, %(project)s, 'tiktok', 1, 'platform_deletion', %(owner)s)",
    ),
    "a code is long enough not to be guessed": (
        f"{REQUEST} ({CODE}, {DIGEST}, 'instagram', 'deleted')",
        f"{REQUEST} ('abc', {DIGEST}, 'instagram', 'deleted')",
    ),
    "a request is known by a digest": (
        f"{REQUEST} ({CODE}, {DIGEST}, 'instagram', 'deleted')",
        f"{REQUEST} ({CODE}, '17841400000000001', 'instagram', 'deleted')",
    ),
    "a request has a known outcome": (
        f"{REQUEST} ({CODE}, {DIGEST}, 'instagram', 'nothing_held')",
        f"{REQUEST} ({CODE}, {DIGEST}, 'instagram', 'seed')",
    ),
    "a post without an id was cleared of it": (
        f"{PUBLICATION} 'published', now(), now())",
        f"{PUBLICATION} 'published', now(), null)",
    ),
}


@pytest.mark.parametrize(("taken", "refused"), RULES.values(), ids=RULES.keys())
def test_the_tables_refuse_what_cannot_be(db: Db, project: Project, taken: str, refused: str) -> None:
    names = {"row": str(uuid.uuid4()), "project": project.id, "owner": project.owner.user.id}
    with db.transaction(force_rollback=True):
        assert db.execute(taken, names).rowcount == 1
    with pytest.raises(psycopg.errors.CheckViolation), db.transaction(force_rollback=True):
        db.execute(refused, names)


def test_a_request_is_kept_once(db: Db) -> None:
    query = f"{REQUEST} (replace(gen_random_uuid()::text, '-', ''), {DIGEST}, 'instagram', 'deleted')"
    with db.transaction(force_rollback=True):
        db.execute(query)
        with pytest.raises(psycopg.errors.UniqueViolation), db.transaction():
            db.execute(query)
