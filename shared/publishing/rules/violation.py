"""One broken rule, for the answer of a preflight and for the timeline of a publication that failed with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from shared.outputs import Count
from shared.publishing.rules.words import WORDS


class PostProblem(TypedDict):
    """`item` counts from 0, as in the request; null is the post as a whole. `limit` and `found` are for people."""

    code: str
    item: Count | None
    what: str
    limit: str
    found: str
    fix: str


@dataclass(frozen=True, slots=True)
class Violation:
    """`item` counts from 0, as in the request; None is the post as a whole. `limit` and `found` are for people."""

    code: str
    item: int | None
    limit: str
    found: str

    def as_detail(self) -> dict[str, str]:
        """For the timeline, which holds texts only. People count items from 1."""
        item = {} if self.item is None else {"item": str(self.item + 1)}
        return item | {"limit": self.limit, "found": self.found}

    def present(self) -> PostProblem:
        """`what` stands by itself: it names the item, counted from 1, and both what is allowed and what was found."""
        words = WORDS[self.code]
        item = "" if self.item is None else f"Item {self.item + 1}: "
        return PostProblem(
            code=self.code,
            item=self.item,
            what=item + words.what.format(limit=self.limit, found=self.found),
            limit=self.limit,
            found=self.found,
            fix=words.fix.format(limit=self.limit),
        )
