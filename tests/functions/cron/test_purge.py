"""GET /api/cron/purge: what must not remain does not, whenever and however often it runs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from sandbox.stack.stack import Stack
from tests.functions.cron.crons import report, run
from tests.people import Connected, Project

KINDS = {
    "expired_tokens", "oauth_states", "caption_usage", "abandoned_uploads", "purge_runs", "webhook_deliveries",
    "tiktok_uploads", "pauses", "unconfirmed_publications", "not_reconnected", "platform_deletions", "notices",
    "rate_limits", "consents", "disconnections", "access_endings", "former_jobs", "call_budgets", "privacy_requests",
    "mails", "mail_events", "breach_people", "breaches", "exports", "unfinished_revokes", "erasures", "tombstones",
    "invitations",
}  # fmt: skip
Connect = Callable[..., Connected]


@pytest.fixture(autouse=True)
def clean(stack: Stack) -> None:
    """What other tests left behind goes first, so that counts are this test's own."""
    while sum(report(stack, "purge")["removed"].values()):
        pass


def one(db: psycopg.Connection[Any], query: str, *values: object) -> Any:
    found = db.execute(query, values).fetchone()
    return found[0] if found else None


def has_tokens(db: psycopg.Connection[Any], connection_id: str) -> bool:
    return bool(one(db, "select count(*) from private.connection_tokens where connection_id = %s", connection_id))


def expire(db: psycopg.Connection[Any], connection_id: str, column: str, interval: str) -> None:
    assert column in ("access_expires_at", "refresh_expires_at")
    db.execute(
        f"update private.connection_tokens set {column} = now() + %s::interval where connection_id = %s",
        (interval, connection_id),
    )


def add_states(db: psycopg.Connection[Any], project: Project, count: int, expires: str, *, consumed: bool) -> None:
    db.execute(
        "insert into private.oauth_states"
        " (state_hash, cookie_hash, user_id, project_id, platform, expires_at, consumed_at)"
        " select encode(sha256(convert_to(%s || n, 'utf8')), 'hex'), repeat('0', 64), %s, %s, 'tiktok',"
        " now() + %s::interval, case when %s then now() end from generate_series(1, %s) as n",
        (secrets.token_hex(8), project.owner.user.id, project.id, expires, consumed, count),
    )


def states(db: psycopg.Connection[Any], project: Project) -> int:
    return int(one(db, "select count(*) from private.oauth_states where project_id = %s", project.id))


def add_upload(db: psycopg.Connection[Any], project: Project, content_id: str, age: str, state: str) -> str:
    key = f"media/{secrets.token_hex(32)}.jpg"
    db.execute(
        "insert into public.media_assets (project_id, content_id, object_key, media_type, byte_size, sha256, state,"
        " addressed_at, completed_at, refusal, width, height) values"
        " (%(project)s, %(content)s, %(key)s, 'image/jpeg', 9, repeat('0', 64), %(state)s::public.media_state,"
        " now() - %(age)s::interval, case when %(state)s <> 'uploading' then now() end,"
        " case when %(state)s = 'refused' then 'No.' end, 4, 4)",
        {"project": project.id, "content": content_id, "key": key, "state": state, "age": age},
    )
    return key


def test_nothing_to_do_is_reported_as_nothing(stack: Stack, db: psycopg.Connection[Any]) -> None:
    found = report(stack, "purge")

    assert found["removed"] == dict.fromkeys(KINDS, 0)
    assert found["alarms"] == {"tokens_after_disconnect": 0}
    assert found["complete"] is True
    assert found["tokens_held"] == one(db, "select count(*) from private.connection_tokens")


