"""What must be true of a click whatever happened to its workers, by its row and by the platform's ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.publishing.reasons import REASONS

# A worker that died here may or may not have started a job at TikTok, and nobody can be asked.
DOUBTFUL = frozenset(
    {
        "record_step:preparing>committing/after",
        "tiktok.init_video_pull/before",
        "tiktok.init_video_pull/after",
        "tiktok.init_photos/before",
        "tiktok.init_photos/after",
        "record_step:committing>processing/before",
    }
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`row` is None after an erasure; `posts` are the ids of what is really on the platform."""

    row: dict[str, Any] | None
    posts: list[str]

    @property
    def outcome(self) -> tuple[str, str | None]:
        return (self.row["state"], self.row["reason"]) if self.row else ("erased", None)

    def wrongs(self) -> Iterator[str]:
        """Every promise that is broken, in words."""
        state, reason = self.outcome
        if len(self.posts) > 1:
            yield f"{len(self.posts)} posts"
        if state not in ("published", "failed", "unknown"):
            yield f"stuck in {state}"
        if state == "published" and len(self.posts) != 1:
            yield "published, and not in the ledger"
        if state == "failed" and self.posts:
            yield "failed, and in the ledger"
        if state in ("failed", "unknown") and not REASONS[reason or ""].action:
            yield f"{state} without an action"
        if self.row and self.row["post_id"] and self.row["post_id"] not in self.posts:
            yield "shows a post that does not exist"


def expected(died_at: Sequence[str], *, can_be_asked: bool) -> tuple[str, str | None]:
    """Everything is carried to the end, but for a doubt that nothing can resolve."""
    if not can_be_asked and not DOUBTFUL.isdisjoint(died_at):
        return ("unknown", "outcome_unclear")
    return ("published", None)
