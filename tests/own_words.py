"""Words that stand nowhere else, so that a test finds where one went."""

from __future__ import annotations

from uuid import uuid4


def own_word() -> str:
    """Of 32 letters: with digits it would now and then be an account number, which captions are scrubbed of."""
    return uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
