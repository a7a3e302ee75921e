"""Erasures by mail, receipts that prove themselves, and a ledger that nothing slips past after a restore."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from ops import erasures
from sandbox.creator import Creator
from sandbox.stack.clients import Supabase
from sandbox.stack.stack import Stack
from tests.erasing import add_member, begun, finish, row, some_id, stores
from tests.people import Connected, Project

Db = psycopg.Connection[Any]
OLGA = ("--operator", "Olga")
IDENTITY = ("--identity", "reply from the account's address")


def opened(person: Creator, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The request's id, and all that was said."""
    assert erasures.main(["open", "--email", person.user.email.upper(), *OLGA]) == 0
    said = capsys.readouterr().out
    return re.findall(r"request ([0-9a-f-]{36}): received", said)[0], said


def is_alive(db: Db, person: Creator) -> bool:
    return db.execute("select 1 from auth.users where id = %s", (person.user.id,)).fetchone() is not None


def erasure_of(db: Db, request_id: str) -> str:
    found = db.execute("select id from private.erasures where request_id = %s", (request_id,)).fetchone()
    assert found is not None
    return str(found[0])


# By mail


def test_an_address_that_nobody_has_opens_nothing(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    assert erasures.main(["open", "--email", "nobody@itoms.test", *OLGA]) == 2
    assert capsys.readouterr() == ("", "itoms: refused (not_found)\n")


def test_a_request_has_a_clock_and_erases_nobody_before_the_identity_check(
    project: Project, db: Db, capsys: pytest.CaptureFixture[str]
) -> None:
    request_id, said = opened(project.stranger, capsys)
    again, _ = opened(project.stranger, capsys)

    assert again == request_id
    assert project.stranger.user.email not in said
    assert is_alive(db, project.stranger)
    lines = db.execute(
        "select event::text, channel, operator, due_at - at from public.privacy_requests where request_id = %s",
        (request_id,),
    ).fetchall()
    assert [line[:3] for line in lines] == [("received", "email", "Olga")]
    assert lines[0][3].days == 30
    assert erasures.main(["status"]) == 0
    assert f"request {request_id}: waits for its identity check" in capsys.readouterr().out


def test_it_runs_after_the_check_and_the_person_gets_an_address_to_look(
    project: Project, stack: Stack, db: Db, api: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    request_id, _ = opened(project.stranger, capsys)
    assert erasures.main(["run", request_id, *IDENTITY, *OLGA]) == 0
    url = capsys.readouterr().out.split()[-1]
    assert erasures.main(["run", request_id, *IDENTITY, *OLGA]) == 0

    assert not is_alive(db, project.stranger)
    finish(db, stack, erasure_of(db, request_id))
    assert "Everything was erased on" in api.get(url).text
    events = db.execute(
        "select event::text, actor_kind::text, user_id from public.privacy_requests where request_id = %s order by id",
        (request_id,),
    ).fetchall()
    assert events == [
        ("received", "operator", None),
        ("identity_checked", "operator", None),
        ("executed", "system", None),
        ("answered", "system", None),
    ]
    operated = db.execute(
        "select action, operator from private.audit_log"
        " where subject_id = any (%s::uuid[]) and action like 'erasure%%' order by id",
        ([request_id, erasure_of(db, request_id)],),
    ).fetchall()
    assert operated == [("erasure_opened", "Olga"), ("erasure_started", "Olga"), ("erasure_finished", None)]


def test_a_project_with_others_needs_a_word(project: Project, db: Db, capsys: pytest.CaptureFixture[str]) -> None:
    request_id, said = opened(project.owner, capsys)
    assert f"The only owner of project {project.id}, with 2 others in it" in said
    assert erasures.main(["run", request_id, *IDENTITY, *OLGA]) == 2
    assert capsys.readouterr().err == "itoms: refused (erasure_blocked)\n"
    assert is_alive(db, project.owner)

    assert erasures.main(["run", request_id, *IDENTITY, *OLGA, "--delete-project", project.id]) == 0
    assert not is_alive(db, project.owner)
    assert db.execute("select 1 from public.projects where id = %s", (project.id,)).fetchone() is None


def test_only_a_request_for_erasure_is_run(stack: Stack, project: Project, db: Db) -> None:
    other = db.execute(
        "select private.open_privacy_request('access', 'email', %s, 'Olga', '{}')", (project.stranger.user.id,)
    ).fetchone()
    assert other is not None
    for request_id in (str(other[0]), some_id()):
        assert erasures.main(["run", request_id, *IDENTITY, *OLGA]) == 2
    assert is_alive(db, project.stranger)


def test_one_that_is_late_is_said_with_the_exit_code(
    project: Project, photo: dict[str, str], stack: Stack, db: Db, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt_id = begun(project.owner, project.id)["receipt_id"]
    db.execute(
        "update private.erasures set requested_at = requested_at - interval '25 hours' where id = %s", (receipt_id,)
    )
    assert erasures.main(["status"]) == 1
    assert re.search(f"erasure {receipt_id}: late_uploads since .*; LATE", capsys.readouterr().out)
    finish(db, stack, receipt_id)


def test_users_can_do_none_of_it(supabase: Supabase, project: Project, db: Db) -> None:
    calls: dict[str, dict[str, Any]] = {
        "open_erasure": {"p_email": project.viewer.user.email, "p_operator": "x"},
        "replay_tombstones": {"p_limit": 1, "p_operator": "x"},
        "store_tombstones": {"p_tombstones": []},
        "due_erasures": {"p_limit": 1},
        "erasure_status": {"p_code": "a" * 32},
    }
    for client in (supabase.as_anon(), supabase.as_user(project.owner.user)):
        with client:
            for name, body in calls.items():
                assert client.post(f"/rpc/{name}", json=body).status_code in (401, 403), name


# Receipts


def test_a_receipt_proves_itself_and_a_changed_one_does_not(
    project: Project, api: httpx.Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started = begun(project.stranger)
    file = tmp_path / "receipt.json"
    file.write_text(api.get("/api/erasures/receipt", params={"code": started["status_code"]}).text, encoding="utf-8")
    assert erasures.main(["verify", str(file)]) == 0
    assert f"Genuine. Receipt {started['receipt_id']}" in capsys.readouterr().out
    key = json.loads(file.read_text(encoding="utf-8"))["public_key"]
    assert erasures.main(["verify", str(file), "--public-key", key]) == 0
    assert erasures.main(["verify", str(file), "--public-key", "A" * 43 + "="]) == 1

    file.write_text(file.read_text(encoding="utf-8").replace('"accounts": 1', '"accounts": 2'), encoding="utf-8")
    assert erasures.main(["verify", str(file)]) == 1
    for text in ("[]", "{}", "not JSON", ""):
        file.write_text(text, encoding="utf-8")
        assert erasures.main(["verify", str(file)]) in (1, 2), text


# The ledger


def test_a_ledger_that_is_not_whole_is_refused(
    project: Project, db: Db, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(project.stranger)
    whole, cut = tmp_path / "ledger", tmp_path / "cut"
    assert erasures.main(["ledger", "export", str(whole)]) == 0
    assert whole.stat().st_mode & 0o777 == 0o600
    assert erasures.main(["ledger", "export", str(whole)]) == 2, "what is there is never written over"
    lines = whole.read_text(encoding="utf-8").splitlines()
    line = json.loads(lines[0])
    for text in (
        "\n".join(lines[:-1]),
        "\n".join([*lines[1:-1], lines[-1]]),
        "\n".join([json.dumps(line | {"digest": "x"}), *lines[1:]]),
        "\n".join([json.dumps(line | {"kind": "other"}), *lines[1:]]),
        "",
        "{}",
    ):
        cut.write_text(text, encoding="utf-8")
        assert erasures.main(["ledger", "replay", str(cut), *OLGA]) == 2, text[-80:]
        assert "Nothing was changed" in capsys.readouterr().err
    assert project.stranger.user.id not in whole.read_text(encoding="utf-8")


def test_a_ledger_of_many_lines_loses_none(stack: Stack, db: Db, tmp_path: Path) -> None:
    db.execute(
        "insert into private.tombstones (kind, digest) select 'connection', encode(sha256(n::text::bytea), 'hex')"
        " from generate_series(1, 2500) as n on conflict do nothing"
    )
    file = tmp_path / "ledger"
    assert erasures.main(["ledger", "export", str(file)]) == 0
    *lines, last = file.read_text(encoding="utf-8").splitlines()
    held = db.execute("select count(*) from private.tombstones").fetchone()

    assert held is not None
    assert len(set(lines)) == held[0] == json.loads(last)["lines"]


def test_an_account_that_was_disconnected_does_not_come_back_with_its_tokens(
    project: Project, connect: Callable[..., Connected], stack: Stack, db: Db, tmp_path: Path
) -> None:
    connection, other = connect(project, "tiktok"), connect(project, "instagram")
    with db.transaction():
        db.execute("create temporary table kept on commit drop as select * from public.connections where id = %s",
                   (connection.id,))  # fmt: skip
        db.execute(
            "create temporary table tokens on commit drop as select * from private.connection_tokens"
            " where connection_id = %s",
            (connection.id,),
        )
        # The backup is older than the receipt; the ledger is not.
        db.execute("select private.remove_connection(c, 'user', null) from public.connections as c where id = %s",
                   (connection.id,))  # fmt: skip
        db.execute("delete from public.disconnections where connection_id = %s", (connection.id,))
        db.execute("insert into public.connections select * from kept")
        db.execute("insert into private.connection_tokens select * from tokens")
    file = tmp_path / "ledger"
    assert erasures.main(["ledger", "export", str(file)]) == 0
    assert erasures.main(["ledger", "replay", str(file), *OLGA]) == 0

    query = "select connection_id::text from private.connection_tokens where connection_id = any (%s::uuid[])"
    assert db.execute(query, ([connection.id, other.id],)).fetchall() == [(other.id,)]
    receipt = db.execute(
        "select tokens_deleted, revocation::text from public.disconnections where connection_id = %s",
        (connection.id,),
    ).fetchone()
    assert receipt == (2, "skipped")


def test_a_project_that_somebody_else_had_taken_over_is_not_deleted_by_a_replay(
    project: Project, make_creator: Callable[[], Creator], stack: Stack, db: Db, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """In the backup they are its only owner, as they were before they handed it over and went."""
    content_id = project.editor.create_content(project.id)
    alone = project.owner.create_project("Alone")
    going = project.owner.user.id
    db.execute("select private.entomb('user', %s)", (going,))
    db.execute("select private.entomb('project', %s)", (alone,))
    file = tmp_path / "ledger"
    assert erasures.main(["ledger", "export", str(file)]) == 0
    assert erasures.main(["ledger", "replay", str(file), *OLGA]) == 0
    assert "1 people erased before are here again" in capsys.readouterr().out

    assert not is_alive(db, project.owner)
    members = project.editor.read("project_members", project_id=f"eq.{project.id}", select="user_id,role")
    assert {member["user_id"]: member["role"] for member in members} == {
        project.editor.user.id: "owner",
        project.viewer.user.id: "viewer",
    }
    assert project.editor.read("contents", id=f"eq.{content_id}", select="id")
    assert db.execute("select 1 from public.projects where id = %s", (alone,)).fetchone() is None


def test_a_project_that_went_goes_again_whoever_owns_it_in_the_backup(
    project: Project, make_creator: Callable[[], Creator], stack: Stack, db: Db, tmp_path: Path
) -> None:
    former = make_creator()
    add_member(db, project.id, former, "owner")
    db.execute("select private.entomb('user', %s)", (project.owner.user.id,))
    db.execute("select private.entomb('project', %s)", (project.id,))
    file = tmp_path / "ledger"
    assert erasures.main(["ledger", "export", str(file)]) == 0
    assert erasures.main(["ledger", "replay", str(file), *OLGA]) == 0

    assert db.execute("select 1 from public.projects where id = %s", (project.id,)).fetchone() is None
    assert is_alive(db, former)


# What is kept, and for how long


def test_receipts_go_after_three_years_and_tombstones_after_400_days(
    project: Project, stack: Stack, db: Db, supabase: Supabase
) -> None:
    receipts = [begun(person)["receipt_id"] for person in (project.stranger, project.viewer)]
    for receipt_id, age in zip(receipts, ("3 years", "3 years -1 day"), strict=True):
        assert row(db, receipt_id)["state"] == "done"
        db.execute("update private.erasures set done_at = now() - %s::interval where id = %s", (age, receipt_id))
    for digest, age in (("a" * 64, "400 days"), ("b" * 64, "399 days")):
        db.execute(
            "insert into private.tombstones (kind, digest, at) values ('user', %s, now() - %s::interval)", (digest, age)
        )
    with supabase.as_service() as rest:
        removed = rest.post("/rpc/purge_erasures", json={"p_batch": 100}).raise_for_status().json()

    assert (removed["erasures"], removed["tombstones"]) == (1, 1)
    assert stores(db, receipts[0]) == {}
    assert row(db, receipts[1])["receipt"]
    left = db.execute("select digest from private.tombstones where digest = any (%s)", (["a" * 64, "b" * 64],))
    assert left.fetchall() == [("b" * 64,)]
