"""What every operator command shares: who acts, a runtime of its own, and an exit code that a script can trust."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable

from ops.secret_scan import SHAPES
from shared.database import DatabaseError
from shared.errors import Refused
from shared.runtime import Runtime
from shared.settings import Misconfigured

# What only a command can meet, in words for who runs it.
WORDS = {
    "aware_in_the_future": "nobody can know of a breach before it is known",
    "breach_closed": "the breach is closed; open another one",
    "breach_notice_final": "the notice is being sent, and everybody must read the same",
    "breach_notice_incomplete": "the notice needs all of its parts first",
    "breach_not_told": "somebody whom it concerns was not told yet",
    "may_hold_a_secret": "the audit log takes no word of 24 or more characters; say it in short words",
    "table_leads_to_nobody": "no person can be found from a row of this table",
}

# No secret of ours is shorter. The database holds the audit log to the same length.
_LONG_WORD = re.compile(r"\S{24}")

type Command = Callable[[Runtime, argparse.Namespace], Awaitable[int]]


def plain_words(text: str) -> str:
    """For the audit log, from which nothing can ever be removed. Never repeats what it refuses."""
    content = text.encode(errors="surrogateescape")
    if _LONG_WORD.search(text) or any(shape.search(content) for shape in SHAPES.values()):
        raise argparse.ArgumentTypeError(
            "this may hold a secret, and nothing can be removed from the audit log. Nothing was done. Say it in words"
            " of fewer than 24 characters, without any key, token or code. If there was a real one, it is in your"
            " shell's history now: delete it there, and replace it"
        )
    return text


def add_operator(parser: argparse.ArgumentParser) -> None:
    """For every command that changes something: the audit log names who did it."""
    name = os.environ.get("OPERATOR")
    parser.add_argument(
        "--operator",
        type=plain_words,
        default=name,
        required=not name,
        metavar="NAME",
        help="who acts, for the audit log (or the environment variable OPERATOR)",
    )


def run(parser: argparse.ArgumentParser, arguments: list[str] | None = None) -> int:
    """Parses, runs `options.command`, and returns its exit code; 2 when it could not even begin or was refused."""
    options = parser.parse_args(arguments)
    try:
        return asyncio.run(_with_runtime(options))
    except Misconfigured as error:
        print(f"itoms: {error}", file=sys.stderr)
    except Refused as refusal:
        words = f": {WORDS[refusal.code]}" if refusal.code in WORDS else ""
        print(f"itoms: refused ({refusal.code}){words}", file=sys.stderr)
    except DatabaseError as error:
        print(f"itoms: the database does not accept this ({error})", file=sys.stderr)
    return 2


async def _with_runtime(options: argparse.Namespace) -> int:
    runtime = Runtime.from_environ(os.environ)
    try:
        command: Command = options.command
        return await command(runtime, options)
    finally:
        await runtime.egress.client.aclose()
