"""What is known of a file once its bytes were read."""

from __future__ import annotations

from dataclasses import dataclass

# The most that a JPEG's head can say; no platform takes a tenth of it.
_MOST_PIXELS = 65_535
_MOST_DURATION_MS = 24 * 3600 * 1000
_MOST_FRAME_RATE = 1000
_MOST_SAMPLE_RATE = 1_000_000
_MOST_CHANNELS = 1000


class NotWhatItClaims(Exception):
    """The reason is for the uploader to read."""


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """Pixels as shown, milliseconds, frames a second, bits a second, Hz. None is what the file does not tell.

    `bit_rate` is that of the whole file. `fast_start` means that a player finds the index before the media.
    `edit_list` is true only of one that cuts or delays what is shown. `multi_picture` means several views of one
    scene in a JPEG, as stereo cameras and panoramas make them (.mpo, .jps), not a preview or a brightness map.

    Raises NotWhatItClaims for numbers that no camera or editor writes, which is also what keeps them within the
    columns of the database.
    """

    width: int
    height: int
    duration_ms: int | None = None
    frame_rate: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    bit_rate: int | None = None
    audio_sample_rate: int | None = None
    audio_channels: int | None = None
    chroma: str | None = None
    progressive: bool | None = None
    fast_start: bool | None = None
    edit_list: bool | None = None
    multi_picture: bool | None = None

    def __post_init__(self) -> None:
        limits = (
            (self.width, _MOST_PIXELS),
            (self.height, _MOST_PIXELS),
            (self.duration_ms, _MOST_DURATION_MS),
            (self.frame_rate, _MOST_FRAME_RATE),
            (self.audio_sample_rate, _MOST_SAMPLE_RATE),
            (self.audio_channels, _MOST_CHANNELS),
        )
        # Not `value > most`: that lets "not a number" through.
        if not all(value is None or 0 < value <= most for value, most in limits):
            raise NotWhatItClaims("The file says impossible things of its size, length or rate.")


def average_bit_rate(byte_size: int, duration_ms: int) -> int:
    """Bits a second of the whole file. `duration_ms` is above 0."""
    return byte_size * 8000 // duration_ms


def codec_name(name: str) -> str:
    """How platforms and people call it; what is not listed keeps the container's own word."""
    return _CODECS.get(name, name.lower()[:40])


_CODECS = {
    "AVC": "h264",
    "HEVC": "h265",
    "AV1": "av1",
    "VP8": "vp8",
    "VP9": "vp9",
    "AAC": "aac",
    "mp4a-40": "aac",
    "mp4a-40-2": "aac",
    "Opus": "opus",
    "V_VP8": "vp8",
    "V_VP9": "vp9",
    "V_AV1": "av1",
    "A_OPUS": "opus",
    "A_VORBIS": "vorbis",
}
