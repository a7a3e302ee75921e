"""Time and randomness as values that are passed in, so that a test can hold them still."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

type Clock = Callable[[], datetime]
type RandomToken = Callable[[], str]


def utc_now() -> datetime:
    return datetime.now(UTC)


def random_token() -> str:
    """256 random bits as 43 characters of base64url: states, cookies, boundaries."""
    return secrets.token_urlsafe(32)
