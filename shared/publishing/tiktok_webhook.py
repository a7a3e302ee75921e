"""TikTok's webhook: signed, at least once, in any order. What it says of a post is final, like an answer to a question.

Source: TikTok, Webhooks Overview, Events and Verification. The signature covers the time and the bytes as they came.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from shared.errors import Refused
from shared.logs import log
from shared.platforms.failures import PlatformAnswer, PlatformFailure, parse
from shared.publishing.publish import step
from shared.publishing.reasons import REASONS, Retry
from shared.publishing.tiktok_errors import reason_for_fail_reason
from shared.runtime import Runtime
from shared.settings import TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET, TIKTOK_WEBHOOK_WINDOW

_SIGNATURE = re.compile(r"t=(?P<t>\d{1,12}),s=(?P<s>[0-9a-f]{64})")
# An id with anything else in it cannot be looked up, by any number of deliveries.
_PRINTABLE = r"^[!-~]*$"
# The event of TikTok, and how it stands in the timeline.
_POST_EVENTS = {
    "post.publish.complete": "webhook_complete",
    "post.publish.failed": "webhook_failed",
    "post.publish.publicly_available": "webhook_public",
    # Spelled as TikTok spells it.
    "post.publish.no_longer_publicaly_available": "webhook_no_longer_public",
}
_MEANS_POSTED = ("post.publish.complete", "post.publish.publicly_available")
_ACCESS_REMOVED = "authorization.removed"


class _Envelope(PlatformAnswer):
    client_key: str
    event: str
    create_time: int = Field(ge=0, le=10**11)
    user_openid: str = Field(min_length=1, max_length=128, pattern=_PRINTABLE)
    content: Any = "{}"


class _Content(PlatformAnswer):
    publish_id: str = Field(default="", max_length=64, pattern=_PRINTABLE)
    post_id: str | None = Field(default=None, pattern=r"^\d{1,32}$")
    publish_type: str = "DIRECT_PUBLISH"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    open_id: str
    create_time: int
    content: _Content

    def digest(self) -> str:
        """The same for every delivery of the same event, however its JSON is spelled."""
        parts = [self.name, self.open_id, self.content.publish_id, self.content.post_id, self.create_time]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


async def receive(runtime: Runtime, body: bytes, *, signature: str) -> None:
    """Raises Refused: for what TikTok did not sign, and for what it must deliver again."""
    _check_signature(runtime, body, signature)
    event = _read(runtime, body)
    if event is None:
        log("webhook_ignored", platform="tiktok", level=logging.WARNING)
    elif event.name == _ACCESS_REMOVED:
        await runtime.database.as_system("end_tiktok_access", event=_told(event))
    elif event.name in _POST_EVENTS and event.content.publish_id and event.content.publish_type == "DIRECT_PUBLISH":
        await _apply(runtime, event)


def _check_signature(runtime: Runtime, body: bytes, signature: str) -> None:
    found = _SIGNATURE.fullmatch(signature)
    if found is None:
        raise Refused("signature_invalid")
    secret = runtime.settings.secret(TIKTOK_CLIENT_SECRET).reveal().encode()
    expected = hmac.new(secret, found["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    age = abs(runtime.now().timestamp() - int(found["t"]))
    if not hmac.compare_digest(expected, found["s"]):
        raise Refused("signature_invalid")
    if age > int(runtime.settings.text(TIKTOK_WEBHOOK_WINDOW)):
        # Whether TikTok signs a redelivery anew is not documented; polling goes on in any case.
        log("webhook_too_old", platform="tiktok", level=logging.WARNING)
        raise Refused("signature_invalid")


def _read(runtime: Runtime, body: bytes) -> Event | None:
    """None: signed, and yet nothing that we understand. It would not become clearer by another delivery."""
    try:
        envelope = parse(_Envelope, _json(body))
        content = _content(envelope)
    except PlatformFailure:
        return None
    if envelope.client_key != runtime.settings.text(TIKTOK_CLIENT_KEY):
        return None
    return Event(envelope.event, envelope.user_openid, envelope.create_time, content)


def _content(envelope: _Envelope) -> _Content:
    """The end of an access needs none, and a token that outlives it because of an odd one would never go."""
    try:
        return parse(_Content, _json(envelope.content))
    except PlatformFailure:
        if envelope.event != _ACCESS_REMOVED:
            raise
        return _Content()


def _json(text: Any) -> Any:
    """None for what is no JSON, and for what is no text at all."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None


async def _apply(runtime: Runtime, event: Event) -> None:
    """What ends a publication is written down at once. What does not makes it due, and its next step is done now."""
    told = _told(event) | {"name": _POST_EVENTS[event.name], "outcome": None} | _outcome(event)
    applied = await runtime.database.as_system("apply_tiktok_event", event=told)
    if told["outcome"] is None and applied["publication_id"]:
        await step(runtime, applied["publication_id"], wait_seconds=0.0)


def _outcome(event: Event) -> dict[str, Any]:
    """A failure that deserves another try is for the next step to find out: it asks TikTok, and then tries again."""
    if event.name in _MEANS_POSTED:
        return {"outcome": "published"}
    reason = reason_for_fail_reason(event.content.reason)
    if event.name == "post.publish.failed" and REASONS[reason].retry is Retry.NEVER:
        return {"outcome": "failed", "reason": reason}
    return {}


def _told(event: Event) -> dict[str, Any]:
    return {
        "digest": event.digest(),
        "open_id": event.open_id,
        "create_time": event.create_time,
        "publish_id": event.content.publish_id,
        "post_id": event.content.post_id,
    }
