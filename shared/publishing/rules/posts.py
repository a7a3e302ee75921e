"""Rules on the post as a whole that both platforms have: how many items, how much text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shared.publishing.rules.amounts import SECONDS, counted
from shared.publishing.rules.facts import MediaFacts
from shared.publishing.rules.violation import Violation
from shared.publishing.text import utf16_units


def count_violations(items: Sequence[MediaFacts], fewest: int, most: int) -> list[Violation]:
    if fewest <= len(items) <= most:
        return []
    limit = counted(most, "item", "items") if fewest == most else f"between {fewest} and {most} items"
    return [Violation("item_count_invalid", None, limit, counted(len(items), "item", "items"))]


def text_violations(
    code: str,
    text: str,
    most: int,
    *,
    item: int | None = None,
    count: Callable[[str], int] = utf16_units,
    unit: str = "characters",
) -> list[Violation]:
    number = count(text)
    return [] if number <= most else [Violation(code, item, f"{most} {unit}", f"{number} {unit}")]


def cover_moment_violations(moment_ms: int | None, items: Sequence[MediaFacts]) -> list[Violation]:
    """The first moment is 0, and the end is no moment of the video any more."""
    length = items[0].duration_ms if items else None
    if moment_ms is None or (moment_ms >= 0 and (length is None or moment_ms < length)):
        return []
    limit = f"from 0 s to before {SECONDS(length, length)}" if length is not None else "0 s or later"
    return [Violation("cover_moment_invalid", None, limit, SECONDS(moment_ms, 0 if moment_ms < 0 else length or 0))]


def misplaced(choices: Sequence[tuple[str, bool]], *, limit: str) -> list[Violation]:
    """Choices that this kind of post does not have: (name, whether it was made)."""
    return [Violation("option_not_for_kind", None, limit, name) for name, made in choices if made]
