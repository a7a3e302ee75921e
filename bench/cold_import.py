"""What a cold start pays for imports, per function, as a ratio to the three libraries that none can do without.

Exits with 1 when a function costs more than the limit, or loads a heavy library that is not its business.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 1.3
ROUNDS = 7
HEAVY = ("anthropic", "boto3")
# The one function that may be slow to load, and what it may load.
EXCEPTION = ("caption.py", frozenset({"anthropic"}))

BASELINE = """
import postgrest, starlette.applications
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
"""
FUNCTION = """
import importlib.util
spec = importlib.util.spec_from_file_location("function", {path!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
"""
# Processor time: what else runs on the machine must not decide.
PROBE = """
import sys, time
sys.path.insert(0, {root!r})
start = time.process_time()
{code}
print(time.process_time() - start, *(name for name in {heavy!r} if name in sys.modules))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    name: str
    seconds: float
    heavy: frozenset[str]

    def problem(self, baseline: float) -> str:
        name, allowed = EXCEPTION
        if unexpected := self.heavy - (allowed if self.name == name else frozenset()):
            return f"loads {', '.join(sorted(unexpected))}"
        if self.name != name and self.seconds > LIMIT * baseline:
            return f"over {LIMIT}"
        return ""


def main() -> int:
    files = sorted((ROOT / "functions").rglob("*.py"))
    codes = {file.relative_to(ROOT / "functions").as_posix(): FUNCTION.format(path=str(file)) for file in files}
    baseline, *costs = measure({"baseline": BASELINE, **codes})
    print(f"baseline: postgrest + starlette + AESGCM {baseline.seconds * 1000:.0f} ms, best of {ROUNDS}\n")
    for cost in costs:
        loads = " ".join(sorted(cost.heavy)) or "-"
        print(f"{cost.name:36} {cost.seconds / baseline.seconds:5.2f}  {loads:24} {cost.problem(baseline.seconds)}")
    return int(any(cost.problem(baseline.seconds) for cost in costs))


def measure(codes: dict[str, str]) -> list[Cost]:
    """Round by round, and the best of each: a busy machine only ever makes an import slower."""
    times: dict[str, list[float]] = {name: [] for name in codes}
    heavy: dict[str, frozenset[str]] = {}
    for index in range(ROUNDS + 1):
        for name, code in codes.items():
            seconds, loaded = import_once(code)
            heavy[name] = loaded
            if index:
                times[name].append(seconds)
    return [Cost(name, min(times[name]), heavy[name]) for name in codes]


def import_once(code: str) -> tuple[float, frozenset[str]]:
    script = PROBE.format(root=str(ROOT), code=code, heavy=HEAVY)
    env = {"PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-I", "-c", script], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"does not import without any environment variable:\n{done.stderr}")
    seconds, *loaded = done.stdout.split()
    return float(seconds), frozenset(loaded)


if __name__ == "__main__":
    sys.exit(main())
