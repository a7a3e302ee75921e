"""The few forms that the rules on media have. A table of checks is what a platform takes of one kind of item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.publishing.rules.amounts import Show
from shared.publishing.rules.facts import MediaFacts
from shared.publishing.rules.violation import Violation

type Fact[T] = Callable[[MediaFacts], T | None]
type Check = Callable[[MediaFacts], Violation | None]

NAMES: Mapping[str, str] = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "video/mp4": "MP4",
    "video/quicktime": "MOV",
    "video/webm": "WebM",
    "h264": "H.264",
    "h265": "H.265",
    "vp8": "VP8",
    "vp9": "VP9",
    "av1": "AV1",
    "aac": "AAC",
    "opus": "Opus",
    "vorbis": "Vorbis",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A file of the wrong format is nothing else: the other limits speak of what it should have been."""

    format: Check
    checks: tuple[Check, ...]

    def violations(self, item: MediaFacts) -> list[Violation]:
        if wrong := self.format(item):
            return [wrong]
        return [violation for check in self.checks if (violation := check(item))]


def at_most(code: str, fact: Fact[float], limit: float, show: Show) -> Check:
    def check(item: MediaFacts) -> Violation | None:
        value = fact(item)
        if value is None or value <= limit:
            return None
        return Violation(code, item.position, show(limit, limit), show(value, limit))

    return check


def between(code: str, fact: Fact[float], low: float, high: float, show: Show, *, text: str = "") -> Check:
    """Both ends are allowed. `text` is for limits that people know by other names than their numbers."""
    limit = text or f"between {show(low, low)} and {show(high, high)}"

    def check(item: MediaFacts) -> Violation | None:
        value = fact(item)
        if value is None or low <= value <= high:
            return None
        return Violation(code, item.position, limit, show(value, low if value < low else high))

    return check


def one_of(code: str, fact: Fact[str], allowed: tuple[str, ...]) -> Check:
    limit = _either([NAMES.get(name, name) for name in allowed])

    def check(item: MediaFacts) -> Violation | None:
        value = fact(item)
        if value is None or value in allowed:
            return None
        return Violation(code, item.position, limit, NAMES.get(value, value))

    return check


def must_be(code: str, fact: Fact[bool], wanted: bool, *, limit: str, found: str) -> Check:
    def check(item: MediaFacts) -> Violation | None:
        value = fact(item)
        return None if value is None or value is wanted else Violation(code, item.position, limit, found)

    return check


def _either(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
