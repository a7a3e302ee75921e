"""Webhooks as TikTok sends them: signed, at least once, again and again until somebody answers 200.

Source: TikTok for Developers, Webhooks Overview, Events and Verification.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.config import TikTokApp
from sandbox.identifiers import opaque

NEVER = float("inf")
FIRST_RETRY_SECONDS = 60.0
GIVEN_UP_SECONDS = 72 * 3600.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a creator or a job, `at` seconds UTC."""

    name: str
    open_id: str
    at: float
    content: Mapping[str, Any] | str


@dataclass(slots=True)
class Delivery:
    """One event on its way. `last_status` is None before the first attempt and when nobody answered."""

    event: str
    body: bytes
    timestamp: int
    signature: str
    created: float
    due: float
    id: str = field(default_factory=lambda: opaque("whk-", 16))
    attempts: int = 0
    last_status: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json", "TikTok-Signature": self.signature}

    @property
    def is_delivered(self) -> bool:
        return self.last_status == 200

    def put_off(self) -> None:
        """Exponential back-off in simulated time; after 72 hours TikTok drops the event."""
        self.due += FIRST_RETRY_SECONDS * 2 ** min(self.attempts - 1, 10)
        if self.due > self.created + GIVEN_UP_SECONDS:
            self.due = NEVER

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "event": self.event,
            "body": self.body.decode(),
            "headers": self.headers,
            "signature": self.signature,
            "attempts": self.attempts,
            "last_status": self.last_status,
            "delivered": self.is_delivered,
        }


class Webhooks:
    """What waits to be sent, and what was. Without an address everything is kept and nothing is sent."""

    def __init__(self, app: TikTokApp, timeout: Callable[[], float]) -> None:
        self._app = app
        self._timeout = timeout
        self._lock = asyncio.Lock()
        self.deliveries: list[Delivery] = []

    @property
    def is_subscribed(self) -> bool:
        return bool(self._app.webhook_url)

    def add(self, event: Event) -> Delivery:
        body = sealed(self._app.client_key, event)
        delivery = self.signed(event.name, body, timestamp=int(event.at), at=event.at)
        self.deliveries.append(delivery)
        return delivery

    def signed(self, name: str, body: bytes, *, timestamp: int, at: float, secret: str | None = None) -> Delivery:
        key = self._app.client_secret if secret is None else secret
        return Delivery(name, body, timestamp, signature(key, timestamp, body), at, at)

    def due(self, now: float) -> list[Delivery]:
        return [delivery for delivery in self.deliveries if not delivery.is_delivered and delivery.due <= now]

    def next_due(self) -> float:
        return min((delivery.due for delivery in self.deliveries if not delivery.is_delivered), default=NEVER)

    def sign_again(self, delivery: Delivery, timestamp: int) -> None:
        delivery.timestamp = timestamp
        delivery.signature = signature(self._app.client_secret, timestamp, delivery.body)

    async def send(self, delivery: Delivery, now: float, *, sign_again: bool = False) -> int | None:
        """One attempt. Every failure is alike: it is tried again later."""
        async with self._lock:
            if sign_again:
                self.sign_again(delivery, int(now))
            delivery.due = now
            delivery.last_status = await self._posted(delivery)
            delivery.attempts += 1
            if not delivery.is_delivered:
                delivery.put_off()
            return delivery.last_status

    async def _posted(self, delivery: Delivery) -> int | None:
        url = self._app.webhook_url
        if not url:
            return None
        try:
            async with httpx.AsyncClient(
                timeout=self._timeout(), trust_env=False, verify=url.startswith("https")
            ) as client:
                return (await client.post(url, content=delivery.body, headers=delivery.headers)).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return None

    def clear(self) -> None:
        self.deliveries.clear()


def sealed(client_key: str, event: Event) -> bytes:
    """The envelope. `content` is JSON inside a JSON string: it is read twice."""
    content = event.content if isinstance(event.content, str) else json.dumps(event.content, separators=(",", ":"))
    envelope = {
        "client_key": client_key,
        "event": event.name,
        "create_time": int(event.at),
        "user_openid": event.open_id,
        "content": content,
    }
    return json.dumps(envelope, separators=(",", ":")).encode()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Over the raw bytes: whoever writes the JSON anew gets another signature."""
    digest = hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},s={digest}"
