"""The first half: rows are read page by page and written down as files, until everything that will be in it is known.

A file is complete in one go, so a worker that dies leaves files that are whole, and the next one goes on behind the
last row of the last of them. Rows that change meanwhile are in it as they were when their page was read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from math import ceil
from typing import Any

from shared.privacy.export.archive import directory_size
from shared.privacy.export.readme import readme
from shared.privacy.export.schema import DATASETS, VERSION, Dataset, ExportedFile, Manifest
from shared.privacy.export.work import File, Overtaken, Work, entries

# Rows and bytes of one page: an answer of the database has a limit, and so has a row.
PAGE_ROWS = 1000
_PAGE_BYTES = 2_000_000
# What of a table is held in memory, and then is a file.
FILE_BYTES = 8_000_000
# R2 takes at most 10,000 parts, all of one size, of 5 MiB at least.
PART_BYTES = 8 * 1024**2
_MOST_PARTS = 9000


async def gather(work: Work) -> None:
    """One more file of one table, or the last two and the shape of the whole. Raises Overtaken."""
    index = 0 if work.claimed.dataset is None else _index(work.claimed.dataset)
    if index == len(DATASETS):
        await _seal(work)
        return
    dataset, before = DATASETS[index], work.claimed.after or {"key": None, "number": 0}
    lines, key, last = await _read(work, dataset, before["key"])
    files = await _files(work, dataset, lines, before["number"] + 1) if lines else []
    name = _name(index + 1) if last else dataset.name
    after = None if last else {"key": key, "number": before["number"] + 1}
    rows, end = work.placed(files)
    await work.save("save_export_files", files=rows, directory_at=end, dataset=name, after=after)
    work.now(dataset=name, after=after, files=work.claimed.files + len(rows), directory_at=end)


def _index(name: str) -> int:
    return next((index for index, dataset in enumerate(DATASETS) if dataset.name == name), len(DATASETS))


def _name(index: int) -> str:
    return DATASETS[index].name if index < len(DATASETS) else "manifest"


async def _read(work: Work, dataset: Dataset, key: Any) -> tuple[list[dict[str, Any]], Any, bool]:
    """Rows for one file, the key of the last, and whether there are no more. Raises Overtaken."""
    lines: list[dict[str, Any]] = []
    size = 0
    while True:
        page = await work.runtime.database.as_system(
            "export_rows", export_id=work.claimed.id, dataset=dataset.name, after=key, rows=PAGE_ROWS,
            bytes=_PAGE_BYTES,
        )  # fmt: skip
        if page is None:
            raise Overtaken
        lines += page["lines"]
        size += sum(len(_line(dataset, line)) for line in page["lines"])
        key = page["after"] or key
        if page["last"] or size >= FILE_BYTES:
            return lines, key, page["last"]


async def _files(work: Work, dataset: Dataset, lines: Sequence[dict[str, Any]], number: int) -> list[File]:
    suffix = f".{number}" if number > 1 else ""
    data = b"".join(_line(dataset, line) for line in lines)
    file = await work.stage(f"data/{dataset.name}{suffix}.ndjson", data, lines=len(lines))
    is_media = dataset.name == "media_assets" and work.claimed.with_media
    return [file, *(_media(line) for line in lines if is_media and _is_there(work, line))]


def _is_there(work: Work, line: dict[str, Any]) -> bool:
    return line["state"] == "ready" and line["object_key"] not in work.claimed.missing


def _line(dataset: Dataset, line: dict[str, Any]) -> bytes:
    """The columns that the schema names, in its order. A missing one is a bug, and no line."""
    chosen = {name: line[name] for name in dataset.columns}
    return json.dumps(chosen, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _media(line: dict[str, Any]) -> File:
    """R2 took a file that was sent in one piece only because it had this SHA-256; of one that was sent in parts it is
    what the sender announced.
    """
    ending = line["object_key"].rpartition(".")[2]
    return File(f"media/{line['id']}.{ending}", line["byte_size"], line["sha256"], line["object_key"])


async def _seal(work: Work) -> None:
    text = readme().encode()
    readme_file = await work.stage("README.txt", text)
    rows = [*await work.rows_of_files(), *work.placed([readme_file])[0]]
    manifest = _manifest(work, rows)
    data = json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n"
    made, end = work.placed([readme_file, await work.stage("manifest.json", data, offset=1)])
    size = end + directory_size(entries([*rows[:-1], *made]), end)
    part_size = max(PART_BYTES, ceil(size / _MOST_PARTS))
    await work.save(
        "seal_export", files=made, directory_at=end, byte_size=size, part_size=part_size,
        content_hash=manifest["content_hash"],
    )  # fmt: skip
    work.now(
        state="copying", files=work.claimed.files + 2, directory_at=end, byte_size=size, part_size=part_size, parts=0,
        file=0, crc=0,
    )  # fmt: skip


def _manifest(work: Work, rows: Sequence[dict[str, Any]]) -> Manifest:
    files = sorted((_exported(row) for row in rows), key=lambda file: file["path"])
    hashed = "".join(f"{file['sha256']}  {file['path']}\n" for file in files if file["settled"])
    return Manifest(
        format="itoms-export",
        schema_version=VERSION,
        schema=f"{work.runtime.settings.app_url}/schemas/export-{VERSION}.json",
        generated_at=work.runtime.now().isoformat(),
        content_hash=hashlib.sha256(hashed.encode()).hexdigest(),
        counts=_counts(files),
        files=files,
    )


def _exported(row: dict[str, Any]) -> ExportedFile:
    name, dataset = row["name"], _dataset(row["name"])
    return ExportedFile(
        path=name, bytes=row["byte_size"], sha256=row["sha256"], lines=row["lines"],
        settled=dataset is None or dataset.settled,
    )  # fmt: skip


def _dataset(path: str) -> Dataset | None:
    name = path.removeprefix("data/").partition(".")[0] if path.startswith("data/") else ""
    return next((dataset for dataset in DATASETS if dataset.name == name), None)


def _counts(files: Sequence[ExportedFile]) -> dict[str, int]:
    """Of what is in the archive, whatever became of the database meanwhile."""
    counts = {dataset.name: 0 for dataset in DATASETS} | {"media_files": 0}
    for file in files:
        dataset = _dataset(file["path"])
        if dataset is not None:
            counts[dataset.name] += file["lines"] or 0
        counts["media_files"] += file["path"].startswith("media/")
    return counts
