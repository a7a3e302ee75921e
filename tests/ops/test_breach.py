"""A breach: whom it concerns is found and shown to nobody, and each of them is told once, whatever is killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from ops.breach import drill
from ops.breach.commands import main
from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl, Supabase, User
from sandbox.stack.paths import ROOT
from sandbox.stack.stack import Stack
from tests.functions.cron.crons import report
from tests.people import Connected, Project
from tests.shared.mail.mailing import Db, change, deliver_now, one, settle_the_rest

WORDS = {
    "data": "Titles of your contents.",
    "consequences": "Somebody may know what you plan.",
    "measures": "The copy is gone.\nNobody can make another.",
    "recommendations": "Look at <b>your</b> posts.",
}
# Dies at its N-th batch: before the call, or when it is done.
DYING = """
import os, signal, sys
from ops.breach import commands
from shared.database import Database

commands.BATCH = 10
call, seen = Database.as_system, 0

async def dying(database, function, **arguments):
    global seen
    seen += function == "enqueue_breach_notices"
    if function == "enqueue_breach_notices" and seen == int(sys.argv[2]):
        if sys.argv[1] == "after":
            await call(database, function, **arguments)
        os.kill(os.getpid(), signal.SIGKILL)
    return await call(database, function, **arguments)

Database.as_system = dying
sys.exit(commands.main(sys.argv[3:]))
"""
# Sends what is due, and dies in the middle of it.
DYING_CRON = """
import asyncio, os, signal
from shared.egress import Egress
from shared.mail.outbox import deliver
from shared.runtime import Runtime

send, seen = Egress.send, 0

async def dying(egress, request, **options):
    global seen
    answer = await send(egress, request, **options)
    seen += 1
    if seen == 15:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer

