"""A copy of what git would hand to Vercel: its builder leaves a pyproject.toml and a uv.lock where it works."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.stack.environment import QUIET
from sandbox.stack.paths import ROOT

VERCEL = ROOT / "tools" / "vercel" / "node_modules" / ".bin" / "vercel"


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    copies: list[Path] = []

    def copy(name: str) -> Path:
        target = tmp_path_factory.mktemp(name)
        copies.append(target)
        for file in tracked_files():
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, target / file)
        return target

    yield copy
    for copied in copies:
        shutil.rmtree(copied)


def tracked_files() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [file for file in listed if file and (ROOT / file).is_file()]


def vercel_environment() -> dict[str, str]:
    """The caller's own, which may say where packages come from, with the pinned uv first."""
    programs = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VERCEL_")}
    return inherited | QUIET | {"PATH": programs, "UV_SYSTEM_CERTS": "1"}
