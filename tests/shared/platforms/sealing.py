"""Meta's side of a signed_request: how one is made."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signature(payload: str, secret: str) -> str:
    return base64url(hmac.digest(secret.encode(), payload.encode(), hashlib.sha256))


def sealed(payload: bytes, secret: str) -> str:
    encoded = base64url(payload)
    return f"{signature(encoded, secret)}.{encoded}"


def signed_request(secret: str, *, user_id: object, issued_at: object, **more: Any) -> str:
    payload = {"algorithm": "HMAC-SHA256", "issued_at": issued_at, "user_id": user_id, **more}
    return sealed(json.dumps(payload).encode(), secret)


def form(text: str) -> bytes:
    return urlencode({"signed_request": text}).encode()