@pytest.mark.parametrize(
    ("table", "kind", "column", "kept", "gone"),
    [
        ("webhook_deliveries", "webhook_deliveries", "received_at", "-6 days -23 hours", "-7 days -1 second"),
        ("pauses", "pauses", "ends_at", "5 seconds", "-1 second"),
        ("tiktok_uploads", "tiktok_uploads", "expires_at", "-59 minutes", "-61 minutes"),
    ],
)
def test_what_publishing_needs_for_a_while_goes_after_it(
    *, stack: Stack, project: Project, connect: Connect, db: psycopg.Connection[Any],
    table: str, kind: str, column: str, kept: str, gone: str,
) -> None:  # fmt: skip
    connection_id = connect(project, "tiktok").id
    db.execute(
        "insert into private.webhook_deliveries (digest, platform) values (%s, 'tiktok')", (secrets.token_hex(32),)
    )
    db.execute(
        "insert into private.pauses (platform, connection_id, ends_at) values ('tiktok', %s, now())", (connection_id,)
    )
    db.execute(
        "with made as (insert into public.publications (project_id, platform, kind, caption, idempotency_key,"
        " request_hash, next_step_at) values (%s, 'tiktok', 'video', '', %s, repeat('0', 64), null) returning id)"
        " insert into private.tiktok_uploads (publication_id, upload_url, byte_size, chunk_size, expires_at)"
        " select id, 'v1.k.' || repeat('a', 16) || '.' || repeat('a', 30), 1, 1, now() from made",
        (project.id, secrets.token_hex(8)),
    )
    for other in {"webhook_deliveries", "pauses", "tiktok_uploads"} - {table}:
        db.execute(f"delete from private.{other}")
    db.execute(f"update private.{table} set {column} = now() + %s::interval", (kept,))
    assert report(stack, "purge")["removed"][kind] == 0
    db.execute(f"update private.{table} set {column} = now() + %s::interval", (gone,))
    assert report(stack, "purge")["removed"][kind] >= 1
    assert one(db, f"select count(*) from private.{table}") == 0


@pytest.mark.parametrize(
    ("platform", "column", "interval", "goes"),
    [
        ("instagram", "access_expires_at", "-1 second", True),
        ("instagram", "access_expires_at", "5 seconds", False),
        ("instagram", "access_expires_at", "-7 days", True),
        ("tiktok", "refresh_expires_at", "-1 second", True),
        ("tiktok", "refresh_expires_at", "5 seconds", False),
        ("tiktok", "access_expires_at", "-30 days", False),
    ],
)
def test_a_token_goes_when_nothing_can_be_done_with_it_any_more(
    stack: Stack,
    project: Project,
    connect: Connect,
    db: psycopg.Connection[Any],
    platform: str,
    column: str,
    interval: str,
    *,
    goes: bool,
) -> None:
    kept = connect(project, platform)
    connection = connect(project, platform)
    expire(db, connection.id, column, interval)

    found = report(stack, "purge")

    assert found["removed"]["expired_tokens"] == (1 if goes else 0)
    assert found["alarms"] == {"tokens_after_disconnect": 0}
    assert has_tokens(db, connection.id) is not goes
    assert has_tokens(db, kept.id)
    status = one(
        db, "select status || ':' || coalesce(status_reason, '') from connections where id = %s", connection.id
    )
    assert status == ("needs_reconnect:token_expired" if goes else "active:")
    expire(db, connection.id, column, "1 day")


@pytest.mark.parametrize(
    ("expires", "consumed", "goes"),
    [("-1 second", False, True), ("5 seconds", False, False), ("10 minutes", True, True), ("-7 days", True, True)],
)
def test_spent_and_expired_states_go(
    stack: Stack, project: Project, db: psycopg.Connection[Any], expires: str, *, consumed: bool, goes: bool
) -> None:
    add_states(db, project, 3, expires, consumed=consumed)

    assert report(stack, "purge")["removed"]["oauth_states"] == (3 if goes else 0)
    assert states(db, project) == (0 if goes else 3)
    db.execute("delete from private.oauth_states where project_id = %s", (project.id,))


def test_a_state_that_was_used_goes(
    stack: Stack, project: Project, connect: Connect, db: psycopg.Connection[Any]
) -> None:
    connect(project, "instagram")
    assert states(db, project) == 1

    report(stack, "purge")

    assert states(db, project) == 0


def test_caption_counts_go_after_thirty_days(stack: Stack, project: Project, db: psycopg.Connection[Any]) -> None:
    db.execute(
        "insert into private.caption_usage (user_id, day, used)"
        " select %s, (now() at time zone 'utc')::date - days, 1 from unnest(array[0, 30, 31, 400]) as days",
        (project.owner.user.id,),
    )

    assert report(stack, "purge")["removed"]["caption_usage"] == 2
    left = "select array_agg((now() at time zone 'utc')::date - day order by day desc)"
    assert one(db, f"{left} from private.caption_usage where user_id = %s", project.owner.user.id) == [0, 30]


