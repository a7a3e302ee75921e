"""What people ask about their data: opened when it comes by mail, followed to its answer, and never forgotten.

    python -m ops.requests open KIND [--received DAY] --operator NAME     (reads the e-mail address from its input)
    python -m ops.requests identity ID --method HOW --result confirmed|failed --operator NAME
    python -m ops.requests execute ID [--purpose PURPOSE] [--withdraw] --operator NAME
    python -m ops.requests extend ID --reason WHY [--until DAY] --operator NAME
    python -m ops.requests refuse ID --reason WHY --complaint-route AUTHORITY --operator NAME
    python -m ops.requests answered ID --outcome done|refused|nothing_held --operator NAME
    python -m ops.requests list
    python -m ops.requests show ID

The address finds the person in Supabase Auth; it is stored nowhere and printed nowhere. `list` ends with 0 when
nothing is due within a week, 1 when something is, and 3 when something is overdue.
"""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from ops.command import Command, add_operator, run
from shared.errors import Refused
from shared.runtime import Runtime

KINDS = ("access", "rectification", "erasure", "restriction", "portability", "objection")
PURPOSES = ("ai_captions", "analytics", "publishing")
METHODS = ("signed_in", "answered_from_address", "other_proof")
# GDPR, Art. 12(3) knows these two.
EXTENSIONS = ("complex", "many_requests")
# Art. 12(2) and (5), 15(4), 17(3), 18(2), 21(1): nothing else lets us say no.
REFUSALS = (
    "identity_not_proven", "manifestly_unfounded", "excessive", "rights_of_others", "legal_duty", "legal_claims",
    "compelling_grounds",
)  # fmt: skip
_WITHIN_DAYS = 7
WORDS = {
    "answer_does_not_fit": "done needs an execution, refused a refusal, and nothing_held that nobody has that address",
    "erasure_executes_itself": "python -m ops.erasures run ID erases, and closes the request when all is done",
    "erasure_is_not_extended": "the Data Policy promises 30 days for a deletion",
    "extended_already": "it was extended before",
    "extended_too_late": "the person had to be told before it was due",
    "extension_out_of_range": "at most three months after it arrived, and later than it is due now",
    "identity_incomplete": "say how it was checked and with which result",
    "identity_not_confirmed": "first check who is asking: identity ID --method ... --result confirmed",
    "not_found": "there is no request with this id",
    "nothing_to_execute": "nobody here is the person who asked: answer that nothing is held",
    "purpose_only_with_objection": "only an objection has a purpose",
    "reason_missing": "say why, and of a refusal also where to complain",
    "received_when": "it must have arrived within the last year, and not in the future",
    "request_closed": "it has been answered, and nothing follows an answer",
    "request_executed": "it has been executed; what is left is to answer it",
    "request_out_of_order": "this does not come next",
    "request_refused": "it has been refused; what is left is to answer it",
}


async def _open(runtime: Runtime, options: argparse.Namespace) -> int:
    summary = await runtime.database.as_system(
        "open_mailed_request",
        kind=options.kind,
        email=_read_address(),
        received_at=_start(options.received, runtime.now()).isoformat(),
        operator=options.operator,
    )
    print(_told(summary))
    print("Somebody with an account here." if summary["person_known"] else "Nobody here has that address.")
    return 0


