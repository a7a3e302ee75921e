"""The scanner catches a leak wherever it is planted, and the real run gives it something to look for."""

from __future__ import annotations

import argparse
import base64
import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import pytest

from ops.command import plain_words
from sandbox.stack import postgres
from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from tests.canary.scan import Marker, Scanner, Sighting
from tests.canary.watch import ALLOWED, Watch, dump
from tests.people import Connected, Project
from tests.shared.publishing.clicks import MakeClick, RuntimeAt
from tests.shared.publishing.uploads import Uploading

pytest_plugins = ["tests.shared.publishing.desk"]

SECRET = "IGAAzT/9+x.Q-_~7kd&03=jfh82hs7"
TOKEN = Marker("instagram token", SECRET, ALLOWED["instagram token"])


def found(text: str, place: str = "log itoms") -> list[str]:
    return [str(finding) for finding in Scanner([TOKEN]).scan([Sighting(place, text)])]


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f'{{"event":"x","reason":"{SECRET}"}}',
        quote(SECRET, safe=""),
        SECRET.encode().hex(),
        SECRET.upper(),
        *(base64.b64encode(b"x" * shift + SECRET.encode() + b"tail").decode() for shift in range(4)),
        base64.urlsafe_b64encode(f'{{"token":"{SECRET}"}}'.encode()).decode(),
    ],
)
def test_a_leak_is_seen_in_every_form(text: str) -> None:
    assert found(f"before {text} after")


@pytest.mark.parametrize(
    "place", ["log x", "table public.contents", "response GET /api/health body", "exception E in x"]
)
def test_a_leak_is_seen_in_every_place(place: str) -> None:
    (line,) = found(SECRET, place)

    assert line.startswith(f"{place}: instagram token")


def test_a_token_may_go_to_its_own_platform_and_to_no_other() -> None:
    assert found(SECRET, "outbound graph.instagram.com GET /v26.0/me header authorization") == []
    assert found(SECRET, "outbound open.tiktokapis.com POST /v2/x body") != []
    assert found(SECRET, "outbound api.anthropic.com POST /v1/messages body") != []


def test_the_report_does_not_leak_it_again() -> None:
    (line,) = found(SECRET)

    assert SECRET[:8] not in line
    assert SECRET[-8:] not in line


def test_what_is_no_marker_is_not_found() -> None:
    assert found("IGAA is how they begin, and some text of the same length follows") == []
    assert found(SECRET[:-1]) == []


def test_many_markers_that_begin_and_end_alike_are_told_apart() -> None:
    markers = [Marker("session", f"eyJhbGciOi.{number:020}.signature-of-it") for number in range(500)]
    findings = Scanner(markers).scan([Sighting("log x", markers[417].text)])

    assert [finding.marker for finding in findings] == [markers[417]]


def test_a_planted_log_line_is_seen() -> None:
    watch = Watch()
    watch.know("instagram token", SECRET)
    handler = next(made for made in _handlers(watch))
    handler.emit(logging.LogRecord("httpx", logging.DEBUG, "x", 1, "GET %s", (f"/me?access_token={SECRET}",), None))

    assert len(Scanner(watch.markers).scan(watch.sightings)) == 1


def test_an_upload_address_in_a_log_is_a_leak(click: MakeClick, runtime_at: RuntimeAt, sandbox: SandboxControl) -> None:
    made = Uploading(click("tiktok"), b"", runtime_at)
    assert made.settle() == ("published", None)
    query = made.made.calls("tiktok.upload")[-1]["query"]
    watch = Watch()
    watch.see_journal(sandbox.journal())
    assert Scanner(watch.markers).scan(watch.sightings) == []

    (handler,) = _handlers(watch)
    address = f"https://open-upload.tiktokapis.com/video/?{urlencode(query)}"
    handler.emit(logging.LogRecord("itoms", logging.INFO, "x", 1, "PUT %s", (address,), None))
    assert [str(leak).split(" (")[0] for leak in Scanner(watch.markers).scan(watch.sightings)] == [
        "log itoms: tiktok upload address"
    ]


def test_an_exception_of_an_operators_command_is_seen(pytestconfig: pytest.Config) -> None:
    """Those handle whole rings of keys. Whatever the session has seen is judged in its end."""
    with pytest.raises(argparse.ArgumentTypeError):
        plain_words("x" * 24)

    canary: Any = pytestconfig.pluginmanager.get_plugin("canary")
    assert "exception ArgumentTypeError in command.py" in {sighting.place for sighting in canary.watch.sightings}


def _handlers(watch: Watch) -> list[logging.Handler]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    watch.watch_logs()
    root.setLevel(level)
    made = [handler for handler in root.handlers if handler not in before]
    for handler in made:
        root.removeHandler(handler)
    return made


def test_a_planted_row_is_seen(db: psycopg.Connection[Any], server: postgres.Server) -> None:
    with server.connect() as connection, connection.transaction(force_rollback=True):
        planted = {"hidden": base64.b64encode(SECRET.encode()).decode()}
        connection.execute("insert into private.purge_runs (removed, alarms) values (%s, '{}')", (json.dumps(planted),))
        rows = [Sighting(place, text) for place, text in dump(connection)]

    assert {finding.place for finding in Scanner([TOKEN]).scan(rows)} == {"table private.purge_runs"}


def test_the_secrets_of_a_real_connect_are_known_and_where_they_may_be(
    stack: Stack,
    server: postgres.Server,
    project: Project,
    connect: Callable[..., Connected],
    sandbox: SandboxControl,
) -> None:
    connected = {platform: connect(project, platform).account for platform in ("instagram", "tiktok")}
    watch = Watch()
    watch.collect(stack, server.url(), sandbox)
    tokens = {token["token"] for token in sandbox.tokens() if token["account"] in connected.values()}

    kinds = {marker.kind for marker in watch.markers}
    known = {marker.text for marker in watch.markers}
    assert tokens
    assert tokens | {project.owner.user.email, stack.keys["CRON_SECRET"]} <= known
    assert kinds >= {"instagram code", "tiktok code", "instagram token", "tiktok token", "e-mail"}
    assert kinds >= {name for name in ALLOWED if name.isupper()}
    assert Scanner(watch.markers).scan(watch.sightings) == []

    moved = [Sighting(sight.place.replace("outbound ", "log "), sight.text) for sight in watch.sightings]
    leaked = {finding.marker.kind for finding in Scanner(watch.markers).scan(moved)}
    assert leaked >= {"instagram token", "tiktok token", "instagram code", "tiktok code", "TIKTOK_CLIENT_SECRET"}
