"""Requests about personal data have a day by which they must be answered: nobody may find out after it."""

from __future__ import annotations

import logging
from typing import TypedDict, cast

from shared.logs import log
from shared.outputs import Count
from shared.runtime import Runtime


class Reminded(TypedDict):
    """`reminded` are the lines of this run; `due_soon` and `overdue` are open now, reminded or not."""

    reminded: Count
    due_soon: Count
    overdue: Count


async def remind(runtime: Runtime) -> Reminded:
    """One line per request seven days before it is due and one a day before. What is overdue is an alarm every time."""
    found = cast(Reminded, await runtime.database.as_system("remind_due_requests"))
    if found["overdue"]:
        log("requests_overdue", level=logging.ERROR, count=found["overdue"])
    elif found["due_soon"]:
        log("requests_due_soon", level=logging.WARNING, count=found["due_soon"])
    return found
