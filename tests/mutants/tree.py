"""A copy of this tree in which something is wrong, and what the tests say there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.stack.paths import ROOT
from tests.mutants.catalogue import Mutant

# Made by `make setup`, not by git.
LINKED = (".venv", "node_modules")
OUTCOME = re.compile(r"^(FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Verdict:
    code: int
    output: str

    @property
    def killer(self) -> str | None:
        """The first test that failed. An error of a fixture or an import is none: it says nothing of the mistake."""
        found = OUTCOME.search(self.output)
        return found[2] if found and found[1] == "FAILED" and self.code == 1 else None


@contextmanager
def copied() -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="itoms-mutant-") as name:
        tree = Path(name)
        for file in listed.stdout.split("\0"):
            if (ROOT / file).is_file() and not (ROOT / file).is_symlink():
                (tree / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, tree / file)
        for link in LINKED:
            (tree / link).symlink_to((ROOT / link).resolve())
        yield tree


def mutate(tree: Path, mutant: Mutant) -> None:
    """Raises ValueError when the code is not any more what the mutant is about."""
    file = tree / mutant.file
    source = file.read_text(encoding="utf-8")
    if source.count(mutant.old) != 1:
        raise ValueError(f"stale mutant of {mutant.file}: {mutant.old}")
    file.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")


def run(tree: Path, tests: Sequence[str]) -> Verdict:
    """In an environment of its own, without bytecode of the tree that has no mistake, and without plugins of others."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "--tb=line", "--durations=0", *tests],
        cwd=tree,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tree),
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Verdict(done.returncode, done.stdout + done.stderr)
