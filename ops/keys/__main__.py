"""Rotates the token encryption key.

    python -m ops.keys status | verify
    python -m ops.keys reencrypt --operator NAME
    python -m ops.keys add | promote | drop KEY_ID --to FILE --operator NAME

A new ring is written to a file that only its owner can read, and a key is printed nowhere.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from ops.command import Command, add_operator, run
from ops.keys import reencrypt, stored, verify
from ops.keys.ring import Ring, new_private_file
from ops.keys.stored import Stored
from shared.runtime import Runtime
from shared.settings import Misconfigured

_MOST_SHOWN = 20
# Afterwards nothing says any more whose tokens were under it.
_IF_IT_LEAKED = (
    "If a key leaked, record whom that concerns before reencrypt:"
    " python -m ops.breach affected BREACH --key-id ID --record"
)


class NotDone(Exception):
    """Why nothing was changed, and what to do, for the operator."""


async def _status(runtime: Runtime, _: argparse.Namespace) -> int:
    ring, found = Ring.from_settings(runtime.settings), await stored.counts(runtime.database)
    held = stored.by_key(found)
    print(f"ring: {', '.join(ring.keys)} (primary: {ring.primary})")
    for count in found:
        print(f"{count.envelopes:>12,}  {count.key_id:32}  {count.stored_in}.{count.kind}")
    if unused := [key_id for key_id in ring.keys if key_id != ring.primary and not held[key_id]]:
        print(f"no envelope is under: {', '.join(unused)}")
    if unknown := held.keys() - ring.keys:
        print(f"not in the ring, so nothing opens what is under: {', '.join(sorted(unknown))}", file=sys.stderr)
    return int(bool(unknown))


async def _add(runtime: Runtime, options: argparse.Namespace) -> int:
    if options.key_id in stored.by_key(await stored.counts(runtime.database)):
        raise NotDone(f"there are envelopes under {options.key_id} already: give the new key an id of its own")
    try:
        ring = Ring.from_settings(runtime.settings).with_new(options.key_id)
    except Misconfigured:
        raise NotDone(f"{options.key_id} is in the ring already, or is not 1 to 32 letters, digits, _ or -") from None
    await _hand_out(runtime, options, ring, "keys_added")
    print(f"Next: deploy it everywhere. It opens with {options.key_id} and still seals with {ring.primary}.")
    return 0


async def _promote(runtime: Runtime, options: argparse.Namespace) -> int:
    ring = _ring_with(runtime, options.key_id).with_primary(options.key_id)
    await _hand_out(runtime, options, ring, "keys_promoted")
    print("Next: deploy it everywhere, then reencrypt. Do not drop a key before verify says that it may go.")
    print(_IF_IT_LEAKED)
    return 0


async def _drop(runtime: Runtime, options: argparse.Namespace) -> int:
    ring = _ring_with(runtime, options.key_id)
    if options.key_id == ring.primary:
        raise NotDone(f"{options.key_id} is the primary key: promote another one and deploy that first")
    if held := stored.by_key(await stored.counts(runtime.database))[options.key_id]:
        raise NotDone(f"{held:,} envelopes are under {options.key_id}: they would be lost. Run reencrypt first")
    await _hand_out(runtime, options, ring.without(options.key_id), "keys_dropped")
    print(f"Next: deploy it everywhere, then destroy {options.key_id} and every copy of the rings that held it.")
    return 0


async def _reencrypt(runtime: Runtime, options: argparse.Namespace) -> int:
    primary = runtime.vault.primary
    await _record(runtime, options, "keys_reencryption_started", {"key_id": primary})
    result = await reencrypt.reencrypt(runtime)
    left, unreadable = result.left.total(), len(result.unreadable)
    detail = {"key_id": primary, "sealed": str(result.replaced), "unreadable": str(unreadable), "left": str(left)}
    await _record(runtime, options, "keys_reencryption_finished", detail)
    print(f"sealed under {primary}: {result.replaced:,}; unreadable: {unreadable:,}; left under other keys: {left:,}")
    _show_unreadable(result.unreadable)
    if left > unreadable:
        print("An instance still seals with an old key, or holds what it works on: run it again.", file=sys.stderr)
    return int(not result.is_complete)


async def _verify(runtime: Runtime, _: argparse.Namespace) -> int:
    verdict = await verify.verify(runtime)
    print(f"under {runtime.vault.primary}, the primary: {verdict.under_primary:,}")
    print(f"under other keys: {verdict.under_others:,}; unreadable: {len(verdict.unreadable):,}")
    _show_unreadable(verdict.unreadable)
    return int(not verdict.is_clean)


def _ring_with(runtime: Runtime, key_id: str) -> Ring:
    ring = Ring.from_settings(runtime.settings)
    if key_id not in ring.keys:
        raise NotDone(f"{key_id} is not in the ring, which holds {', '.join(ring.keys)}")
    return ring


async def _hand_out(runtime: Runtime, options: argparse.Namespace, ring: Ring, action: str) -> None:
    """Audited before the file holds a key: one that nobody knows of is worse than a line about one never used."""
    try:
        with new_private_file(options.to) as out:
            await _record(runtime, options, action, {"key_id": options.key_id})
            out.write(f"{ring.text().reveal()}\n")
    except OSError as error:
        raise NotDone(f"{options.to} cannot be made: {error.strerror}") from None
    print(f"{options.to} holds the new TOKEN_ENCRYPTION_KEYS: {', '.join(ring.keys)} (primary: {ring.primary})")


async def _record(runtime: Runtime, options: argparse.Namespace, action: str, detail: dict[str, str]) -> None:
    await runtime.database.as_system(
        "record_operation", action=action, operator=options.operator, platform=None, detail=detail
    )


def _show_unreadable(unreadable: Iterable[Stored]) -> None:
    """Ids and kinds tell an operator whose account must be connected again; nothing of the envelope is shown."""
    shown = [f"{one.place.platform} {one.place.owner_id} {one.place.kind} {one.key_id}" for one in unreadable]
    for line in shown[:_MOST_SHOWN]:
        print(f"does not open: {line}", file=sys.stderr)
    if len(shown) > _MOST_SHOWN:
        print(f"and {len(shown) - _MOST_SHOWN:,} more", file=sys.stderr)


def _stating_why(command: Command) -> Command:
    async def stated(runtime: Runtime, options: argparse.Namespace) -> int:
        try:
            return await command(runtime, options)
        except NotDone as why:
            print(f"Nothing was changed: {why}.", file=sys.stderr)
            return 1

    return stated


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.keys", description="Rotate the token encryption key.")
    verbs = parser.add_subparsers(required=True, metavar="status|add|promote|reencrypt|verify|drop")
    verb = verbs.add_parser("status", help="how many envelopes are under which key")
    verb.set_defaults(command=_status)
    verb = verbs.add_parser("verify", help="open every envelope; 0 only when all are under the primary key")
    verb.set_defaults(command=_verify)
    verb = verbs.add_parser("reencrypt", help="seal anew what is not under the primary key")
    verb.set_defaults(command=_reencrypt)
    add_operator(verb)
    for name, command, what in (
        ("add", _add, "a ring with a new key at its end"),
        ("promote", _promote, "a ring with this key as its primary"),
        ("drop", _drop, "a ring without this key, when nothing is under it"),
    ):
        verb = verbs.add_parser(name, help=what)
        verb.add_argument("key_id", metavar="KEY_ID")
        verb.add_argument("--to", required=True, type=Path, metavar="FILE", help="a new file for the ring, mode 0600")
        verb.set_defaults(command=_stating_why(command))
        add_operator(verb)
    return run(parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
