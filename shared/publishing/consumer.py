"""The receiving end of the queue: one delivery, one step."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cache

from shared.errors import Refused
from shared.logs import log
from shared.publishing.publish import step
from shared.publishing.queue import queue_client, unseal
from shared.runtime import Runtime, current
from shared.settings import QUEUE_TOPIC

# Vercel's builder makes the group's name out of the path of the file that carries the trigger.
CONSUMER_GROUP = "functions_Squeues_Sadvance_Dpy"
_EVENT = "com.vercel.queue.v2beta"
# For each call back to the queue, to prolong a delivery or to say that it is done.
_ANSWER_SECONDS = 10.0


async def consume(runtime: Runtime, body: bytes, headers: Mapping[str, str]) -> None:
    """Handles and acknowledges one delivery. Whatever a step raises is raised here: the queue delivers again.

    Raises Refused for what is no delivery of our topic to us.
    """
    topic = runtime.settings.text(QUEUE_TOPIC)
    expected = {"ce-type": _EVENT, "ce-vqsqueuename": topic, "ce-vqsconsumergroup": CONSUMER_GROUP}
    if not topic or any(headers.get(name) != value for name, value in expected.items()):
        raise Refused("not_the_queue")
    _subscribe(topic)
    await queue_client(runtime.settings, seconds=_ANSWER_SECONDS).accept_and_handle(body, dict(headers))


@cache
def _subscribe(topic: str) -> None:
    from vercel.queue import SanitizedName, subscribe  # noqa: PLC0415

    subscribe(topic=topic, consumer_group=SanitizedName(CONSUMER_GROUP))(_on_message)


async def _on_message(message: bytes) -> None:
    """As bytes, because what cannot be read must be acknowledged too, or it would come again and again."""
    runtime = current()
    publication_id = unseal(runtime.settings, message)
    if publication_id is None:
        log("message_dropped", level=logging.WARNING, function="queues/advance")
        return
    await step(runtime, publication_id, wait_seconds=0.0)
