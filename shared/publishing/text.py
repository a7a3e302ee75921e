"""Measuring text the way the platforms do."""

from __future__ import annotations

import re

# A tag may follow a tag without a space, but not a letter: "C#m" and "name@host" are words. Emoji are taken as tags.
_HASHTAGS = re.compile(r"(?<!\w)(?:#[\w\u2190-\u2bff\U0001f000-\U0001faff]+)+")
_MENTIONS = re.compile(r"(?<!\w)(?:@[\w.]*\w)+")


def utf16_units(text: str) -> int:
    """What TikTok counts, and the safer reading of Instagram's limit: an emoji counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def hashtags(text: str) -> int:
    return sum(run.count("#") for run in _HASHTAGS.findall(text))


def mentions(text: str) -> int:
    return sum(run.count("@") for run in _MENTIONS.findall(text))
