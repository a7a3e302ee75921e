"""Publish, follow, and carry on: the use cases behind the endpoints."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any, cast
from uuid import UUID

from shared.errors import Refused
from shared.logs import log
from shared.publishing.advance import advance
from shared.publishing.queue import send_step
from shared.publishing.reasons import describe
from shared.publishing.request import PublishRequest, as_database_request, request_hash
from shared.publishing.view import PublicationView
from shared.runtime import Runtime
from shared.secret import Secret

# Seconds a caller is kept waiting for the outcome; after that the poll, or the cron, carries on.
WAIT_SECONDS = 8.0
_HELD_SECONDS = 60
_CRON_BATCH = 100
_CRON_PARALLEL = 5
# Nothing is begun after so many seconds.
_CRON_SECONDS = 20.0
_SETTLED = ("published", "failed", "unknown")


async def publish(runtime: Runtime, jwt: Secret, request: PublishRequest, *, idempotency_key: str) -> PublicationView:
    """One click. The same key again gives the same publication: its outcome, or Refused while it is under way."""
    created = await runtime.database.as_user(
        jwt,
        "create_publication",
        request=as_database_request(request),
        idempotency_key=idempotency_key,
        request_hash=request_hash(request),
    )
    view = created["publication"]
    if created["created"]:
        view = await _advanced(runtime, jwt, view["id"])
    elif not is_settled(view):
        raise Refused("publication_in_progress", retry_after=2, publication_id=view["id"])
    return present(view)


async def follow(runtime: Runtime, jwt: Secret, publication_id: UUID) -> PublicationView:
    """Where a publication is, after doing whatever can be done for it now."""
    view = await runtime.database.as_user(jwt, "may_advance", publication_id=str(publication_id))
    if not is_settled(view) or view["next_step_at"]:
        view = await _advanced(runtime, jwt, view["id"])
    return present(view)


async def resolve(runtime: Runtime, jwt: Secret, publication_id: UUID, *, posted: bool) -> PublicationView:
    """The word of a person who looked on the platform. Raises Refused when the outcome is known, or may yet come."""
    view = await runtime.database.as_user(jwt, "resolve_publication", publication_id=str(publication_id), posted=posted)
    return present(view)


async def confirm(runtime: Runtime, jwt: Secret, publication_id: UUID, *, go_on: bool) -> PublicationView:
    """The creator's word about a click that waited while its platform was switched off: now, or never.

    Raises Refused when it waits for nothing of the kind.
    """
    view = await runtime.database.as_user(jwt, "confirm_publication", publication_id=str(publication_id), go_on=go_on)
    return present(await _advanced(runtime, jwt, view["id"]) if go_on else view)


async def _advanced(runtime: Runtime, jwt: Secret, publication_id: str) -> dict[str, Any]:
    """When it was not ours to move, somebody else may have moved it: read again what they made of it."""
    view = await step(runtime, publication_id, wait_seconds=WAIT_SECONDS)
    return view or await runtime.database.as_user(jwt, "may_advance", publication_id=publication_id)


async def step(runtime: Runtime, publication_id: str, *, wait_seconds: float) -> dict[str, Any] | None:
    """As `advance`; and whoever did a step asks the queue for the next one."""
    view = await advance(runtime, publication_id, wait_seconds=wait_seconds)
    if view and view.get("next_step_at"):
        await send_step(runtime, publication_id, delay_seconds=seconds_until(view, runtime.now()))
    return view


async def carry_on(runtime: Runtime) -> int:
    """Moves every publication that is due. Returns how many were moved; what is left is due at the next run."""
    due: list[str] = await runtime.database.as_system("due_publications", limit=_CRON_BATCH)
    limit = asyncio.Semaphore(_CRON_PARALLEL)
    stop_at = time.monotonic() + _CRON_SECONDS
    return sum(await asyncio.gather(*(_move(runtime, publication_id, limit, stop_at) for publication_id in due)))


async def _move(runtime: Runtime, publication_id: str, limit: asyncio.Semaphore, stop_at: float) -> bool:
    """One that breaks must not keep the others waiting: its lease runs out, and it is due again.

    None is cut off: a call that has begun may have posted.
    """
    async with limit:
        if time.monotonic() > stop_at:
            return False
        try:
            return await step(runtime, publication_id, wait_seconds=0.0) is not None
        except Exception as error:
            log("advance_failed", level=logging.ERROR, publication_id=publication_id, error_type=type(error).__name__)
            return False


def is_settled(view: Mapping[str, Any]) -> bool:
    return view["state"] in _SETTLED


def present(view: Mapping[str, Any]) -> PublicationView:
    """With words instead of a code."""
    return cast(PublicationView, {**view, "reason": describe(view["reason"])})


def seconds_until(view: Mapping[str, Any], now: datetime) -> int:
    """When a poll is worth the next call; at least one second, and a minute for what waits for a person."""
    if view["switched_off"] or view["needs_confirmation"]:
        return _HELD_SECONDS
    due = view["next_step_at"]
    return max(1, ceil((datetime.fromisoformat(due) - now).total_seconds())) if due else 1
