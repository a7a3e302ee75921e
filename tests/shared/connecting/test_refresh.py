"""Renewing a token never costs a connection that could have lived, and never keeps one that was ended."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.creator import tiktok_video
from sandbox.stack.clients import SandboxControl
from shared.connecting.refresh import Outcome, refresh
from shared.connecting.tokens import open_tokens
from shared.egress import CALL_SECONDS, Answer, Egress
from shared.runtime import Runtime
from shared.settings import Settings
from shared.vault import Vault
from tests.people import Connected, Project, token_version
from tests.shared.connecting.endings import Judge, is_live

SAVE_WITHOUT_A_REFRESH_TOKEN = (
    "select private.save_refreshed(%s, %s, jsonb_build_object('access_token', %s::text, 'access_expires_at', now()))"
)

type Run = Callable[[Callable[[Runtime], Awaitable[Any]]], Any]
type Refresh = Callable[[Connected], Outcome]


@pytest.fixture
def run() -> Run:
    """The library itself, with the environment of the functions, in an event loop of its own."""

    def start(work: Callable[[Runtime], Awaitable[Any]]) -> Any:
        async def inside() -> Any:
            return await work(Runtime.from_environ(os.environ))

        return asyncio.run(inside())

    return start


@pytest.fixture
def renew(run: Run, db: psycopg.Connection[Any]) -> Refresh:
    def start(connected: Connected) -> Outcome:
        seen = token_version(db, connected.id)
        return Outcome(run(lambda runtime: refresh(runtime, connection_id=connected.id, version=seen)))

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


def _answering(runtime: Runtime, then: Callable[[], Awaitable[None]]) -> Runtime:
    """Something happens once the platform has answered, and before that is stored."""

    class Answered(Egress):
        async def send(self, request: httpx.Request, *, seconds: float = CALL_SECONDS) -> Answer:
            answer = await super().send(request, seconds=seconds)
            await then()
            return answer

    return replace(runtime, egress=Answered(runtime.egress.client))


def _held(db: psycopg.Connection[Any], connected: Connected) -> tuple[str, str]:
    """The access and the refresh token that are stored, in the clear."""
    access, refresh, _ = _tokens(db, connected) or ()
    row = {"platform": connected.platform, "access_token": access, "refresh_token": refresh}
    held = open_tokens(Vault.from_settings(Settings(os.environ)), connected.id, row)
    assert held.refresh is not None
    return held.access.reveal(), held.refresh.reveal()


def _live(sandbox: SandboxControl, connected: Connected) -> set[str]:
    return {token["token"] for token in sandbox.tokens(connected.account) if token["live"]}


def test_fifty_who_find_an_expired_token_at_once_make_one_platform_call_and_end_nothing(
    tiktok: Connected, run: Run, sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    judge, before = Judge(db, sandbox, tiktok), _refreshes(sandbox)
    db.execute("update private.connection_tokens set access_expires_at = now() where connection_id = %s", (tiktok.id,))
    sandbox.fault("tiktok.token", {"kind": "slow", "seconds": 0.5}, account=tiktok.account)
    all_have_looked = Barrier(50)

    async def use(runtime: Runtime) -> tuple[Outcome, str | None]:
        """The token that a call may carry, or nothing as yet."""
        seen = await runtime.database.as_system("account_for_step", connection_id=tiktok.id)
        assert seen["access_seconds_left"] <= 0
        await asyncio.to_thread(all_have_looked.wait, 60)
        outcome = await refresh(runtime, connection_id=tiktok.id, version=seen["version"])
        now = await runtime.database.as_system("account_for_step", connection_id=tiktok.id)
        assert now["status"] == "active"
        return outcome, now["access_token"] if now["access_seconds_left"] > 0 else None

    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(lambda _: run(use), range(50)))
    access, _, _ = _tokens(db, tiktok) or ()
    outcomes = [outcome for outcome, _ in found]
    assert (outcomes.count(Outcome.RENEWED), outcomes.count(Outcome.ELSEWHERE)) == (1, 49)
    assert (Outcome.RENEWED, access) in found
    assert {usable for _, usable in found} <= {access, None}
    assert _refreshes(sandbox) == before + 1
    assert set(_held(db, tiktok)) <= _live(sandbox, tiktok)
    assert is_live(judge)


def test_a_request_that_is_cut_off_after_tiktoks_answer_stores_what_came(
    tiktok: Connected, run: Run, sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    """The refresh token before it is dead by then, and TikTok gives the next one only once."""
    before = _held(db, tiktok)

    async def cut_off(runtime: Runtime) -> None:
        request = asyncio.current_task()
        assert request is not None

        async def cut() -> None:
            request.cancel()

        others = asyncio.all_tasks()
        with pytest.raises(asyncio.CancelledError):
            await refresh(_answering(runtime, cut), connection_id=tiktok.id, version=token_version(db, tiktok.id))
        await asyncio.gather(*(asyncio.all_tasks() - others))

    run(cut_off)
    assert not set(before) & set(_held(db, tiktok))
    assert set(_held(db, tiktok)) <= _live(sandbox, tiktok)


def test_what_is_renewed_for_an_access_that_ended_since_does_not_replace_that_of_the_reconnect(
    project: Project, tiktok: Connected, run: Run, sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    judge = Judge(db, sandbox, tiktok)
    reconnected: list[tuple[Any, ...] | None] = []

    def connect_again() -> None:
        sandbox.disconnect(tiktok.account)
        db.execute("select private.end_access_of('tiktok', %s, now() + interval '1 second')", (tiktok.account,))
        assert _tokens(db, tiktok) is None
        project.owner.connect("tiktok", project.id, account=tiktok.account)
        reconnected.append(_tokens(db, tiktok))

    async def renew_late(runtime: Runtime) -> Outcome:
        late = _answering(runtime, lambda: asyncio.to_thread(connect_again))
        return await refresh(late, connection_id=tiktok.id, version=token_version(db, tiktok.id))

    assert run(renew_late) is Outcome.ELSEWHERE
    assert [_tokens(db, tiktok)] == reconnected
    assert set(_held(db, tiktok)) <= _live(sandbox, tiktok)
    assert is_live(judge, [("revoked_on_platform", 2)])


def test_a_disconnect_during_a_refresh_leaves_no_token_here_or_there(
    project: Project, tiktok: Connected, renew: Refresh, sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    sandbox.fault("tiktok.token", {"kind": "slow", "seconds": 0.8}, account=tiktok.account)
    with ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(renew, tiktok)
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
    assert renew(tiktok) is Outcome.ENDED
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
    assert renew(tiktok) is Outcome.LATER
    assert _tokens(db, tiktok) == held


def test_a_mistake_of_ours_costs_nobody_a_connection(
    tiktok: Connected, renew: Refresh, sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    sandbox.fault("tiktok.token", {"kind": "error", "code": "invalid_client"})
    assert renew(tiktok) is Outcome.LATER
    assert _tokens(db, tiktok) is not None


def test_an_answer_without_a_refresh_token_never_overwrites_the_stored_one(
    tiktok: Connected, db: psycopg.Connection[Any]
) -> None:
    held = _tokens(db, tiktok)
    assert held is not None
    saved = db.execute(SAVE_WITHOUT_A_REFRESH_TOKEN, (tiktok.id, held[2], held[0])).fetchone()
    assert saved == (True,)
    assert (_tokens(db, tiktok) or ())[1] == held[1]


def test_an_old_version_saves_nothing(tiktok: Connected, renew: Refresh, db: psycopg.Connection[Any]) -> None:
    seen = token_version(db, tiktok.id)
    assert renew(tiktok) is Outcome.RENEWED
    held = _tokens(db, tiktok)
    assert held is not None
    again = db.execute(SAVE_WITHOUT_A_REFRESH_TOKEN, (tiktok.id, seen, held[0])).fetchone()
    assert again == (False,)
    assert _tokens(db, tiktok) == held


def test_a_token_that_is_about_to_run_out_is_renewed_before_the_post(
    project: Project, tiktok: Connected, video: dict[str, str], sandbox: SandboxControl, db: psycopg.Connection[Any]
) -> None:
    before = token_version(db, tiktok.id)
    nearly_over = "update private.connection_tokens set access_expires_at = now() + interval '1 minute'"
    db.execute(f"{nearly_over} where connection_id = %s", (tiktok.id,))
    answer = project.owner.publish(tiktok_video(video["content_id"], tiktok.id, video["media_asset_id"]))
    assert answer.json()["state"] == "published"
    assert token_version(db, tiktok.id) != before
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
    before = token_version(db, tiktok.id)
    dead = {"kind": "error", "code": "access_token_invalid", "status": 401}
    sandbox.fault(endpoint, dead, account=tiktok.account)
    answer = project.owner.publish(tiktok_video(video["content_id"], tiktok.id, video["media_asset_id"]))
    publication = answer.json()
    while publication["state"] not in ("published", "failed", "unknown"):
        db.execute("update public.publications set next_step_at = now() where id = %s", (publication["id"],))
        publication = project.owner.advance(publication["id"]).json()
    assert publication["state"] == "published"
    assert token_version(db, tiktok.id) != before
    assert len(sandbox.ledger("tiktok", tiktok.account)) == 1