@pytest.mark.parametrize(("idle", "goes"), [("23 hours 59 minutes 50 seconds", False), ("1 day", True)])
def test_limits_that_nobody_uses_any_more_go(
    stack: Stack, project: Project, db: psycopg.Connection[Any], idle: str, *, goes: bool
) -> None:
    db.execute(
        "update private.rate_limits set arrival_at = now() - %s::interval where user_id = %s",
        (idle, project.owner.user.id),
    )

    assert report(stack, "purge")["removed"]["rate_limits"] == goes
    assert one(db, "select count(*) from private.rate_limits where user_id = %s", project.owner.user.id) == (not goes)
    db.execute("delete from private.rate_limits where user_id = %s", (project.owner.user.id,))


@pytest.mark.parametrize(
    ("age", "state", "goes"),
    [
        ("24 hours", "uploading", True),
        ("23 hours 59 minutes 50 seconds", "uploading", False),
        ("9 days", "uploading", True),
        ("9 days", "ready", False),
    ],
)
def test_abandoned_uploads_go_after_a_day_and_their_files_are_queued(
    stack: Stack, project: Project, db: psycopg.Connection[Any], age: str, state: str, *, goes: bool
) -> None:
    key = add_upload(db, project, project.owner.create_content(project.id), age, state)

    assert report(stack, "purge")["removed"]["abandoned_uploads"] == (1 if goes else 0)
    assert one(db, "select count(*) from public.media_assets where object_key = %s", key) == (0 if goes else 1)
    assert one(db, "select count(*) from private.object_deletions where object_key = %s", key) == (1 if goes else 0)
    db.execute("delete from public.media_assets where object_key = %s", (key,))


def test_an_upload_that_is_gone_on_with_is_not_abandoned_however_old_it_is(
    stack: Stack, project: Project, db: psycopg.Connection[Any]
) -> None:
    key = add_upload(db, project, project.owner.create_content(project.id), "23 hours", "uploading")
    db.execute("update public.media_assets set created_at = now() - interval '3 days' where object_key = %s", (key,))

    assert report(stack, "purge")["removed"]["abandoned_uploads"] == 0
    db.execute("delete from public.media_assets where object_key = %s", (key,))


def test_old_reports_of_the_purge_itself_go(stack: Stack, db: psycopg.Connection[Any]) -> None:
    db.execute(
        "insert into private.purge_runs (ran_at, removed, alarms)"
        " select now() - days * interval '1 day', '{}', '{}' from unnest(array[399, 400, 401]) as days"
    )

    assert report(stack, "purge")["removed"]["purge_runs"] == 2
    assert one(db, "select count(*) from private.purge_runs where ran_at < now() - interval '398 days'") == 1
    db.execute("delete from private.purge_runs where ran_at < now() - interval '398 days'")


def come_back(db: psycopg.Connection[Any], project: Project, connection: Connected) -> None:
    """As a restored backup would: the connection and its tokens stand beside the receipt of their disconnect."""
    saved = [
        (table, one(db, f"select to_jsonb(t) from {table} as t where {key} = %s", connection.id))
        for table, key in (("public.connections", "id"), ("private.connection_tokens", "connection_id"))
    ]
    answer = project.owner.post("connections/disconnect", {"connection_id": connection.id})
    assert answer.status_code == 200, answer.text
    assert not has_tokens(db, connection.id)
    for table, row in saved:
        db.execute(f"insert into {table} select * from jsonb_populate_record(null::{table}, %s)", (json.dumps(row),))
    assert has_tokens(db, connection.id)


@pytest.mark.parametrize("platform", ["instagram", "tiktok"])
def test_a_token_that_came_back_after_its_disconnect_goes_and_is_an_alarm(
    stack: Stack,
    project: Project,
    connect: Connect,
    db: psycopg.Connection[Any],
    caplog: pytest.LogCaptureFixture,
    platform: str,
) -> None:
    kept, connection = connect(project, platform), connect(project, platform)
    come_back(db, project, connection)

    found = report(stack, "purge")

    assert found["alarms"] == {"tokens_after_disconnect": 1}
    assert not has_tokens(db, connection.id)
    assert one(db, "select count(*) from public.connections where id = %s", connection.id) == 0
    assert has_tokens(db, kept.id)
    assert (
        one(db, "select alarms ->> 'tokens_after_disconnect' from private.purge_runs order by id desc limit 1") == "1"
    )
    alarms = [record for record in caplog.records if "purge_alarm" in record.getMessage()]
    assert [record.levelname for record in alarms] == ["ERROR"]
    assert report(stack, "purge")["alarms"] == {"tokens_after_disconnect": 0}


