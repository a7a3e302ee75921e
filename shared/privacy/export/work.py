"""One worker at one export: what it knows of it, and how it writes down what it has done.

Whatever is written down carries the epoch of the claim. A worker that was overtaken changes nothing any more.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from shared.media.private import PrivateStorage
from shared.privacy.export.archive import Entry, ends_at
from shared.runtime import Runtime
from shared.settings import R2_BUCKET

ARCHIVE = "archive.zip"
_STAGED = "staged/"
_PAGE = 1000


class Overtaken(Exception):
    """Somebody else is at work on it, or it was deleted. There is nothing left to do here."""


class Gone(Exception):
    """What was to be copied is not there any more: a file that was deleted meanwhile, or an upload that was given up.

    The file, if it is one of the person's own: the next attempt does without it.
    """

    def __init__(self, object_key: str | None) -> None:
        super().__init__()
        self.object_key = object_key


class Claimed(BaseModel):
    model_config = ConfigDict(extra="ignore", defer_build=True, hide_input_in_errors=True)

    id: str
    state: Literal["gathering", "copying", "ready", "failed"]
    with_media: bool
    missing: list[str]
    folder: str
    epoch: int
    dataset: str | None
    after: dict[str, Any] | None
    files: int
    directory_at: int
    byte_size: int | None
    part_size: int | None
    parts: int
    file: int
    crc: int


class File(NamedTuple):
    """One that will be in the archive. `crc` is known of what we made ourselves, `lines` of what has lines."""

    name: str
    byte_size: int
    sha256: str
    object_key: str
    crc: int | None = None
    lines: int | None = None


class Work:
    def __init__(self, runtime: Runtime, claimed: Claimed) -> None:
        self.runtime = runtime
        self.claimed = claimed
        self.storage = PrivateStorage(runtime.settings)
        self.upload_id: str | None = None

    @property
    def archive_key(self) -> str:
        return self.claimed.folder + ARCHIVE

    async def stage(self, name: str, data: bytes, *, offset: int = 0, lines: int | None = None) -> File:
        """Written down under a name that the next worker would give it too: a second attempt replaces the first.

        `offset` counts those that are staged in the same step and not yet saved.
        """
        key = f"{self.claimed.folder}{_STAGED}{self.claimed.files + offset}"
        await self.storage.put(key, data)
        return File(name, len(data), hashlib.sha256(data).hexdigest(), key, zlib.crc32(data), lines)

    def placed(self, files: Iterable[File]) -> tuple[list[dict[str, Any]], int]:
        """As the database keeps them, and where the next one would begin."""
        rows, starts_at = [], self.claimed.directory_at
        for position, file in enumerate(files, self.claimed.files):
            rows.append({"position": position, "starts_at": starts_at, **file._asdict()})
            starts_at = ends_at(starts_at, file.name, file.byte_size)
        return rows, starts_at

    async def save(self, function: str, **arguments: object) -> None:
        """Raises Overtaken."""
        known = {"export_id": self.claimed.id, "epoch": self.claimed.epoch}
        if not await self.runtime.database.as_system(function, **known, **arguments):
            raise Overtaken

    def now(self, **changes: object) -> None:
        """As the database has it after what was just saved."""
        self.claimed = self.claimed.model_copy(update=changes)

    async def rows_of_files(self, position: int = 0, *, until: int | None = None) -> list[dict[str, Any]]:
        """From a position on: all, or those that begin before a place of the archive."""
        rows: list[dict[str, Any]] = []
        while position < self.claimed.files and (until is None or not rows or rows[-1]["starts_at"] < until):
            page = await self.runtime.database.as_system(
                "read_export_files", **{"export_id": self.claimed.id, "from": position}, limit=_PAGE
            )
            if not page:
                raise Overtaken
            rows += page
            position = page[-1]["position"] + 1
        return [row for row in rows if until is None or row["starts_at"] < until]

    async def read(self, object_key: str, first: int, last: int) -> bytes:
        """Raises Gone."""
        is_ours = object_key.startswith(self.claimed.folder)
        bucket = "" if is_ours else self.runtime.settings.text(R2_BUCKET)
        data = await self.storage.read(object_key, first, last, bucket=bucket)
        if data is None:
            raise Gone(None if is_ours else object_key)
        return data


def entries(rows: Sequence[dict[str, Any]]) -> list[Entry]:
    return [Entry(**{name: row[name] for name in Entry._fields}) for row in rows]
