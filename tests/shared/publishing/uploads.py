"""Clicks whose video goes to TikTok in chunks, with files large enough to need several."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from sandbox.stack.environment import BUCKET
from sandbox.stack.stack import Stack
from shared.platforms import tiktok_chunks
from shared.publishing.work import Work
from shared.runtime import Runtime
from tests.shared.publishing.clicks import Click, Row, RuntimeAt

# The smallest that TikTok takes where there are several.
CHUNK = 5_242_880


def padded(video: bytes, size: int) -> bytes:
    """The same film of exactly `size` bytes: what is too little is a box that every player passes over."""
    missing = size - len(video)
    return video + missing.to_bytes(4) + b"free" + bytes(missing - 8)


def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules stay TikTok's; only where we begin to cut is earlier."""
    monkeypatch.setattr(tiktok_chunks, "_LARGEST_SINGLE", CHUNK)
    monkeypatch.setattr(tiktok_chunks, "_CHUNK", CHUNK)


def one_chunk_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every chunk took all the time that a function call has."""
    late = itertools.cycle([0.0, 99.0])
    monkeypatch.setattr(Work, "seconds_held", lambda work: next(late))


def storage(stack: Stack) -> Any:
    keys = stack.keys
    return boto3.client(
        "s3",
        endpoint_url=stack.addresses.r2,
        region_name="auto",
        aws_access_key_id=keys["R2_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["R2_SECRET_ACCESS_KEY"],
    )


@dataclass(frozen=True, slots=True)
class Uploading:
    """A click, its file, and workers that send bytes themselves."""

    made: Click
    file: bytes
    runtime_at: RuntimeAt

    def swap(self) -> None:
        """In R2, and in our book: what a browser would have uploaded."""
        query = (
            "select a.id, a.object_key from public.media_assets as a"
            " inner join public.publication_items as i on i.media_asset_id = a.id where i.publication_id = %s"
        )
        found = self.made.db.execute(query, (self.made.id,)).fetchone()
        assert found is not None
        storage(self.made.stack).put_object(Bucket=BUCKET, Key=found[1], Body=self.file, ContentType="video/mp4")
        with self.made.db.transaction():
            self.made.db.execute("set local session_replication_role = replica")
            self.made.db.execute(
                "update public.media_assets set byte_size = %s where id = %s", (len(self.file), found[0])
            )

    def worker(self, **variables: str) -> Runtime:
        return self.runtime_at(TIKTOK_VIDEO_SOURCE="FILE_UPLOAD", **variables)

    def step(self, **variables: str) -> Row | None:
        return self.made.step_with(self.worker(**variables))

    def settle(self) -> tuple[str, str | None]:
        for _ in range(40):
            if self.made.row()["next_step_at"] is None:
                break
            self.step()
            time.sleep(0.02)
        return self.made.outcome()

    def after_a_crash(self) -> None:
        """The lease of the dead worker runs out, and enough time has passed to tell what it left."""
        self.made.db.execute(
            "update public.publications set lease_expires_at = now() - interval '1 second' where id = %s",
            (self.made.id,),
        )
        self.made.let_intent_age(61)

    def row(self) -> tuple[str, int] | None:
        """The sealed address, and how many chunks we know to be there."""
        query = "select upload_url, stored_chunks from private.tiktok_uploads where publication_id = %s"
        return self.made.db.execute(query, (self.made.id,)).fetchone()

    def chunks(self) -> list[tuple[str, int | None]]:
        """Every chunk that reached TikTok's door: its range, and the answer."""
        return [(call["headers"]["content-range"], call["status"]) for call in self.made.calls("tiktok.upload")]

    def inits(self) -> int:
        return len(self.made.calls("tiktok.video_init"))

    def is_posted_once(self) -> bool:
        digest = hashlib.sha256(self.file).hexdigest()
        return [post["media_sha256"] for post in self.made.posts()] == [[digest]]


MakeUploading = Callable[..., Uploading]
