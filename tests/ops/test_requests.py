"""Requests by mail: opened for whoever asks, in the right order, on time, and without anybody's address."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from ops import audit, requests
from sandbox.creator import Creator
from sandbox.stack.clients import Supabase
from sandbox.stack.paths import MIGRATIONS
from sandbox.stack.stack import Stack
from tests.functions.cron.crons import report
from tests.people import Project

Db = psycopg.Connection[Any]
CONFIRMED = ("--method", "signed_in", "--result", "confirmed")


@pytest.fixture(autouse=True)
def alone(db: Db, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing open of other tests, and nothing left open for them."""
    monkeypatch.setenv("OPERATOR", "Olga")
    _close_all(db)
    yield
    _close_all(db)


def _close_all(db: Db) -> None:
    db.execute(
        "select private.note_privacy_request(r.request_id, 'answered', 'Olga', '{}') from private.open_requests() as r"
    )


class Office:
    """Types the commands and reads what they say."""

    def __init__(self, db: Db, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self.db, self.patch, self.capture, self.said = db, patch, capture, ""

    def run(self, *arguments: str, typed: str = "") -> int:
        self.patch.setattr("sys.stdin", io.StringIO(typed))
        self.capture.readouterr()
        code = requests.main(list(arguments))
        out, err = self.capture.readouterr()
        self.said = out + err
        return code

    def open(self, kind: str, address: str, *more: str) -> str:
        assert self.run("open", kind, *more, typed=f"{address}\n") == 0, self.said
        return self.said.split()[0]

    def lines(self, request_id: str) -> list[dict[str, Any]]:
        with self.db.cursor(row_factory=dict_row) as cursor:
            query = "select * from public.privacy_requests where request_id = %s order by id"
            return cursor.execute(query, (request_id,)).fetchall()

    def events(self, request_id: str) -> list[str]:
        return [line["event"] for line in self.lines(request_id)]

    def move(self, request_id: str, **interval: float) -> None:
        """As if all of it had happened so much earlier."""
        seconds = timedelta(**interval).total_seconds()
        with self.db.transaction():
            self.db.execute("set local session_replication_role = replica")
            self.db.execute(
                "update public.privacy_requests set at = at - make_interval(secs => %(s)s),"
                " due_at = due_at - make_interval(secs => %(s)s) where request_id = %(id)s",
                {"s": seconds, "id": request_id},
            )


@pytest.fixture
def office(stack: Stack, db: Db, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    return Office(db, monkeypatch, capsys)


@pytest.fixture
def ada(make_creator: Callable[[], Creator]) -> Creator:
    return make_creator()


# Opening


def test_a_mail_opens_a_request_and_its_address_is_kept_and_shown_nowhere(office: Office, ada: Creator, db: Db) -> None:
    request_id = office.open("erasure", f"  {ada.user.email.upper()} ")

    assert ada.user.email.lower() not in office.said.lower()
    assert "Somebody with an account here." in office.said
    (line,) = office.lines(request_id)
    assert (str(line["user_id"]), line["channel"], line["actor_kind"]) == (ada.user.id, "email", "operator")
    assert (line["operator"], line["detail"]) == ("Olga", {})
    assert line["due_at"] == line["at"] + timedelta(days=30)
    for table in ("public.privacy_requests", "private.audit_log", "private.audit_people"):
        found = db.execute(f"select count(*) from {table} as t where t::text ilike %s", (f"%{ada.user.email}%",))
        assert found.fetchone() == (0,), table


def test_a_request_of_nobody_here_is_a_request_and_is_answered_that_nothing_is_held(office: Office) -> None:
    request_id = office.open("access", "nobody@elsewhere.test")
    assert "Nobody here has that address." in office.said
    assert office.run("execute", request_id) == 2
    assert "nobody here is the person" in office.said
    assert office.run("answered", request_id, "--outcome", "done") == 2

    assert office.run("answered", request_id, "--outcome", "nothing_held") == 0
    assert office.events(request_id) == ["received", "answered"]
    assert office.lines(request_id)[1]["user_id"] is None


def test_the_clock_runs_from_the_day_on_which_the_mail_arrived(office: Office, ada: Creator) -> None:
    day = (datetime.now(UTC) - timedelta(days=10)).date()
    (line,) = office.lines(office.open("access", ada.user.email, "--received", day.isoformat()))
    assert line["at"] == datetime.combine(day, datetime.min.time(), UTC)
    assert line["due_at"] <= line["at"] + timedelta(days=30)

    for wrong in (timedelta(days=2), timedelta(days=-400)):
        arrived = (datetime.now(UTC) + wrong).date().isoformat()
        assert office.run("open", "access", "--received", arrived, typed=f"{ada.user.email}\n") == 2
        assert "within the last year" in office.said


# The clock


@pytest.mark.parametrize(
    ("received", "due", "latest"),
    [
        ("2027-01-31 12:00:00+00", "2027-02-28 12:00:00+00", "2027-04-30 12:00:00+00"),
        ("2028-01-31 12:00:00+00", "2028-02-29 12:00:00+00", "2028-04-30 12:00:00+00"),
        ("2027-02-28 23:59:59+00", "2027-03-28 23:59:59+00", "2027-05-28 23:59:59+00"),
        ("2028-02-29 00:00:00+00", "2028-03-29 00:00:00+00", "2028-05-29 00:00:00+00"),
        ("2026-12-31 08:00:00+00", "2027-01-30 08:00:00+00", "2027-03-31 08:00:00+00"),
        ("2026-11-30 08:00:00+00", "2026-12-30 08:00:00+00", "2027-02-28 08:00:00+00"),
        # The last day of January where it was written, the first of February in UTC.
        ("2027-01-31 20:00:00-08", "2027-03-01 04:00:00+00", "2027-05-01 04:00:00+00"),
        # Over the day on which clocks are put forward in Europe.
        ("2027-03-01 10:00:00+01", "2027-03-31 09:00:00+00", "2027-06-01 09:00:00+00"),
    ],
)
def test_a_month_is_a_month_wherever_the_database_is(db: Db, received: str, due: str, latest: str) -> None:
    """The same moment for everybody, and never later than 30 days."""
    for zone in ("UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"):
        assert clock_at(db, zone, received, due, latest) == (True, True, True), zone


def clock_at(db: Db, zone: str, received: str, due: str, latest: str) -> Any:
    with db.transaction(force_rollback=True):
        db.execute("select set_config('timezone', %s, true)", (zone,))
        return db.execute(
            "select private.privacy_request_due(%(at)s::timestamptz) = %(due)s::timestamptz,"
            " private.privacy_request_latest(%(at)s::timestamptz) = %(latest)s::timestamptz,"
            " private.privacy_request_due(%(at)s::timestamptz) <= %(at)s::timestamptz + interval '720 hours'",
            {"at": received, "due": due, "latest": latest},
        ).fetchone()


# The order of things


def test_from_the_mail_to_the_answer(office: Office, ada: Creator) -> None:
    request_id = office.open("rectification", ada.user.email)
    assert office.run("execute", request_id) == 2
    assert "check who is asking" in office.said
    assert office.run("identity", request_id, "--method", "other_proof", "--result", "failed") == 0
    assert office.run("execute", request_id) == 2, "a check that failed is none"
    assert office.run("answered", request_id, "--outcome", "done") == 2, "nothing was done yet"
    assert office.run("identity", request_id, *CONFIRMED) == 0
    assert office.run("execute", request_id) == 0
    assert office.run("refuse", request_id, "--reason", "excessive", "--complaint-route", "cnil") == 2
    assert "it has been executed" in office.said
    assert office.run("answered", request_id, "--outcome", "done") == 0

    before = office.lines(request_id)
    assert [line["event"] for line in before] == [
        "received", "identity_checked", "identity_checked", "executed", "answered",
    ]  # fmt: skip
    for arguments in (
        ("identity", request_id, *CONFIRMED),
        ("extend", request_id, "--reason", "complex"),
        ("refuse", request_id, "--reason", "excessive", "--complaint-route", "cnil"),
        ("execute", request_id),
        ("answered", request_id, "--outcome", "done"),
    ):
        assert office.run(*arguments) == 2, arguments
        assert "nothing follows an answer" in office.said
    assert office.lines(request_id) == before


def test_a_refusal_says_why_and_where_to_complain_and_nothing_but_the_answer_follows(
    office: Office, ada: Creator, db: Db
) -> None:
    request_id = office.open("objection", ada.user.email)
    with pytest.raises(SystemExit):
        office.run("refuse", request_id, "--reason", "compelling_grounds")
    with pytest.raises(SystemExit):
        office.run("refuse", request_id, "--reason", "no time", "--complaint-route", "cnil")
    with pytest.raises(psycopg.Error, match="reason_missing"):
        db.execute("select private.note_privacy_request(%s, 'refused', 'Olga', '{\"reason\": \"x\"}')", (request_id,))
    assert office.run("refuse", request_id, "--reason", "compelling_grounds", "--complaint-route", "cnil") == 0

    assert office.lines(request_id)[-1]["detail"] == {"reason": "compelling_grounds", "complaint_route": "cnil"}
    assert office.run("execute", request_id, "--purpose", "publishing") == 2
    assert office.run("answered", request_id, "--outcome", "done") == 2
    assert office.run("answered", request_id, "--outcome", "refused") == 0


def test_an_extension_is_told_in_time_once_and_never_longer_than_the_law_allows(office: Office, ada: Creator) -> None:
    request_id = office.open("access", ada.user.email)
    received = office.lines(request_id)[0]["at"]
    for days, code in ((95, 2), (20, 2)):
        until = (received + timedelta(days=days)).date().isoformat()
        assert office.run("extend", request_id, "--reason", "complex", "--until", until) == code
        assert "at most three months" in office.said
    assert office.run("extend", request_id, "--reason", "complex") == 0
    due = office.lines(request_id)[-1]["due_at"]
    assert timedelta(days=88) < due - received <= timedelta(days=92)
    assert office.run("identity", request_id, *CONFIRMED) == 0
    assert office.lines(request_id)[-1]["due_at"] == due
    assert office.run("extend", request_id, "--reason", "many_requests") == 2
    assert "extended before" in office.said

    late = office.open("access", ada.user.email)
    office.move(late, days=31)
    assert office.run("extend", late, "--reason", "complex") == 2
    assert "before it was due" in office.said


def test_a_deletion_is_never_extended(office: Office, ada: Creator) -> None:
    request_id = office.open("erasure", ada.user.email)

    assert office.run("extend", request_id, "--reason", "complex") == 2
    assert "promises 30 days" in office.said
    assert office.events(request_id) == ["received"]


def test_nothing_begins_without_a_request_and_nothing_is_written_over(office: Office, ada: Creator, db: Db) -> None:
    assert office.run("show", str(uuid.uuid4())) == 2
    assert "no request with this id" in office.said
    request_id = office.open("access", ada.user.email)
    for statement in (
        'update public.privacy_requests set detail = \'{"x": "y"}\' where request_id = %s',
        "update public.privacy_requests set due_at = due_at + interval '1 day' where request_id = %s",
        "delete from public.privacy_requests where request_id = %s",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(statement, (request_id,))


def test_of_many_answers_at_once_one_is_written(office: Office, server: Any) -> None:
    request_id = office.open("access", "nobody@elsewhere.test")

    def answer(_: int) -> bool:
        with server.connect() as connection:
            try:
                connection.execute(
                    "select public.note_request(%s, 'answered', 'Olga', '{\"outcome\": \"nothing_held\"}')",
                    (request_id,),
                )
            except psycopg.Error:
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(answer, range(8))) == 1
    assert office.events(request_id) == ["received", "answered"]


# Carrying out what a mail asks for


@pytest.mark.parametrize(
    ("kind", "more", "table"),
    [("objection", ("--purpose", "publishing"), "objections"), ("restriction", (), "restrictions")],
)
def test_an_objection_by_mail_counts_as_one_in_the_account(
    office: Office, ada: Creator, kind: str, more: Sequence[str], table: str
) -> None:
    request_id = office.open(kind, ada.user.email)
    assert office.run("execute", request_id, *more) == 2
    assert ada.read(table, select="created_at") == []
    assert office.run("identity", request_id, *CONFIRMED) == 0
    assert office.run("execute", request_id, *more) == 0
    assert "set; posts that do not go out because of it: 0" in office.said
    assert len(ada.read(table, select="created_at")) == 1
    assert office.lines(request_id)[-1]["detail"].items() >= {"change": "set", "posts_stopped": "0"}.items()
    assert len(ada.read("privacy_requests", select="id")) == 3, "no second request about the same"

    back = office.open(kind, ada.user.email)
    assert office.run("identity", back, *CONFIRMED) == 0
    assert office.run("execute", back, "--withdraw", *more) == 0
    assert ada.read(table, select="created_at") == []


def test_a_purpose_belongs_to_an_objection_and_to_nothing_else(office: Office, ada: Creator) -> None:
    request_id = office.open("restriction", ada.user.email)
    assert office.run("identity", request_id, *CONFIRMED) == 0
    assert office.run("execute", request_id, "--purpose", "analytics") == 2
    assert "only an objection has a purpose" in office.said


def test_an_objection_to_something_without_a_switch_is_written_down(office: Office, ada: Creator) -> None:
    request_id = office.open("objection", ada.user.email)
    assert office.run("identity", request_id, *CONFIRMED) == 0
    assert office.run("execute", request_id) == 0
    assert office.run("answered", request_id, "--outcome", "done") == 0
    assert ada.read("objections") == []


def test_an_erasure_is_executed_by_erasing_and_not_by_saying_so(office: Office, ada: Creator) -> None:
    request_id = office.open("erasure", ada.user.email)
    assert office.run("identity", request_id, *CONFIRMED) == 0
    assert office.run("execute", request_id) == 2
    assert "ops.erasures run" in office.said


# What is due


def test_the_list_is_in_the_order_of_what_is_due_and_its_code_says_how_urgent(office: Office, ada: Creator) -> None:
    assert office.run("list") == 0
    later, soon = office.open("access", ada.user.email), office.open("erasure", ada.user.email)
    assert office.run("list") == 0
    office.move(soon, days=23, hours=1)
    assert office.run("list") == 1
    first, second, total = office.said.splitlines()
    assert (first.split()[0], second.split()[0], total) == (soon, later, "2 open")
    assert "DUE IN 6 DAYS" in first
    assert "DUE" not in second
    office.move(soon, days=7)
    assert office.run("list") == 3
    assert "OVERDUE" in office.said.splitlines()[0]
    assert ada.user.email not in office.said
    assert ada.user.id not in office.said
    assert office.run("show", soon) == 0
    assert "received" in office.said
    assert "Olga" in office.said


def test_what_a_person_did_in_the_account_is_not_open(office: Office, ada: Creator) -> None:
    with ada.supabase.as_user(ada.user) as rest:
        rest.post("/objections", json={"purpose": "analytics"}).raise_for_status()

    assert office.run("list") == 0
    assert office.said.splitlines() == ["0 open"]


def test_a_reminder_comes_seven_days_and_one_day_before_and_once_each(
    office: Office, ada: Creator, stack: Stack
) -> None:
    request_id = office.open("access", ada.user.email)

    def reminded() -> list[str]:
        for _ in range(2):
            report(stack, "requests")
        return [line["detail"]["days_left"] for line in office.lines(request_id) if line["event"] == "reminded"]

    office.move(request_id, days=22, hours=23)
    assert reminded() == []
    office.move(request_id, hours=2)
    assert reminded() == ["7"]
    office.move(request_id, days=5, hours=22)
    assert reminded() == ["7"]
    office.move(request_id, hours=2)
    assert reminded() == ["7", "1"]
    assert office.run("extend", request_id, "--reason", "complex") == 0
    assert reminded() == ["7", "1"]
    assert office.run("list") == 0, "it has moved"
    office.move(request_id, days=57)
    assert reminded() == ["7", "1", "7"], "the new day is another one"
    office.move(request_id, days=8)
    report(stack, "requests")
    assert report(stack, "requests") == {"reminded": 0, "due_soon": 0, "overdue": 1}
    assert office.run("answered", request_id, "--outcome", "done") == 2
    assert office.run("identity", request_id, *CONFIRMED) == 0
    assert office.run("execute", request_id) == 0
    assert office.run("answered", request_id, "--outcome", "done") == 0
    assert report(stack, "requests") == {"reminded": 0, "due_soon": 0, "overdue": 0}


def test_ten_crons_at_once_remind_once(office: Office, ada: Creator, stack: Stack) -> None:
    request_id = office.open("access", ada.user.email)
    office.move(request_id, days=24)
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda _: report(stack, "requests"), range(10)))

    assert sum(one["reminded"] for one in found) == 1
    assert office.events(request_id) == ["received", "reminded"]


