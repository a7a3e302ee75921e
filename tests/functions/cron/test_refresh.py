"""Tokens are renewed ahead of time, and not more often than that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import psycopg

from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from tests.people import Connected, Project, token_version


def _versions(db: psycopg.Connection[Any], *connected: Connected) -> list[int]:
    return [token_version(db, each.id) for each in connected]


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
    before = _versions(db, old, young)
    assert _run(api, stack)["renewed"] >= 1
    assert [now != then for now, then in zip(_versions(db, old, young), before, strict=True)] == [True, False]


def test_a_token_younger_than_a_day_is_left_alone(
    project: Project, connect: Callable[..., Connected], api: httpx.Client, stack: Stack, db: psycopg.Connection[Any]
) -> None:
    connected = connect(project, "instagram")
    _age(db, connected, issued="24 hours", column="access_expires_at", left="1 day")
    before = _versions(db, connected)
    _run(api, stack)
    assert _versions(db, connected) == before


def test_tiktok_is_renewed_in_the_last_fourteen_days_of_its_refresh_token(
    project: Project, connect: Callable[..., Connected], api: httpx.Client, stack: Stack, db: psycopg.Connection[Any]
) -> None:
    old, young = connect(project, "tiktok"), connect(project, "tiktok")
    _age(db, old, issued="26 hours", column="refresh_expires_at", left="13 days")
    _age(db, young, issued="26 hours", column="refresh_expires_at", left="15 days")
    before = _versions(db, old, young)
    _run(api, stack)
    assert [now != then for now, then in zip(_versions(db, old, young), before, strict=True)] == [True, False]
