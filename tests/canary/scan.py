"""Looks for secrets where they may not be, also when they are encoded."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from urllib.parse import quote, quote_plus

# Any text that holds a marker holds one of its windows; so every position is looked up once, however many markers
# there are.
WINDOW = 10


@dataclass(frozen=True, slots=True)
class Marker:
    """A secret of this run. `allowed` are patterns of the places where it belongs."""

    kind: str
    text: str
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something written or sent. Its place starts with log, response, table, outbound, exception or browser."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    marker: Marker
    place: str
    form: str

    def __str__(self) -> str:
        hint = f"{self.marker.text[:4]}…, {len(self.marker.text)} characters"
        return f"{self.place}: {self.marker.kind} ({hint}), {self.form}"


@dataclass(frozen=True, slots=True)
class _Needle:
    marker: Marker
    form: str
    text: str


class Scanner:
    def __init__(self, markers: Iterable[Marker]) -> None:
        self._windows: dict[str, list[tuple[int, _Needle]]] = {}
        self.count = 0
        for marker in dict.fromkeys(markers):
            self.count += 1
            for needle in _needles(marker):
                self._file(needle)

    def _file(self, needle: _Needle) -> None:
        """Under its rarest window: many markers begin or end alike."""
        offsets = {0, (len(needle.text) - WINDOW) // 2, len(needle.text) - WINDOW}
        text = needle.text.lower()
        offset = min(sorted(offsets), key=lambda at: len(self._windows.get(text[at : at + WINDOW], ())))
        self._windows.setdefault(text[offset : offset + WINDOW], []).append((offset, needle))

    def scan(self, sightings: Iterable[Sighting]) -> list[Finding]:
        found = (finding for sighting in dict.fromkeys(sightings) for finding in self._in(sighting))
        return list(dict.fromkeys(found))

    def _in(self, sighting: Sighting) -> Iterator[Finding]:
        text, windows = sighting.text.lower(), self._windows
        for at in range(len(text) - WINDOW + 1):
            for offset, needle in windows.get(text[at : at + WINDOW], ()):
                start = at - offset
                hit = start >= 0 and text.startswith(needle.text.lower(), start)
                if hit and not any(fnmatch(sighting.place, place) for place in needle.marker.allowed):
                    yield Finding(needle.marker, sighting.place, needle.form)


def _needles(marker: Marker) -> Iterator[_Needle]:
    data = marker.text.encode()
    forms = {
        "as it is": marker.text,
        "URL-encoded": quote(marker.text, safe=""),
        "form-encoded": quote_plus(marker.text),
        "in hex": data.hex(),
        **{f"in base64, {shift} bytes in": _base64(data, shift) for shift in range(3)},
    }
    seen: set[str] = set()
    for form, text in forms.items():
        if len(text) >= WINDOW and text not in seen:
            seen.add(text)
            yield _Needle(marker, form, text)


def _base64(data: bytes, shift: int) -> str:
    """The characters that stay the same whatever stands around. The URL-safe alphabet differs in - and _ only."""
    whole = base64.b64encode(b"\0" * shift + data).decode().rstrip("=")
    start = (0, 2, 3)[shift]
    return whole[start : len(whole) - (1 if (len(data) + shift) % 3 else 0)]
