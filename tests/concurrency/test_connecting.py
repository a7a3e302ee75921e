"""Connect, disconnect and purge at the same moment, on a server with many connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.stack import postgres
from sandbox.stack.clients import SandboxControl
from shared.connecting.tokens import seal_tokens
from tests.people import Connected, Project

# Where a connect stands between asking for its id and storing its tokens.
SEAL = "shared.connecting.connect.seal_tokens"
NAMED = "select callback_ids[1] from public.connections where id = '{id}'"


@contextmanager
def held(server: postgres.Server, connection_id: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's transaction that has the connection's row."""
    with server.connect() as other:
        other.autocommit = False
        other.execute("select 1 from public.connections where id = %s for update", (connection_id,))
        yield other


def test_a_disconnect_in_the_middle_of_a_reconnect_leaves_what_can_be_disconnected(
    project: Project, connect: Callable[..., Connected], db: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = connect(project, "tiktok")

    def disconnect_first(*arguments: Any) -> dict[str, Any]:
        monkeypatch.setattr(SEAL, seal_tokens)
        db.execute("select public.disconnect_connection(%s, %s)", (connected.id, project.owner.user.id))
        return seal_tokens(*arguments)

    monkeypatch.setattr(SEAL, disconnect_first)
    answer = project.owner.connect("tiktok", project.id, account=connected.account)

    assert answer.headers["location"].endswith("connect=connected")
    (row,) = project.owner.read("connections", select="id")
    assert row["id"] != connected.id
    gone = project.owner.post("connections/disconnect", {"connection_id": row["id"]})
    assert (gone.status_code, gone.json()["tokens_deleted"]) == (200, 2)
    tokens = db.execute(
        "select count(*) from private.connection_tokens where connection_id in (%s, %s)", (connected.id, row["id"])
    )
    assert tokens.fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "select public.purge(1000)",
        "select public.mark_reconnect(t.connection_id, t.version, 'access_ended') from private.connection_tokens as t"
        " where t.connection_id = '{id}'",
        f"select public.end_instagram_access(({NAMED}), extract(epoch from now())::bigint)",
        f"select public.delete_instagram_account(({NAMED}), extract(epoch from now())::bigint, repeat('0', 64))",
        "select public.purge_endings(1000)",
    ],
    ids=["purge", "dead token", "deauthorize", "data deletion", "not reconnected"],
)
def test_whoever_ends_tokens_takes_the_connection_first(
    project: Project,
    connect: Callable[..., Connected],
    server: postgres.Server,
    db: psycopg.Connection[Any],
    statement: str,
) -> None:
    """Two who lock in another order than each other would wait for each other."""
    connected = connect(project, "instagram")
    db.execute(
        "update private.connection_tokens set access_expires_at = now() where connection_id = %s", (connected.id,)
    )
    if "endings" in statement:
        db.execute(
            "update public.connections set status = 'needs_reconnect', status_reason = 'seed' where id = %s",
            (connected.id,),
        )
        db.execute(
            "update public.connections set status_since = now() - interval '1 year' where id = %s", (connected.id,)
        )
    with held(server, connected.id) as other, server.connect() as second:
        second.execute("set lock_timeout = '200ms'")
        try:
            second.execute(statement.format(id=connected.id))
        except psycopg.errors.LockNotAvailable:
            second.rollback()
        other.execute("set local lock_timeout = '200ms'")
        other.execute("delete from private.connection_tokens where connection_id = %s", (connected.id,))
        other.rollback()


def test_publishing_while_the_account_is_disconnected_is_not_a_crash(
    project: Project, connect: Callable[..., Connected], photo: dict[str, str], sandbox: SandboxControl
) -> None:
    connected = connect(project, "instagram")
    project.owner.post("connections/disconnect", {"connection_id": connected.id}).raise_for_status()
    body = {
        "platform": "instagram",
        "content_id": photo["content_id"],
        "connection_id": connected.id,
        "caption": "Too late",
        "media": [{"media_asset_id": photo["media_asset_id"]}],
    }
    answer: httpx.Response = project.owner.publish(body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert sandbox.ledger("instagram", connected.account) == []
