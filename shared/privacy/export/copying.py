"""The second half: the archive is written to storage in parts of one size.

Every part follows from what was written down before. A worker that dies loses the part it was at, and the next one
makes the same bytes again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from math import ceil

from shared.privacy.export.archive import Entry, Part, Span, between, directory, part
from shared.privacy.export.work import Gone, Work, entries

_PARALLEL = 4


async def copy(work: Work) -> None:
    """One more part, or the end of it. Raises Gone, or Overtaken."""
    size, part_size = work.claimed.byte_size or 0, work.claimed.part_size or 1
    start = work.claimed.parts * part_size
    if start >= size:
        await _complete(work, ceil(size / part_size))
        return
    end = min(start + part_size, size)
    found = entries(await work.rows_of_files(work.claimed.file, until=end))
    made = part(found, await _bytes_of(work, found, start, end), start=start, end=end, crc=work.claimed.crc)
    data = made.data + await _directory(work, made.crcs, start, end)
    await _put(work, data)
    await _save(work, made, _next(work, found, end))


def _next(work: Work, found: Sequence[Entry], end: int) -> int:
    """The file in which the next part begins; behind the last one the directory does."""
    return next((entry.position for entry in found if entry.ends_at > end), _after(work, found))


def _after(work: Work, found: Sequence[Entry]) -> int:
    return found[-1].position + 1 if found else work.claimed.file


async def _bytes_of(work: Work, found: Sequence[Entry], start: int, end: int) -> Mapping[Span, bytes]:
    limit = asyncio.Semaphore(_PARALLEL)

    async def read(span: Span) -> tuple[Span, bytes]:
        async with limit:
            return span, await work.read(span.object_key, span.first, span.last)

    spans = [span for entry in found if (span := entry.span(start, end))]
    return dict(await asyncio.gather(*(read(span) for span in spans)))


async def _directory(work: Work, crcs: Mapping[int, int], start: int, end: int) -> bytes:
    """What of it stands in this part: it needs every CRC, also those that this part has just found."""
    if end <= work.claimed.directory_at:
        return b""
    known = entries(await work.rows_of_files())
    whole = [entry._replace(crc=crcs.get(entry.position, entry.crc)) for entry in known]
    return between(directory(whole, work.claimed.directory_at), work.claimed.directory_at, start, end)


async def _put(work: Work, data: bytes) -> None:
    """An upload that was begun by a worker who died is found again: there is never a second."""
    if work.upload_id is None:
        work.upload_id = await work.storage.upload_of(work.archive_key)
    if work.upload_id is None:
        if work.claimed.parts:
            raise Gone(None)
        work.upload_id = await work.storage.begin_upload(work.archive_key)
    if not await work.storage.put_part(work.archive_key, work.upload_id, work.claimed.parts + 1, data):
        raise Gone(None)


async def _save(work: Work, made: Part, file: int) -> None:
    parts = work.claimed.parts + 1
    crcs = {str(position): crc for position, crc in made.crcs.items()}
    await work.save("save_export_part", parts=parts, file=file, crc=made.crc, crcs=crcs)
    work.now(parts=parts, file=file, crc=made.crc)


async def _complete(work: Work, parts: int) -> None:
    """The archive may be whole already, and only the word about it lost."""
    if await work.storage.size(work.archive_key) != work.claimed.byte_size:
        upload_id = work.upload_id or await work.storage.upload_of(work.archive_key)
        if upload_id is None or not await work.storage.complete_upload(work.archive_key, upload_id, parts):
            raise Gone(None)
    await work.save("finish_export")
    work.now(state="ready")
