"""The verbs of python -m ops.breach. Nobody's name or address is shown, and no command needs one."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

from ops.breach import words
from ops.command import add_operator, run
from ops.keys.progress import Progress
from shared.runtime import Runtime

# People in one transaction: small enough to stand beside live traffic.
BATCH = 2000
_SELECTORS = ("key_id", "connection_id", "table", "from", "to")


async def _open(runtime: Runtime, options: argparse.Namespace) -> int:
    breach_id = await runtime.database.as_system(
        "open_breach", nature=options.nature, aware_at=options.aware_at.isoformat(), operator=options.operator
    )
    print(words.status(await _read(runtime, breach_id)))
    print("Next: affected, until everybody whom it concerns is recorded; then notice, and send.")
    return 0


async def _affected(runtime: Runtime, options: argparse.Namespace) -> int:
    selector = {name: value for name in _SELECTORS if (value := getattr(options, name)) is not None}
    if not selector:
        print("itoms: say by which --key-id, --connection, --table, or --from and --to", file=sys.stderr)
        return 2
    print(words.affected(await runtime.database.as_system("count_affected", selector=selector)))
    if not options.record:
        print("Nobody was recorded: look at the number, and add --record.")
        return 0
    recorded = await _recorded(runtime, options.breach, selector)
    await runtime.database.as_system(
        "record_operation",
        action="breach_affected_recorded", operator=options.operator, platform=None,
        detail={"breach_id": options.breach, "people": str(recorded), "by": " ".join(selector)},
    )  # fmt: skip
    print(f"{recorded:,} people were recorded who were not before.")
    return 0


async def _recorded(runtime: Runtime, breach_id: str, selector: dict[str, str]) -> int:
    """In batches: whoever is recorded is not found again."""
    recorded, batch = 0, BATCH * 10
    while True:
        found = int(
            await runtime.database.as_system("record_affected", breach_id=breach_id, selector=selector, batch=batch)
        )
        recorded += found
        if found < batch:
            return recorded


async def _notice(runtime: Runtime, options: argparse.Namespace) -> int:
    written = {name: value for name in words.PARTS if (value := getattr(options, name)) is not None}
    if written:
        await runtime.database.as_system(
            "write_breach_notice", breach_id=options.breach, words=written, operator=options.operator
        )
    breach = await _read(runtime, options.breach)
    print(words.preview(breach, runtime.settings))
    missing = [name for name in words.PARTS if not breach[name]]
    print(f"Still missing: {', '.join(missing)}." if missing else "Complete. Next: send.")
    return 0


async def _send(runtime: Runtime, options: argparse.Namespace) -> int:
    left = 1
    progress: Progress | None = None
    while left:
        done = await runtime.database.as_system(
            "enqueue_breach_notices", breach_id=options.breach, batch=BATCH, operator=options.operator
        )
        left = done["left"]
        progress = progress or Progress("queued", done["queued"] + left)
        progress.add(done["queued"])
    if progress is not None:
        print(progress.line(), flush=True)
    print(words.status(await _read(runtime, options.breach)))
    print("They leave by themselves, every minute, as fast as Resend takes them. Watch: status.")
    return 0


async def _status(runtime: Runtime, options: argparse.Namespace) -> int:
    """1 when somebody was, or will certainly be, told too late, or could not be told at all."""
    found = await runtime.database.as_system("breach_status", breach_id=options.breach)
    print("\n\n".join(words.status(breach) for breach in found) or "No breach is open.")
    bad = ("late", "bounced", "failed", "unknown")
    return int(any(int(breach["notices"].get(name, 0)) for breach in found for name in bad))


async def _authority(runtime: Runtime, options: argparse.Namespace) -> int:
    print(words.authority(await _read(runtime, options.breach), runtime.settings))
    return 0


async def _close(runtime: Runtime, options: argparse.Namespace) -> int:
    await runtime.database.as_system(
        "close_breach", breach_id=options.breach, conclusion=options.conclusion, operator=options.operator
    )
    print(words.status(await _read(runtime, options.breach)))
    return 0


async def _read(runtime: Runtime, breach_id: str) -> dict[str, Any]:
    [breach] = await runtime.database.as_system("breach_status", breach_id=breach_id)
    return dict(breach)


def _moment(text: str) -> datetime:
    """Without an offset nobody knows when it was."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    return moment


def _isoformat(text: str) -> str:
    return _moment(text).isoformat()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.breach", description="A breach of personal data.")
    verbs = parser.add_subparsers(required=True, metavar="open|affected|notice|send|status|authority|close|drill")
    verb = verbs.add_parser("open", help="start the clock")
    verb.add_argument("--nature", required=True, metavar="TEXT", help="what happened; names nobody")
    verb.add_argument("--aware-at", required=True, type=_moment, metavar="TIME", help="when we knew, with its offset")
    add_operator(verb)
    verb.set_defaults(command=_open)
    _add_affected(verbs)
    _add_notice(verbs)
    for name, command, what in (
        ("send", _send, "queue one notice for each person concerned; may be run again"),
        ("authority", _authority, "print what the supervisory authority and the platforms are to be told"),
        ("close", _close, "nothing is left to do"),
    ):
        verb = verbs.add_parser(name, help=what)
        verb.add_argument("breach", metavar="BREACH")
        if name != "authority":
            add_operator(verb)
        if name == "close":
            verb.add_argument("--conclusion", required=True, metavar="TEXT", help="also: why nobody had to be told")
        verb.set_defaults(command=command)
    verb = verbs.add_parser("status", help="its timeline, and who was told; 1 when somebody was not, or too late")
    verb.add_argument("breach", nargs="?", metavar="BREACH", help="every open one if left out")
    verb.set_defaults(command=_status)
    verbs.add_parser("drill", help="the whole of it on fixtures, against a local stack of its own")
    return run(parser, arguments)


def _add_affected(verbs: Any) -> None:
    verb = verbs.add_parser("affected", help="whom it concerns: how many, and which kinds of data")
    verb.add_argument("breach", metavar="BREACH")
    by = verb.add_mutually_exclusive_group()
    by.add_argument("--key-id", metavar="ID", help="whose tokens are under this key")
    by.add_argument("--connection", dest="connection_id", metavar="ID", help="the members of its project")
    by.add_argument("--table", metavar="SCHEMA.TABLE", help="who has rows in it")
    verb.add_argument("--from", type=_isoformat, metavar="TIME", help="rows written or changed since then")
    verb.add_argument("--to", type=_isoformat, metavar="TIME", help="and before then")
    verb.add_argument("--record", action="store_true", help="keep them, to be told")
    add_operator(verb)
    verb.set_defaults(command=_affected)


def _add_notice(verbs: Any) -> None:
    verb = verbs.add_parser("notice", help="write what those concerned will read, and show it")
    verb.add_argument("breach", metavar="BREACH")
    for name in words.PARTS:
        verb.add_argument(f"--{name}", metavar="TEXT")
    add_operator(verb)
    verb.set_defaults(command=_notice)
