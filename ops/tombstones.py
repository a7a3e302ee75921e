"""The ledger of what must not come back, as a file: one JSON object a line, and at the end a line that counts them.

Names nobody: a kind, the SHA-256 of an id, and a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.keys.ring import new_private_file
from shared.runtime import Runtime

type Line = dict[str, Any]

_PAGE = 1000
_KINDS = ("user", "project", "connection")
_DIGEST = re.compile("[0-9a-f]{64}")


class Unusable(Exception):
    """Why a file is no ledger, or not the whole of one. For the operator."""


@dataclass(frozen=True, slots=True)
class Replayed:
    stored: int
    erasure_ids: tuple[str, ...]
    connections: int


async def export(runtime: Runtime, file: Path) -> int:
    """The number of lines. Raises Unusable when there is such a file already."""
    count = 0
    try:
        with new_private_file(file) as out:
            async for line in _lines(runtime):
                out.write(f"{json.dumps(line)}\n")
                count += 1
            out.write(f"{json.dumps({'lines': count})}\n")
    except OSError as error:
        raise Unusable(f"{file} cannot be made: {error.strerror}") from None
    return count


async def _lines(runtime: Runtime) -> AsyncIterator[Line]:
    at, digest = "-infinity", ""
    while True:
        page = await runtime.database.as_system("read_tombstones", after_at=at, after_digest=digest, limit=_PAGE)
        for line in page:
            yield line
        if len(page) < _PAGE:
            return
        at, digest = page[-1]["at"], page[-1]["digest"]


def read(file: Path) -> list[Line]:
    """Raises Unusable. A ledger that was cut off would leave people unerased, and nobody would notice."""
    try:
        *lines, last = [json.loads(text) for text in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError):
        raise Unusable(f"{file} is no ledger") from None
    if last != {"lines": len(lines)}:
        raise Unusable(f"{file} does not end with the number of its lines: it is not whole")
    if not all(_is_line(line) for line in lines):
        raise Unusable(f"{file} holds a line that is none of a ledger")
    return lines


def _is_line(line: object) -> bool:
    return (
        isinstance(line, dict)
        and line.keys() == {"kind", "digest", "at"}
        and line["kind"] in _KINDS
        and isinstance(line["at"], str)
        and isinstance(line["digest"], str)
        and _DIGEST.fullmatch(line["digest"]) is not None
    )


async def replay(runtime: Runtime, lines: list[Line], *, operator: str) -> Replayed:
    """All of it is stored before anybody is looked for, because who went with whom is said by other lines."""
    stored = 0
    for first in range(0, len(lines), _PAGE):
        stored += await runtime.database.as_system("store_tombstones", tombstones=lines[first : first + _PAGE])
    erasure_ids: list[str] = []
    connections = 0
    while True:
        batch = await runtime.database.as_system("replay_tombstones", limit=50, operator=operator)
        erasure_ids += batch["erasure_ids"]
        connections += batch["connections"]
        if not batch["erasure_ids"] and not batch["connections"]:
            return Replayed(stored, tuple(erasure_ids), connections)
