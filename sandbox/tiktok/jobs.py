from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.ledger import Post

# Real ids are this large: a client that reads them as floating point loses digits.
SMALLEST_POST_ID = 7_000_000_000_000_000_000


def new_post_id() -> int:
    return SMALLEST_POST_ID + secrets.randbelow(10**18)


@dataclass(slots=True)
class Job:
    """One init call. TikTok publishes on its own when the download is done: nobody has to ask."""

    publish_id: str
    open_id: str
    kind: str
    title: str
    privacy_level: str
    options: Mapping[str, Any]
    created: float
    ready: float
    post_id: int = field(default_factory=new_post_id)
    media_sha256: tuple[str, ...] = ()
    downloaded_bytes: int = 0
    downloading: bool = True
    posted: bool = False
    fail_reason: str | None = None

    def fail(self, reason: str) -> None:
        self.fail_reason = self.fail_reason or reason

    def is_due(self, now: float) -> bool:
        return not self.posted and not self.downloading and self.fail_reason is None and now >= self.ready

    def status(self, now: float) -> str:
        if self.posted:
            return "PUBLISH_COMPLETE"
        if self.fail_reason and not self.downloading and now >= self.ready:
            return "FAILED"
        return "FAILED" if self.fail_reason == "auth_removed" else "PROCESSING_DOWNLOAD"

    def public_ids(self, now: float, moderation_delay: float) -> list[int]:
        public = self.posted and self.privacy_level == "PUBLIC_TO_EVERYONE"
        return [self.post_id] if public and now >= self.ready + moderation_delay else []

    def publish(self) -> Post:
        self.posted = True
        return Post(
            platform="tiktok",
            kind=self.kind,
            account_id=self.open_id,
            post_id=str(self.post_id),
            caption=self.title,
            media_sha256=self.media_sha256,
            alt_text=None,
            at=self.ready,
            container_id=self.publish_id,
            options={"privacy_level": self.privacy_level, **self.options},
        )
