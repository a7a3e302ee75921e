"""What a file really is, read from its bytes: only the parts that matter are fetched, whatever its size."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from shared.media.facts import MediaFacts, NotWhatItClaims
from shared.media.jpeg import probe_jpeg
from shared.media.movie import MOV, MP4, probe_movie
from shared.media.ranges import RangeReader, ReadRange
from shared.media.webm import probe_webm
from shared.media.webp import probe_webp

__all__ = ["MediaFacts", "NotWhatItClaims", "probe"]

_PROBES: dict[str, Callable[[RangeReader], MediaFacts]] = {
    "image/jpeg": probe_jpeg,
    "image/webp": probe_webp,
    "video/mp4": partial(probe_movie, kind=MP4),
    "video/quicktime": partial(probe_movie, kind=MOV),
    "video/webm": probe_webm,
}


def probe(read_range: ReadRange, *, byte_size: int, media_type: str) -> MediaFacts:
    """Blocks while it reads. `media_type` is one of those that are reserved. Raises NotWhatItClaims."""
    return _PROBES[media_type](RangeReader(read_range, byte_size))
