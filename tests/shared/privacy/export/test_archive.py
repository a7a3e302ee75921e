"""An archive in parts of any size is the same archive, and every reader opens it: also beyond 4 GB and 65,535 files."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.privacy.export.archive import Entry, between, directory, directory_size, part

Files = Mapping[str, bytes]
NAMES = st.sampled_from(["data/a.ndjson", "data/b.ndjson", "README.txt", *(f"media/{n}.mp4" for n in range(4))])


def laid_out(files: Files) -> tuple[list[Entry], int]:
    entries: list[Entry] = []
    for position, (name, data) in enumerate(files.items()):
        crc = None if name.startswith("media/") else zlib.crc32(data)
        entries.append(Entry(position, name, len(data), entries[-1].ends_at if entries else 0, name, crc))
    return entries, entries[-1].ends_at if entries else 0


def parts(files: Files, part_size: int) -> Iterator[bytes]:
    """As the worker makes them: nothing is known in a part but what the parts before it left."""
    entries, directory_at = laid_out(files)
    size, crc = directory_at + directory_size(entries, directory_at), 0
    for start in range(0, size, part_size):
        end = min(start + part_size, size)
        here = [entry for entry in entries if entry.starts_at < end and entry.ends_at > start]
        spans = [span for entry in here if (span := entry.span(start, end))]
        found = {span: files[span.object_key][span.first : span.last + 1] for span in spans}
        made = part(here, found, start=start, end=end, crc=crc)
        crc = made.crc
        entries = [entry._replace(crc=made.crcs.get(entry.position, entry.crc)) for entry in entries]
        whole = directory(entries, directory_at) if end > directory_at else b""
        yield made.data + between(whole, directory_at, start, end)


@given(st.dictionaries(NAMES, st.binary(max_size=60), min_size=1), st.integers(1, 300))
@settings(max_examples=150, deadline=None)
def test_parts_of_any_size_give_the_same_archive(files: Files, part_size: int) -> None:
    archive = b"".join(parts(files, part_size))

    assert archive == b"".join(parts(files, 10**6))
    assert [len(made) for made in parts(files, part_size)][:-1] == [part_size] * ((len(archive) - 1) // part_size)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == files


def test_another_program_opens_it(tmp_path: Path) -> None:
    unzip = shutil.which("unzip") or shutil.which("bsdtar")
    if unzip is None:
        pytest.fail("no unzip and no bsdtar on this machine")
    files = {"README.txt": b"Hello", "media/1.mp4": random.Random(1).randbytes(5000), "media/2.mp4": b""}
    (tmp_path / "a.zip").write_bytes(b"".join(parts(files, 777)))
    subprocess.run([unzip, *(["-xf"] if "bsdtar" in unzip else ["-q"]), "a.zip"], cwd=tmp_path, check=True)

    assert {name: (tmp_path / name).read_bytes() for name in files} == files


class Huge(io.RawIOBase):
    """An archive of zeros that nobody holds: every read is a part."""

    def __init__(self, entries: Sequence[Entry], directory_at: int) -> None:
        self.entries, self.directory_at, self.place = entries, directory_at, 0
        self.directory = directory(entries, directory_at)

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset + (0, self.place, self.directory_at + len(self.directory))[whence]
        return self.place

    def read(self, size: int = -1) -> bytes:
        end = self.directory_at + len(self.directory)
        start, end = self.place, end if size < 0 else min(end, self.place + size)
        here = [entry for entry in self.entries if entry.starts_at < end and entry.ends_at > start]
        spans = [span for entry in here if (span := entry.span(start, end))]
        found = {span: bytes(span.last - span.first + 1) for span in spans}
        made = part(here, found, start=start, end=end, crc=0)
        self.place = end
        return made.data + between(self.directory, self.directory_at, start, end)


@pytest.mark.parametrize(("files", "byte_size"), [(3, 3_999_999_999), (70_000, 0)])
def test_a_large_one_is_zip64(files: int, byte_size: int) -> None:
    entries: list[Entry] = []
    for position in range(files):
        starts_at = entries[-1].ends_at if entries else 0
        entries.append(Entry(position, f"media/{position}.mp4", byte_size, starts_at, "", 0))
    with zipfile.ZipFile(Huge(entries, entries[-1].ends_at)) as opened:
        assert len(opened.namelist()) == files
        last = opened.getinfo(entries[-1].name)
        assert (last.header_offset, last.file_size) == (entries[-1].starts_at, byte_size)
        with opened.open(last) as member:
            assert member.read(10) == bytes(min(10, byte_size))