def test_what_is_overdue_is_an_alarm(
    office: Office, ada: Creator, stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    office.move(office.open("access", ada.user.email), days=40)
    report(stack, "requests")

    (record,) = [record for record in caplog.records if "requests_overdue" in record.getMessage()]
    assert record.levelname == "ERROR"
    assert ada.user.id not in record.getMessage()


# Who sees them, and how long they stay


def test_a_person_sees_their_own_requests_and_nobody_elses(
    office: Office, project: Project, supabase: Supabase
) -> None:
    request_id = office.open("access", project.owner.user.email)
    shown = ["at", "channel", "detail", "due_at", "event", "id", "kind", "request_id"]
    (line,) = project.owner.read("privacy_requests", select=",".join(shown))

    assert line["request_id"] == request_id
    assert sorted(line) == shown
    for other in (project.editor, project.viewer, project.stranger):
        assert other.read("privacy_requests", select="id") == []
    with supabase.as_anon() as rest:
        assert rest.get("/privacy_requests", params={"select": "id"}).is_error
    with supabase.as_user(project.owner.user) as rest:
        for function in ("list_requests", "remind_due_requests"):
            assert rest.post(f"/rpc/{function}", json={}).is_error, function
        assert rest.get("/privacy_requests", params={"select": "operator"}).is_error


def test_a_line_for_a_line_in_the_audit_log(office: Office, ada: Creator, db: Db) -> None:
    request_id = office.open("restriction", ada.user.email)
    office.run("identity", request_id, *CONFIRMED)
    rows = db.execute(
        "select action, operator, detail ->> 'kind', actor from private.audit_log where subject_id = %s order by id",
        (request_id,),
    ).fetchall()

    assert rows == [
        ("privacy_request_received", "Olga", "restriction", None),
        ("privacy_request_identity_checked", "Olga", "restriction", None),
    ]
    assert audit.main(["verify"]) == 0


def test_three_years_after_the_last_of_them_all_lines_go_and_none_before(office: Office, stack: Stack, db: Db) -> None:
    while report(stack, "purge")["removed"]["privacy_requests"]:
        pass
    old, young = (office.open("access", "nobody@elsewhere.test") for _ in range(2))
    for request_id in (old, young):
        office.move(request_id, days=200)
        office.run("answered", request_id, "--outcome", "nothing_held")
    # Three years are 1,095 or 1,096 days.
    office.move(old, days=1097)
    office.move(young, days=1094)

    assert report(stack, "purge")["removed"]["privacy_requests"] == 1
    assert office.lines(old) == []
    assert len(office.lines(young)) == 2


def test_every_refusal_of_the_database_has_its_words_here() -> None:
    text = (MIGRATIONS / "20261126100110_requests.sql").read_text(encoding="utf-8")
    codes = set(re.findall(r"private\.refuse_operation\('(\w+)'\)", text))

    assert codes | {"not_found"} == requests.WORDS.keys()


def test_the_cron_needs_its_secret(stack: Stack) -> None:
    assert httpx.get(f"{stack.addresses.app}/api/cron/requests", trust_env=False).status_code == 401
