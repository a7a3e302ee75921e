"""What Resend has taken, remembers and tells: mails, the answers to idempotency keys, and its webhooks.

Sources: Resend, Idempotency Keys and Event Types; Svix, Verifying Webhooks Manually and Retry Schedule.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from sandbox.config import ResendTeam
from sandbox.identifiers import opaque

KEPT_SECONDS = 24 * 3600.0
# A test and a benchmark mail the same text to many people: it is kept once.
_Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Mail:
    id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    reply_to: str
    tags: Mapping[str, str]
    idempotency_key: str | None
    at: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Remembered:
    digest: str
    mail_id: str
    at: float


@dataclass(slots=True)
class Delivery:
    """One event on its way to the app. `status` is None before an attempt and when nobody answered."""

    id: str
    event: str
    mail_id: str
    body: str
    headers: Mapping[str, str]
    attempts: int = 0
    status: int | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Mailroom:
    team: ResendTeam
    timeout: Callable[[], float]
    mails: dict[str, Mail] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    _keys: dict[str, Remembered] = field(default_factory=dict)
    _texts: _Texts = field(default_factory=dict)
    _window: int = 0
    _calls: int = 0

    def clear(self) -> None:
        for kept in (self.mails, self.deliveries, self._keys, self._texts):
            kept.clear()
        self._window = self._calls = 0

    def calls_left(self, now: float, limit: int) -> int:
        """Of this second, after this call; below zero: it was one too many."""
        if int(now) != self._window:
            self._window, self._calls = int(now), 0
        self._calls += 1
        return limit - self._calls

    def remembered(self, key: str | None, now: float) -> Remembered | None:
        found = self._keys.get(key or "")
        return found if found is not None and now - found.at < KEPT_SECONDS else None

    def take(self, mail: Mail, digest: str) -> None:
        self.mails[mail.id] = mail
        if mail.idempotency_key is not None:
            self._keys[mail.idempotency_key] = Remembered(digest, mail.id, mail.at)

    def once(self, text: str) -> str:
        return self._texts.setdefault(text, text)

    def event(self, mail: Mail, name: str, now: float, *, timestamp: int | None = None) -> Delivery:
        """Signed and kept; nothing is sent yet."""
        body = json.dumps(_payload(mail, name, now), separators=(",", ":"))
        delivery = Delivery(opaque("msg_", 27), name, mail.id, body, {})
        self.sign(delivery, int(now) if timestamp is None else timestamp)
        self.deliveries.append(delivery)
        return delivery

    def sign(self, delivery: Delivery, timestamp: int) -> None:
        """Every attempt is signed anew, under the same id."""
        delivery.headers = {
            "content-type": "application/json",
            "svix-id": delivery.id,
            "svix-timestamp": str(timestamp),
            "svix-signature": signature(self.team.webhook_secret, delivery.id, timestamp, delivery.body.encode()),
        }

    async def send(self, delivery: Delivery) -> int | None:
        delivery.attempts += 1
        delivery.status = await self._posted(delivery)
        return delivery.status

    async def _posted(self, delivery: Delivery) -> int | None:
        url = self.team.webhook_url
        if not url:
            return None
        try:
            async with httpx.AsyncClient(
                timeout=self.timeout(), trust_env=False, verify=url.startswith("https")
            ) as client:
                return (await client.post(url, content=delivery.body, headers=dict(delivery.headers))).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return None


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Over the id, the time and the raw bytes; the key is what follows `whsec_`, in base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _payload(mail: Mail, name: str, now: float) -> dict[str, Any]:
    at = datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z")
    data: dict[str, Any] = {
        "created_at": at,
        "email_id": mail.id,
        "from": mail.sender,
        "to": [mail.to],
        "subject": mail.subject,
        "tags": dict(mail.tags),
    }
    if name == "bounced":
        data["bounce"] = {"message": "The mailbox does not exist.", "subType": "General", "type": "Permanent"}
    if name == "failed":
        data["failed"] = {"reason": "reached_daily_quota"}
    return {"type": f"email.{name}", "created_at": at, "data": data}
