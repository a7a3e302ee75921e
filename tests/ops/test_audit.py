"""The audit log: what it holds, that nothing in it can be changed unseen, and that erasing a person keeps it whole."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from ops import audit
from sandbox.creator import instagram_photo
from sandbox.stack import postgres
from sandbox.stack.clients import Supabase, User
from sandbox.stack.stack import Stack
from shared.runtime import Runtime
from tests.people import Connected, Project

Db = psycopg.Connection[Any]
Row = dict[str, Any]


def lines(db: Db, subject_id: str) -> list[Row]:
    with db.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select l.*, p.user_id::text from private.audit_log as l"
            " left join private.audit_people as p on p.pseudonym = l.actor"
            " where l.subject_id = %s order by l.id",
            (subject_id,),
        ).fetchall()


def told(row: Row) -> tuple[str, str, str | None, Row]:
    return row["action"], row["actor_kind"], row["user_id"], row["detail"]


# What is in it


def test_a_connect_and_a_disconnect_say_who_did_what(
    connect: Callable[..., Connected], project: Project, db: Db
) -> None:
    connection = connect(project, "tiktok")
    project.editor.post("connections/disconnect", {"connection_id": connection.id})
    connected, disconnected = lines(db, connection.id)

    assert told(connected) == ("account_connected", "user", project.owner.user.id, {})
    receipt = {"cause": "user", "tokens_deleted": "2"}
    assert told(disconnected) == ("account_disconnected", "user", project.editor.user.id, receipt)
    assert {(str(row["project_id"]), row["platform"]) for row in (connected, disconnected)} == {(project.id, "tiktok")}


def test_a_click_and_its_outcome_are_two_lines(
    connect: Callable[..., Connected], project: Project, photo: dict[str, str], db: Db
) -> None:
    connection = connect(project, "instagram")
    body = instagram_photo(photo["content_id"], connection.id, photo["media_asset_id"])
    view = project.owner.publish(body).json()
    clicked, outcome = lines(db, view["id"])

    assert told(clicked) == ("publish_clicked", "user", project.owner.user.id, {"kind": "photo"})
    assert told(outcome) == ("publication_published", "system", None, {})


@pytest.mark.parametrize(("reason", "actor"), [("access_ended", "system"), ("revoked_on_platform", "platform")])
def test_an_access_that_ended_is_a_line(
    connect: Callable[..., Connected], project: Project, db: Db, reason: str, actor: str
) -> None:
    connection = connect(project, "instagram")
    db.execute("select private.end_access(%s, %s)", (connection.id, reason))

    assert told(lines(db, connection.id)[-1]) == ("access_ended", actor, None, {"reason": reason})


@pytest.mark.parametrize(("cause", "actor"), [("platform_deletion", "platform"), ("not_reconnected", "system")])
def test_a_removal_that_no_user_clicked_names_its_cause(
    connect: Callable[..., Connected], project: Project, db: Db, cause: str, actor: str
) -> None:
    connection = connect(project, "instagram")
    db.execute(
        "select private.remove_connection(c, %s, null) from public.connections as c where c.id = %s",
        (cause, connection.id),
    )

    detail = {"cause": cause, "tokens_deleted": "1"}
    assert told(lines(db, connection.id)[-1]) == ("account_disconnected", actor, None, detail)


def test_no_line_holds_a_caption_a_name_or_a_person(
    connect: Callable[..., Connected], project: Project, photo: dict[str, str], db: Db
) -> None:
    connection = connect(project, "instagram", username="audited.account")
    body = instagram_photo(photo["content_id"], connection.id, photo["media_asset_id"])
    project.owner.publish(body | {"caption": "Audited caption"})
    written = "".join(text for (text,) in db.execute("select l::text from private.audit_log as l"))

    assert "udited" not in written
    assert project.owner.user.id not in written
    assert project.owner.user.email not in written


@pytest.mark.parametrize(
    "detail", ['{"a": 1}', '{"a": {"b": "c"}}', '{"a": null}', "[]", '"text"', json.dumps({"a": "x" * 2001})]
)
def test_a_detail_that_cannot_be_spelled_in_one_way_is_refused(db: Db, detail: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute("insert into private.audit_log (action, actor_kind, detail) values ('x', 'system', %s)", (detail,))


# Who may change it


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
@pytest.mark.parametrize("table", ["audit_log", "audit_chain", "audit_people"])
@pytest.mark.parametrize("verb", ["select 1 from", "delete from", "truncate", "insert into"])
def test_no_role_of_the_api_touches_it(db: Db, role: str, table: str, verb: str) -> None:
    tail = " default values" if verb == "insert into" else ""
    with db.transaction(force_rollback=True):
        db.execute(f"set local role {role}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(f"{verb} private.{table}{tail}")


@pytest.mark.parametrize("user", ["postgres", None], ids=["the owner", "a superuser"])
@pytest.mark.parametrize(
    "statement",
    [
        "update private.audit_log set action = 'nothing'",
        "delete from private.audit_log",
        "truncate private.audit_log cascade",
        "update private.audit_chain set hash = repeat('0', 64)",
        "delete from private.audit_chain",
        "truncate private.audit_chain",
    ],
)
@pytest.mark.usefixtures("db")
def test_not_even_its_owner_changes_a_line_by_mistake(
    server: postgres.Server, user: str | None, statement: str
) -> None:
    as_user = {"user": user} if user else {}
    with (
        server.connect(**as_user) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"),
        connection.transaction(),
    ):
        connection.execute(statement)


# The chain


@pytest.fixture
def log(server: postgres.Server, stack: Stack, db: Db) -> Iterator[Db]:
    """A superuser who has switched the guard off, and who puts everything back."""
    db.execute(
        "insert into private.audit_log (action, actor_kind, operator, detail) select 'drill', 'operator', 'Ops',"
        " jsonb_build_object('é', '1:', 'n', n::text) from generate_series(1, 5) as n"
    )
    with server.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute("set local session_replication_role = replica")
        yield connection


def judged(connection: Db, monkeypatch: pytest.MonkeyPatch, *, anchor: audit.Anchor | None = None) -> str:
    """What verify() says of the log as this very transaction sees it."""

    class Reader:
        async def as_system(self, function: str, *, after: int, limit: int) -> Any:
            return connection.execute(f"select private.{function}(%s, %s)", (after, limit)).fetchone()[0]  # type: ignore[index]

    # Many pages, and not a thousand: the log holds what the whole session did.
    monkeypatch.setattr(audit, "_PAGE", 250)
    runtime = Runtime(None, Reader(), None, None)  # type: ignore[arg-type]
    try:
        return str(asyncio.run(audit.verify(runtime, anchor=anchor)))
    except audit.Broken as found:
        return str(found)


def test_an_untouched_log_is_intact(log: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    last = log.execute("select position || ':' || hash from private.audit_chain order by position desc").fetchone()
    assert last is not None

    assert judged(log, monkeypatch) == last[0]
    assert judged(log, monkeypatch, anchor=audit.Anchor.parse(last[0])) == last[0]


LAST = "(select max(id) from private.audit_log)"
SECOND = f"(select id from private.audit_log where id < {LAST} order by id desc limit 1)"


@pytest.mark.parametrize(
    "change",
    [
        "action = 'other'",
        "at = at + interval '1 microsecond'",
        "actor_kind = 'system', operator = null",
        "operator = 'Other'",
        "platform = 'tiktok'",
        "project_id = gen_random_uuid()",
        "subject_id = gen_random_uuid()",
        "detail = '{}'",
        """detail = detail || '{"n": "0"}'""",
        """detail = '{"é1": ":", "n": "4"}'""",
    ],
)
def test_no_column_changes_unseen(log: Db, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    log.execute(f"update private.audit_log set {change} where id = {SECOND}")

    assert "was changed" in judged(log, monkeypatch)


@pytest.mark.parametrize(
    ("tampering", "found"),
    {
        "a line is removed": (f"delete from private.audit_log where id = {SECOND}", "was removed"),
        "a line and its place are removed": (
            f"delete from private.audit_chain where entry_id = {SECOND};"
            f" delete from private.audit_log where id = {SECOND}",
            "is missing",
        ),
        "a line is put in beside the chain": (
            "insert into private.audit_log (action, actor_kind) values ('forged', 'system')",
            "outside of the chain",
        ),
        "two lines swap places": (
            f"update private.audit_chain set entry_id = -1 where entry_id = {LAST};"
            f" update private.audit_chain set entry_id = {LAST} where entry_id = {SECOND};"
            f" update private.audit_chain set entry_id = {SECOND} where entry_id = -1",
            "was changed",
        ),
        "a hash is another": (
            f"update private.audit_chain set hash = repeat('0', 64) where entry_id = {SECOND}",
            "was changed",
        ),
    }.values(),
)
def test_no_tampering_goes_unseen(log: Db, monkeypatch: pytest.MonkeyPatch, tampering: str, found: str) -> None:
    for statement in tampering.split("; "):
        log.execute(statement)

    assert found in judged(log, monkeypatch)


def test_a_cut_off_end_and_a_chain_written_anew_are_seen_with_an_anchor(
    log: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchor = audit.Anchor.parse(judged(log, monkeypatch))
    log.execute(f"delete from private.audit_chain where entry_id = {LAST}")
    log.execute(f"delete from private.audit_log where id = {LAST}")

    assert judged(log, monkeypatch) == str(audit.Anchor.parse(judged(log, monkeypatch)))
    assert "cut off" in judged(log, monkeypatch, anchor=anchor)
    forged = audit.Anchor(anchor.position - 1, "0" * 64)
    assert "written anew" in judged(log, monkeypatch, anchor=forged)


def test_lines_that_are_written_at_once_stand_in_one_chain(server: postgres.Server, db: Db) -> None:
    mark = f"race_{uuid.uuid4().hex}".translate(str.maketrans("0123456789", "ghijklmnop"))

    def write(_: int) -> None:
        with server.connect() as connection, connection.transaction():
            connection.execute("insert into private.audit_log (action, actor_kind) values (%s, 'system')", (mark,))
            connection.execute("insert into private.audit_log (action, actor_kind) values (%s, 'system')", (mark,))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(100)))
    chained = db.execute(
        "select count(*) from private.audit_chain as c join private.audit_log as l on l.id = c.entry_id"
        " where l.action = %s",
        (mark,),
    ).fetchone()
    gaps = db.execute("select max(position) - count(*) from private.audit_chain").fetchone()

    assert (chained, gaps) == ((200,), (0,))


# The command


def test_the_command_says_intact_and_gives_an_anchor_for_the_next_time(
    stack: Stack, supabase: Supabase, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = {"p_action": "drill", "p_operator": "Ops", "p_platform": None, "p_detail": {"n": "1"}}
    with supabase.as_service() as service:
        service.post("/rpc/record_operation", json=operation).raise_for_status()

    assert audit.main(["verify"]) == 0
    anchor = capsys.readouterr().out.rpartition(" ")[2].strip()
    assert audit.main(["verify", "--anchor", anchor]) == 0
    position, _, _ = anchor.partition(":")
    assert audit.main(["verify", "--anchor", f"{position}:{'0' * 64}"]) == 1
    assert "not intact" in capsys.readouterr().err


def test_users_neither_read_nor_write_it_through_the_api(supabase: Supabase, make_user: Callable[[], User]) -> None:
    operation: Row = {"p_action": "drill", "p_operator": "Ops", "p_platform": None, "p_detail": {}}
    for client in (supabase.as_anon(), supabase.as_user(make_user())):
        with client:
            assert client.post("/rpc/record_operation", json=operation).status_code in (401, 403)
            assert client.post("/rpc/read_audit", json={"p_after": 0, "p_limit": 1}).status_code in (401, 403)


def test_erasing_a_person_leaves_the_chain_whole_and_nameless(
    connect: Callable[..., Connected], project: Project, db: Db
) -> None:
    connection = connect(project, "tiktok")
    project.editor.post("connections/disconnect", {"connection_id": connection.id})
    before = lines(db, connection.id)[-1]
    db.execute("delete from auth.users where id = %s", (project.editor.user.id,))
    after = lines(db, connection.id)[-1]

    assert (before["user_id"], after["user_id"]) == (project.editor.user.id, None)
    assert after["actor"] == before["actor"]
    assert audit.main(["verify"]) == 0
