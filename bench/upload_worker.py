"""The worker that bench/upload_memory.py measures: it loads what a function loads, and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path

from shared.publishing.advance import advance
from shared.runtime import Runtime


async def follow(publication_id: str) -> dict[str, float]:
    runtime, began, before, calls = Runtime.from_environ(os.environ), time.monotonic(), _peak_megabytes(), 0
    async with runtime.egress.client:
        while not (view := await advance(runtime, publication_id, wait_seconds=0.0)) or view["next_step_at"]:
            calls += view is not None
            await asyncio.sleep(0.1)
    return {"before": before, "peak": _peak_megabytes(), "calls": calls + 1, "seconds": time.monotonic() - began}


def _peak_megabytes() -> float:
    """Of this program alone: getrusage() also counts what the process was before it became this program."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 10**6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 10**6


if __name__ == "__main__":
    print(json.dumps(asyncio.run(follow(sys.argv[1]))))
