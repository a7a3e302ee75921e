"""The two things we need of the TIFF structure inside photos: which way up they are, and whether they are several.

Sources: TIFF 6.0, section 2; Exif 2.32 (CIPA DC-008), section 4.6.4; Multi-Picture Format (CIPA DC-007), section 5.2.
"""

from __future__ import annotations

from typing import Literal

_ORIENTATION = 0x0112
_TURNED = frozenset({5, 6, 7, 8})
_PICTURES = 0xB002
_PICTURE_BYTES = 16
_MULTI_FRAME = 0x02  # Panorama, stereo or many angles; others are previews and maps of the one picture.


def is_turned(tiff: bytes) -> bool:
    """Whether width and height are exchanged when it is shown. Without a sensible tag they are not."""
    field = _field(tiff, _ORIENTATION)
    return int.from_bytes(field[4:6], _order(tiff)) in _TURNED


def is_multi_picture(tiff: bytes) -> bool:
    """Whether the index of pictures lists several views of one scene."""
    field, order = _field(tiff, _PICTURES), _order(tiff)
    start = int.from_bytes(field[4:], order)
    end = min(start + int.from_bytes(field[:4], order), len(tiff))
    kinds = (int.from_bytes(tiff[at : at + 4], order) >> 16 & 0xFF for at in range(start, end, _PICTURE_BYTES))
    return _MULTI_FRAME in kinds


def _field(tiff: bytes, tag: int) -> bytes:
    """Four bytes of count, and four of the value or of its place, from the first directory. Empty when not there."""
    order = _order(tiff)
    start = int.from_bytes(tiff[4:8], order)
    count = int.from_bytes(tiff[start : start + 2], order)
    for at in range(start + 2, min(start + 2 + 12 * count, len(tiff) - 11), 12):
        if int.from_bytes(tiff[at : at + 2], order) == tag:
            return tiff[at + 4 : at + 12]
    return b""


def _order(tiff: bytes) -> Literal["little", "big"]:
    return "little" if tiff[:2] == b"II" else "big"
