from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Post:
    """Something that is now really on a platform. `media_sha256` has one entry per item, in display order."""

    platform: str
    kind: str
    account_id: str
    post_id: str
    caption: str
    media_sha256: tuple[str, ...]
    alt_text: str | None
    at: float
    container_id: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "media_sha256": list(self.media_sha256)}


class Ledger:
    def __init__(self) -> None:
        self._posts: list[Post] = []

    def append(self, post: Post) -> None:
        self._posts.append(post)

    def posts(self, platform: str | None = None, account_id: str | None = None) -> list[Post]:
        return [
            post for post in self._posts if platform in (None, post.platform) and account_id in (None, post.account_id)
        ]

    def clear(self) -> None:
        self._posts.clear()