def _read_address() -> str:
    """From the input and not from an argument: those are in the shell's history and in the list of processes."""
    if sys.stdin.isatty():
        print("E-mail address: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _start(day: date | None, now: datetime) -> datetime:
    """The first moment of the day: the clock must not run too late."""
    return datetime.combine(day, time.min, UTC) if day else now


async def _identity(runtime: Runtime, options: argparse.Namespace) -> int:
    return await _note(runtime, options, "identity_checked", {"method": options.method, "result": options.result})


async def _refuse(runtime: Runtime, options: argparse.Namespace) -> int:
    return await _note(
        runtime, options, "refused", {"reason": options.reason, "complaint_route": options.complaint_route}
    )


async def _answered(runtime: Runtime, options: argparse.Namespace) -> int:
    return await _note(runtime, options, "answered", {"outcome": options.outcome})


async def _note(runtime: Runtime, options: argparse.Namespace, event: str, detail: dict[str, str]) -> int:
    summary = await runtime.database.as_system(
        "note_request", request_id=str(options.id), event=event, operator=options.operator, detail=detail
    )
    print(_told(summary))
    return 0


async def _extend(runtime: Runtime, options: argparse.Namespace) -> int:
    summary = await runtime.database.as_system(
        "extend_request",
        request_id=str(options.id),
        reason=options.reason,
        until=_start(options.until, runtime.now()).isoformat() if options.until else None,
        operator=options.operator,
    )
    print(_told(summary))
    print("Tell the person now: that it takes longer, why, and until when.")
    return 0


async def _execute(runtime: Runtime, options: argparse.Namespace) -> int:
    summary = await runtime.database.as_system(
        "execute_request",
        request_id=str(options.id),
        purpose=options.purpose,
        withdraw=options.withdraw,
        operator=options.operator,
    )
    print(_told(summary))
    if "posts_stopped" in summary:
        print(f"{summary['change']}; posts that do not go out because of it: {summary['posts_stopped']}")
    return 0


async def _list(runtime: Runtime, options: argparse.Namespace) -> int:
    found: list[dict[str, Any]] = await runtime.database.as_system("list_requests")
    for summary in found:
        print(_told(summary))
    print(f"{len(found):,} open")
    days = min((summary["days_left"] for summary in found), default=_WITHIN_DAYS)
    return 3 if days < 0 else int(days < _WITHIN_DAYS)


async def _show(runtime: Runtime, options: argparse.Namespace) -> int:
    summary = await runtime.database.as_system("show_request", request_id=str(options.id))
    print(_told(summary))
    for line in summary["lines"]:
        who = line["operator"] or line["actor_kind"]
        detail = "  ".join(f"{name}={value}" for name, value in sorted(line["detail"].items()))
        print(f"  {line['at'][:19]}  {line['event']:16}  {who}  {detail}".rstrip())
    return 0


def _told(summary: dict[str, Any]) -> str:
    state = "closed" if summary["closed"] else f"due {summary['due_at'][:10]}{_marked(summary['days_left'])}"
    return f"{summary['request_id']}  {summary['kind']} by {summary['channel']}  {summary['event']}  {state}"


def _marked(days_left: int) -> str:
    if days_left < 0:
        return "  OVERDUE"
    return f"  DUE IN {days_left} DAYS" if days_left < _WITHIN_DAYS else ""


def _saying_why(command: Command) -> Command:
    async def said(runtime: Runtime, options: argparse.Namespace) -> int:
        try:
            return await command(runtime, options)
        except Refused as refusal:
            if refusal.code in WORDS:
                print(f"Nothing was changed: {WORDS[refusal.code]}.", file=sys.stderr)
            raise

    return said


def _authority(text: str) -> str:
    if not re.fullmatch("[a-z0-9_]{1,60}", text):
        raise argparse.ArgumentTypeError("a short code in small letters, such as cnil or ico")
    return text


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.requests", description="What people ask about their data.")
    verbs = parser.add_subparsers(required=True, metavar="open|identity|execute|extend|refuse|answered|list|show")

    def verb(name: str, command: Command, what: str, *, changes: bool = True) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=what)
        made.set_defaults(command=_saying_why(command))
        if changes:
            add_operator(made)
        if name not in ("open", "list"):
            made.add_argument("id", type=UUID, metavar="ID")
        return made

    made = verb("open", _open, "a request that came by mail; reads the e-mail address from the input")
    made.add_argument("kind", choices=KINDS)
    made.add_argument("--received", type=date.fromisoformat, metavar="DAY", help="when it arrived, if not now")
    made = verb("identity", _identity, "how it was checked who is asking")
    made.add_argument("--method", required=True, choices=METHODS)
    made.add_argument("--result", required=True, choices=("confirmed", "failed"))
    made = verb("execute", _execute, "carry out an objection or restriction; for other kinds: it was done")
    made.add_argument("--purpose", choices=PURPOSES)
    made.add_argument("--withdraw", action="store_true", help="the person takes it back")
    made = verb("extend", _extend, "two months more at most, told before it was due")
    made.add_argument("--reason", required=True, choices=EXTENSIONS)
    made.add_argument("--until", type=date.fromisoformat, metavar="DAY")
    made = verb("refuse", _refuse, "say no, with a reason and where to complain")
    made.add_argument("--reason", required=True, choices=REFUSALS)
    made.add_argument("--complaint-route", required=True, type=_authority, metavar="AUTHORITY")
    made = verb("answered", _answered, "the person has the answer; nothing follows")
    made.add_argument("--outcome", required=True, choices=("done", "refused", "nothing_held"))
    verb("list", _list, "what is open, the next one due first", changes=False)
    verb("show", _show, "every line of one request", changes=False)
    return run(parser, arguments)


if __name__ == "__main__":
    sys.exit(main())
