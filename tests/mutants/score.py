"""How many small changes of a module its tests notice: `make mutation-score`.

Not mutmut, which leaves constants of a module and every decorated function alone and wants its settings in a file of
the root; not Cosmic Ray, which starts an interpreter for each mutant and changes the files of the tree itself. Here
each mutant is a fork of one process that has imported all libraries: a changed module takes the place of the real one.
"""

from __future__ import annotations

import importlib
import os
import re
import signal
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.stack.paths import ROOT
from tests.mutants.mutations import Change, changes

REVIEWED = Path(__file__).with_name("survivors.md")
# Of processor time. A mutant that turns round and round is noticed as well.
SECONDS = 10.0
LIBRARIES = ("cryptography.hazmat.primitives.ciphers.aead", "httpx", "hypothesis", "psycopg", "pydantic", "starlette")


@dataclass(frozen=True, slots=True)
class Target:
    file: str
    tests: tuple[str, ...]
    without: str = ""

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").replace("/", ".")


TARGETS = (
    Target("shared/vault.py", ("tests/shared/test_vault.py",), without="the_database or one_product_file"),
    Target("shared/secret.py", ("tests/shared/test_secret.py",)),
    Target("shared/platforms/signed_request.py", ("tests/shared/platforms/test_signed_request.py",)),
    Target("shared/platforms/limits.py", ("tests/shared/platforms/test_limits.py",)),
    Target("shared/publishing/ladder.py", ("tests/shared/publishing/test_ladder.py",)),
)


def survives(target: Target, change: Change | None) -> bool:
    return all(_survivors(target, [change]))


def _survivors(target: Target, every: Sequence[Change | None]) -> list[bool]:
    """Each in a fork, so that it starts from a process that has imported nothing of ours."""
    lives: dict[int, bool] = {}
    running: dict[int, int] = {}
    for number, change in enumerate(every):
        if len(running) == (os.cpu_count() or 1):
            _wait(running, lives)
        child = os.fork()
        if not child:
            os._exit(_run(target, change))
        running[child] = number
    while running:
        _wait(running, lives)
    return [lives[number] for number in range(len(every))]


def _wait(running: dict[int, int], lives: dict[int, bool]) -> None:
    child, status = os.wait()
    lives[running.pop(child)] = os.waitstatus_to_exitcode(status) == 0


def _run(target: Target, change: Change | None) -> int:
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        if change is not None:
            _install(target, change)
        selected = ["-k", f"not ({target.without})"] if target.without else []
        options = ["-x", "-q", "--noconftest", "-p", "no:cacheprovider", *selected]
        return int(pytest.main([*options, *target.tests]))
    except BaseException:
        return 1


def _install(target: Target, change: Change) -> None:
    module = types.ModuleType(target.module)
    module.__file__ = str(ROOT / target.file)
    parent, _, name = target.module.rpartition(".")
    setattr(importlib.import_module(parent), name, module)
    sys.modules[target.module] = module
    exec(compile(change.module, module.__file__, "exec"), module.__dict__)


def reviewed() -> dict[str, set[str]]:
    """Of each file, the changes that were looked at and change nothing that matters."""
    found: dict[str, set[str]] = {}
    file = ""
    for line in REVIEWED.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            file = line[3:].strip("`")
        elif match := re.match(r"- (`.*` becomes `.*`)\. ", line):
            found.setdefault(file, set()).add(match[1])
    return found


def main(arguments: Sequence[str]) -> int:
    for library in LIBRARIES:
        importlib.import_module(library)
    known, unreviewed = reviewed(), 0
    print("| Module | Mutants | Noticed | Reviewed | Not noticed |")
    print("| --- | --- | --- | --- | --- |")
    for target in TARGETS:
        if arguments and target.file not in arguments:
            continue
        if not survives(target, None):
            raise SystemExit(f"{target.file}: its tests fail without any mutant")
        every = list(changes((ROOT / target.file).read_text(encoding="utf-8")))
        left = [change for change, lives in zip(every, _survivors(target, every), strict=True) if lives]
        new = [change for change in left if str(change) not in known.get(target.file, set())]
        unreviewed += len(new)
        noticed = len(every) - len(left)
        print(
            f"| `{target.file}` | {len(every)} | {noticed} ({noticed / len(every):.1%}) | {len(left) - len(new)}"
            f" | {len(new)} |",
            flush=True,
        )
        for change in new:
            print(f"{target.file}:{change.number}: {change}", file=sys.stderr)
    return 1 if unreviewed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
