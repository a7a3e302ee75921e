"""The worker that bench/upload_memory.py measures: it loads what a function loads, and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

from bench.memory import peak_megabytes
from shared.publishing.advance import advance
from shared.runtime import Runtime


async def follow(publication_id: str) -> dict[str, float]:
    runtime, began, before, calls = Runtime.from_environ(os.environ), time.monotonic(), peak_megabytes(), 0
    async with runtime.egress.client:
        while not (view := await advance(runtime, publication_id, wait_seconds=0.0)) or view["next_step_at"]:
            calls += view is not None
            await asyncio.sleep(0.1)
    return {"before": before, "peak": peak_megabytes(), "calls": calls + 1, "seconds": time.monotonic() - began}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(follow(sys.argv[1]))))