def test_a_routine_purge_raises_no_alarm(
    stack: Stack, project: Project, connect: Connect, db: psycopg.Connection[Any], caplog: pytest.LogCaptureFixture
) -> None:
    expire(db, connect(project, "instagram").id, "access_expires_at", "-1 day")
    disconnected = connect(project, "tiktok")
    project.owner.post("connections/disconnect", {"connection_id": disconnected.id}).raise_for_status()

    assert report(stack, "purge")["alarms"] == {"tokens_after_disconnect": 0}
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_disconnecting_everything_leaves_no_token(
    stack: Stack, project: Project, connect: Connect, db: psycopg.Connection[Any]
) -> None:
    connections = [connect(project, platform) for platform in ("instagram", "tiktok")]
    for connection in connections:
        project.owner.post("connections/disconnect", {"connection_id": connection.id}).raise_for_status()

    found = report(stack, "purge")
    assert not any(has_tokens(db, connection.id) for connection in connections)
    assert found["tokens_held"] == one(db, "select count(*) from private.connection_tokens")
    assert found["removed"]["expired_tokens"] == 0


def test_more_than_one_batch_is_done_in_one_call(stack: Stack, project: Project, db: psycopg.Connection[Any]) -> None:
    add_states(db, project, 2500, "-1 day", consumed=False)

    found = report(stack, "purge")

    assert (found["removed"]["oauth_states"], found["complete"]) == (2500, True)
    assert states(db, project) == 0


def test_two_purges_at_once_remove_everything_once(
    stack: Stack, project: Project, connect: Connect, db: psycopg.Connection[Any]
) -> None:
    """After a week without one."""
    add_states(db, project, 1500, "-7 days", consumed=False)
    content_id = project.owner.create_content(project.id)
    keys = [add_upload(db, project, content_id, "8 days", "uploading") for _ in range(30)]
    expired, returned = connect(project, "instagram"), connect(project, "tiktok")
    expire(db, expired.id, "access_expires_at", "-7 days")
    come_back(db, project, returned)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: run(stack, "purge"), range(2)))
    found = [answer.json() for answer in answers]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert sum(one_report["removed"]["oauth_states"] for one_report in found) >= 1500
    assert sum(one_report["removed"]["abandoned_uploads"] for one_report in found) == len(keys)
    assert sum(one_report["removed"]["expired_tokens"] for one_report in found) == 1
    assert sum(one_report["alarms"]["tokens_after_disconnect"] for one_report in found) == 1
    assert states(db, project) == 0
    assert not has_tokens(db, expired.id)
    assert not has_tokens(db, returned.id)
    assert sum(report(stack, "purge")["removed"].values()) == 0


def test_a_row_that_somebody_else_holds_does_not_hold_the_purge_up(
    stack: Stack, project: Project, connect: Connect, db: psycopg.Connection[Any], server: Any
) -> None:
    connection = connect(project, "instagram")
    expire(db, connection.id, "access_expires_at", "-1 day")
    add_states(db, project, 2, "-1 day", consumed=False)
    report_meanwhile = {}
    with server.connect() as other, other.transaction():
        other.execute("select 1 from private.connection_tokens where connection_id = %s for update", (connection.id,))
        report_meanwhile = report(stack, "purge")

    assert report_meanwhile["removed"]["expired_tokens"] == 0
    assert report_meanwhile["removed"]["oauth_states"] >= 2
    assert report(stack, "purge")["removed"]["expired_tokens"] == 1


def test_the_report_names_nobody(stack: Stack, project: Project, connect: Connect, db: psycopg.Connection[Any]) -> None:
    connection = connect(project, "instagram")
    expire(db, connection.id, "access_expires_at", "-1 day")

    text = run(stack, "purge").text

    names = (connection.id, connection.account, project.id, project.owner.user.id, project.owner.user.email)
    assert not any(name in text for name in names)
