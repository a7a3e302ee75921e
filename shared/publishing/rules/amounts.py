"""Numbers with their units, written so that what breaks a limit never looks like the limit itself."""

from __future__ import annotations

from collections.abc import Callable

MIB = 1024 * 1024

# The value, and the limit it is shown beside.
type Show = Callable[[float, float], str]

_MOST_DIGITS = 6


def written(value: float, beside: float) -> str:
    """Rounded as far as it stays on its side of the limit, and of 0: 8.000001 is not written as 8."""
    if value == beside:
        return f"{value:g}"
    for digits in range(1, _MOST_DIGITS + 1):
        text = f"{value:.{digits}f}"
        if all(_side(float(text), of) == _side(value, of) for of in (beside, 0)):
            return text.rstrip("0").rstrip(".")
    return repr(value)


def _side(value: float, of: float) -> int:
    return (value > of) - (value < of)


def measured(unit: str, divisor: float = 1) -> Show:
    return lambda value, beside: f"{written(value / divisor, beside / divisor)} {unit}"


def as_ratio(value: float, beside: float) -> str:
    return f"{written(value, beside)}:1"


def counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


# Meta's error for 8 MB says 8 MiB, so its megabytes are taken as binary. TikTok defines none: decimal is safe.
BINARY_MEGABYTES = measured("MB", MIB)
MEGABYTES = measured("MB", 10**6)
GIGABYTES = measured("GB", 10**9)
MEGABITS = measured("Mbit/s", 10**6)
KILOHERTZ = measured("kHz", 1000)
SECONDS = measured("s", 1000)
FRAMES = measured("frames a second")
PIXELS_WIDE = measured("pixels in width")
CHANNELS = measured("channels")
