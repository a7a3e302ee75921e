"""No call to a platform, and no commit, can be forgotten by the crash tests."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.platforms.instagram import Instagram
from shared.platforms.tiktok import TikTok
from tests.crash.crashes import MakeCrashes
from tests.crash.kinds import KINDS

pytest_plugins = ["tests.shared.publishing.desk", "tests.crash.fixtures"]

ROOT = Path(__file__).resolve().parents[2]
SHARED = sorted((ROOT / "shared").rglob("*.py"))
# What can open a connection. Storage and the writer of captions make no call that posts; the queue is a nudge only.
NETWORK: Mapping[str, set[str]] = {
    "httpx": {"shared/egress.py", "shared/database.py", "shared/subprocessors.py", "shared/media/storage_session.py"},
    "postgrest": {"shared/database.py"},
    "boto3": {"shared/media/storage_client.py"},
    "botocore": {"shared/media/storage.py", "shared/media/storage_client.py", "shared/media/storage_session.py"},
    "httpx2": {"shared/captions/writer.py", "shared/egress_httpx2.py", "shared/publishing/queue.py"},
    "anthropic": {"shared/captions/writer.py"},
    "vercel": {"shared/publishing/queue.py", "shared/publishing/consumer.py"},
    **{
        name: set()
        for name in ("aiohttp", "http.client", "httpcore", "requests", "socket", "urllib.request", "urllib3")
    },
}
# Whatever sends on a client of httpx. Ours are called `client`, and only Egress may do more than build a request.
SENDS = {"send", "stream", "request", "get", "post", "put", "patch", "delete", "head", "options"}


NODES = [
    (path.relative_to(ROOT).as_posix(), node)
    for path in SHARED
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
]


def imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom(module=str(module)):
            return [module, *(f"{module}.{alias.name}" for alias in node.names)]
    return []


@pytest.mark.parametrize("library", NETWORK)
def test_only_known_modules_can_open_a_connection(library: str) -> None:
    importers = {
        path for path, node in NODES for name in imported(node) if name == library or name.startswith(f"{library}.")
    }
    assert importers <= NETWORK[library]


def test_nobody_but_egress_sends_on_its_client() -> None:
    found = set()
    for path, node in NODES:
        match node:
            case ast.Attribute(attr=attr, value=ast.Attribute(attr="client" | "_client") | ast.Name(id="client")):
                if attr in SENDS:
                    found.add((path, attr))
    assert found == {("shared/egress.py", "send")}


def test_every_platform_call_of_the_steps_is_a_point(crashes: MakeCrashes) -> None:
    reached = {point.split("/")[0] for kind in KINDS for point in crashes(kind).points()}
    assert {name for name in reached if "." in name} >= calls_of_steps()
    assert not [name for name in reached if " " in name], "a call that no method of our clients makes"


def calls_of_steps() -> set[str]:
    """`instagram.publish` …: the clients' own coroutines that a module of the steps names."""
    steps = [path for path in SHARED if path.parent.name == "publishing" and path.stem != "preflight"]
    named = {
        node.attr
        for path in steps
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    return {
        f"{client.__name__.lower()}.{name}"
        for client in (Instagram, TikTok)
        for name, _ in inspect.getmembers(client, inspect.iscoroutinefunction)
        if not name.startswith("_") and name in named
    }
