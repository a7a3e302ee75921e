"""Files that lie, and videos of any size that take no room."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from sandbox.samples import Samples

type Piece = tuple[int, int, bytes]


def boxes(data: bytes) -> dict[str, bytes]:
    """The top-level boxes of a small MP4, in their order."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        found[data[at + 4 : at + 8].decode()] = data[at : at + size]
        at += size
    return found


def without(name: str, data: bytes) -> bytes:
    return b"".join(box for kind, box in boxes(data).items() if kind != name)


@dataclass
class Sparse:
    """A file of which only the interesting pieces exist; the rest is zeros. Counts what is read of it."""

    pieces: list[Piece]
    size: int
    reads: list[tuple[int, int]] = field(default_factory=list)

    def read_range(self, first: int, last: int) -> bytes:
        self.reads.append((first, last))
        assert 0 <= first <= last < self.size, "a range outside of the file"
        out = bytearray(last - first + 1)
        for start, end, data in self.pieces:
            low, high = max(start, first), min(end, last + 1)
            if low < high:
                out[low - first : high - first] = data[low - start : high - start]
        return bytes(out)

    @property
    def bytes_read(self) -> int:
        return sum(last - first + 1 for first, last in self.reads)


def sparse(*parts: bytes | int) -> Sparse:
    """From bytes and lengths of zeros, one after the other."""
    at, pieces = 0, []
    for part in parts:
        if isinstance(part, int):
            at += part
            continue
        pieces.append((at, at + len(part), part))
        at += len(part)
    return Sparse(pieces, at)


def large_video(data: bytes, size: int, *, moov_first: bool) -> Sparse:
    """The same short film with `size` bytes more in its mdat, behind the real samples."""
    found = boxes(data)
    mdat = found["mdat"]
    padded = (len(mdat) + size).to_bytes(4) + mdat[4:]
    if moov_first:
        return sparse(found["ftyp"], found["moov"], padded, size)
    return sparse(found["ftyp"], padded, size, found["moov"])


def with_free_box(data: bytes, size: int) -> Sparse:
    """A player's worst case: megabytes of nothing between the first box and the one that matters."""
    found = boxes(data)
    free = (size + 8).to_bytes(4) + b"free"
    assert list(found)[-1] == "moov"
    return sparse(without("moov", data), free, size, found["moov"])


def whole(data: bytes) -> Sparse:
    return sparse(data)


def zip_file() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("page.html", "<script>alert(1)</script>")
    return out.getvalue()


def photo_with_thumbnail(*, cut: bool) -> bytes:
    """A small photo as cameras make them: the thumbnail in its head is a whole JPEG of its own."""
    picture, thumbnail = io.BytesIO(), io.BytesIO()
    Image.effect_noise((160, 120), 60).convert("RGB").save(thumbnail, "JPEG", quality=40)
    Image.effect_noise((320, 240), 90).convert("RGB").save(picture, "JPEG", quality=60)
    head = b"Exif\0\0" + thumbnail.getvalue()
    data = picture.getvalue()
    segment = b"\xff\xe1" + (len(head) + 2).to_bytes(2) + head
    made = data[:2] + segment + data[2:]
    return made[: len(made) - len(data) // 2] if cut else made


def progressive_photo() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((320, 240), 90).convert("RGB").save(out, "JPEG", progressive=True)
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 64), 90).save(out, "PNG")
    return out.getvalue()


def gif() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 64), 90).save(out, "GIF")
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Lie:
    name: str
    media_type: str
    data: bytes


