"""Erasures asked for by mail, the receipts of all of them, and the ledger that is replayed after a restore.

    python -m ops.erasures open --email ADDRESS --operator NAME
    python -m ops.erasures run REQUEST_ID --identity HOW [--delete-project ID ...] --operator NAME
    python -m ops.erasures status
    python -m ops.erasures verify FILE [--public-key KEY]
    python -m ops.erasures ledger export FILE
    python -m ops.erasures ledger replay FILE --operator NAME

An address is looked up; it is stored nowhere, and printed nowhere.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from uuid import UUID

from ops import tombstones
from ops.command import add_operator, run
from shared.privacy.erasure.receipts import Signer, is_genuine
from shared.privacy.erasure.saga import advance
from shared.runtime import Runtime

# One erasure waits for nobody else: longer than any of them takes when nothing has to be waited for.
_SECONDS = 300.0


async def _open(runtime: Runtime, options: argparse.Namespace) -> int:
    opened = await runtime.database.as_system("open_erasure", email=options.email, operator=options.operator)
    print(f"request {opened['request_id']}: received {opened['received_at']}, to be done by {opened['due_at']}")
    for project in opened["projects"]:
        others = project["other_members"]
        print(f"The only owner of project {project['id']}, with {others:,} others in it: ask what should become of it.")
    print("Next: check that it is really this person who asks, then run it.")
    return 0


async def _run(runtime: Runtime, options: argparse.Namespace) -> int:
    begun = await runtime.database.as_system(
        "run_erasure",
        request_id=str(options.request_id),
        operator=options.operator,
        identity=options.identity,
        delete_projects=[str(project_id) for project_id in options.delete_project],
    )
    await advance(runtime, begun["erasure_id"], seconds=_SECONDS)
    print(f"erasure {begun['erasure_id']} begun. For the person, who has no account any more:")
    print(f"{runtime.settings.app_url}/api/erasures/status?code={begun['code']}")
    return 0


async def _status(runtime: Runtime, _: argparse.Namespace) -> int:
    found = await runtime.database.as_system("open_erasures")
    for request in found["requests"]:
        print(f"request {request['request_id']}: waits for its identity check; to be done by {request['due_at']}")
    for erasure in found["erasures"]:
        problem = f" ({erasure['problem']})" if erasure["problem"] else ""
        late = "; LATE" if erasure["late"] else ""
        print(f"erasure {erasure['erasure_id']}: {erasure['state']}{problem} since {erasure['requested_at']}{late}")
    print(f"{len(found['requests']):,} to check, {len(found['erasures']):,} under way", end="; ")
    print(f"{found['tombstones']:,} lines in the ledger")
    return int(any(erasure["late"] for erasure in found["erasures"]))


async def _verify(runtime: Runtime, options: argparse.Namespace) -> int:
    try:
        document = json.loads(options.file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        print(f"{options.file} cannot be read as a receipt", file=sys.stderr)
        return 2
    key = options.public_key or Signer.from_settings(runtime.settings).public_key
    if not isinstance(document, dict) or not is_genuine(document, key):
        print("This receipt was not signed with our key, or was changed.", file=sys.stderr)
        return 1
    receipt = document["receipt"]
    print(f"Genuine. Receipt {receipt['receipt_id']}, asked {receipt['requested_at']}, done {receipt['done_at']}:")
    for store in receipt["stores"]:
        print(f"  {store['store']}: {json.dumps(store['counts'])}")
    return 0


async def _export(runtime: Runtime, options: argparse.Namespace) -> int:
    try:
        count = await tombstones.export(runtime, options.file)
    except tombstones.Unusable as why:
        print(f"Nothing was written: {why}.", file=sys.stderr)
        return 2
    print(f"{options.file} holds {count:,} lines. Keep it where a restore of the database does not reach it.")
    return 0


async def _replay(runtime: Runtime, options: argparse.Namespace) -> int:
    try:
        lines = tombstones.read(options.file)
    except tombstones.Unusable as why:
        print(f"Nothing was changed: {why}.", file=sys.stderr)
        return 2
    done = await tombstones.replay(runtime, lines, operator=options.operator)
    print(f"{len(lines):,} lines read, {done.stored:,} of them were not in this database")
    print(f"{len(done.erasure_ids):,} people erased before are here again; {done.connections:,} accounts were removed")
    for erasure_id in done.erasure_ids:
        await advance(runtime, erasure_id, seconds=_SECONDS)
    left = await runtime.database.as_system("due_erasures", limit=0)
    print(f"{left['open']:,} erasures are still under way: the cron goes on with them")
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.erasures", description="Erasures, receipts and the ledger.")
    verbs = parser.add_subparsers(required=True, metavar="open|run|status|verify|ledger")
    verb = verbs.add_parser("open", help="a request that came by mail; its clock starts")
    verb.add_argument("--email", required=True, metavar="ADDRESS", help="of the account; not stored")
    add_operator(verb)
    verb.set_defaults(command=_open)
    verb = verbs.add_parser("run", help="erase, after the identity check")
    verb.add_argument("request_id", type=UUID, metavar="REQUEST_ID")
    verb.add_argument("--identity", required=True, metavar="HOW", help="how it was checked, for the record; no names")
    verb.add_argument("--delete-project", action="append", default=[], type=UUID, metavar="ID", help="as they said")
    add_operator(verb)
    verb.set_defaults(command=_run)
    verbs.add_parser("status", help="what is open; 1 when one is late").set_defaults(command=_status)
    verb = verbs.add_parser("verify", help="whether a receipt is ours and unchanged")
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument("--public-key", metavar="KEY", help="of an older signing key; otherwise that of our own")
    verb.set_defaults(command=_verify)
    ledger = verbs.add_parser("ledger", help="what must not come back").add_subparsers(required=True)
    verb = ledger.add_parser("export", help="to a new file")
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.set_defaults(command=_export)
    verb = ledger.add_parser("replay", help="after a restore: erase again what came back")
    verb.add_argument("file", type=Path, metavar="FILE")
    add_operator(verb)
    verb.set_defaults(command=_replay)
    return run(parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
