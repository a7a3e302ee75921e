"""What may go wrong and is expected. Everything else is a bug and answers 500."""

from __future__ import annotations


class Refused(Exception):
    """An expected refusal. `code` is stable and is looked up in shared/web/problems.py for status and words."""

    def __init__(self, code: str, *, retry_after: int | None = None, **extra: object) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after
        self.extra = extra
