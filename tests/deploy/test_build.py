"""What `vercel build` makes of the repository, offline."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops.secret_scan import bundle, local_values, scan
from sandbox.stack.paths import ROOT
from shared.publishing.consumer import CONSUMER_GROUP
from tests.deploy.conftest import VERCEL, vercel_environment

pytestmark = pytest.mark.deploy

LARGEST_BUNDLE = 110_000_000
MANIFESTS = {"requirements.txt", "pyproject.toml", "uv.lock"}
NEEDED = {"anthropic", "boto3", "cryptography", "httpx", "postgrest", "pydantic", "pymediainfo", "starlette", "vercel"}


@dataclass(frozen=True, slots=True)
class Built:
    root: Path
    config: dict[str, object]
    functions: dict[str, dict[str, object]]

    def files(self, function: str) -> dict[str, str]:
        files = self.functions[function]["filePathMap"]
        assert isinstance(files, dict)
        return files


@pytest.fixture(scope="session")
def built(checkout: Callable[[str], Path]) -> Built:
    root = checkout("build")
    link = root / ".vercel" / "project.json"
    link.parent.mkdir()
    link.write_text(json.dumps({"projectId": "prj_local", "orgId": "team_local", "settings": {}}), encoding="utf-8")
    command = [str(VERCEL), "build", "--yes", "--token", "none"]
    done = subprocess.run(command, cwd=root, env=vercel_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    output = root / ".vercel" / "output"
    made = {folder: folder / ".vc-config.json" for folder in (output / "functions").rglob("*.func")}
    functions = {
        folder.relative_to(output / "functions").as_posix().removesuffix(".func"): json.loads(file.read_text())
        for folder, file in made.items()
    }
    return Built(root, json.loads((output / "config.json").read_text()), functions)


def test_every_endpoint_became_a_function_with_its_limits(built: Built) -> None:
    endpoints = {file.relative_to(ROOT).as_posix() for file in (ROOT / "functions").rglob("*.py")}

    assert set(built.functions) == endpoints
    for name, function in built.functions.items():
        assert (function["maxDuration"], function["memory"]) == (60, 1024), name
        assert function["runtime"] == "python3.12", name


def test_the_queue_reaches_the_one_function_that_consumes_it(built: Built) -> None:
    triggers = {name: function.get("experimentalTriggers") for name, function in built.functions.items()}
    queue = {"type": "queue/v2beta", "topic": "publications", "consumer": CONSUMER_GROUP}

    assert triggers.pop("functions/queues/advance.py") == [queue | {"retryAfterSeconds": 100, "maxDeliveries": 5}]
    assert set(triggers.values()) == {None}


def test_the_crons_and_the_routes_are_carried(built: Built) -> None:
    wanted = json.loads((ROOT / "vercel.json").read_text(encoding="utf-8"))

    assert built.config["crons"] == wanted["crons"]
    assert len(built.config["routes"]) == len(wanted["routes"])  # type: ignore[arg-type]
    for cron in wanted["crons"]:
        assert cron["path"].replace("/api/", "functions/") + ".py" in built.functions


def test_only_the_functions_and_their_library_are_bundled(built: Built) -> None:
    for name in built.functions:
        tops = {file.split("/")[0] for file in built.files(name)}
        assert tops - MANIFESTS == {"functions", "shared", "_vendor"}, name


def test_what_stands_in_a_folder_with_a_dot_is_carried(built: Built) -> None:
    static = built.root / ".vercel" / "output" / "static"

    for name in ("public/.well-known/security.txt", "public/index.html", "SECURITY.md"):
        assert (static / name).read_bytes() == (ROOT / name).read_bytes(), name


def test_no_secret_is_bundled(built: Built) -> None:
    pieces = list(bundle(built.root))

    assert len([piece for piece in pieces if piece.is_ours]) > 100
    assert len([piece for piece in pieces if not piece.is_ours]) > 1000
    assert scan(pieces, local_values(ROOT)) == []


def test_the_bundle_has_what_is_required_and_is_small(built: Built) -> None:
    """An ignored requirements.txt would leave a bundle that builds and cannot start."""
    for name in built.functions:
        files = built.files(name)
        vendored = {file.split("/")[1] for file in files if file.startswith("_vendor/")}
        assert vendored >= NEEDED, name
        assert not vendored & {"moto", "pytest", "numpy", "pandas", "psycopg", "uvicorn"}, name
        size = sum((built.root / path).stat().st_size for path in files.values())
        print(f"{name}: {size / 1e6:.0f} MB")
        assert size < LARGEST_BUNDLE, name
