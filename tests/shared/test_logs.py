"""A log line holds the fields of the list and nothing else, whatever goes wrong."""

from __future__ import annotations

import ast
import io
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from shared import logs
from shared.secret import Secret

ROOT = Path(__file__).parents[2]
PRODUCT = [
    file
    for folder in ("shared", "functions")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if file != Path(logs.__file__)
]


@pytest.fixture
def printed() -> Iterator[io.StringIO]:
    """Standard output of a process that configures its logs now."""
    logger = logging.getLogger("itoms")
    before, logger.handlers = logger.handlers, []
    with redirect_stdout(io.StringIO()) as output:
        logs.configure()
        yield output
    logger.handlers = before


def test_a_line_is_one_json_object(printed: io.StringIO) -> None:
    logs.log("request", function="health", status=200, code="line\nbreak", ms=3)

    [line] = printed.getvalue().splitlines()
    assert json.loads(line) == {
        "event": "request", "function": "health", "status": 200, "code": "line\nbreak", "ms": 3,
    }  # fmt: skip


@pytest.mark.parametrize("field", ["message", "token", "url", "body", "headers", "email", "user_id", "exc_info"])
def test_a_field_that_is_not_on_the_list_is_refused_and_not_written(printed: io.StringIO, field: str) -> None:
    with pytest.raises(ValueError, match=field) as caught:
        logs.log("request", **{field: "marker"})  # type: ignore[arg-type]

    assert "marker" not in str(caught.value)
    assert printed.getvalue() == ""


def test_the_list_has_no_room_for_people_or_free_text() -> None:
    suspicious = (
        "token", "url", "mail", "name", "text", "message", "body", "header", "cookie", "user", "query", "jwt",
        "caption", "title", "secret", "key",
    )  # fmt: skip

    assert not [field for field in logs.FIELDS for word in suspicious if word in field]


def test_a_secret_in_a_field_stays_hidden(printed: io.StringIO) -> None:
    logs.log("request", code=Secret("marker"))

    assert json.loads(printed.getvalue())["code"] == "***"


def test_configuring_twice_does_not_write_twice(printed: io.StringIO) -> None:
    logs.configure()
    logs.configure()
    logs.log("request")

    assert len(printed.getvalue().splitlines()) == 1


@pytest.mark.parametrize(
    "name",
    ["httpx", "httpcore.http11", "anthropic._base_client", "botocore.auth", "urllib3.connectionpool", "postgrest"],
)
def test_libraries_that_write_addresses_and_bodies_are_quiet(name: str, caplog: pytest.LogCaptureFixture) -> None:
    logs.configure()
    caplog.set_level(logging.DEBUG)
    logging.getLogger(name).debug("GET https://graph.instagram.com/me?access_token=marker")
    logging.getLogger(name).info("GET https://graph.instagram.com/me?access_token=marker")

    assert "marker" not in caplog.text


def test_a_part_of_a_library_that_was_made_to_talk_before_is_quiet_again(caplog: pytest.LogCaptureFixture) -> None:
    part = logging.getLogger("anthropic._base_client")
    part.setLevel(logging.DEBUG)
    logs.configure()
    caplog.set_level(logging.DEBUG)
    part.debug("Request options: marker")

    assert "marker" not in caplog.text


@pytest.mark.parametrize("file", PRODUCT, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_call_names_an_event_and_fields_of_the_list(file: Path) -> None:
    """A call in a path that is rarely taken must not be the one that fails."""
    for call in _calls(file, "log"):
        assert isinstance(call.args[0], ast.Constant), f"line {call.lineno}: the event is not a literal"
        given = {keyword.arg for keyword in call.keywords}
        assert given <= logs.FIELDS | {"level"}, f"line {call.lineno}"


@pytest.mark.parametrize("file", PRODUCT, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_nothing_writes_beside_the_log(file: Path) -> None:
    assert not [
        call.lineno for name in ("print", "print_exc", "basicConfig", "getLogger") for call in _calls(file, name)
    ]


def _calls(file: Path, name: str) -> list[ast.Call]:
    def called(call: ast.Call) -> str | None:
        return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)

    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.Call) and called(node) == name]
