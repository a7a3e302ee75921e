"""Whoever is mailed, as the tests of mail need it."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from shared.mail.outbox import Mailed, deliver
from shared.runtime import Runtime

type Db = psycopg.Connection[Any]


def run[T](work: Callable[[Runtime], Coroutine[Any, Any, T]]) -> T:
    """In a runtime of its own, as one call of a function has it."""

    async def once() -> T:
        runtime = Runtime.from_environ(os.environ)
        async with runtime.egress.client:
            return await work(runtime)

    return asyncio.run(once())


def deliver_now() -> Mailed:
    return run(deliver)


def enqueue(db: Db, user_id: str | None, kind: str = "export_ready", **parameters: str) -> str:
    """The id of a new mail."""
    entity = uuid.uuid4().hex
    db.execute(
        "select private.enqueue_mail(%s, %s, %s, %s)",
        (kind, user_id, entity, Jsonb(parameters)),
    )
    return str(one(db, "select id from private.mail_outbox where idempotency_key = %s", f"{kind}/{entity}"))


def mail(db: Db, mail_id: str) -> dict[str, Any]:
    return dict(one(db, "select to_jsonb(m) from private.mail_outbox as m where m.id = %s", mail_id) or {})


def change(db: Db, mail_id: str, changes: str) -> None:
    db.execute(f"update private.mail_outbox set {changes} where id = %s", (mail_id,))


def one(db: Db, query: str, *values: object) -> Any:
    found = db.execute(query, values).fetchone()
    return found[0] if found else None


def settle_the_rest(db: Db) -> None:
    """Nothing of other tests is due, so that counts are a test's own."""
    db.execute("delete from private.mail_outbox where state in ('queued', 'sending')")
