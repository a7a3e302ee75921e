"""Nudges through Vercel Queues: a message says which publication to look at, and the row says everything else.

So a message may come twice, late, out of order or never: whoever comes too early or too often finds nothing to claim,
and the cron finds what was lost. The package is imported where it is used, because most functions never send, and a
cold start should not pay for it. On Vercel it authenticates with the deployment's own OIDC token.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from functools import cache, partial
from math import ceil
from typing import TYPE_CHECKING

from shared.logs import log
from shared.runtime import Runtime
from shared.settings import CRON_SECRET, QUEUE_TOPIC, Settings
from shared.subprocessors import VERCEL

if TYPE_CHECKING:
    import httpx2
    from vercel.queue import QueueClient

# Longer is not worth it for a caller who waits: the cron comes once a minute.
_SEND_SECONDS = 1.0
# After an hour the cron has been there sixty times. The longest delay of the ladder is ten minutes.
_KEEP_SECONDS = 3600
_PURPOSE = b"queues/advance:"


async def send_step(runtime: Runtime, publication_id: str, *, delay_seconds: float) -> None:
    """Asks for a step after so many seconds, if there is a queue. Never fails, and takes a second at most."""
    try:
        topic = runtime.settings.text(QUEUE_TOPIC)
        if topic and delay_seconds < _KEEP_SECONDS:
            await _send(runtime.settings, topic, seal(runtime.settings, publication_id), ceil(delay_seconds))
    except Exception as error:
        log("not_queued", level=logging.WARNING, publication_id=publication_id, error_type=type(error).__name__)


async def _send(settings: Settings, topic: str, message: bytes, delay: int) -> None:
    async with asyncio.timeout(_SEND_SECONDS):
        queue = queue_client(settings, seconds=_SEND_SECONDS)
        await queue.send(topic, message, delay=delay, retention=_KEEP_SECONDS)


def queue_client(settings: Settings, *, seconds: float) -> QueueClient:
    """A message belongs to no deployment: bound to its own, it would keep a publication at old code and old keys."""
    from vercel.queue import ALL_DEPLOYMENTS, QueueClient  # noqa: PLC0415

    return QueueClient(timeout=seconds, deployment=ALL_DEPLOYMENTS, http_client_factory=_connections(settings))


@cache
def _connections(settings: Settings) -> partial[httpx2.AsyncClient]:
    """The package keeps one client for each factory and event loop, so the factory must be the same one every time."""
    from shared.egress_httpx2 import new_client  # noqa: PLC0415

    return partial(new_client, settings, VERCEL, seconds=_SEND_SECONDS)


def seal(settings: Settings, publication_id: str) -> bytes:
    """What is sent: the id, and a proof that one of our own functions sent it."""
    return f"{publication_id}.{_proof(settings, publication_id)}".encode()


def unseal(settings: Settings, message: bytes) -> str | None:
    """The publication's id, or None when nobody of ours wrote this."""
    publication_id, _, given = message.decode(errors="replace").partition(".")
    proves = hmac.compare_digest(given.encode(), _proof(settings, publication_id).encode())
    return publication_id if proves else None


def _proof(settings: Settings, publication_id: str) -> str:
    key = settings.secret(CRON_SECRET).reveal().encode()
    return hmac.new(key, _PURPOSE + publication_id.encode(), "sha256").hexdigest()
