"""`python -m ops.keys` that dies at one of its writes: python -m tests.ops.dying (before|during|after) NUMBER VERB...

By a signal to itself, as a lost machine would end it: no `finally` runs and nothing is closed politely.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

from ops.keys import stored
from ops.keys.__main__ import main
from shared.database import Database

BATCH = 10
_as_system = Database.as_system


def die_at(point: str, number: int) -> None:
    written = 0

    async def dying(database: Database, function: str, **arguments: object) -> Any:
        nonlocal written
        written += function == "replace_envelopes"
        if function != "replace_envelopes" or written != number:
            return await _as_system(database, function, **arguments)
        call = asyncio.create_task(_as_system(database, function, **arguments))
        if point == "during":
            # Long enough for the request to leave, too short for its answer.
            await asyncio.sleep(0.003)
        elif point == "after":
            await call
        return os.kill(os.getpid(), signal.SIGKILL)

    Database.as_system = dying  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    stored.BATCH = BATCH
    die_at(sys.argv[1], int(sys.argv[2]))
    sys.exit(main(sys.argv[3:]))
