"""Renewing a token never costs a connection that could have lived, and never keeps one that was ended."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from sandbox.creator import tiktok_video
from sandbox.stack.clients import SandboxControl
from shared.connecting.refresh import Outcome, refresh
from shared.runtime import Runtime
from tests.people import Connected, Project

SAVE_WITHOUT_A_REFRESH_TOKEN = (
    "select private.save_refreshed(%s, 1, jsonb_build_object('access_token', %s::text, 'access_expires_at', now()))"
)

type Refresh = Callable[[Connected, int], Outcome]


@pytest.fixture
def run() -> Callable[[Callable[[Runtime], Awaitable[Any]]], Any]:
    """The library itself, with the environment of the functions, in an event loop of its own."""

    def start(work: Callable[[Runtime], Awaitable[Any]]) -> Any:
        async def inside() -> Any:
            return await work(Runtime.from_environ(os.environ))

        return asyncio.run(inside())

    return start


@pytest.fixture
def renew(run: Callable[[Callable[[Runtime], Awaitable[Any]]], Any]) -> Refresh:
    def start(connected: Connected, version: int) -> Outcome:
        return Outcome(run(lambda runtime: refresh(runtime, connection_id=connected.id, version=version)))

    return start


@pytest.fixture
def tiktok(project: Project, connect: Callable[..., Connected]) -> Connected:
    return connect(project, "tiktok")


@pytest.fixture(autouse=True)
def no_fault_is_left(sandbox: SandboxControl) -> Iterator[None]:
    yield
    sandbox.clear_faults()


def _tokens(db: psycopg.Connection[Any], connected: Connected) -> tuple[Any, ...] | None:
    query = "select access_token, refresh_token, version from private.connection_tokens where connection_id = %s"
    return db.execute(query, (connected.id,)).fetchone()


def _refreshes(sandbox: SandboxControl) -> int:
    bodies = [str(entry["body"]) for entry in sandbox.journal("tiktok.token")]
    return sum("grant_type=refresh_token" in body or "'refresh_token'" in body for body in bodies)


def test_fifty_at_once_make_one_platform_call(
    tiktok: Connected, renew: Refresh, sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    before = _refreshes(sandbox)
    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(lambda _: renew(tiktok, 1), range(50)))
    assert outcomes.count(Outcome.RENEWED) == 1
    assert outcomes.count(Outcome.ELSEWHERE) == 49
    assert _refreshes(sandbox) == before + 1
    assert (_tokens(db, tiktok) or ())[2] == 2


def test_a_disconnect_during_a_refresh_leaves_no_token_here_or_there(
    project: Project, tiktok: Connected, renew: Refresh, sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    sandbox.fault("tiktok.token", {"kind": "slow", "seconds": 0.8}, account=tiktok.account)
    with ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(renew, tiktok, 1)
        while not db.execute(
            "select 1 from private.connection_tokens where connection_id = %s and refresh_lease_until is not null",
            (tiktok.id,),
        ).fetchone():
            pass
        project.owner.post("connections/disconnect", {"connection_id": tiktok.id}).raise_for_status()
        assert renewing.result() is not Outcome.RENEWED
    assert _tokens(db, tiktok) is None
    assert not any(token["live"] for token in sandbox.tokens(tiktok.account))


def test_a_dead_refresh_token_ends_the_access_and_is_deleted(
    tiktok: Connected, renew: Refresh, sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    sandbox.disconnect(tiktok.account)
    assert renew(tiktok, 1) is Outcome.ENDED
    assert _tokens(db, tiktok) is None
    status = db.execute("select status, status_reason from public.connections where id = %s", (tiktok.id,)).fetchone()
    assert status == ("needs_reconnect", "access_ended")


@pytest.mark.parametrize("fault", ["html_502", "malformed_json", "drop_before", "empty_body", "wrong_shape"])
def test_an_unclear_answer_keeps_what_is_stored(
    tiktok: Connected, renew: Refresh, sandbox: SandboxControl, db: psycopg.Connection[Any], fault: str
) -> None:
    held = _tokens(db, tiktok)
    spec: dict[str, Any] = {"kind": fault} | ({"body": {"access_token": ""}} if fault == "wrong_shape" else {})
    sandbox.fault("tiktok.token", spec)
    assert renew(tiktok, 1) is Outcome.LATER
    assert _tokens(db, tiktok) == held


def test_a_mistake_of_ours_costs_nobody_a_connection(
    tiktok: Connected, renew: Refresh, sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    sandbox.fault("tiktok.token", {"kind": "error", "code": "invalid_client"})
    assert renew(tiktok, 1) is Outcome.LATER
    assert _tokens(db, tiktok) is not None


def test_an_answer_without_a_refresh_token_never_overwrites_the_stored_one(
    tiktok: Connected, db: psycopg.Connection[Any]
) -> None:
    held = _tokens(db, tiktok)
    assert held is not None
    saved = db.execute(
        SAVE_WITHOUT_A_REFRESH_TOKEN,
        (tiktok.id, held[0]),
    ).fetchone()
    assert saved == (True,)
    assert (_tokens(db, tiktok) or ())[1] == held[1]


def test_an_old_version_saves_nothing(tiktok: Connected, renew: Refresh, db: psycopg.Connection[Any]) -> None:
    assert renew(tiktok, 1) is Outcome.RENEWED
    held = _tokens(db, tiktok)
    assert held is not None
    again = db.execute(
        SAVE_WITHOUT_A_REFRESH_TOKEN,
        (tiktok.id, held[0]),
    ).fetchone()
    assert again == (False,)
    assert _tokens(db, tiktok) == held


def test_a_token_that_is_about_to_run_out_is_renewed_before_the_post(
    project: Project, tiktok: Connected, video: dict[str, str], sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    nearly_over = "update private.connection_tokens set access_expires_at = now() + interval '1 minute'"
    db.execute(f"{nearly_over} where connection_id = %s", (tiktok.id,))
    answer = project.owner.publish(tiktok_video(video["content_id"], tiktok.id, video["media_asset_id"]))
    assert answer.json()["state"] == "published"
    assert (_tokens(db, tiktok) or ())[2] == 2
    assert len(sandbox.ledger("tiktok", tiktok.account)) == 1


@pytest.mark.parametrize("endpoint", ["tiktok.creator_info", "tiktok.video_init", "tiktok.status"])
def test_a_token_that_died_early_is_renewed_and_the_post_goes_out_once(
    project: Project,
    tiktok: Connected,
    video: dict[str, str],
    sandbox: SandboxControl,
    db: psycopg.Connection[Any],
    endpoint: str,
) -> None:
    dead = {"kind": "error", "code": "access_token_invalid", "status": 401}
    sandbox.fault(endpoint, dead, account=tiktok.account)
    answer = project.owner.publish(tiktok_video(video["content_id"], tiktok.id, video["media_asset_id"]))
    publication = answer.json()
    while publication["state"] not in ("published", "failed", "unknown"):
        db.execute("update public.publications set next_step_at = now() where id = %s", (publication["id"],))
        publication = project.owner.advance(publication["id"]).json()
    assert publication["state"] == "published"
    assert (_tokens(db, tiktok) or ())[2] == 2
    assert len(sandbox.ledger("tiktok", tiktok.account)) == 1
