"""Exports what an auditor may ask for (Meta and TikTok both may): a folder of plain files that name no person.

    python -m ops.evidence --to FOLDER

The data register, the recipients and the permissions come from the code that is deployed; consents, purges and the
audit log are asked of the database. The manifest holds the hash of each file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ops import audit
from ops.command import add_operator, run
from shared.privacy.permissions import ASKED
from shared.privacy.register import AREAS
from shared.privacy.register.model import Table
from shared.runtime import Runtime
from shared.subprocessors import RECIPIENTS, SUBPROCESSORS

_PROMISES = Path(__file__).resolve().parents[1] / "docs" / "promises.md"


async def evidence(runtime: Runtime) -> Mapping[str, str]:
    """The files by their names."""
    counted = await runtime.database.as_system("evidence")
    return {
        "register.json": _json([_table(table) for area in AREAS for table in area.tables]),
        "recipients.json": _json(_recipients()),
        "permissions.json": _json([asdict(asked) for asked in ASKED]),
        "consents.json": _json(counted["consents"]),
        "purges.json": _json(counted["purges"]),
        "audit.json": _json(await _audit(runtime)),
        "promises.md": _PROMISES.read_text(encoding="utf-8"),
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "holds": table.holds,
        "columns": [_entry(table, name) for name in table.columns.split()],
    }


def _entry(table: Table, name: str) -> dict[str, Any]:
    entry = table.entry(name)
    return {
        "name": name,
        "purpose": entry.purpose,
        "legal_basis": entry.basis.name.lower(),
        "retention": str(entry.retention),
        "recipients": [recipient.name for recipient in entry.recipients],
        "exported": entry.exported is True,
        "erasure": entry.erasure.words,
    }


def _recipients() -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "purpose": each.purpose,
            "receives": each.receives,
            "sub_processor": each in SUBPROCESSORS,
        }
        for each in RECIPIENTS
    ]


async def _audit(runtime: Runtime) -> dict[str, Any]:
    try:
        last = await audit.verify(runtime, anchor=None)
    except audit.Broken as found:
        return {"intact": False, "found": str(found)}
    return {"intact": True, "lines": last.position if last else 0, "anchor": str(last) if last else None}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def write(files: Mapping[str, str], folder: Path, *, at: datetime) -> None:
    """Never over what is there."""
    folder.mkdir(parents=True)
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    manifest = _json({"made_at": at.isoformat(timespec="seconds"), "sha256": hashes})
    for name, text in {**files, "manifest.json": manifest}.items():
        (folder / name).write_text(text, encoding="utf-8")


async def _export(runtime: Runtime, options: argparse.Namespace) -> int:
    if options.to.exists():
        print(f"{options.to} is there already: nothing was written.", file=sys.stderr)
        return 1
    files = await evidence(runtime)
    write(files, options.to, at=datetime.now(UTC))
    await runtime.database.as_system(
        "record_operation", action="evidence_exported", operator=options.operator, platform=None, detail={}
    )
    print(f"wrote {len(files)} files and their manifest to {options.to}")
    intact: bool = json.loads(files["audit.json"])["intact"]
    if not intact:
        print("The audit log is not intact: see audit.json.", file=sys.stderr)
    return 0 if intact else 1


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.evidence", description="Export the evidence pack.")
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="a folder that does not exist yet")
    add_operator(parser)
    parser.set_defaults(command=_export)
    return run(parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
