"""Meta's side of a connected account: what it sends, and what others send in its name."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from sandbox.stack.clients import local_client
from sandbox.stack.stack import Stack
from tests.people import Connected
from tests.shared.platforms.sealing import base64url, form, sealed, signature, signed_request


@dataclass(frozen=True, slots=True)
class Meta:
    stack: Stack
    connected: Connected
    # The app-scoped id, under which Meta names the account most often.
    scoped_id: str

    def sign(self, *, secret: str | None = None, user_id: object = None, at: float | None = None) -> str:
        """Issued now, about this account, with the Instagram secret; or otherwise."""
        return signed_request(
            secret or self.stack.keys["INSTAGRAM_APP_SECRET"],
            user_id=self.scoped_id if user_id is None else user_id,
            issued_at=int(time.time() if at is None else at),
        )

    def post(self, callback: str, body: bytes) -> httpx.Response:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        with local_client(base_url=self.stack.addresses.app) as client:
            return client.post(f"/api/webhooks/instagram/{callback}", content=body, headers=headers)

    def tell(self, callback: str, **said: object) -> httpx.Response:
        return self.post(callback, form(self.sign(**said)))  # type: ignore[arg-type]


def _payload(meta: Meta, **changes: object) -> bytes:
    content = {"algorithm": "HMAC-SHA256", "issued_at": int(time.time()), "user_id": meta.scoped_id}
    return json.dumps(content | changes).encode()


def _secret(meta: Meta) -> str:
    return meta.stack.keys["INSTAGRAM_APP_SECRET"]


def _about_another(meta: Meta) -> bytes:
    """A genuine signature of the attacker's own account, over the victim's id."""
    genuine = meta.sign(user_id="27640000000000002")
    return form(f"{genuine.partition('.')[0]}.{base64url(_payload(meta))}")


def _flipped(meta: Meta, part: int) -> bytes:
    parts = meta.sign().split(".")
    parts[part] = ("B" if parts[part][0] == "A" else "A") + parts[part][1:]
    return form(".".join(parts))


def _unsigned(meta: Meta) -> bytes:
    return form(f".{base64url(_payload(meta, algorithm='none'))}")


FORGED: Mapping[str, Callable[[Meta], bytes]] = {
    "another secret": lambda meta: form(meta.sign(secret="another-secret")),
    "TikTok's secret": lambda meta: form(meta.sign(secret=meta.stack.keys["TIKTOK_CLIENT_SECRET"])),
    "the app's id for a secret": lambda meta: form(meta.sign(secret=meta.stack.keys["INSTAGRAM_APP_ID"])),
    "an empty secret": lambda meta: form(sealed(_payload(meta), "")),
    "a flipped bit of the signature": lambda meta: _flipped(meta, 0),
    "a flipped bit of the payload": lambda meta: _flipped(meta, 1),
    "the signature of another request": _about_another,
    "no algorithm": _unsigned,
    "another algorithm": lambda meta: form(sealed(_payload(meta, algorithm="HMAC-SHA1"), _secret(meta))),
    "signed before it was encoded": lambda meta: form(
        f"{signature(_payload(meta).decode(), _secret(meta))}.{base64url(_payload(meta))}"
    ),
    "no dot": lambda meta: form(meta.sign().replace(".", "")),
    "no id": lambda meta: form(sealed(_payload(meta, user_id=None), _secret(meta))),
    "no time": lambda meta: form(sealed(_payload(meta, issued_at=None), _secret(meta))),
    "of yesterday": lambda meta: form(meta.sign(at=time.time() - 86_460)),
    "of tomorrow": lambda meta: form(meta.sign(at=time.time() + 360)),
    "twice in one form": lambda meta: form(meta.sign()) + b"&" + form(meta.sign()),
    "under another name": lambda meta: form(meta.sign()).replace(b"signed_request", b"signed-request"),
    "as JSON": lambda meta: json.dumps({"signed_request": meta.sign()}).encode(),
    "bare": lambda meta: meta.sign().encode(),
    "giant": lambda meta: form(meta.sign()) + b"&x=" + b"x" * 900_000,
    "not ASCII": lambda meta: form(meta.sign()) + b"&x=\xff",
    "nothing": lambda meta: b"",
}
