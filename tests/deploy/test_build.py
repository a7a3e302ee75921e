"""What `vercel build` makes of the repository, offline."""

from __future__ import annotations

import html
import json
import re
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


# What the web client is told at its build; the functions learn theirs when they run.
ADDRESSES = {
    "SUPABASE_URL": "https://abcdefgh.supabase.co",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_of_a_test",
    "R2_PUBLIC_URL": "https://media.example.com",
    "R2_ENDPOINT": "https://account.r2.cloudflarestorage.com",
}


@dataclass(frozen=True, slots=True)
class Built:
    root: Path
    config: dict[str, object]
    functions: dict[str, dict[str, object]]

    @property
    def static(self) -> Path:
        return self.root / ".vercel" / "output" / "static"

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
    done = subprocess.run(
        command, cwd=root, env=vercel_environment() | ADDRESSES, capture_output=True, text=True, check=False
    )
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
    assert (built.static / "SECURITY.md").read_bytes() == (ROOT / "SECURITY.md").read_bytes()
    for name in (".well-known/security.txt", "openapi.json", "privacy/data.html"):
        assert (built.static / "web" / name).read_bytes() == (ROOT / "public" / name).read_bytes(), name


def test_the_web_client_is_built_for_the_addresses_of_its_deployment_and_talks_to_no_others(built: Built) -> None:
    page = (built.static / "web" / "index.html").read_text(encoding="utf-8")
    policy = re.findall('http-equiv="Content-Security-Policy" content="([^"]+)"', html.unescape(page))
    scripts = re.findall('src="/assets/([^"]+)"', page)

    assert json.loads((built.static / "web" / "config.json").read_text()) == {
        "supabase_url": ADDRESSES["SUPABASE_URL"],
        "supabase_publishable_key": ADDRESSES["SUPABASE_PUBLISHABLE_KEY"],
        "media_url": ADDRESSES["R2_PUBLIC_URL"],
    }
    assert policy == [
        f"connect-src 'self' {ADDRESSES['SUPABASE_URL']} {ADDRESSES['R2_ENDPOINT']}; "
        f"img-src 'self' blob: data: {ADDRESSES['R2_PUBLIC_URL']}; media-src 'self' blob: {ADDRESSES['R2_PUBLIC_URL']}"
    ]
    assert scripts, page
    assert all((built.static / "web" / "assets" / script).is_file() for script in scripts)
    assert "<script>" not in page
    assert not list(built.static.rglob("*.map"))


def test_every_route_of_the_web_client_leads_to_a_file_of_the_build(built: Built) -> None:
    wanted = json.loads((ROOT / "vercel.json").read_text(encoding="utf-8"))
    targets = {route.get("dest", "") for route in wanted["routes"]}

    for dest in sorted(dest for dest in targets if "$" not in dest and not dest.startswith("/functions/")):
        assert dest == "" or (built.static / dest.lstrip("/")).is_file(), dest


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
