"""A pass over endpoints of every kind under `vercel dev`, which runs them with Vercel's own Python runtime."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import httpx
import pytest

from sandbox.openapi.endpoints import every_endpoint
from sandbox.stack import keys, postgres
from sandbox.stack.children import answers
from sandbox.stack.ports import Ports
from sandbox.stack.routes import BUILT
from sandbox.stack.stack import Stack, running
from tests.deploy.conftest import VERCEL, vercel_environment

pytestmark = pytest.mark.deploy

CANARY = "canary4711"
BUILD_TIMEOUT = 300.0


@pytest.fixture(scope="module")
def deployed(checkout: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    root, ports = checkout("dev"), Ports.free()
    logs = tmp_path_factory.mktemp("dev-logs")
    with (
        postgres.running(postgres.hosted()) as server,
        running(ports, server.url(), logs, keys.fresh(), functions=False) as stack,
    ):
        prepare(root, stack)
        own_ports = [part for name in ("queue", "runtime-cache", "schedules") for part in (f"--{name}-port", "0")]
        command = [str(VERCEL), "dev", "--local", "--yes", "--listen", f"127.0.0.1:{ports.app}", *own_ports]
        child = stack.children.start("vercel", command, vercel_environment(), root)
        stack.children.wait_until(child, answers(f"{stack.addresses.app}/api/nothing-here"))
        yield stack


def prepare(root: Path, stack: Stack) -> None:
    """`vercel dev` takes variables from .env only, and refuses what `vercel build` needs to carry maxDuration."""
    lines = "".join(f"{name}={json.dumps(value)}\n" for name, value in stack.env.items())
    (root / ".env").write_text(lines, encoding="utf-8")
    config = json.loads((root / "vercel.json").read_text(encoding="utf-8"))
    # The web client takes no part: `vercel dev` would start a server for it instead of building it.
    config["builds"] = [build for build in config["builds"] if build["use"] != BUILT]
    for build in config["builds"]:
        build.pop("config", None)
    (root / "vercel.json").write_text(json.dumps(config), encoding="utf-8")


def some_of_each_kind() -> set[str]:
    """And those with a library of their own. All are built alike, and each first call takes most of a minute; that
    every one of them can be built is for test_build.py.
    """
    kinds = {endpoint.contract.kind: endpoint.name for endpoint in every_endpoint()}
    return {*kinds.values(), "caption", "health", "media/upload", "queues/advance"}


def test_endpoints_of_every_kind_answer_under_vercels_runtime(deployed: Stack) -> None:
    # Each first call builds its function, in a folder that functions of the same file name share.
    groups = [list(group) for _, group in groupby(sorted(some_of_each_kind(), key=stem), key=stem)]
    with ThreadPoolExecutor(2) as pool:
        problems = list(pool.map(lambda group: [visit(deployed, name) for name in group], groups))

    assert [problem for group in problems for problem in group if problem] == []
    assert CANARY not in (deployed.logs / "vercel.log").read_text(encoding="utf-8")


def stem(name: str) -> str:
    return name.rpartition("/")[2]


def visit(stack: Stack, name: str) -> str:
    """What is wrong with the endpoint's answers to a stranger, or nothing."""
    with httpx.Client(base_url=stack.addresses.app, timeout=BUILD_TIMEOUT) as client:
        query = {"code": CANARY, "state": CANARY}
        replies = [client.request(method, f"/api/{name}", params=query) for method in ("GET", "POST")]
    statuses = [reply.status_code for reply in replies]
    # Ours name the request, also when what was asked for is unknown.
    if any(reply.status_code >= 500 or "x-request-id" not in reply.headers for reply in replies):
        return f"{name}: {statuses} {replies[0].text[:300]} {replies[1].text[:300]}"
    hidden = all(reply.headers["x-content-type-options"] == "nosniff" and CANARY not in reply.text for reply in replies)
    return "" if hidden else f"{name}: a header is missing, or the query came back"


def test_health_reaches_the_database_and_an_unknown_path_is_not_found(deployed: Stack) -> None:
    with httpx.Client(base_url=deployed.addresses.app, timeout=BUILD_TIMEOUT) as client:
        assert client.get("/api/health").status_code == 200
        assert client.get("/api/no/such/thing").status_code == 404
        assert client.get("/functions/health.py").status_code == 404
        assert client.get("/shared/settings.py").status_code == 404
