"""An erasure among everything else that goes on: what was not sent is not sent, what was sent finds its outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from shared.connecting.refresh import refresh
from shared.runtime import Runtime
from tests.erasing import add_member, begun, finish, row, rows_with, stores
from tests.functions.cron.crons import report
from tests.people import Connected, Project, token_version
from tests.shared.publishing.clicks import Click, MakeClick, RuntimeAt, run_cron

pytest_plugins = ["tests.shared.publishing.desk"]

Db = psycopg.Connection[Any]
PLATFORMS = ["instagram", "tiktok"]
COMMIT = {"instagram": "media_publish", "tiktok": "video_init"}


def look(made: Click) -> str:
    """At what is left of the publication."""
    found = made.db.execute("select state::text from public.publications where id = %s", (made.id,)).fetchone()
    return str(found[0]) if found else "gone"


def wait_for_post(made: Click) -> None:
    """TikTok fetches the file before there is one."""
    deadline = time.monotonic() + 20
    while len(made.posts()) != 1:
        assert time.monotonic() < deadline, "nothing was posted"
        time.sleep(0.05)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_click_that_was_not_sent_never_is(click: MakeClick, platform: str) -> None:
    made = click(platform)
    started = begun(made.owner)
    run_cron(made.stack)

    assert made.posts() == []
    assert look(made) == "gone"
    assert stores(made.db, started["receipt_id"])["publications"]["cancelled"] == 1


def test_a_container_that_waits_is_never_published(click: MakeClick) -> None:
    made = click("instagram")
    made.fault("media", "stuck")
    made.step()
    assert made.row()["state"] == "processing"
    begun(made.owner)

    assert made.posts() == []
    assert made.calls("instagram.media_publish") == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_may_be_posted_finds_its_outcome_before_its_account_goes(click: MakeClick, platform: str) -> None:
    """The answer to the call that posts was lost; the platform is asked with the tokens that are still there."""
    made = click(platform)
    made.fault(COMMIT[platform], "drop_after")
    if platform == "instagram":
        # Nor does it tell yet what became of it.
        made.fault("container", "slow", seconds=0)
        made.fault("container", "html_502", times=200)
    made.step()
    wait_for_post(made)
    assert look(made) in ("unknown", "committing")
    if made.row()["next_step_at"] is None:
        made.db.execute("update public.publications set next_step_at = now() where id = %s", (made.id,))
    started = begun(made.owner)
    assert row(made.db, started["receipt_id"])["state"] == "publications"
    assert made.token_rows() == 1
    made.sandbox.clear_faults()
    seen = []
    for _ in range(6):
        made.cron()
        seen.append(look(made))
    made.db.execute(
        "update private.erasures set requested_at = now() - interval '16 minutes' where id = %s",
        (started["receipt_id"],),
    )
    finish(made.db, made.stack, started["receipt_id"])

    assert len(made.posts()) == 1, "asked about, never sent again"
    if platform == "instagram":
        assert "published" in seen
    assert look(made) == "gone"
    assert made.token_rows() == 0


def test_what_has_no_outcome_after_a_quarter_of_an_hour_goes_without_one(click: MakeClick) -> None:
    made = click("tiktok")
    made.fault("status", "html_502", times=500)
    made.leave("processing", publish_id="v_pub_url~v2-1.1", intent_at="2026-11-25T00:00:00Z")
    started = begun(made.owner)
    for _ in range(2):
        made.db.execute("update private.erasures set next_step_at = now() where id = %s", (started["receipt_id"],))
        report(made.stack, "erasures")
        assert row(made.db, started["receipt_id"])["state"] == "publications"
    made.db.execute(
        "update private.erasures set requested_at = now() - interval '15 minutes' where id = %s",
        (started["receipt_id"],),
    )
    finish(made.db, made.stack, started["receipt_id"])

    assert stores(made.db, started["receipt_id"])["publications"]["outcome_unknown"] == 1
    assert look(made) == "gone"


def test_what_was_found_unsent_meanwhile_is_not_sent_again(click: MakeClick) -> None:
    """Instagram never got the call; an undisturbed publication would be tried again."""
    made = click("instagram")
    made.fault("media_publish", "drop_before")
    made.step()
    assert made.row()["state"] == "unknown"
    started = begun(made.owner)
    made.let_intent_age(7200)
    for _ in range(4):
        made.cron()
    finish(made.db, made.stack, started["receipt_id"])

    assert made.posts() == []
    assert look(made) == "gone"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_worker_that_is_at_it_no_longer_makes_the_call_that_posts(
    click: MakeClick, runtime_at: RuntimeAt, platform: str
) -> None:
    """The erasure begins while the worker waits for an answer, before its commit."""
    made = click(platform)
    runtime = runtime_at()
    egress = runtime.egress
    seen: list[dict[str, Any]] = []

    class Watched:
        client, head, pieces = egress.client, egress.head, egress.pieces

        async def send(self, request: httpx.Request, **options: Any) -> Any:
            answer = await egress.send(request, **options)
            if not seen:
                seen.append(await asyncio.to_thread(begun, made.owner))
            return answer

    watched = replace(runtime, egress=Watched())  # type: ignore[arg-type]
    assert made.step_with(watched, wait_seconds=5.0) is None

    assert seen
    assert made.calls(f"{platform}.{COMMIT[platform]}") == []
    assert made.posts() == []
    assert look(made) == "gone"


def test_no_token_is_renewed_and_no_connect_completes(
    click: MakeClick, connect: Callable[..., Connected], stack: Stack, db: Db, sandbox: SandboxControl
) -> None:
    made = click("tiktok")
    project_id = made.owner.read("projects", select="id")[0]["id"]
    begun_connect = made.owner.start_connect("instagram", project_id)
    account = sandbox.add_account("instagram", username="late", name="Late", account_type="BUSINESS")["user_id"]
    back = made.owner.consent(begun_connect, account=account)
    made.leave("processing", publish_id="v_pub_url~v2-2.2", intent_at="2026-11-25T00:00:00Z")
    started = begun(made.owner)
    assert row(db, started["receipt_id"])["state"] == "publications", "its account is still here"
    before, version = len(sandbox.journal("tiktok.token")), token_version(db, made.connected.id)

    async def renew() -> str:
        runtime = Runtime.from_environ(stack.env)
        async with runtime.egress.client:
            return (await refresh(runtime, connection_id=made.connected.id, version=version)).value

    assert asyncio.run(renew()) == "elsewhere"
    assert len(sandbox.journal("tiktok.token")) == before
    answer = made.owner.api.get(back)
    assert db.execute("select 1 from public.connections where platform_account_id = %s", (account,)).fetchone() is None
    assert answer.status_code in (303, 400, 410)


def test_nobody_else_begins_anything_with_what_goes(
    project: Project, make_creator: Callable[[], Creator], connect: Callable[..., Connected], photo: dict[str, str],
    db: Db, stack: Stack,
) -> None:  # fmt: skip
    """Another owner stays; the account of the person who goes is theirs no more from the same moment."""
    other = make_creator()
    add_member(db, project.id, other, "owner")
    connection = connect(project, "instagram")
    body = {
        "platform": "instagram", "content_id": photo["content_id"], "connection_id": connection.id, "caption": "Hi",
        "media": [{"media_asset_id": photo["media_asset_id"]}],
    }  # fmt: skip
    sent = other.publish(body)
    assert sent.status_code in (200, 202)
    started = begun(project.owner)
    finish(db, stack, started["receipt_id"])
    again = other.publish(body)

    assert again.status_code in (404, 409)
    assert project.owner.accept(other.invite(project.id, "editor")["code"]).json()["message"] == "invitation_unknown"
    assert list(rows_with(db, project.owner.user.id)) == []
