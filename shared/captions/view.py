"""A text as a reader sees it, with the way back to what was written.

An address stays an address with a protected space, a typographic dash, full-width letters or an invisible sign in it.
Patterns read the view and the cuts are made in the text itself: an emoji, a dash or an umlaut that stands outside of
them leaves as it was written.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

type Span = tuple[int, int]

# Only the entities that can hide an address or a number: "&copy=" is a part of many queries.
_SIGNS = re.compile(
    r"&(?:amp;){0,3}((?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|(?:commat|period|nbsp|ensp|emsp|thinsp|shy|zwn?j|hyphen|dash|[nm]dash"
    r"|plus|lpar|rpar|sol|colon|lowbar|num)(?=;));?)|(?s:.)"
)
# Blank on every screen, though Unicode calls them letters and symbols.
_BLANK = "\t\u115f\u1160\u2800\u3164\uffa0"
_MEANT = {"\u2010": "-", "\u3002": "."}
# Elsewhere a dash parts words: read as a hyphen it would tie a name to the word before it.
_DASH_IN_NUMBER = re.compile(r"(?:(?<=[\d)])|(?<=[\d)] ))[\u2012-\u2015\u2212](?= ?[\d(])")


@dataclass(frozen=True, slots=True)
class View:
    """What is seen, and where each sign of it begins in what is written. What is unseen belongs to the sign before."""

    written: str
    seen: str
    places: list[int]

    def cut(self, spans: Iterable[Span], left: str) -> str:
        parts: list[str] = []
        done = 0
        for start, end in spans:
            parts += [self.written[done : self.places[start]], left]
            done = self.places[end]
        return "".join(parts) + self.written[done:]


def view(text: str, joined: bool) -> View:
    """Joined, what an invisible sign parts is one word. Apart, it is two: either can be what was meant."""
    signs: list[str] = []
    places: list[int] = []
    for match in _SIGNS.finditer(text):
        written = html.unescape(f"&{match[1]}") if match[1] else match[0]
        seen = _seen(written, joined)
        if seen and not (seen == " " and signs and signs[-1] == " "):
            signs.append(seen)
            places.append(match.start())
    whole = "".join(signs)
    return View(text, _DASH_IN_NUMBER.sub("-", whole) if joined else whole, [*places, len(text)])


@lru_cache(maxsize=4096)
def _seen(sign: str, joined: bool) -> str:
    if len(sign) != 1:  # An entity that stands for nothing.
        return ""
    kind = unicodedata.category(sign)
    if kind == "Zs" or sign in _BLANK:
        return " "
    if kind in {"Cf", "Mn", "Me"}:
        return "" if joined else sign
    plain = unicodedata.normalize("NFKC", sign)
    if len(plain) != 1:
        return sign
    digit = unicodedata.decimal(plain, None)
    return _MEANT.get(plain, plain) if digit is None else str(digit)
