"""The worker that bench/export.py measures: it loads what a function loads, and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

from bench.memory import peak_megabytes
from shared.privacy.export.exporting import FOLLOW_SECONDS, advance
from shared.runtime import Runtime


async def make(export_id: str) -> dict[str, float]:
    """As polls of a page do it, one after the other; the last one finds nothing left to do."""
    runtime, began, before, calls = Runtime.from_environ(os.environ), time.monotonic(), peak_megabytes(), 0
    async with runtime.egress.client:
        while await advance(runtime, export_id, seconds=FOLLOW_SECONDS):
            calls += 1
    return {"before": before, "peak": peak_megabytes(), "calls": calls, "seconds": time.monotonic() - began}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(make(sys.argv[1]))))
