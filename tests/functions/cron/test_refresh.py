"""Tokens are renewed ahead of time, and not more often than that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import psycopg

from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from tests.people import Connected, Project


def _version(db: psycopg.Connection[Any], connected: Connected) -> int:
    query = "select version from private.connection_tokens where connection_id = %s"
    row = db.execute(query, (connected.id,)).fetchone()
    assert row is not None
    return int(row[0])


def _age(db: psycopg.Connection[Any], connected: Connected, *, issued: str, column: str, left: str) -> None:
    db.execute(
        f"update private.connection_tokens set issued_at = now() - %s::interval, {column} = now() + %s::interval"
        " where connection_id = %s",
        (issued, left, connected.id),
    )


def _run(api: httpx.Client, stack: Stack) -> dict[str, int]:
    answer = api.get("/api/cron/refresh", headers={"authorization": f"Bearer {stack.env['CRON_SECRET']}"})
    return dict(answer.raise_for_status().json())


def test_instagram_is_renewed_in_its_last_ten_days(
    project: Project,
    connect: Callable[..., Connected],
    api: httpx.Client,
    stack: Stack,
    sandbox: SandboxControl,
    db: psycopg.Connection[Any],
) -> None:
    old, young = connect(project, "instagram"), connect(project, "instagram")
    sandbox.advance(26 * 3600)
    _age(db, old, issued="26 hours", column="access_expires_at", left="9 days")
    _age(db, young, issued="26 hours", column="access_expires_at", left="11 days")
    assert _run(api, stack)["renewed"] >= 1
    assert (_version(db, old), _version(db, young)) == (2, 1)


def test_a_token_younger_than_a_day_is_left_alone(
    project: Project, connect: Callable[..., Connected], api: httpx.Client, stack: Stack, db: psycopg.Connection[Any]
) -> None:
    connected = connect(project, "instagram")
    _age(db, connected, issued="24 hours", column="access_expires_at", left="1 day")
    _run(api, stack)
    assert _version(db, connected) == 1


def test_tiktok_is_renewed_in_the_last_fourteen_days_of_its_refresh_token(
    project: Project, connect: Callable[..., Connected], api: httpx.Client, stack: Stack, db: psycopg.Connection[Any]
) -> None:
    old, young = connect(project, "tiktok"), connect(project, "tiktok")
    _age(db, old, issued="26 hours", column="refresh_expires_at", left="13 days")
    _age(db, young, issued="26 hours", column="refresh_expires_at", left="15 days")
    _run(api, stack)
    assert (_version(db, old), _version(db, young)) == (2, 1)