def lies(samples: Samples) -> Iterator[Lie]:
    """Every one of these must be refused."""
    jpeg, mp4 = samples.photo.read_bytes(), samples.video.read_bytes()
    moov = boxes(mp4)["moov"]
    brand = (20).to_bytes(4) + b"ftypisom\0\0\2\0isom"
    yield Lie("a PNG named jpg", "image/jpeg", png())
    yield Lie("a GIF named jpg", "image/jpeg", gif())
    yield Lie("an MP4 announced as a JPEG", "image/jpeg", mp4)
    yield Lie("half a JPEG", "image/jpeg", jpeg[: len(jpeg) // 2])
    yield Lie("a JPEG without its last bytes", "image/jpeg", jpeg[:-2])
    yield Lie("a cut photo with a whole thumbnail", "image/jpeg", photo_with_thumbnail(cut=True))
    yield Lie("text", "image/jpeg", b"This is not a picture.\n")
    yield Lie("HTML", "image/jpeg", b"<!doctype html><script>alert(1)</script>")
    yield Lie("HTML behind a JPEG's first bytes", "image/jpeg", b"\xff\xd8\xff\xe0<script>alert(1)</script>\xff\xd9")
    yield Lie("a zip behind a JPEG's first bytes", "image/jpeg", jpeg[:600] + zip_file())
    yield Lie("a JPEG's first and last bytes", "image/jpeg", b"\xff\xd8\xff\xd9")
    yield Lie("one byte", "image/jpeg", b"\xff")
    yield Lie("a JPEG announced as an MP4", "video/mp4", jpeg)
    yield Lie("text named mp4", "video/mp4", b"This is not a film.\n")
    yield Lie("an MP4 without moov", "video/mp4", without("moov", mp4))
    yield Lie("an MP4 without its media", "video/mp4", without("mdat", mp4))
    yield Lie("half an MP4", "video/mp4", mp4[: len(mp4) // 2])
    yield Lie("an MP4 cut in its moov", "video/mp4", boxes(mp4)["ftyp"] + moov[: len(moov) // 2])
    yield Lie("an MP4's brand alone", "video/mp4", brand)
    yield Lie("HTML behind an MP4's brand", "video/mp4", brand + b"<script>alert(1)</script>")
    yield Lie("one byte named mp4", "video/mp4", b"\0")
    yield Lie("a box that claims to be endless", "video/mp4", brand + b"\xff\xff\xff\xffmoov" + moov[8:100])
    yield from lies_of_other_formats(samples)


def lies_of_other_formats(samples: Samples) -> Iterator[Lie]:
    jpeg, mp4, webp, mov, webm = (
        path.read_bytes() for path in (samples.photo, samples.video, samples.webp, samples.mov, samples.webm)
    )
    yield Lie("a PNG named webp", "image/webp", png())
    yield Lie("a JPEG named webp", "image/webp", jpeg)
    yield Lie("a WebP named jpg", "image/jpeg", webp)
    yield Lie("half a WebP", "image/webp", webp[: len(webp) // 2])
    yield Lie("a WebP's first bytes", "image/webp", webp[:12])
    yield Lie("a WebP without its last byte", "image/webp", webp[:-2])
    yield Lie("a WebP's frame and name around HTML", "image/webp", riff(b"VP8 ", b"<script>alert(1)</script>"))
    yield Lie("a sound in a RIFF file", "image/webp", webp[:8] + b"WAVE" + webp[12:])
    yield Lie("an animated WebP", "image/webp", animated_webp())
    yield Lie("a WebM named mp4", "video/mp4", webm)
    yield Lie("a WebM named mov", "video/quicktime", webm)
    yield Lie("a QuickTime movie named mp4", "video/mp4", mov)
    yield Lie("an MP4 named mov", "video/quicktime", mp4)
    yield Lie("an MP4 named webm", "video/webm", mp4)
    yield Lie("half a QuickTime movie", "video/quicktime", mov[: len(mov) // 2])
    yield Lie("a QuickTime movie without its media", "video/quicktime", without("mdat", mov))
    yield Lie("half a WebM", "video/webm", webm[: len(webm) // 2])
    yield Lie("a WebM without its last byte", "video/webm", webm[:-1])
    yield Lie("a WebM's first bytes", "video/webm", webm[:40])
    yield Lie("a Matroska film that is no WebM", "video/webm", webm.replace(b"\x42\x82\x84webm", b"\x42\x82\x84mkv\0"))
    yield Lie("text named webm", "video/webm", b"This is not a film.\n")
    yield Lie("one byte named webm", "video/webm", b"\x1a")
    yield Lie("nothing behind a WebM's name", "video/webm", webm[: webm.index(b"\x18\x53\x80\x67")])


def riff(kind: bytes, data: bytes) -> bytes:
    chunk = kind + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)
    return b"RIFF" + (4 + len(chunk)).to_bytes(4, "little") + b"WEBP" + chunk


def animated_webp() -> bytes:
    out = io.BytesIO()
    first, second = (Image.effect_noise((64, 64), spread) for spread in (20, 90))
    first.save(out, "WEBP", save_all=True, append_images=[second])
    return out.getvalue()


def turned_webp() -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 8
    Image.effect_noise((64, 48), 90).save(out, "WEBP", lossless=True, exif=exif)
    return out.getvalue()


def stereo_photo() -> bytes:
    """As a camera with two lenses writes it: Pillow names both pictures "baseline", the camera "disparity"."""
    out = io.BytesIO()
    left, right = (Image.effect_noise((64, 48), spread).convert("RGB") for spread in (20, 90))
    left.save(out, "MPO", save_all=True, append_images=[right])
    data = out.getvalue()
    # Behind the header and a directory of three fields stand the pictures, each with its kind in front.
    kind_at = data.index(b"MPF\0") + 4 + 8 + 2 + 3 * 12 + 4
    return data[:kind_at] + (0x020002).to_bytes(4, "little") + data[kind_at + 4 :]


def with_edits(data: bytes, *edits: tuple[int, int, int]) -> bytes:
    """Duration, first moment and rate of each, instead of the first track's own edits."""
    kind_at = data.index(b"elst")
    start, end = kind_at - 4, kind_at - 4 + int.from_bytes(data[kind_at - 4 : kind_at])
    entries = b"".join(a.to_bytes(4) + b.to_bytes(4, signed=True) + c.to_bytes(4) for a, b, c in edits)
    box = (16 + len(entries)).to_bytes(4) + b"elst\0\0\0\0" + len(edits).to_bytes(4) + entries
    made = bytearray(data[:start] + box + data[end:])
    for kind in (b"edts", b"trak", b"moov"):
        size_at = data.rindex(kind, 0, kind_at) - 4
        longer = int.from_bytes(made[size_at : size_at + 4]) + len(box) - (end - start)
        made[size_at : size_at + 4] = longer.to_bytes(4)
    return bytes(made)


_SEGMENT = b"\x18\x53\x80\x67"


def large_webm(data: bytes, size: int) -> Sparse:
    """The same short film with `size` bytes more behind what it has."""
    at = data.index(_SEGMENT) + 4
    assert data[at] == 1, "the length in eight bytes"
    length = int.from_bytes(data[at + 1 : at + 8]) + size
    return sparse(data[: at + 1] + length.to_bytes(7) + data[at + 8 :], size)


def webm_of(*elements: bytes) -> bytes:
    """A WebM's name around anything."""
    inside = b"".join(elements)
    return b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm" + _SEGMENT + b"\x01" + len(inside).to_bytes(7) + inside
