"""What a platform's answer says about slowing down. Headers are data from outside: what does not parse is not there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Nobody is made to wait longer than this by one header.
_LONGEST_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Of what Meta allows, in percent; it blocks at 100, and calls made meanwhile make the block longer.

    `regain_seconds` is Meta's estimate of when calls are taken again. Source: Graph API, Rate Limits.
    """

    percent: float = 0.0
    regain_seconds: float = 0.0


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds. A date instead of a number is not used by either platform."""
    text = headers.get("retry-after", "").strip()
    return min(float(text), _LONGEST_SECONDS) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def meta_usage(headers: Mapping[str, str]) -> Usage:
    """The highest of X-App-Usage and X-Business-Use-Case-Usage. Meta sends them once the usage is worth noticing."""
    entries = [*_objects(headers.get("x-app-usage")), *_objects(headers.get("x-business-use-case-usage"))]
    return Usage(
        max((_number(entry, name) for entry in entries for name in _PERCENTAGES), default=0.0),
        min(max((_number(entry, _REGAIN) * 60 for entry in entries), default=0.0), _LONGEST_SECONDS),
    )


_PERCENTAGES = ("call_count", "total_time", "total_cputime")
_REGAIN = "estimated_time_to_regain_access"


def _objects(text: str | None) -> Iterator[dict[str, Any]]:
    """One header is a flat object, the other an object of lists of such objects."""
    try:
        content = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return
    if isinstance(content, dict):
        yield content
        for value in content.values():
            yield from (entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()


def _number(entry: Mapping[str, Any], name: str) -> float:
    value = entry.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9 else 0.0
