"""The upload task behind an upload_url: a plan of chunks, and the bytes that have arrived so far.

Source: TikTok for Developers, Media Transfer Guide and Direct Post reference. "MB" is not defined there; the
limits are the ones that hold in both readings.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.identifiers import digits, opaque
from sandbox.tiktok.jobs import Job

SMALLEST_CHUNK = 5_242_880
LARGEST_CHUNK = 64_000_000
MOST_CHUNKS = 1000
VIDEO_BYTES = 4_000_000_000
UPLOAD_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """What init was told, in bytes."""

    size: int
    chunk_size: int
    count: int

    def problem(self) -> str | None:
        """The last chunk takes the remainder. It is under 128 MB, because the remainder is under one chunk."""
        if not 1 <= self.size <= VIDEO_BYTES:
            return "The video size is invalid"
        if self.chunk_size < 1 or not self._chunk_size_fits():
            return "The chunk size is invalid"
        if not 1 <= self.count <= MOST_CHUNKS or self.count != self.size // self.chunk_size:
            return "The total chunk count is invalid"
        return None

    def _chunk_size_fits(self) -> bool:
        """One chunk larger than its chunk_size is refused since August 2026, whatever the floor rule says."""
        if self.count == 1:
            return self.chunk_size == self.size <= LARGEST_CHUNK
        return SMALLEST_CHUNK <= self.chunk_size <= LARGEST_CHUNK

    def last_of(self, first: int) -> int:
        """The last byte of the chunk that begins at `first`."""
        is_last = first // self.chunk_size >= self.count - 1
        return self.size - 1 if is_last else first + self.chunk_size - 1


@dataclass(slots=True)
class Upload:
    """Chunks are appended to a file on disk, so that a video never has to fit into memory."""

    job: Job
    plan: ChunkPlan
    expires: float
    id: str = field(default_factory=lambda: digits("7", 19))
    token: str = field(default_factory=lambda: opaque("", 48))
    received: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    _folder: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="sandbox-", ignore_cleanup_errors=True)
    )

    @property
    def path(self) -> Path:
        return Path(self._folder.name) / "video"

    @property
    def is_complete(self) -> bool:
        return self.received == self.plan.size

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    async def store(self, pieces: AsyncIterator[bytes]) -> None:
        """One chunk. If it breaks off nothing has been stored, and the same chunk can be sent again."""
        digest, size = self._digest.copy(), 0
        with self.path.open("r+b" if self.received else "wb") as file:
            file.seek(self.received)
            async for piece in pieces:
                digest.update(piece)
                size += file.write(piece)
        self._digest, self.received = digest, self.received + size

    def close(self) -> None:
        self._folder.cleanup()
