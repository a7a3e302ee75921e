"""The local server reads vercel.json; what it cannot read it must not guess."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from sandbox.stack.crons import is_due
from sandbox.stack.functions import FunctionsServer
from sandbox.stack.paths import ROOT
from sandbox.stack.routes import Project, Unsupported

ENDPOINT = """
from starlette.responses import JSONResponse

async def app(scope, receive, send):
    answer = JSONResponse({{"is": "{name}", "path": scope["path"]}}, headers={{"Cache-Control": "private"}})
    await answer(scope, receive, send)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "vercel.json").write_text((ROOT / "vercel.json").read_text(encoding="utf-8"))
    for name in ("health", "oauth/one/start", "oauth/two/start"):
        file = tmp_path / "functions" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(ENDPOINT.format(name=name))
    (tmp_path / "public" / "js").mkdir(parents=True)
    (tmp_path / "public" / "index.html").write_text("<h1>hello</h1>")
    (tmp_path / "public" / "js" / "app.js").write_text("1")
    return tmp_path


def get(root: Path, *paths: str) -> list[httpx.Response]:
    async def visit() -> list[httpx.Response]:
        transport = httpx.ASGITransport(FunctionsServer(root))
        async with httpx.AsyncClient(transport=transport, base_url="http://local") as client:
            return [await client.get(path) for path in paths]

    return asyncio.run(visit())


def test_each_file_answers_its_own_path(project: Path) -> None:
    replies = get(project, "/api/oauth/one/start", "/api/oauth/two/start", "/api/health?x=1")

    assert [reply.json()["is"] for reply in replies] == ["oauth/one/start", "oauth/two/start", "health"]
    assert replies[0].json()["path"] == "/api/oauth/one/start"


def test_static_files_are_served_and_nothing_else(project: Path) -> None:
    index, script = get(project, "/", "/js/app.js")
    assert index.text == "<h1>hello</h1>"
    assert script.headers["content-type"].startswith("text/javascript")

    for reply in get(project, "/functions/health.py", "/vercel.json", "/js/../../vercel.json", "/api/", "/api/nothing"):
        assert reply.status_code == 404, reply.url


def test_security_headers_are_on_every_response(project: Path) -> None:
    for reply in get(project, "/api/health", "/", "/js/app.js", "/api/nothing"):
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert "max-age=" in reply.headers["strict-transport-security"]
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        assert "camera=()" in reply.headers["permissions-policy"]


def test_a_browser_keeps_an_asset_for_good_but_never_that_it_was_missing(project: Path) -> None:
    (project / "public" / "assets").mkdir()
    (project / "public" / "assets" / "index-1.js").write_text("1")
    found, missing = get(project, "/assets/index-1.js", "/assets/index-2.js")

    assert "immutable" in found.headers["cache-control"]
    assert (missing.status_code, missing.headers.get("cache-control")) == (404, None)


def test_the_functions_own_header_wins(project: Path) -> None:
    assert get(project, "/api/health")[0].headers.get_list("cache-control") == ["private"]


def test_a_route_it_does_not_know_is_refused(project: Path) -> None:
    config = json.loads((project / "vercel.json").read_text())
    config["routes"].append({"src": "/x", "has": [{"type": "header", "key": "y"}]})
    (project / "vercel.json").write_text(json.dumps(config))

    with pytest.raises(Unsupported, match="has"):
        Project.read(project)


@pytest.mark.parametrize(
    "routes",
    [
        [{"handle": "filesystem"}],
        [{"handle": "hit"}, {"handle": "hit"}],
        [{"handle": "hit"}, {"src": "/x", "dest": "/y", "continue": True}],
    ],
)
def test_a_handle_it_does_not_know_is_refused(project: Path, routes: list[dict[str, object]]) -> None:
    config = json.loads((project / "vercel.json").read_text()) | {"routes": routes}
    (project / "vercel.json").write_text(json.dumps(config))

    with pytest.raises(Unsupported, match="handle"):
        Project.read(project)


def test_every_function_of_ours_has_a_path_and_every_cron_a_function() -> None:
    project = Project.read(ROOT)

    for file in project.functions:
        path = file.removeprefix("functions/").removesuffix(".py")
        assert project.match(f"/api/{path}").dest == file
    for cron in project.crons:
        assert project.match(cron.path).dest in project.functions


def test_no_manifest_hides_the_requirements_from_vercel() -> None:
    """Its builder installs from these instead of requirements.txt when they are there."""
    hiding = ("pyproject.toml", "uv.lock", "Pipfile", "Pipfile.lock", "requirements.frozen.txt")
    assert [name for name in hiding if (ROOT / name).exists() or (ROOT / "functions" / name).exists()] == []


@pytest.mark.parametrize(
    ("schedule", "due"),
    [("* * * * *", True), ("17 3 * * *", True), ("*/5 * * * *", False), ("17 3 * * 1", True), ("17,18 4 * * *", False)],
)
def test_schedules_are_understood(schedule: str, due: bool) -> None:
    assert is_due(schedule, datetime(2026, 11, 23, 3, 17, tzinfo=UTC)) is due
