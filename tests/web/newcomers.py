"""Somebody whom nobody knows yet, and who signs up or in with a password."""

from __future__ import annotations

import uuid

PASSWORD = "seven green hills"


def address() -> str:
    return f"u{uuid.uuid4().hex[:12]}@itoms.test"
