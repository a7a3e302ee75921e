"""Removes what must not remain, in batches small enough to stand beside live traffic."""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import TypedDict

from shared.logs import log
from shared.outputs import Count
from shared.runtime import Runtime

# Beside the one that counts alarms; each removes one bounded batch, and answers how much of what it removed.
_MORE = (
    "purge_publishing",
    "purge_unconfirmed",
    "purge_endings",
    "purge_rate_limits",
    "purge_receipts",
    "purge_exports",
    "purge_invitations",
    "purge_requests",
    "purge_mail",
    "purge_breaches",
    "purge_erasures",
)
_BATCH = 1000
_SECONDS = 40.0


class Purged(TypedDict):
    """Counts by kind. `tokens_held` are those that remain, and rightly."""

    removed: dict[str, Count]
    alarms: dict[str, Count]
    tokens_held: Count
    complete: bool


async def purge(runtime: Runtime) -> Purged:
    """What was removed. An alarm is a token that should already have been gone, and is never routine.

    May stop before it is done; `complete` says so, and the next run goes on.
    """
    removed: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    stop_at = time.monotonic() + _SECONDS
    while True:
        batch = await runtime.database.as_system("purge", batch=_BATCH)
        gone: dict[str, int] = dict(batch["removed"])
        for function in _MORE:
            gone |= await runtime.database.as_system(function, batch=_BATCH)
        removed.update(gone)
        alarms.update(batch["alarms"])
        complete = max(*gone.values(), *batch["alarms"].values()) < _BATCH
        if complete or time.monotonic() >= stop_at:
            break
    if any(alarms.values()):
        log("purge_alarm", level=logging.ERROR, alarms=dict(alarms))
    return Purged(removed=dict(removed), alarms=dict(alarms), tokens_held=batch["tokens_held"], complete=complete)
