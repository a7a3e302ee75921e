from __future__ import annotations

import secrets
import string

_LETTERS = string.ascii_letters + string.digits


def digits(prefix: str, length: int) -> str:
    return prefix + "".join(secrets.choice(string.digits) for _ in range(length - len(prefix)))


def opaque(prefix: str, length: int) -> str:
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length - len(prefix)))
