"""Resend's webhook: signed as Svix signs, at least once, in any order.

The signature covers the id of the message, the time and the bytes as they came; each attempt is signed anew under the
same id. Source: Svix, Verifying Webhooks Manually; Resend, Event Types.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import Field

from shared.errors import Refused
from shared.platforms.failures import PlatformAnswer, PlatformFailure, parse
from shared.runtime import Runtime
from shared.settings import RESEND_WEBHOOK_SECRET

# How old, or how far ahead, a signature may be.
_WINDOW_SECONDS = 300
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_MOST_SIGNATURES = 10
_EVENTS = ("sent", "delivered", "bounced", "complained", "failed", "suppressed")
SIGNATURE_HEADERS = ("svix-id", "svix-timestamp", "svix-signature")


class _Data(PlatformAnswer):
    email_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")
    tags: Any = None


class _Event(PlatformAnswer):
    type: str
    data: _Data


async def receive(runtime: Runtime, body: bytes, headers: Mapping[str, str]) -> None:
    """Raises Refused for what Resend did not sign. What we do not understand is taken: it would not become clearer."""
    message_id = _check_signature(runtime, body, headers)
    try:
        event = parse(_Event, _json(body))
    except PlatformFailure:
        return
    name = event.type.removeprefix("email.")
    if name in _EVENTS and event.type != name:
        await runtime.database.as_system(
            "record_mail_event",
            digest=hashlib.sha256(message_id.encode()).hexdigest(),
            mail_id=_mail_id(event.data.tags),
            provider_id=event.data.email_id,
            event=name,
        )


def _check_signature(runtime: Runtime, body: bytes, headers: Mapping[str, str]) -> str:
    message_id, timestamp, signatures = (headers.get(name, "") for name in SIGNATURE_HEADERS)
    if not _MESSAGE_ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise Refused("signature_invalid")
    expected = _signature(runtime, f"{message_id}.{timestamp}.".encode() + body)
    given = [one.removeprefix("v1,") for one in signatures.split(" ")[:_MOST_SIGNATURES] if one.startswith("v1,")]
    if not any(hmac.compare_digest(expected, one.encode()) for one in given):
        raise Refused("signature_invalid")
    if abs(runtime.now().timestamp() - int(timestamp)) > _WINDOW_SECONDS:
        raise Refused("signature_invalid")
    return message_id


def _signature(runtime: Runtime, signed: bytes) -> bytes:
    secret = runtime.settings.secret(RESEND_WEBHOOK_SECRET).reveal().removeprefix("whsec_")
    key = base64.b64decode(secret + "=" * (-len(secret) % 4))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256))


def _mail_id(tags: object) -> str | None:
    """The id that we gave the mail along. Without it, Resend's own will do."""
    try:
        return str(UUID(str(tags["mail"]))) if isinstance(tags, dict) and "mail" in tags else None
    except ValueError:
        return None


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
