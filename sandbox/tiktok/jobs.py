from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.ledger import Post
from sandbox.tiktok.webhooks import Event

# Real ids are this large: a client that reads them as floating point loses digits.
SMALLEST_POST_ID = 7_000_000_000_000_000_000
NEVER = float("inf")
PUBLIC = "PUBLIC_TO_EVERYONE"

type Source = Literal["FILE_UPLOAD", "PULL_FROM_URL"]
type Ending = Literal["PUBLISH_COMPLETE", "SEND_TO_USER_INBOX", "FAILED"]

EVENT_OF: Mapping[Ending, str] = {
    "PUBLISH_COMPLETE": "post.publish.complete",
    "SEND_TO_USER_INBOX": "post.publish.inbox_delivered",
    "FAILED": "post.publish.failed",
}


def new_post_id() -> int:
    return SMALLEST_POST_ID + secrets.randbelow(10**18)


@dataclass(slots=True)
class Job:
    """One init call. TikTok publishes on its own when it has the media: nobody has to ask.

    `privacy_level` is empty for a draft, which its creator finishes in the TikTok app.
    """

    publish_id: str
    open_id: str
    kind: str
    source: Source
    caption: str
    privacy_level: str
    options: Mapping[str, Any]
    created: float
    delay: float
    ready: float = NEVER
    draft: bool = False
    post_id: int = field(default_factory=new_post_id)
    media_sha256: tuple[str, ...] = ()
    uploaded_bytes: int = 0
    downloaded_bytes: int = 0
    transferring: bool = True
    fail_reason: str | None = None
    ended: Ending | None = None
    public_from: float = NEVER
    announced: bool = False

    @property
    def publish_type(self) -> str:
        return "INBOX_SHARE" if self.draft else "DIRECT_PUBLISH"

    def fail(self, reason: str) -> None:
        self.fail_reason = self.fail_reason or reason

    def stop(self, reason: str, now: float) -> None:
        """From outside, and at once: whatever the media would have come to does not matter any more."""
        self.fail_reason, self.transferring, self.ready = reason, False, now

    def is_due(self, now: float) -> bool:
        return self.ended is None and not self.transferring and now >= self.ready

    def next_change(self) -> float:
        """When this job changes by itself, seconds UTC."""
        if self.ended is not None:
            return NEVER if self.announced else self.public_from
        return NEVER if self.transferring else self.ready

    def status(self) -> str:
        waiting = "PROCESSING_UPLOAD" if self.source == "FILE_UPLOAD" else "PROCESSING_DOWNLOAD"
        return self.ended or waiting

    def end(self, moderation_delay: float) -> Event:
        if self.fail_reason:
            self.ended = "FAILED"
            return self._event(EVENT_OF[self.ended], self.ready, reason=self.fail_reason)
        self.ended = "SEND_TO_USER_INBOX" if self.draft else "PUBLISH_COMPLETE"
        if self.privacy_level == PUBLIC:
            self.public_from = self.ready + moderation_delay
        return self._event(EVENT_OF[self.ended], self.ready)

    def finish_draft(self, privacy_level: str, now: float) -> Event:
        """The creator posts the draft in the TikTok app."""
        self.ended, self.privacy_level, self.ready = "PUBLISH_COMPLETE", privacy_level, now
        self.public_from = now if privacy_level == PUBLIC else NEVER
        return self._event(EVENT_OF[self.ended], now)

    def is_public(self, now: float) -> bool:
        return now >= self.public_from

    def announce(self) -> Event:
        self.announced = True
        return self._event("post.publish.publicly_available", self.public_from, post_id=str(self.post_id))

    def hide(self, now: float) -> list[Event]:
        """Only what was public can cease to be. The misspelling is TikTok's."""
        was_public, self.public_from, self.announced = self.announced, NEVER, False
        event = self._event("post.publish.no_longer_publicaly_available", now, post_id=str(self.post_id))
        return [event] if was_public else []

    def show(self, now: float) -> None:
        self.public_from = min(self.public_from, now)

    def post(self) -> Post:
        return Post(
            platform="tiktok",
            kind=self.kind,
            account_id=self.open_id,
            post_id=str(self.post_id),
            caption=self.caption,
            media_sha256=self.media_sha256,
            alt_text=None,
            at=self.ready,
            container_id=self.publish_id,
            options={"privacy_level": self.privacy_level, **self.options},
        )

    def _event(self, name: str, at: float, **content: str) -> Event:
        first = {"publish_id": self.publish_id}
        return Event(name, self.open_id, at, {**first, **content, "publish_type": self.publish_type})
