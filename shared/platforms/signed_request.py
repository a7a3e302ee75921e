"""Meta's signed_request: what it calls an app with when a person removes the app or wants the data deleted.

One field of a form, `signature.payload`, both in base64url without padding. The signature is over the payload as it
came, still encoded. There is no nonce: what is done with a request must bear to be done twice.
Source: Data Deletion Request Callback, Meta for Developers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict
from urllib.parse import parse_qsl

from shared.secret import Secret

# Bytes of a whole form. A genuine one has about 250.
_LONGEST = 4096
_MOST_FIELDS = 8
# Seconds. Meta does not say how late it delivers; the clocks of two companies may differ by a little.
_OLDEST = 86_400
_AHEAD = 300
_SIGNED_REQUEST = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_USER_ID = re.compile(r"[0-9]{1,32}")


FORM = "application/x-www-form-urlencoded"


class SignedForm(TypedDict):
    """How such a call looks; what it says is believed by its signature alone."""

    signed_request: str


class NotSigned(Exception):
    """Whatever is wrong with it: who learned what, could try until it fits."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    user_id: str
    issued_at: int
    # Of the signature: the same for the same request, and of no use to find out whose it was.
    digest: str


def read(body: bytes, *, secrets: Sequence[Secret], now: datetime) -> SignedRequest:
    """The one signed_request of a form. Raises NotSigned, and nothing else."""
    if len(body) > _LONGEST:
        raise NotSigned
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise NotSigned from None
    found = [value for name, value in fields if name == "signed_request"]
    if len(found) != 1:
        raise NotSigned
    return verify(found[0], secrets=secrets, now=now)


def verify(text: str, *, secrets: Sequence[Secret], now: datetime) -> SignedRequest:
    """Nothing inside is looked at before the signature fits one of the secrets. Raises NotSigned, and nothing else."""
    parts = _SIGNED_REQUEST.fullmatch(text)
    if parts is None:
        raise NotSigned
    signature, payload = _decoded(parts[1]), _decoded(parts[2])
    # With an empty secret anybody could sign.
    if not any(_fits(signature, parts[2], secret) for secret in secrets if secret):
        raise NotSigned
    user_id, issued_at = _content(payload)
    if not -_AHEAD <= int(now.timestamp()) - issued_at <= _OLDEST:
        raise NotSigned
    return SignedRequest(user_id, issued_at, hashlib.sha256(signature).hexdigest())


def _decoded(text: str) -> bytes:
    """One spelling only: the last character may hold bits that mean nothing, and a second spelling would be a copy."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise NotSigned from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise NotSigned
    return data


def _fits(signature: bytes, payload: str, secret: Secret) -> bool:
    expected = hmac.digest(secret.reveal().encode(), payload.encode(), hashlib.sha256)
    return hmac.compare_digest(expected, signature)


def _content(payload: bytes) -> tuple[str, int]:
    """Signed, and yet it must say by which algorithm, about whom, and when."""
    try:
        said: Any = json.loads(payload)
    except (ValueError, RecursionError):
        raise NotSigned from None
    if not isinstance(said, dict) or said.get("algorithm") != "HMAC-SHA256":
        raise NotSigned
    user_id, issued_at = said.get("user_id"), said.get("issued_at")
    # The same id comes as text or as a number.
    if isinstance(user_id, int):
        user_id = str(user_id)
    if not isinstance(user_id, str) or not _USER_ID.fullmatch(user_id) or not isinstance(issued_at, int):
        raise NotSigned
    return user_id, issued_at
