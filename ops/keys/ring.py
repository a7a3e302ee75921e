"""The ring of keys as TOKEN_ENCRYPTION_KEYS holds it: `id:base64,id:base64`, the primary first."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from shared.secret import Secret
from shared.settings import TOKEN_ENCRYPTION_KEYS, Settings
from shared.vault import new_key, parse_ring


@dataclass(frozen=True, slots=True)
class Ring:
    keys: dict[str, bytes] = field(repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> Ring:
        """Raises Misconfigured."""
        return cls(parse_ring(settings.secret(TOKEN_ENCRYPTION_KEYS)))

    @property
    def primary(self) -> str:
        return next(iter(self.keys))

    def with_new(self, key_id: str) -> Ring:
        """The new key comes last: every instance must be able to open with it before any seals with it.

        Raises Misconfigured when the id is taken, or is none.
        """
        grown = f"{self.text().reveal()},{_entry(key_id, new_key())}"
        return Ring(parse_ring(Secret(grown)))

    def with_primary(self, key_id: str) -> Ring:
        return Ring({key_id: self.keys[key_id], **self.keys})

    def without(self, key_id: str) -> Ring:
        return Ring({other: key for other, key in self.keys.items() if other != key_id})

    def text(self) -> Secret:
        return Secret(",".join(_entry(key_id, key) for key_id, key in self.keys.items()))


@contextmanager
def new_private_file(file: Path) -> Iterator[TextIO]:
    """For its owner's eyes only, and gone again when the block fails.

    Raises FileExistsError: what is there may be a ring that was not deployed yet, and is never written over.
    """
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        try:
            yield out
        except BaseException:
            file.unlink()
            raise


def _entry(key_id: str, key: bytes) -> str:
    return f"{key_id}:{b64encode(key).decode()}"
