"""Measuring text the way the platforms do."""

from __future__ import annotations

import re

_HASHTAG = re.compile(r"#\w+")
_MENTION = re.compile(r"@[\w.]+")


def utf16_units(text: str) -> int:
    """What TikTok counts, and the safer reading of Instagram's limit: an emoji counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def hashtags(text: str) -> int:
    return len(_HASHTAG.findall(text))


def mentions(text: str) -> int:
    return len(_MENTION.findall(text))
