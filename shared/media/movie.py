"""MP4 and QuickTime: the same boxes, told apart by the brand in the first of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pymediainfo import MediaInfo

from shared.media.boxes import Layout, Unsound, check_boxes
from shared.media.facts import MediaFacts, NotWhatItClaims, average_bit_rate, codec_name
from shared.media.ranges import RangeReader

_QUICKTIME = b"qt  "
# QuickTime is older than brands: its first files begin with any of these.
_WITHOUT_BRAND = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_MOST_BRAND_BYTES = 1024

type Track = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Movie:
    name: str
    quicktime: bool


MP4 = Movie("MP4", quicktime=False)
MOV = Movie("QuickTime", quicktime=True)


def probe_movie(reader: RangeReader, kind: Movie) -> MediaFacts:
    """Raises NotWhatItClaims."""
    _check_brand(reader, kind)
    byte_size = reader.size
    try:
        layout = check_boxes(reader)
    except Unsound:
        raise NotWhatItClaims(f"The {kind.name} video is damaged or cut off.") from None
    reader.show_less(hidden=layout.hidden, end=layout.end)
    tracks = _tracks(reader)
    general, video, audio = (tracks.get(name, {}) for name in ("General", "Video", "Audio"))
    if general.get("format") != "MPEG-4" or not _number(video, "width") or not _number(video, "height"):
        raise NotWhatItClaims(f"There is no video in this {kind.name} file.")
    if general.get("istruncated") == "Yes" or not _number(video, "duration"):
        raise NotWhatItClaims(f"The {kind.name} video is cut off.")
    return _facts(video, audio, layout, byte_size=byte_size)


def _check_brand(reader: RangeReader, kind: Movie) -> None:
    head = reader.read_at(0, _MOST_BRAND_BYTES)
    if head[4:8] == b"ftyp":
        main = head[8:12]
        others = head[16 : int.from_bytes(head[:4])]
        fits = _QUICKTIME in (main, *_brands(others)) if kind.quicktime else main != _QUICKTIME
    else:
        fits = kind.quicktime and head[4:8] in _WITHOUT_BRAND
    if not fits:
        raise NotWhatItClaims(f"This is not {'a QuickTime' if kind.quicktime else 'an MP4'} video.")


def _brands(data: bytes) -> list[bytes]:
    return [data[at : at + 4] for at in range(0, len(data), 4)]


def _facts(video: Track, audio: Track, layout: Layout, *, byte_size: int) -> MediaFacts:
    size = round(_number(video, "width") or 0), round(_number(video, "height") or 0)
    turned = round(_number(video, "rotation") or 0) % 180 == 90
    width, height = reversed(size) if turned else size
    duration_ms = max(1, round(_number(video, "duration") or 0))
    sample_rate, channels = _number(audio, "sampling_rate"), _number(audio, "channel_s")
    return MediaFacts(
        width=width,
        height=height,
        duration_ms=duration_ms,
        frame_rate=_number(video, "frame_rate"),
        video_codec=_codec(video),
        audio_codec=_codec(audio),
        bit_rate=average_bit_rate(byte_size, duration_ms),
        audio_sample_rate=round(sample_rate) if sample_rate else None,
        audio_channels=round(channels) if channels else None,
        chroma=_chroma(video),
        progressive=_is_progressive(video),
        fast_start=layout.fast_start,
        edit_list=layout.edit_list,
    )


def _is_progressive(video: Track) -> bool | None:
    """H.264 promises it in its head (frame_mbs_only_flag). Without that promise frames may be interlaced, and such
    a video counts as one that is. Of other codecs only the frames tell, which are not read.
    """
    if _codec(video) == "h264" and _chroma(video):
        return video.get("scan_type") == "Progressive"
    return None


def _tracks(reader: RangeReader) -> Mapping[str, Track]:
    """The first track of each kind, as MediaInfo's own names."""
    reader.seek(0)
    found: dict[str, Track] = {}
    for track in MediaInfo.parse(reader).tracks:
        found.setdefault(track.track_type, track.to_data())
    return found


def _codec(track: Track) -> str | None:
    name = _text(track, "format")
    return codec_name(name) if name else None


def _chroma(video: Track) -> str | None:
    """Without the place of the samples: "4:2:0 (Type 2)" is a 4:2:0."""
    named = _text(video, "chroma_subsampling")
    return named.partition(" ")[0] if named else None


def _text(track: Track, name: str) -> str | None:
    return str(track[name])[:40] if track.get(name) else None


def _number(track: Track, name: str) -> float | None:
    """Of "48000 / 24000" (a core and its extension) the first, which is what a player hears. None for 0."""
    try:
        return float(str(track.get(name, "")).partition(" / ")[0]) or None
    except ValueError:
        return None
