"""A WebM video's description of itself, read up to where the media begins.

Nothing behind that place is looked at, so neither the length of the file nor what is in it costs time.

Sources: RFC 8794 (EBML), RFC 9559 (Matroska), the WebM container guidelines (webmproject.org/docs/container).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from typing import Final

from shared.media.facts import MediaFacts, NotWhatItClaims, average_bit_rate, codec_name
from shared.media.ranges import RangeReader

_EBML: Final = 0x1A45DFA3
_DOC_TYPE: Final = 0x4282
_SEGMENT: Final = 0x18538067
_CLUSTER: Final = 0x1F43B675
_INFO: Final = 0x1549A966
_TIMESTAMP_SCALE: Final = 0x2AD7B1
_DURATION: Final = 0x4489
_TRACKS: Final = 0x1654AE6B
_TRACK_ENTRY: Final = 0xAE
_TRACK_TYPE: Final = 0x83
_CODEC_ID: Final = 0x86
_DEFAULT_DURATION: Final = 0x23E383
_VIDEO: Final = 0xE0
_WIDTH: Final = 0xB0
_HEIGHT: Final = 0xBA
_INTERLACED: Final = 0x9A
_PROJECTION: Final = 0x7670
_ROLL: Final = 0x7675
_AUDIO: Final = 0xE1
_SAMPLE_RATE: Final = 0xB5
_CHANNELS: Final = 0x9F

_MOST_ELEMENTS = 10_000
_MOST_DESCRIPTION_BYTES = 1024 * 1024
_CHROMA = {"vp8": "4:2:0"}  # RFC 6386, section 2: it has no other.

type Elements = Mapping[int, bytes]


def probe_webm(reader: RangeReader) -> MediaFacts:
    """Raises NotWhatItClaims."""
    info, tracks = _description(reader)
    video, audio = _track(tracks, 1), _track(tracks, 2)
    duration_ms = _duration_ms(info)
    picture, sound = _elements(video.get(_VIDEO, b"")), _elements(audio.get(_AUDIO, b""))
    width, height = _number(picture, _WIDTH), _number(picture, _HEIGHT)
    if not width or not height:
        raise NotWhatItClaims("There is no video in this WebM file.")
    if _is_turned(picture):
        width, height = height, width
    codec = _codec(video)
    return MediaFacts(
        width=width,
        height=height,
        duration_ms=duration_ms,
        frame_rate=_frame_rate(video),
        video_codec=codec,
        audio_codec=_codec(audio),
        bit_rate=average_bit_rate(reader.size, duration_ms),
        audio_sample_rate=round(_float(sound, _SAMPLE_RATE, 8000)) if audio else None,
        audio_channels=_number(sound, _CHANNELS, 1) if audio else None,
        chroma=_CHROMA.get(codec or ""),
        progressive={1: False, 2: True}.get(_number(picture, _INTERLACED)),
    )


def _description(reader: RangeReader) -> tuple[Elements, bytes]:
    """What Info and Tracks hold. A file whose end is not there, or was never written, is refused."""
    kind, start, segment_end = _open(reader, _head_end(reader))
    if kind != _SEGMENT:
        raise _damaged()
    found: dict[int, bytes] = {}
    for _ in range(_MOST_ELEMENTS):
        if start >= segment_end:
            break
        kind, start, end = _open(reader, start)
        if kind == _CLUSTER and _INFO in found and _TRACKS in found:
            return _elements(found[_INFO]), found[_TRACKS]
        if kind in (_INFO, _TRACKS) and end - start <= _MOST_DESCRIPTION_BYTES:
            found[kind] = reader.read_at(start, end - start)
        start = end
    raise NotWhatItClaims("There is no video in this WebM file, or its description is not at its beginning.")


def _head_end(reader: RangeReader) -> int:
    is_ebml = reader.read_at(0, 4) == _EBML.to_bytes(4)
    _, start, end = _open(reader, 0) if is_ebml else (0, 0, 0)
    if _elements(reader.read_at(start, min(end - start, 1024))).get(_DOC_TYPE, b"").rstrip(b"\0") != b"webm":
        raise NotWhatItClaims("This is not a WebM video.")
    return end


def _open(reader: RangeReader, at: int) -> tuple[int, int, int]:
    """An element's kind, and where what is in it starts and ends."""
    head = reader.read_at(at, 12)
    kind, length, header = _header(head, 0)
    if length is None:
        raise NotWhatItClaims("The recording of this WebM video was not finished: it does not say how long it is.")
    if at + header + length > reader.size:
        raise _damaged()
    return kind, at + header, at + header + length


def _header(data: bytes, at: int) -> tuple[int, int | None, int]:
    """Kind, length and header's own length. The length is None where the file leaves it open."""
    kind_bytes = 9 - data[at].bit_length() if at < len(data) else 9
    size_at = at + kind_bytes
    size_bytes = 9 - data[size_at].bit_length() if size_at < len(data) else 9
    if kind_bytes > 4 or size_bytes > 8 or size_at + size_bytes > len(data):
        raise _damaged()
    unknown = (1 << 7 * size_bytes) - 1
    length = int.from_bytes(data[size_at : size_at + size_bytes]) & unknown
    return int.from_bytes(data[at:size_at]), None if length == unknown else length, kind_bytes + size_bytes


def _children(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_MOST_ELEMENTS):
        if at == len(data):
            return
        kind, length, header = _header(data, at)
        if length is None or at + header + length > len(data):
            raise _damaged()
        yield kind, data[at + header : at + header + length]
        at += header + length
    raise _damaged()


def _elements(data: bytes) -> Elements:
    """The last one of each kind counts."""
    return dict(_children(data))


def _track(tracks: bytes, kind: int) -> Elements:
    """The first track of this kind, or nothing."""
    entries = (_elements(data) for found, data in _children(tracks) if found == _TRACK_ENTRY)
    return next((entry for entry in entries if _number(entry, _TRACK_TYPE) == kind), {})


def _duration_ms(info: Elements) -> int:
    nanoseconds = _float(info, _DURATION, 0) * _number(info, _TIMESTAMP_SCALE, 1_000_000)
    if not 0 < nanoseconds < math.inf:
        raise NotWhatItClaims("This WebM video does not say how long it is. Export it again, or send an MP4.")
    return max(1, round(nanoseconds / 1_000_000))


def _frame_rate(video: Elements) -> float | None:
    nanoseconds = _number(video, _DEFAULT_DURATION)
    return round(1_000_000_000 / nanoseconds, 3) if nanoseconds else None


def _is_turned(picture: Elements) -> bool:
    return round(_float(_elements(picture.get(_PROJECTION, b"")), _ROLL, 0)) % 180 == 90


def _codec(track: Elements) -> str | None:
    name = track.get(_CODEC_ID, b"").rstrip(b"\0")
    if not all(32 < letter < 127 for letter in name):
        raise _damaged()
    return codec_name(name.decode()) if name else None


def _number(elements: Elements, kind: int, default: int = 0) -> int:
    data = elements.get(kind)
    if data is None:
        return default
    if len(data) > 8:
        raise _damaged()
    return int.from_bytes(data)


def _float(elements: Elements, kind: int, default: float) -> float:
    data = elements.get(kind, b"")
    if len(data) not in (0, 4, 8):
        raise _damaged()
    value: float = struct.unpack(">f" if len(data) == 4 else ">d", data)[0] if data else default
    if not math.isfinite(value):
        raise _damaged()
    return value


def _damaged() -> NotWhatItClaims:
    return NotWhatItClaims("The WebM video is damaged or cut off.")
