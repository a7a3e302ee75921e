from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.stack import keys
from sandbox.stack.paths import ROOT

SCRIPT = "sandbox/stack/setup.py"


def test_the_second_set_up_takes_less_than_a_second() -> None:
    """Of processor time: what else the machine does is not what is judged."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(["make", "setup"], cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1


def test_missing_node_is_one_clear_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("itoms: Node.js 20.19 or newer is missing (found none): ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("version", ["v18.20.4", "v20.1.0", "v20.19.0"])
def test_an_old_node_is_refused_and_npm_is_wanted(tmp_path: Path, version: str) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert ("npm is missing" if version == "v20.19.0" else f"found {version}") in done.stderr


def test_missing_python_is_one_clear_sentence() -> None:
    pretend = (
        "import sys; sys.path.insert(0, 'sandbox/stack'); import setup; setup.PYTHON = (3, 99); sys.exit(setup.main())"
    )
    done = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("itoms: Python 3.12 or newer is missing: ")


def test_an_old_python_can_read_the_script() -> None:
    """Nothing newer than Python 3.6, so that the sentence above appears instead of a SyntaxError."""
    import ast

    ast.parse((ROOT / SCRIPT).read_text(encoding="utf-8"), feature_version=(3, 6))


def test_keys_are_made_once_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "env"
    first = keys.load(file)

    assert keys.load(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_that_a_newer_version_needs_is_added(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("CRON_SECRET=kept\n")

    assert keys.load(file)["CRON_SECRET"] == "kept"
    assert set(keys.load(file)) == set(keys.fresh())
