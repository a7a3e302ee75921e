"""Verifies the audit log: every line hashed again from what it says, without trusting the database's own arithmetic.

    python -m ops.audit verify [--anchor POSITION:HASH]

A chain proves that no line inside it was changed, removed or put in later. Whoever owns the database could still write
the whole chain anew, or cut its end off: for that, keep the anchor that a run prints somewhere else, and give it to the
next run.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.command import run
from shared.runtime import Runtime

_PAGE = 1000
_PARTS = (
    "at_microseconds", "action", "actor_kind", "actor", "operator", "platform", "project_id", "subject_id",
)  # fmt: skip
_ANCHOR = re.compile(r"(?P<position>[1-9]\d{0,18}):(?P<hash>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A line that was verified once: its place in the chain, and its hash."""

    position: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> Anchor:
        found = _ANCHOR.fullmatch(text)
        if found is None:
            raise argparse.ArgumentTypeError("an anchor is POSITION:HASH as an earlier run printed it")
        return cls(int(found["position"]), found["hash"])

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


class Broken(Exception):
    """What is wrong with the log, for the operator."""


def line_hash(entry: Mapping[str, Any], *, position: int, previous: str) -> str:
    """The hash that private.audit_text() stands for, spelled anew."""
    parts = [str(position), previous, *(entry[name] for name in _PARTS)]
    for key in sorted(entry["detail"], key=str.encode):
        parts += [key, entry["detail"][key]]
    return hashlib.sha256(b"".join(_spelled(part) for part in parts)).hexdigest()


def _spelled(part: str | None) -> bytes:
    if part is None:
        return b"-"
    data = part.encode()
    return b"%d:%b" % (len(data), data)


async def verify(runtime: Runtime, *, anchor: Anchor | None) -> Anchor | None:
    """The end of the chain, or None of an empty one. Raises Broken."""
    last: Anchor | None = None
    async for entry in _entries(runtime):
        position = last.position + 1 if last else 1
        _check(entry, position=position, previous=last.hash if last else "")
        last = Anchor(position, entry["hash"])
        if anchor and anchor.position == position and anchor.hash != last.hash:
            raise Broken(f"line {position} is not the one that the anchor names: the chain was written anew")
    if anchor and (last is None or last.position < anchor.position):
        raise Broken(f"the chain ends at {last.position if last else 0}, before the anchor: its end was cut off")
    return last


def _check(entry: Mapping[str, Any], *, position: int, previous: str) -> None:
    if entry["position"] != position:
        raise Broken(f"line {position} is missing")
    if entry["action"] is None:
        raise Broken(f"what line {position} said was removed")
    if line_hash(entry, position=position, previous=previous) != entry["hash"]:
        raise Broken(f"line {position} does not have the hash it was given: it, or the line before it, was changed")


async def _entries(runtime: Runtime) -> AsyncIterator[Mapping[str, Any]]:
    after = 0
    while True:
        page = await runtime.database.as_system("read_audit", after=after, limit=_PAGE)
        if page["unchained"]:
            raise Broken(f"{page['unchained']} lines stand outside of the chain")
        for entry in page["entries"]:
            yield entry
        if len(page["entries"]) < _PAGE:
            return
        after = page["entries"][-1]["position"]


async def _verify(runtime: Runtime, options: argparse.Namespace) -> int:
    try:
        last = await verify(runtime, anchor=options.anchor)
    except Broken as found:
        print(f"The audit log is not intact: {found}.", file=sys.stderr)
        return 1
    if last is None:
        print("The audit log is empty.")
    else:
        print(f"The audit log is intact: {last.position:,} lines.\nAnchor for the next run: {last}")
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.audit", description="Verify the audit log.")
    verbs = parser.add_subparsers(required=True, metavar="verify")
    verb = verbs.add_parser("verify", help="hash every line again")
    verb.add_argument("--anchor", type=Anchor.parse, metavar="POSITION:HASH", help="as an earlier run printed it")
    verb.set_defaults(command=_verify)
    return run(parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
