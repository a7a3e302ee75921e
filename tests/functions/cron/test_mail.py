"""GET /api/cron/mail: each mail leaves once, to whom it is for, and what is in doubt is never sent blindly."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from sandbox.stack.clients import SandboxControl, Supabase, User
from sandbox.stack.paths import ROOT
from sandbox.stack.stack import Stack
from shared.mail.outbox import deliver, send_at_once
from shared.mail.resend import Outcome, Result
from shared.runtime import Runtime
from shared.secret import Secret
from tests.functions.cron.crons import report
from tests.people import Connected, Project
from tests.shared.mail.mailing import Db, change, deliver_now, enqueue, mail, one, run, settle_the_rest

type MakeUser = Callable[[], User]
DYING = """
import asyncio, os, signal
from shared.egress import Egress
from shared.mail.outbox import deliver
from shared.runtime import Runtime

send = Egress.send

async def sent_and_dead(egress, request, **options):
    await send(egress, request, **options)
    os.kill(os.getpid(), signal.SIGKILL)

Egress.send = sent_and_dead
asyncio.run(deliver(Runtime.from_environ(os.environ)))
"""


@pytest.fixture(autouse=True)
def quiet(db: Db, sandbox: SandboxControl) -> Iterator[None]:
    settle_the_rest(db)
    db.execute("delete from private.mail_outbox where kind = 'request_reminder'")
    yield
    sandbox.clear_faults()
    settle_the_rest(db)


@pytest.fixture
def ada(make_user: MakeUser) -> User:
    return make_user()


def count(state: str, number: int = 1) -> dict[str, int]:
    return dict.fromkeys(("sent", "put_off", "failed", "unknown"), 0) | {state: number}


def test_a_notice_becomes_a_mail_to_each_who_can_act_with_nothing_of_the_account_in_it(
    *, project: Project, connect: Callable[..., Connected], sandbox: SandboxControl, stack: Stack, db: Db
) -> None:
    connected = connect(project, "instagram")
    answer = sandbox.instagram_callback("deauthorize", connected.account, url=_here(stack))
    assert answer["status"] == 200, answer
    assert report(stack, "mail") == count("sent", 2)

    for person in (project.owner, project.editor):
        [letter] = sandbox.mails(person.user.email)
        assert letter["subject"] == "itoms has no access to your Instagram account any more"
        assert letter["sender"] == "itoms <mail@itoms.test>"
        assert letter["reply_to"] == "privacy@itoms.test"
        assert letter["idempotency_key"].startswith("access_ended/")
        assert "hill.walks" not in str(letter).lower()
        assert connected.account not in str(letter)
    assert sandbox.mails(project.viewer.user.email) == []
    rows = db.execute(
        "select state, attempts, parameters from private.mail_outbox where user_id = any(%s)",
        ([project.owner.user.id, project.editor.user.id],),
    ).fetchall()
    assert rows == [("sent", 1, {"platform": "instagram", "cause": "revoked_on_platform"})] * 2


def _here(stack: Stack) -> str:
    return f"{stack.addresses.app}/api/webhooks/instagram/deauthorize"


def test_the_address_is_the_one_of_the_moment_of_sending(ada: User, sandbox: SandboxControl, db: Db) -> None:
    enqueue(db, ada.id)
    db.execute("update auth.users set email = %s where id = %s", (f"new-{ada.email}", ada.id))
    deliver_now()

    assert sandbox.mails(ada.email) == []
    assert len(sandbox.mails(f"new-{ada.email}")) == 1


def test_what_is_in_the_outbox_goes_with_the_account(ada: User, sandbox: SandboxControl, db: Db) -> None:
    mail_id = enqueue(db, ada.id)
    db.execute("delete from auth.users where id = %s", (ada.id,))

    assert deliver_now() == count("sent", 0)
    assert (mail(db, mail_id), sandbox.mails(ada.email)) == ({}, [])
    # And nothing new comes in for whoever is gone.
    assert one(db, "select private.enqueue_mail('export_ready', %s, 'later', '{}')", ada.id) is False


def test_the_same_event_is_mailed_once_however_often_it_is_told(ada: User, sandbox: SandboxControl, db: Db) -> None:
    told = [one(db, "select private.enqueue_mail('export_ready', %s, %s, '{}')", ada.id, ada.id) for _ in range(3)]
    deliver_now()
    told.append(one(db, "select private.enqueue_mail('export_ready', %s, %s, '{}')", ada.id, ada.id))
    deliver_now()

    assert told == [True, False, False, False]
    assert len(sandbox.mails(ada.email)) == 1


def test_two_crons_at_once_share_the_mails(make_user: MakeUser, sandbox: SandboxControl, db: Db) -> None:
    people = [make_user() for _ in range(12)]
    for person in people:
        enqueue(db, person.id)

    async def both(runtime: Runtime) -> list[Any]:
        return [*await asyncio.gather(deliver(runtime), deliver(runtime))]

    assert sum(done["sent"] for done in run(both)) == len(people)
    assert [len(sandbox.mails(person.email)) for person in people] == [1] * len(people)


@pytest.mark.parametrize(
    "fault", ["drop_after", "html_200", "malformed_json", {"kind": "error", "status": 500, "when": "after"}]
)
def test_a_lost_answer_is_asked_for_again_under_the_same_key(
    *, ada: User, sandbox: SandboxControl, db: Db, fault: str | dict[str, Any]
) -> None:
    mail_id = enqueue(db, ada.id)
    sandbox.fault("resend.emails", fault if isinstance(fault, dict) else {"kind": fault, "when": "after"})
    assert deliver_now() == count("put_off")
    found = mail(db, mail_id)
    assert (found["state"], found["doubt_since"] is None) == ("queued", False)
    assert deliver_now() == count("sent", 0), "not before its time"
    change(db, mail_id, "next_attempt_at = now()")
    assert deliver_now() == count("sent")

    assert len(sandbox.mails(ada.email)) == 1
    assert mail(db, mail_id)["provider_id"] == sandbox.mails(ada.email)[0]["id"]


@pytest.mark.parametrize("fault", ["drop_before", {"kind": "error", "status": 500}])
def test_what_never_arrived_is_sent_later(
    *, ada: User, sandbox: SandboxControl, db: Db, fault: str | dict[str, Any]
) -> None:
    mail_id = enqueue(db, ada.id)
    sandbox.fault("resend.emails", fault)
    deliver_now()
    change(db, mail_id, "next_attempt_at = now()")
    deliver_now()

    assert len(sandbox.mails(ada.email)) == 1


def test_after_a_day_of_doubt_a_mail_is_unknown_and_never_sent_again(
    ada: User, sandbox: SandboxControl, db: Db
) -> None:
    """Resend has forgotten the key by then, and would send a second one."""
    mail_id = enqueue(db, ada.id)
    sandbox.fault("resend.emails", "drop_after")
    deliver_now()
    change(db, mail_id, "next_attempt_at = now(), doubt_since = now() - interval '22 hours 59 minutes'")
    sandbox.fault("resend.emails", "drop_before")
    deliver_now()
    assert mail(db, mail_id)["state"] == "queued"

    change(db, mail_id, "next_attempt_at = now(), doubt_since = now() - interval '23 hours'")
    sandbox.advance(25 * 3600)
    for _ in range(2):
        deliver_now()

    found = mail(db, mail_id)
    assert (found["state"], found["reason"]) == ("unknown", "no_answer")
    assert len(sandbox.mails(ada.email)) == 1


def test_a_mail_that_certainly_did_not_leave_is_never_in_doubt(ada: User, sandbox: SandboxControl, db: Db) -> None:
    """However long Resend does not want it: it may be sent days later."""
    mail_id = enqueue(db, ada.id)
    refusal = {"kind": "error", "status": 429, "name": "daily_quota_exceeded"}
    for _ in range(2):
        sandbox.fault("resend.emails", refusal)
        change(db, mail_id, "next_attempt_at = now(), created_at = now() - interval '2 days'")
        assert deliver_now() == count("put_off")
        assert mail(db, mail_id)["doubt_since"] is None
    change(db, mail_id, "next_attempt_at = now()")

    assert deliver_now() == count("sent")


def test_an_address_that_changed_in_doubt_is_left_alone(ada: User, sandbox: SandboxControl, db: Db) -> None:
    """The key was taken for another address: which mail arrived cannot be told, and a second one is not risked."""
    mail_id = enqueue(db, ada.id)
    sandbox.fault("resend.emails", "drop_after")
    deliver_now()
    db.execute("update auth.users set email = %s where id = %s", (f"new-{ada.email}", ada.id))
    change(db, mail_id, "next_attempt_at = now()")

    assert deliver_now() == count("unknown")
    assert mail(db, mail_id)["reason"] == "invalid_idempotent_request"
    assert sandbox.mails(f"new-{ada.email}") == []


def test_what_resend_does_not_take_fails_and_is_not_tried_again(ada: User, sandbox: SandboxControl, db: Db) -> None:
    mail_id = enqueue(db, ada.id)
    sandbox.fault("resend.emails", {"kind": "error", "status": 422, "name": "validation_error"})
    assert deliver_now() == count("failed")
    change(db, mail_id, "next_attempt_at = now()")
    assert deliver_now() == count("sent", 0)

    found = mail(db, mail_id)
    assert (found["state"], found["reason"], sandbox.mails(ada.email)) == ("failed", "validation_error", [])


def test_a_mail_that_cannot_be_written_or_addressed_holds_nobody_up(
    *, ada: User, make_user: MakeUser, sandbox: SandboxControl, db: Db
) -> None:
    nowhere = make_user()
    db.execute("update auth.users set email = null where id = %s", (nowhere.id,))
    broken = [enqueue(db, nowhere.id), enqueue(db, ada.id, "access_ended", platform="myspace")]
    enqueue(db, ada.id)

    assert deliver_now() == count("failed", 2) | {"sent": 1}
    assert [mail(db, mail_id)["reason"] for mail_id in broken] == ["no_address", "no_words"]
    assert len(sandbox.mails(ada.email)) == 1


def test_a_wrong_key_fails_no_mail_and_calls_once(
    *, make_user: MakeUser, sandbox: SandboxControl, db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [make_user() for _ in range(20)]
    ids = [enqueue(db, person.id) for person in people]
    before = len(sandbox.journal("resend.emails"))
    with monkeypatch.context() as wrong:
        wrong.setenv("RESEND_API_KEY", "re_another_key_of_ours")
        assert deliver_now()["put_off"] >= 1
    # Those that were at it at once, and nobody after them.
    assert len(sandbox.journal("resend.emails")) - before <= 8
    assert {mail(db, mail_id)["state"] for mail_id in ids} == {"queued"}
    db.execute("update private.mail_outbox set next_attempt_at = now() where state = 'queued'")

    assert deliver_now() == count("sent", 20)


def test_too_fast_is_waited_out_and_blames_no_mail(ada: User, sandbox: SandboxControl, db: Db) -> None:
    mail_id = enqueue(db, ada.id)
    sandbox.fault("resend.emails", {"kind": "error", "status": 429, "name": "rate_limit_exceeded"}, times=2)
    slept: list[float] = []

    async def sleepless(runtime: Runtime) -> Any:
        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        return await deliver(_with_sleep(runtime, sleep))

    assert run(sleepless) == count("sent")
    assert max(slept) >= 0.9
    assert mail(db, mail_id)["attempts"] == 1


def _with_sleep(runtime: Runtime, sleep: Callable[[float], Any]) -> Runtime:
    return Runtime(runtime.settings, runtime.database, runtime.egress, runtime.vault, sleep=sleep)


def test_a_run_that_has_no_time_left_gives_back_what_it_claimed(ada: User, sandbox: SandboxControl, db: Db) -> None:
    mail_id = enqueue(db, ada.id)
    claimed = one(db, "select private.claim_mails(10, 100)")
    assert [entry["id"] for entry in claimed] == [mail_id]
    held = [{key: claimed[0][key] for key in ("id", "epoch", "in_doubt")} | {"outcome": "held"}]
    assert one(db, "select private.settle_mails(%s)", Jsonb(held)) == 1

    found = mail(db, mail_id)
    assert (found["state"], found["attempts"], found["doubt_since"]) == ("queued", 0, None)
    assert deliver_now() == count("sent")


def test_whoever_lost_the_lease_writes_nothing(ada: User, db: Db) -> None:
    mail_id = enqueue(db, ada.id)
    [first] = one(db, "select private.claim_mails(10, 100)")
    assert one(db, "select private.claim_mails(10, 100)") == [], "somebody has it"
    change(db, mail_id, "next_attempt_at = now()")
    [second] = one(db, "select private.claim_mails(10, 100)")
    assert second["in_doubt"], "the first may have sent it"

    def settle(claim: dict[str, Any]) -> int:
        given = {key: claim[key] for key in ("id", "epoch", "in_doubt")}
        result = [given | {"outcome": "failed", "reason": "validation_error"}]
        return int(one(db, "select private.settle_mails(%s)", Jsonb(result)))

    assert (settle(first), settle(second), settle(second)) == (0, 1, 0)
    # What failed the second time may have left the first time.
    assert mail(db, mail_id)["state"] == "unknown"


def test_a_worker_killed_after_the_call_makes_no_second_mail(ada: User, sandbox: SandboxControl, db: Db) -> None:
    mail_id = enqueue(db, ada.id)
    killed = subprocess.run([sys.executable, "-c", DYING], cwd=ROOT, env=dict(os.environ), check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert mail(db, mail_id)["state"] == "sending"
    assert deliver_now() == count("sent", 0), "nobody takes it over while it may still be at work"
    change(db, mail_id, "next_attempt_at = now()")

    assert deliver_now() == count("sent")
    assert len(sandbox.mails(ada.email)) == 1


def test_an_attempt_waits_longer_each_time_and_there_is_an_end(ada: User, sandbox: SandboxControl, db: Db) -> None:
    mail_id = enqueue(db, ada.id)
    waits = []
    for attempts in (0, 1, 6, 7, 20):
        sandbox.fault("resend.emails", {"kind": "error", "status": 500})
        change(db, mail_id, f"next_attempt_at = now(), doubt_since = null, attempts = {attempts}")
        deliver_now()
        waits.append(one(db, "select round(extract(epoch from next_attempt_at - now()) / 60)"
                         " from private.mail_outbox where id = %s", mail_id))  # fmt: skip
    assert waits == [1, 2, 64, 120, 120]
    sandbox.fault("resend.emails", {"kind": "error", "status": 500})
    change(db, mail_id, "next_attempt_at = now(), attempts = 39")
    deliver_now()

    assert mail(db, mail_id)["state"] == "unknown"


# What people ask about their data


def test_who_asks_by_mail_and_the_operator_hear_of_it_and_neither_mail_names_a_person(
    ada: User, sandbox: SandboxControl, db: Db
) -> None:
    query = "select private.open_privacy_request('access', 'email', %s, 'Olga', null)"
    request_id = str(one(db, query, ada.id))
    db.execute("select private.note_privacy_request(%s, 'reminded')", (request_id,))
    assert deliver_now() == count("sent", 2)

    [to_ada] = sandbox.mails(ada.email)
    [to_office] = [found for found in sandbox.mails("privacy@itoms.test") if request_id in found["text"]]
    assert request_id in to_ada["text"]
    assert ada.email not in str(to_office)
    assert ada.id not in str(to_office)


# Where the address is about to go


def test_a_last_mail_leaves_at_once_and_once(ada: User, sandbox: SandboxControl, db: Db) -> None:
    async def last(runtime: Runtime) -> Result:
        return await send_at_once(
            runtime, "erasure_done", to=Secret(ada.email), entity_id=ada.id, parameters={"request_id": "r-1"}
        )

    sandbox.fault("resend.emails", "drop_after")
    outcomes = [run(last).outcome for _ in range(3)]

    assert outcomes == [Outcome.UNCLEAR, Outcome.SENT, Outcome.SENT]
    [letter] = sandbox.mails(ada.email)
    assert letter["idempotency_key"] == f"erasure_done/{ada.id}"
    assert "r-1" in letter["text"]
    assert one(db, "select count(*) from private.mail_outbox where user_id = %s", ada.id) == 0


def test_nobody_reads_or_fills_the_outbox(ada: User, supabase: Supabase) -> None:
    for client in (supabase.as_anon(), supabase.as_user(ada)):
        with client:
            for name, body in (("claim_mails", {"p_limit": 1, "p_lease_seconds": 1}), ("purge_mail", {"p_batch": 1})):
                assert client.post(f"/rpc/{name}", json=body).status_code in (401, 403)
            assert client.get("/mail_outbox").status_code == 404


def test_what_is_settled_goes_after_ninety_days(ada: User, stack: Stack, db: Db) -> None:
    old, young, open_ = (enqueue(db, ada.id) for _ in range(3))
    for mail_id, age in ((old, "90 days 1 second"), (young, "89 days 23 hours")):
        change(db, mail_id, f"state = 'sent', settled_at = now() - interval '{age}'")
    change(db, open_, "created_at = now() - interval '1 year'")
    db.execute("insert into private.mail_events values (repeat('a', 64), now() - interval '7 days 1 second')")
    db.execute("insert into private.mail_events values (repeat('b', 64), now() - interval '6 days 23 hours')")

    removed = report(stack, "purge")["removed"]

    assert (removed["mails"], removed["mail_events"]) == (1, 1)
    assert [bool(mail(db, mail_id)) for mail_id in (old, young, open_)] == [False, True, True]
    db.execute("delete from private.mail_events where digest = repeat('b', 64)")
