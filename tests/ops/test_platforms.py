"""The kill switch: no call while a platform is off, nothing posted twice after it, and no old click without a word."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import psycopg
import pytest

from ops import platforms
from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl, Supabase, local_client
from sandbox.stack.stack import Stack
from shared.connecting.refresh import refresh
from shared.runtime import Runtime
from tests.people import Connected, Project, token_version
from tests.shared.publishing.clicks import Click, MakeClick, RuntimeAt, run_cron

pytest_plugins = ["tests.shared.publishing.desk"]

Db = psycopg.Connection[Any]
PLATFORMS = ["instagram", "tiktok"]
COMMIT = {"instagram": "instagram.media_publish", "tiktok": "tiktok.video_init"}
BEFORE = ("--operator", "Ops", "--reason", "drill")


def off(platform: str) -> None:
    assert platforms.main(["off", platform, *BEFORE]) == 0


def on(platform: str) -> None:
    assert platforms.main(["on", platform, *BEFORE]) == 0


@pytest.fixture(autouse=True)
def as_it_was(db: Db, sandbox: SandboxControl) -> Iterator[None]:
    yield
    db.execute("update private.platform_switches set switched_off_at = null, confirm_before = null")
    db.execute("update public.publications set next_step_at = null where state not in ('published', 'failed')")
    sandbox.clear_faults()


def calls(sandbox: SandboxControl, platform: str) -> int:
    return sum(entry["endpoint"].startswith(f"{platform}.") for entry in sandbox.journal())


def let_click_age(made: Click, hours: float) -> None:
    """And every deadline with it, as time would."""
    made.db.execute(
        "update public.publications set created_at = created_at - make_interval(secs => %(s)s),"
        " state_since = state_since - make_interval(secs => %(s)s) where id = %(id)s",
        {"s": hours * 3600, "id": made.id},
    )


def confirm(made: Click, *, go_on: bool = True, person: Creator | None = None) -> httpx.Response:
    return (person or made.owner).post("publications/confirm", {"publication_id": made.id, "go_on": go_on})


def cron(stack: Stack, name: str) -> httpx.Response:
    with local_client(base_url=stack.addresses.app) as client:
        return client.get(f"/api/cron/{name}", headers={"authorization": f"Bearer {stack.keys['CRON_SECRET']}"})


# While it is off


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_calls_a_platform_that_is_off(
    *,
    click: MakeClick,
    connect: Callable[..., Connected],
    project: Project,
    sandbox: SandboxControl,
    stack: Stack,
    db: Db,
    platform: str,
) -> None:
    """Everything that would call it, at once: steps, polls, crons, refreshes, connects, checks and disconnects."""
    waiting, doubtful, connection = click(platform), click(platform), connect(project, platform)
    doubtful.leave("unknown", reason="outcome_unclear", container_id="1", intent_at="2026-01-01")
    begun = project.owner.start_connect(platform, project.id)
    back = project.owner.consent(begun, account=connection.account)
    db.execute(
        "update private.connection_tokens set issued_at = now() - interval '2 days',"
        " access_expires_at = now() + interval '5 minutes',"
        " refresh_expires_at = refresh_expires_at - (refresh_expires_at - now()) + interval '1 day'"
    )
    off(platform)
    before = calls(sandbox, platform)

    waiting.step()
    doubtful.step()
    waiting.cron()
    assert cron(stack, "refresh").status_code == 200
    assert waiting.owner.post("preflight", waiting.body).json()["ready"] is False
    assert project.owner.api.get(back).headers["location"].endswith("connect=platform_switched_off")
    receipt = project.owner.post("connections/disconnect", {"connection_id": connection.id}).json()

    assert calls(sandbox, platform) == before
    assert (receipt["tokens_deleted"], receipt["revocation"]) == (1 if platform == "instagram" else 2, "skipped")
    assert waiting.row()["state"] == "queued"
    assert doubtful.outcome() == ("unknown", "outcome_unclear")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_neither_a_connect_nor_a_click_begins(click: MakeClick, project: Project, db: Db, platform: str) -> None:
    made = click(platform)
    off(platform)
    start = project.owner.post(f"oauth/{platform}/start", {"project_id": project.id})
    again = made.owner.publish(made.body)

    assert [(a.status_code, a.json()["code"]) for a in (start, again)] == [(503, "platform_switched_off")] * 2
    assert db.execute("select 1 from private.oauth_states where project_id = %s", (project.id,)).fetchone() is None
    assert made.owner.publish(made.body, key=made.key).status_code == 409, "the click that was made is known as before"


def test_the_other_platform_goes_on(click: MakeClick) -> None:
    off("tiktok")
    assert click("instagram").settle() == ("published", None)


def test_a_check_before_the_click_says_why_it_would_not_go_out(click: MakeClick) -> None:
    made = click("instagram")
    off("instagram")
    checked = made.owner.post("preflight", made.body).json()

    assert [problem["code"] for problem in checked["problems"]] == ["platform_switched_off"]
    assert checked["ready"] is False


def test_who_polls_is_told_why_nothing_moves_and_to_come_back_later(click: MakeClick) -> None:
    made = click("instagram")
    off("instagram")
    answer = made.step()

    assert (answer.status_code, answer.headers["retry-after"]) == (202, "60")
    assert (answer.json()["switched_off"], answer.json()["needs_confirmation"]) == (True, False)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_worker_that_is_at_it_no_longer_makes_the_call_that_posts(
    click: MakeClick, runtime_at: RuntimeAt, platform: str
) -> None:
    """The switch is turned while the worker waits for an answer, before its commit."""
    made = click(platform)
    runtime = runtime_at()
    egress = runtime.egress
    seen: list[str] = []

    async def send(request: httpx.Request, **options: Any) -> Any:
        answer = await type(egress).send(egress, request, **options)
        if not seen:
            await asyncio.to_thread(switch_off_beside, made, platform)
        seen.append(request.url.path)
        return answer

    watched = replace(runtime, egress=_Sending(egress, send))  # type: ignore[arg-type]
    assert made.step_with(watched, wait_seconds=5.0) is None

    assert made.calls(COMMIT[platform]) == []
    assert made.posts() == []
    assert made.row()["state"] in ("preparing", "processing")


def switch_off_beside(made: Click, platform: str) -> None:
    made.db.execute("update private.platform_switches set switched_off_at = now() where platform = %s", (platform,))


class _Sending:
    """An Egress whose `send` is watched."""

    def __init__(self, egress: Any, send: Any) -> None:
        self.client, self.head, self.pieces, self.send = egress.client, egress.head, egress.pieces, send


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_refresh_takes_no_lease_and_no_token_is_lost(
    connect: Callable[..., Connected], project: Project, stack: Stack, db: Db, platform: str
) -> None:
    connection = connect(project, platform)
    version = token_version(db, connection.id)
    off(platform)

    async def run() -> str:
        runtime = Runtime.from_environ(stack.env)
        async with runtime.egress.client:
            return (await refresh(runtime, connection_id=connection.id, version=version)).value

    assert asyncio.run(run()) == "elsewhere"
    query = "select version, refresh_lease_until from private.connection_tokens where connection_id = %s"
    assert db.execute(query, (connection.id,)).fetchone() == (version, None)


# Switched on again


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_fresh_click_goes_out_by_itself_once(click: MakeClick, platform: str) -> None:
    made = click(platform)
    off(platform)
    made.step()
    on(platform)

    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_old_click_asks_to_be_confirmed_and_is_not_sent_before(
    click: MakeClick, sandbox: SandboxControl, platform: str
) -> None:
    made = click(platform)
    off(platform)
    let_click_age(made, 1.01)
    on(platform)
    before = calls(sandbox, platform)
    made.cron()
    answer = made.step()

    assert calls(sandbox, platform) == before
    assert (answer.status_code, answer.json()["needs_confirmation"], answer.json()["state"]) == (202, True, "queued")
    told = [notice["kind"] for notice in made.owner.read("notices", publication_id=f"eq.{made.id}")]
    assert told == ["confirmation_needed"]
    assert confirm(made).status_code in (200, 202)
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1
    assert "confirmed_by_user" in made.events()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_click_that_waited_for_days_goes_out_after_a_word(click: MakeClick, platform: str) -> None:
    made = click(platform)
    off(platform)
    let_click_age(made, 50)
    on(platform)
    confirm(made)

    assert made.settle() == ("published", None)


def test_a_container_that_was_ready_before_is_not_published_without_a_word(click: MakeClick) -> None:
    made = click("instagram")
    made.fault("media", "stuck")
    made.step()
    assert made.row()["state"] == "processing"
    off("instagram")
    let_click_age(made, 2)
    on("instagram")
    made.sandbox.advance(60)
    made.cron()

    assert made.step().json()["needs_confirmation"] is True
    assert made.calls("instagram.media_publish") == []


@pytest.mark.parametrize("go_on", [True, False])
def test_the_log_says_whose_word_it_was(click: MakeClick, db: Db, *, go_on: bool) -> None:
    made = click("tiktok")
    off("tiktok")
    let_click_age(made, 2)
    on("tiktok")
    confirm(made, go_on=go_on)
    [line] = db.execute(
        "select l.action, p.user_id::text from private.audit_log as l"
        " join private.audit_people as p on p.pseudonym = l.actor"
        " where l.subject_id = %s and l.action like 'post_%%'",
        (made.id,),
    )

    assert line == ("post_confirmed_by_user" if go_on else "post_cancelled_by_user", made.owner.user.id)


def test_a_doubt_that_becomes_an_old_click_is_told_to_its_creator(click: MakeClick) -> None:
    """Whether it was posted is known only after the platform is on again, and then nobody would look for it."""
    made = click("instagram")
    made.fault("media_publish", "drop_before")
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    off("instagram")
    let_click_age(made, 2)
    made.let_intent_age(7200)
    on("instagram")
    made.settle()

    assert made.step().json()["needs_confirmation"] is True
    assert [n["kind"] for n in made.owner.read("notices", publication_id=f"eq.{made.id}")] == ["confirmation_needed"]


def test_a_cancelled_click_is_never_sent(click: MakeClick) -> None:
    made = click("tiktok")
    off("tiktok")
    let_click_age(made, 2)
    on("tiktok")
    answer = confirm(made, go_on=False)

    assert (answer.status_code, answer.json()["state"], answer.json()["reason"]["code"]) == (
        200,
        "failed",
        "post_cancelled",
    )
    assert made.settle() == ("failed", "post_cancelled")
    assert made.posts() == []


def test_no_word_for_a_week_is_a_no(click: MakeClick, stack: Stack, db: Db) -> None:
    made, young = click("tiktok"), click("instagram")
    off("tiktok")
    let_click_age(made, 2)
    on("tiktok")
    assert cron(stack, "purge").json()["removed"]["unconfirmed_publications"] == 0
    db.execute("update private.platform_switches set confirm_before = confirm_before - interval '8 days'")
    let_click_age(made, 8 * 24)

    assert cron(stack, "purge").json()["removed"]["unconfirmed_publications"] == 1
    assert made.outcome() == ("failed", "not_confirmed")
    assert young.row()["state"] == "queued"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_post_that_was_sent_before_is_asked_about_and_not_sent_again(click: MakeClick, platform: str) -> None:
    """The answer to the call that posts was lost, and then the switch was turned for two days."""
    made = click(platform)
    made.fault("media_publish" if platform == "instagram" else "video_init", "drop_after")
    made.fault("container", "slow", seconds=0)
    made.fault("container", "html_502", times=200)
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    made.sandbox.advance(60)
    assert len(made.posts()) == 1
    off(platform)
    made.sandbox.clear_faults()
    let_click_age(made, 2)
    on(platform)
    made.settle()

    assert len(made.posts()) == 1
    assert made.outcome() == (("published", None) if platform == "instagram" else ("unknown", "outcome_unclear"))


def test_a_post_that_was_found_unsent_asks_before_it_is_sent_again(click: MakeClick) -> None:
    made = click("instagram")
    made.fault("media_publish", "drop_before")
    made.step()
    assert made.row()["state"] == "unknown"
    off("instagram")
    let_click_age(made, 2)
    made.let_intent_age(7200)
    on("instagram")
    made.settle()

    assert made.row()["state"] == "processing"
    assert made.posts() == []
    confirm(made)
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


def test_turning_it_twice_asks_for_a_word_once_per_outage(click: MakeClick) -> None:
    made = click("tiktok")
    off("tiktok")
    let_click_age(made, 2)
    on("tiktok")
    assert confirm(made).status_code == 202
    on("tiktok")

    assert made.settle() == ("published", None)


# Whose word it is


def test_only_an_editor_of_the_project_confirms(click: MakeClick, project: Project) -> None:
    made = click("tiktok")
    off("tiktok")
    let_click_age(made, 2)
    on("tiktok")

    assert confirm(made, person=project.stranger).status_code == 404
    assert made.row()["confirmed_at"] is None


def test_there_is_nothing_to_confirm_where_nothing_waits(click: MakeClick) -> None:
    made = click("tiktok")
    answer = confirm(made)

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_confirm")


def test_a_word_while_it_is_off_is_too_early(click: MakeClick) -> None:
    made = click("tiktok")
    off("tiktok")
    let_click_age(made, 2)
    on("tiktok")
    off("tiktok")
    answer = confirm(made)

    assert (answer.status_code, answer.json()["code"]) == (503, "platform_switched_off")


# The command


def test_the_switch_is_audited_with_who_and_why(db: Db, capsys: pytest.CaptureFixture[str]) -> None:
    why = f"leak {uuid.uuid4().hex[:20]}"
    platforms.main(["off", "tiktok", "--operator", "Olga", "--reason", why])
    platforms.main(["off", "tiktok", "--operator", "Olga", "--reason", why])
    platforms.main(["on", "tiktok", "--operator", "Otto", "--reason", why])
    rows = db.execute(
        "select action, operator, platform::text from private.audit_log where detail ->> 'reason' = %s order by id",
        (why,),
    ).fetchall()

    assert rows == [("platform_switched_off", "Olga", "tiktok"), ("platform_switched_on", "Otto", "tiktok")]
    assert "tiktok: off since" in capsys.readouterr().out


SECRETS = {
    "a token of TikTok": f"act.{'aZ' * 20}!5123.va",
    "half a token of TikTok": f"act.{'aZ' * 10}",
    "a value of a setting": "CRON_SECRET = abcdefgh12345678",
    "a long word": "x" * 24,
    "a long word of bytes that are no text": "x" * 23 + "\udcff",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("option", ["--reason", "--operator"])
def test_what_may_be_a_secret_never_gets_into_the_log_that_keeps_everything(
    db: Db, capsys: pytest.CaptureFixture[str], secret: str, option: str
) -> None:
    lines = audit_lines(db)
    with pytest.raises(SystemExit) as ended:
        platforms.main(["off", "tiktok", *BEFORE, option, f"leaked {secret} in log"])

    told = capsys.readouterr().err
    assert (ended.value.code, audit_lines(db)) == (2, lines)
    assert "Nothing was done. Say it in words" in " ".join(told.split())
    assert secret not in told
    assert db.execute("select 1 from private.platform_switches where switched_off_at is not null").fetchone() is None


def test_a_name_from_the_environment_is_held_to_the_same(db: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = audit_lines(db)
    monkeypatch.setenv("OPERATOR", SECRETS["half a token of TikTok"])
    with pytest.raises(SystemExit):
        platforms.main(["off", "tiktok", "--reason", "drill"])
    assert audit_lines(db) == lines


@pytest.mark.parametrize(("operator", "reason"), [("x", f"leaked {'x' * 24}"), ("x" * 24, "drill")])
def test_not_even_past_the_command_does_a_long_word_get_into_the_log(db: Db, operator: str, reason: str) -> None:
    lines = audit_lines(db)
    for query in (
        "select public.switch_platform('tiktok', false, %s, %s)",
        "select public.record_operation('key_handed_out', %s, null, jsonb_build_object('reason', %s::text))",
    ):
        with pytest.raises(psycopg.Error, match="may_hold_a_secret") as refused:
            db.execute(query, (operator, reason))
        assert "x" * 24 not in str(refused.value)
    assert audit_lines(db) == lines


def test_a_reason_of_many_short_words_is_taken(db: Db) -> None:
    lines = audit_lines(db)
    reason = f"the client secret was seen in a log of ours, ticket {'7' * 20}; {'x' * 23}"
    assert platforms.main(["off", "tiktok", "--operator", "Olga", "--reason", reason]) == 0
    assert audit_lines(db) == lines + 1


def audit_lines(db: Db) -> int:
    found = db.execute("select count(*) from private.audit_log where actor_kind = 'operator'").fetchone()
    assert found is not None
    return int(found[0])


def test_the_status_counts_what_waits(click: MakeClick, capsys: pytest.CaptureFixture[str]) -> None:
    made = click("tiktok")

    def waiting() -> int:
        capsys.readouterr()
        assert platforms.main(["status"]) == 0
        [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("tiktok: on; ")]
        return int(line.split(", ")[1].split()[0])

    off("tiktok")
    on("tiktok")
    before = waiting()
    let_click_age(made, 2)
    assert waiting() == before + 1
    confirm(made, go_on=False)
    assert waiting() == before


@pytest.mark.parametrize("arguments", [["off", "tiktok"], ["off", "myspace", *BEFORE], ["off", *BEFORE], []])
def test_a_switch_needs_a_platform_a_name_and_a_reason(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPERATOR", raising=False)
    with pytest.raises(SystemExit) as ended:
        platforms.main(arguments)

    assert ended.value.code == 2


def test_users_cannot_turn_it(supabase: Supabase, project: Project, db: Db) -> None:
    body = {"p_platform": "tiktok", "p_on": False, "p_operator": "x", "p_reason": "x"}
    for client in (supabase.as_anon(), supabase.as_user(project.owner.user)):
        with client:
            assert client.post("/rpc/switch_platform", json=body).status_code in (401, 403)
    assert db.execute("select 1 from private.platform_switches where switched_off_at is not null").fetchone() is None


def test_everything_that_is_due_is_left_alone_while_it_is_off(click: MakeClick, stack: Stack, db: Db) -> None:
    made = click("tiktok")
    off("tiktok")
    made.make_due()
    assert run_cron(stack).json() == {"advanced": 0}
    assert made.row()["epoch"] == 0
