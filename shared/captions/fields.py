"""What may leave for Anthropic: the dataclass is the allow-list, and every text in it is scrubbed."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

# Replaced in this order: an address would otherwise be taken for a handle, and a key for a phone number.
_DATE = r"\d\d([./-])\d\d\1(?:\d{4}|\d\d)(?![./-]?\d)"
_TIME = r"\d\d\.\d\d(?![.\d])"
# As people write it, also to hide it: full width, escaped, spaced or spelled out.
_AT = r"(?: [@\uff20] (?=[\w-]+[.\u3002\uff0e]\w)|[@\uff20]|%40| ?\(at\) ?| ?\[at\] ?)"
_SCRUBBED = (
    (re.compile(rf"[\w.+'\u2019-]+{_AT}[\w-]+(?:[.\u3002\uff0e][\w-]+)*"), "[e-mail]"),
    (re.compile(r"\b(?:act|rft|clt)\.[\w!*-]{8,}|\b(?:IG|EAA)[\w-]{20,}"), "[secret]"),
    (re.compile(r"\b(?:sk|sb|pk|rk)[-_][\w-]{8,}"), "[secret]"),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}"), "[secret]"),
    (re.compile(r"(?i)\bbearer\s+[\w.~+/-]{8,}=*"), "[secret]"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), "[account number]"),
    (re.compile(r"(?i)\b(password|passwort|secret|token|api[ _-]?key)(\s*[:=]\s*)\S+"), r"\1\2[secret]"),
    (re.compile(r"(?<![\w@])@[\w.]{2,}"), "[handle]"),
    (re.compile(r"(?<![\w+])(?:\+|(?<!\d )00)\d[\d ()./-]{6,18}\d\b"), "[phone]"),
    (re.compile(rf"(?<![\w.])(?<!\d )(?!{_DATE}|{_TIME})\(?0\d{{1,4}}\)?[ /.-]\d[\d /.-]{{4,12}}\d\b"), "[phone]"),
    (re.compile(r"(?<![\w.])0\d{10}\b"), "[phone]"),
    (re.compile(r"(?<![\w.-])1[ .-]\d{3}[ .-]\d{3}[ .-]\d{4}(?![\w-])"), "[phone]"),
    (re.compile(r"(?<![\w.-])(?:\d{3}[ .-]\d{3}[ .-]\d{4}|\(\d{3}\) ?\d{3}[ .-]\d{4})(?![\w-])"), "[phone]"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaptionFields:
    """Section 1.3 of the Data Policy, word for word. A new database column cannot get in here by itself."""

    title: str
    description: str
    type: str
    tags: tuple[str, ...]
    project_name: str

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> CaptionFields:
        return cls(
            title=scrub(row["title"]),
            description=scrub(row["description"]),
            type=row["type"],
            tags=tuple(scrub(tag) for tag in row["tags"]),
            project_name=scrub(row["project_name"]),
        )

    def as_message(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def scrub(text: str) -> str:
    """Without e-mail addresses, phone numbers, handles and what looks like a credential."""
    while (scrubbed := _scrub_once(text)) != text:
        text = scrubbed
    return text


def _scrub_once(text: str) -> str:
    for pattern, replacement in _SCRUBBED:
        text = pattern.sub(replacement, text)
    return text