Egress.send = dying
asyncio.run(deliver(Runtime.from_environ(os.environ)))
"""

type Say = Callable[..., str]


@pytest.fixture(autouse=True)
def quiet(db: Db) -> Iterator[None]:
    settle_the_rest(db)
    db.execute("delete from private.breaches")
    yield
    settle_the_rest(db)
    db.execute("delete from private.breaches")


@pytest.fixture
def say(stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs the command as Olga; what it says, after it ended as expected."""
    monkeypatch.setenv("OPERATOR", "Olga")

    def run(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        ended = main(list(arguments))
        heard = capsys.readouterr()
        assert ended == code, heard
        return heard.err if code == 2 else heard.out

    return run


@pytest.fixture
def opened(say: Say) -> str:
    return open_breach(say)


def open_breach(say: Say, *, hours_ago: float = 1) -> str:
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    said = say("open", "--nature", "A copy of a table was read.", "--aware-at", at.isoformat())
    return str(re.findall(r"Breach ([0-9a-f-]{36}): ", said)[0])


def write(say: Say, breach_id: str) -> str:
    return say("notice", breach_id, *(part for name, text in WORDS.items() for part in (f"--{name}", text)))


def people(db: Db, breach_id: str) -> set[str]:
    query = "select user_id::text from private.breach_people where breach_id = %s"
    return {user_id for (user_id,) in db.execute(query, (breach_id,))}


def everybody(project: Project) -> set[str]:
    return {person.user.id for person in (project.owner, project.editor, project.viewer)}


def crowd(db: Db, breach_id: str, count: int) -> list[str]:
    """People whom the breach concerns, and their addresses."""
    rows = db.execute(
        "with made as (insert into auth.users (id, aud, role, email) select gen_random_uuid(), 'authenticated',"
        " 'authenticated', 'crowd-' || gen_random_uuid() || '@itoms.test' from generate_series(1, %s)"
        " returning id, email), kept as (insert into private.breach_people (breach_id, user_id)"
        " select %s, m.id from made as m) select m.email from made as m",
        (count, breach_id),
    ).fetchall()
    return [address for (address,) in rows]


def test_the_drill_holds(
    *,
    stack: Stack,
    sandbox: SandboxControl,
    db: Db,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In the stack of the tests, which is there already."""
    db.execute("delete from private.connection_tokens")
    monkeypatch.setattr(drill, "fresh", lambda name, ports: nullcontext(stack))
    moved = sandbox.now() - time.time()
    sandbox.advance(-moved)
    sandbox.settings(resend={"webhooks": "on"})
    try:
        assert drill.drill() == 0, capsys.readouterr().err
    finally:
        sandbox.settings(resend={"webhooks": "held"})
        sandbox.advance(moved)
    said = capsys.readouterr().out

    assert len(re.findall(r"^T\+00:\d\d\.\d +\d+  ", said, re.MULTILINE)) == 11
    assert "the cron sent 4: one to each, none to the 2 others" in said
    assert "3 delivered, 1 bounced, 0 late" in said


# The clock


def test_the_seventy_two_hours_run_from_when_we_knew_and_in_hours(say: Say, db: Db) -> None:
    breach_id = open_breach(say, hours_ago=70.5)
    said = say("status", breach_id)

    assert "1.5 of 72 hours left" in said
    due = one(db, "select aware_at + interval '72 hours' from private.breaches where id = %s", breach_id)
    assert f"due: {due.isoformat()[:19]}" in said
    assert breach_id in say("status"), "every open one"


@pytest.mark.parametrize("given", ["2026-11-26T08:30", "yesterday", "08:30+00:00"])
def test_a_time_without_its_offset_is_refused(say: Say, given: str) -> None:
    with pytest.raises(SystemExit):
        say("open", "--nature", "x", "--aware-at", given)


def test_nobody_is_aware_of_what_is_to_come(say: Say) -> None:
    future = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert "aware_in_the_future" in say("open", "--nature", "x", "--aware-at", future, code=2)


# Whom it concerns


def test_the_people_of_a_key_are_those_whose_tokens_are_under_it(
    *, say: Say, opened: str, project: Project, connect: Callable[..., Connected], db: Db
) -> None:
    under, other = connect(project, "tiktok"), connect(project, "instagram")
    db.execute("delete from private.connection_tokens where connection_id <> all(%s)", ([under.id, other.id],))
    envelope = f"v1.leaked.{'a' * 16}.{'a' * 30}"
    db.execute("update private.connection_tokens set refresh_token = %s where connection_id = %s", (envelope, under.id))

    for wrong in ("leake", "leaked2", "LEAKED", "v1", "%"):
        assert say("affected", opened, "--key-id", wrong).startswith("0 people")
    said = say("affected", opened, "--key-id", "leaked")

    assert said.startswith("3 people\n")
    assert "access tokens of connected accounts, encrypted" in said
    assert people(db, opened) == set(), "looking records nobody"
    say("affected", opened, "--key-id", "leaked", "--record")
    assert people(db, opened) == everybody(project)


def test_nobody_is_named_on_the_screen(
    *, say: Say, opened: str, project: Project, connect: Callable[..., Connected], sandbox: SandboxControl, db: Db
) -> None:
    connected = connect(project, "tiktok")
    said = [
        say("affected", opened, "--connection", connected.id, "--record"), write(say, opened), say("send", opened),
        str(deliver_now()), say("status", opened), say("authority", opened),
    ]  # fmt: skip

    for person in (project.owner, project.editor, project.viewer):
        assert len(sandbox.mails(person.user.email)) == 1
        assert not any(person.user.email in text or person.user.id in text for text in said)
    assert sandbox.mails(project.stranger.user.email) == []


def test_a_connection_that_is_gone_still_leads_to_its_people(
    *, say: Say, opened: str, project: Project, connect: Callable[..., Connected], db: Db
) -> None:
    connected = connect(project, "tiktok")
    project.owner.post("connections/disconnect", {"connection_id": connected.id}).raise_for_status()
    say("affected", opened, "--connection", connected.id, "--record")

    assert people(db, opened) == everybody(project)


def test_a_table_leads_to_whoever_has_rows_in_it_and_a_time_to_whose_were_written_then(
    *, say: Say, opened: str, project: Project, db: Db
) -> None:
    db.execute("delete from public.contents")
    content_id = project.owner.create_content(project.id)
    db.execute(
        "update public.contents set created_at = '2020-01-10', updated_at = '2020-01-20' where id = %s", (content_id,)
    )

    def found(*options: str) -> int:
        return int(say("affected", opened, "--table", "public.contents", *options).partition(" ")[0])

    assert found() == 3
    db.execute("alter table public.contents disable trigger user")
    db.execute(
        "update public.contents set created_at = '2020-01-10', updated_at = '2020-01-20' where id = %s", (content_id,)
    )
    db.execute("alter table public.contents enable trigger user")
    for begin, end, count in (
        ("2020-01-01", "2020-01-09", 0), ("2020-01-01", "2020-01-11", 3), ("2020-01-12", "2020-01-15", 3),
        ("2020-01-19", "2020-02-01", 3), ("2020-01-21", "2020-02-01", 0),
    ):  # fmt: skip
        assert found("--from", f"{begin}T00:00Z", "--to", f"{end}T00:00Z") == count, begin


def test_a_time_alone_finds_whoever_had_anything_written_then(
    *, say: Say, opened: str, project: Project, make_creator: Callable[[], Creator], db: Db
) -> None:
    """And no table that leads to people is left out, also none that is made next year."""
    late = make_creator()
    late.create_project("Later")
    db.execute("create table private.made_next_year (id int, user_id uuid, at timestamptz)")
    db.execute("alter table private.made_next_year owner to postgres")
    try:
        db.execute("insert into private.made_next_year values (1, %s, '1999-06-01')", (project.stranger.user.id,))
        db.execute("update auth.users set created_at = now(), updated_at = now() where created_at is null")
        say("affected", opened, "--from", "1999-01-01T00:00Z", "--to", "2000-01-01T00:00Z", "--record")
        assert people(db, opened) == {project.stranger.user.id}
    finally:
        db.execute("drop table private.made_next_year")
    since = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()
    say("affected", opened, "--from", since, "--record")
    assert everybody(project) | {late.user.id} <= people(db, opened)


@pytest.mark.parametrize("table", ["public.nothing", "private.purge_runs", "auth.sessions", "pg_catalog.pg_class"])
def test_a_table_that_leads_to_nobody_is_said_to(say: Say, opened: str, table: str) -> None:
    assert "table_leads_to_nobody" in say("affected", opened, "--table", table, code=2)


def test_without_a_selector_nobody_is_concerned(say: Say, opened: str, db: Db) -> None:
    assert "--key-id" in say("affected", opened, "--record", code=2)
    assert people(db, opened) == set()


# Telling them


def test_what_is_read_is_what_was_previewed(
    *, say: Say, opened: str, make_user: Callable[[], User], sandbox: SandboxControl, db: Db
) -> None:
    [address] = crowd(db, opened, 1)
    assert "breach_notice_incomplete" in say("send", opened, code=2)
    preview = write(say, opened)
    say("send", opened)
    deliver_now()

    [letter] = sandbox.mails(address)
    assert letter["text"] in preview
    for text in ("A copy of a table was read.", *WORDS.values()):
        assert text in letter["text"]
    assert "&lt;b&gt;your&lt;/b&gt;" in letter["html"]
    assert "gone.<br>Nobody" in letter["html"]
    # Everybody reads the same: from now on no word changes.
    assert "breach_notice_final" in say("notice", opened, "--data", "Something else.", code=2)


def test_what_goes_to_resend_has_no_id_of_the_account(say: Say, opened: str, sandbox: SandboxControl, db: Db) -> None:
    crowd(db, opened, 1)
    [user_id] = people(db, opened)
    write(say, opened)
    say("send", opened)
    sandbox.clear_journal()
    deliver_now()

    [request] = sandbox.journal("resend.emails")
    assert re.fullmatch("breach/[0-9a-f]{64}", request["headers"]["idempotency-key"])
    assert user_id not in json.dumps(request)


def test_a_person_has_one_notice_of_a_breach_also_if_the_note_of_it_is_lost(say: Say, opened: str, db: Db) -> None:
    crowd(db, opened, 2)
    write(say, opened)
    say("send", opened)
    db.execute("update private.breach_people set enqueued_at = null")
    say("send", opened)

    assert one(db, "select count(*) from private.mail_outbox where parameters ->> 'breach_id' = %s", opened) == 2


@pytest.mark.parametrize(("point", "number"), [("after", 1), ("before", 4)])
def test_sending_that_was_killed_goes_on_and_nobody_gets_it_twice(
    *, say: Say, opened: str, sandbox: SandboxControl, db: Db, point: str, number: int
) -> None:
    addresses = crowd(db, opened, 60)
    write(say, opened)
    command = [sys.executable, "-c", DYING, point, str(number), "send", opened]
    killed = subprocess.run(command, cwd=ROOT, env=dict(os.environ), check=False, timeout=60, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    queued = one(db, "select count(*) from private.mail_outbox where kind = 'breach_notice' and state = 'queued'")
    assert queued == 10 * (number - (point == "before"))
    for _ in range(2):
        say("send", opened)

    killed = subprocess.run([sys.executable, "-c", DYING_CRON], cwd=ROOT, env=dict(os.environ), check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    left = "state in ('queued', 'sending') and kind = 'breach_notice'"
    db.execute(f"update private.mail_outbox set next_attempt_at = now() where {left}")
    while one(db, f"select count(*) from private.mail_outbox where {left}"):
        deliver_now()

    counts = [len(sandbox.mails(address)) for address in addresses]
    assert counts == [1] * 60
    assert "60 sent" in say("status", opened)


def test_notices_do_not_hold_up_a_mail_that_somebody_waits_for(
    say: Say, opened: str, make_user: Callable[[], User], db: Db
) -> None:
    crowd(db, opened, 5)
    write(say, opened)
    say("send", opened)
    ada = make_user()
    db.execute("select private.enqueue_mail('export_ready', %s, %s, '{}')", (ada.id, ada.id))

    assert [mail["kind"] for mail in one(db, "select private.claim_mails(2, 1)")] == ["export_ready", "breach_notice"]
    db.execute("update private.mail_outbox set next_attempt_at = now()")


def test_whoever_deletes_the_account_meanwhile_is_neither_told_nor_kept(
    say: Say, opened: str, sandbox: SandboxControl, db: Db
) -> None:
    gone, stays = crowd(db, opened, 2)
    write(say, opened)
    say("send", opened)
    db.execute("delete from auth.users where email = %s", (gone,))
    deliver_now()

    assert (len(sandbox.mails(gone)), len(sandbox.mails(stays))) == (0, 1)
    assert len(people(db, opened)) == 1


def test_what_is_late_or_did_not_arrive_is_counted_and_fails_the_command(
    *, say: Say, sandbox: SandboxControl, db: Db
) -> None:
    breach_id = open_breach(say, hours_ago=71)
    addresses = crowd(db, breach_id, 3)
    write(say, breach_id)
    say("send", breach_id)
    assert "late: 0" in say("status", breach_id)
    deliver_now()
    [bounced] = sandbox.mails(addresses[0])
    db.execute("select private.record_mail_event(repeat('c', 64), null, %s, 'bounced')", (bounced["id"],))
    assert "2 sent, 0 delivered, 1 bounced" in say("status", breach_id, code=1)
    db.execute("delete from private.mail_events where digest = repeat('c', 64)")

    db.execute("update private.breaches set aware_at = aware_at - interval '2 hours' where id = %s", (breach_id,))
    said = say("status", breach_id, code=1)
    assert "the 72 hours ended 1 hours ago" in said
    assert "late: 3" in said
    assert "Reasons for the delay" in say("authority", breach_id)


# Its end


def test_who_was_told_in_time_is_not_late_when_the_breach_is_closed_months_later(
    *, say: Say, opened: str, stack: Stack, db: Db
) -> None:
    crowd(db, opened, 3)
    write(say, opened)
    say("send", opened)
    deliver_now()
    months_later(db, opened)
    report(stack, "purge")
    assert "3 sent" in say("status", opened)
    say("close", opened, "--conclusion", "Done.")

    outcome = one(db, "select outcome from private.breaches where id = %s", opened)
    assert (outcome["sent"], outcome["late"]) == ("3", "0")
    # What the outcome says is kept there, and the mails are as old as they are.
    assert report(stack, "purge")["removed"]["mails"] == 3


def months_later(db: Db, breach_id: str) -> None:
    """As everything of it stands in a hundred days."""
    db.execute("update private.breaches set aware_at = aware_at - interval '100 days' where id = %s", (breach_id,))
    db.execute(
        "update private.mail_outbox set sent_at = sent_at - interval '100 days',"
        " settled_at = settled_at - interval '100 days' where parameters ->> 'breach_id' = %s",
        (breach_id,),
    )


def test_the_authority_gets_every_field_and_what_is_missing_is_said(say: Say, opened: str, stack: Stack) -> None:
    assert say("authority", opened).count("(not written yet)") == 4
    write(say, opened)
    said = say("authority", opened)

    for text in ("(a) Nature", "(b) Contact", "(c) Likely", "(d) Measures", *WORDS.values(), "privacy@itoms.test"):
        assert text in said
    assert "TikTok: at once" in said
    assert "Meta: as soon as practicable" in said


def test_a_breach_is_not_closed_while_somebody_is_still_to_be_told(say: Say, opened: str, db: Db) -> None:
    crowd(db, opened, 2)
    write(say, opened)
    say("send", opened)
    assert "breach_not_told" in say("close", opened, "--conclusion", "Done.", code=2)
    deliver_now()
    say("close", opened, "--conclusion", "Done.")

    for command in (("send",), ("notice", "--data", "x"), ("close", "--conclusion", "x")):
        assert "breach_closed" in say(command[0], opened, *command[1:], code=2)
    assert "closed" in say("status", opened)
    assert say("status") == "No breach is open.\n"


def test_a_breach_that_endangers_nobody_is_closed_with_its_reason_and_documented(say: Say, opened: str, db: Db) -> None:
    say("close", opened, "--conclusion", "The copy was encrypted, and its key is safe.")
    assert "encrypted" in one(db, "select conclusion from private.breaches where id = %s", opened)


def test_who_did_what_is_in_the_audit_log(
    say: Say, opened: str, project: Project, connect: Callable[..., Connected], db: Db
) -> None:
    connected = connect(project, "tiktok")
    say("affected", opened, "--connection", connected.id, "--record")
    write(say, opened)
    for _ in range(2):
        say("send", opened)
    deliver_now()
    say("close", opened, "--conclusion", "Done.")

    lines = db.execute(
        "select action, operator from private.audit_log where subject_id = %s or detail ->> 'breach_id' = %s"
        " order by id", (opened, opened),
    ).fetchall()  # fmt: skip
    actions = ["opened", "affected_recorded", "notice_written", "notice_sent", "closed"]
    assert lines == [(f"breach_{action}", "Olga") for action in actions]


def test_the_people_go_before_the_facts_do(say: Say, opened: str, stack: Stack, db: Db) -> None:
    crowd(db, opened, 1)
    say("close", opened, "--conclusion", "Nobody had to be told.")
    seen = []
    for age in ("89 days", "91 days", "3 years -1 day", "3 years 1 day"):
        db.execute("update private.breaches set closed_at = now() - %s::interval", (age,))
        removed = report(stack, "purge")["removed"]
        seen.append((removed["breach_people"], removed["breaches"]))

    assert seen == [(0, 0), (1, 0), (0, 0), (0, 1)]


def test_users_cannot_reach_any_of_it(project: Project, supabase: Supabase, opened: str) -> None:
    calls = {
        "open_breach": {"p_nature": "x", "p_aware_at": "2026-11-26T00:00Z", "p_operator": "x"},
        "count_affected": {"p_selector": {"key_id": "k1"}},
        "breach_status": {"p_breach_id": opened},
        "enqueue_breach_notices": {"p_breach_id": opened, "p_batch": 1, "p_operator": "x"},
    }
    for client in (supabase.as_anon(), supabase.as_user(project.owner.user)):
        with client:
            for name, body in calls.items():
                assert client.post(f"/rpc/{name}", json=body).status_code in (401, 403)


def test_the_clock_of_a_mail_that_waits_does_not_matter_to_who_is_told(say: Say, opened: str, db: Db) -> None:
    """A person who was recorded by two selectors, or twice, is one person."""
    crowd(db, opened, 3)
    assert "0 people were recorded" in say("affected", opened, "--table", "private.breach_people", "--record")
    write(say, opened)
    say("send", opened)
    [mail_id] = db.execute("select id from private.mail_outbox where kind = 'breach_notice' limit 1").fetchone() or [""]
    change(db, str(mail_id), "next_attempt_at = now() + interval '1 hour'")
    say("send", opened)

    assert one(db, "select count(*) from private.mail_outbox where kind = 'breach_notice' and state = 'queued'") == 3
