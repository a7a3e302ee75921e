"""The manners that every endpoint gets from one helper, shown on endpoints made for the purpose."""

from __future__ import annotations

import ast
import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.types import Message

from ops.command import WORDS
from shared import logs
from shared.errors import Refused
from shared.inputs import Input
from shared.runtime import Runtime
from shared.web import endpoint
from shared.web.endpoint import Call, answer, cron_endpoint, public_endpoint, signed_endpoint, user_endpoint
from shared.web.problems import PROBLEMS

ROOT = Path(__file__).parents[3]
CRON_SECRET = "right-" + "x" * 40
ENVIRONMENT = {
    "CRON_SECRET": CRON_SECRET,
    "TOKEN_ENCRYPTION_KEYS": "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
}
SIGNED_IN = {"authorization": "Bearer header.payload.signature"}
MARKER = "IGAA-marker-secret"
ANSWERS = {200: dict[str, Any]}
# The log goes to the standard output it finds at first: not to that of one test, which is closed after it.
logs.configure()


class Body(Input):
    name: str


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What this process is told; a test may change it."""
    environ = dict(ENVIRONMENT)
    monkeypatch.setattr("shared.runtime.current", lambda: Runtime.from_environ(environ))
    return environ


def request(app: Starlette, method: str = "GET", **parts: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://itoms.test") as client:
            return await client.request(method, "/api/anything?code=marker-in-the-query", **parts)

    return asyncio.run(send())


def raising(error: Exception) -> Callable[[Call[Any]], Awaitable[Response]]:
    async def handle(call: Call[Any]) -> Response:
        raise error

    return handle


async def say_ok(call: Call[Any]) -> Response:
    return answer({"ok": True})


ERRORS = [RuntimeError(MARKER), ValueError(MARKER), KeyError(MARKER), ExceptionGroup(MARKER, [OSError(MARKER)])]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("kind", ["user", "cron", "public"])
def test_a_bug_answers_500_and_shows_neither_its_words_nor_its_trace(
    kind: str, error: Exception, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    found = {
        "user": lambda: request(
            user_endpoint("x", raising(error), Body, answers=ANSWERS), "POST", json={"name": "a"}, headers=SIGNED_IN
        ),
        "cron": lambda: request(
            cron_endpoint("x", raising(error), answers=ANSWERS), headers={"authorization": f"Bearer {CRON_SECRET}"}
        ),
        "public": lambda: request(public_endpoint("x", raising(error), answers=ANSWERS)),
    }[kind]()

    assert found.status_code == 500
    assert found.json()["code"] == "internal_error"
    told = found.text + str(found.headers) + caplog.text + "".join(capfd.readouterr())
    assert "marker" not in told
    assert "Traceback" not in told
    [line] = [json.loads(record.message) for record in caplog.records if "internal_error" in record.message][:1]
    assert line["error_type"] == type(error).__name__
    assert re.fullmatch(r"test_endpoint\.py:\d+", line["error_at"]), "enough to find it, and no more"


def test_an_error_with_an_error_behind_it_shows_neither(caplog: pytest.LogCaptureFixture) -> None:
    async def handle(call: Call[None]) -> Response:
        try:
            raise RuntimeError(MARKER)
        except RuntimeError as error:
            raise LookupError("marker again") from error

    found = request(public_endpoint("x", handle, answers=ANSWERS))

    assert found.status_code == 500
    assert "marker" not in found.text + caplog.text


def test_a_refusal_that_nobody_described_is_a_bug_and_not_a_crash(caplog: pytest.LogCaptureFixture) -> None:
    """Its code may come from a SQL function."""
    found = request(public_endpoint("x", raising(Refused("illegal_transition_or_whatever")), answers=ANSWERS))

    assert found.status_code == 500
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json()["code"] == "internal_error"


def test_a_refusal_is_a_problem_document() -> None:
    found = request(
        public_endpoint(
            "x", raising(Refused("publication_in_progress", retry_after=2, publication_id="p")), answers=ANSWERS
        )
    )

    assert found.status_code == 409
    assert found.headers["content-type"] == "application/problem+json"
    assert found.headers["retry-after"] == "2"
    assert found.json() == {
        "type": "about:blank",
        "title": PROBLEMS["publication_in_progress"].title,
        "detail": PROBLEMS["publication_in_progress"].detail,
        "status": 409,
        "code": "publication_in_progress",
        "publication_id": "p",
    }


def test_an_endpoint_for_people_shows_a_refusal_its_own_way() -> None:
    app = public_endpoint(
        "x", raising(RuntimeError(MARKER)), refuse=lambda refusal: HTMLResponse(refusal.code, 500), answers=ANSWERS
    )

    assert request(app).text == "internal_error"


def test_an_endpoint_that_does_not_say_what_it_answers_cannot_be_made() -> None:
    helpers: list[Callable[..., Starlette]] = [
        partial(user_endpoint, body=Body),
        cron_endpoint,
        signed_endpoint,
        public_endpoint,
    ]
    for make in helpers:
        with pytest.raises(TypeError, match="answers"):
            make("x", say_ok)


def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    async def handle(call: Call[None]) -> Response:
        await asyncio.Event().wait()
        raise AssertionError("not reached")

    monkeypatch.setattr(endpoint, "DEADLINE_SECONDS", 0.05)
    found = request(public_endpoint("x", handle, answers=ANSWERS))

    assert (found.status_code, found.json()["code"]) == (504, "deadline_reached")


def test_the_deadline_is_before_the_platforms() -> None:
    config = json.loads((ROOT / "vercel.json").read_text(encoding="utf-8"))
    [limits] = [build["config"]["functions"] for build in config["builds"] if build["use"] == "@vercel/python"]

    assert {limit["maxDuration"] > endpoint.DEADLINE_SECONDS for limit in limits.values()} == {True}


def test_a_body_that_never_ends_is_cut_off_by_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    monkeypatch.setattr(endpoint, "DEADLINE_SECONDS", 0.05)

    async def receive_slowly() -> list[Message]:
        parts = drip()
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": await anext(parts), "more_body": True}

        async def send(message: Message) -> None:
            sent.append(message)

        headers = [(name.encode(), value.encode()) for name, value in SIGNED_IN.items()]
        scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b"", "app": None}
        await user_endpoint("x", say_ok, Body, answers=ANSWERS)(scope, receive, send)
        return sent

    assert asyncio.run(receive_slowly())[0]["status"] == 504


def test_a_client_that_goes_away_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> list[Message]:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        headers = [(name.encode(), value.encode()) for name, value in SIGNED_IN.items()]
        scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b"", "app": None}
        await user_endpoint("x", say_ok, Body, answers=ANSWERS)(scope, receive, send)
        return sent

    asyncio.run(run())
    assert "internal_error" not in caplog.text


@pytest.mark.parametrize(
    "keys", ["", "k1", "k1:bWFya2Vy", "marker:" + "A" * 43 + "="], ids=["none", "no key", "short", "all zero"]
)
def test_a_process_with_unsound_keys_serves_nothing(
    environment: dict[str, str], keys: str, caplog: pytest.LogCaptureFixture
) -> None:
    environment["TOKEN_ENCRYPTION_KEYS"] = keys
    found = request(public_endpoint("x", say_ok, answers=ANSWERS))

    assert (found.status_code, found.json()["code"]) == (500, "misconfigured")
    assert "TOKEN_ENCRYPTION_KEYS" not in found.text
    assert "TOKEN_ENCRYPTION_KEYS" in caplog.text, "the operator is told which one"
    assert not keys or keys not in found.text + caplog.text
    assert "bWFya2Vy" not in caplog.text


NOT_THE_CRON = [
    None,
    "",
    "Bearer",
    "Bearer None",
    "Bearer null",
    "Bearer undefined",
    f"bearer {CRON_SECRET}",
    CRON_SECRET,
    f"Basic {CRON_SECRET}",
    f"Bearer {CRON_SECRET}x",
    f"Bearer {CRON_SECRET[:-1]}",
    f"Bearer  {CRON_SECRET}",
    "Bearer é",
]


@pytest.mark.parametrize("given", NOT_THE_CRON)
@pytest.mark.parametrize("configured", [CRON_SECRET, None, "", "None", "short"])
def test_without_the_schedulers_secret_no_work_is_done(
    environment: dict[str, str], configured: str | None, given: str | None
) -> None:
    worked: list[bool] = []

    async def work(call: Call[None]) -> Response:
        worked.append(True)
        return answer({})

    environment.pop("CRON_SECRET")
    if configured is not None:
        environment["CRON_SECRET"] = configured
    headers = {} if given is None else {"authorization": given.encode()}
    found = request(cron_endpoint("x", work, answers=ANSWERS), headers=headers)

    expected = (401, "not_the_cron") if configured == CRON_SECRET else (500, "misconfigured")
    assert (found.status_code, found.json()["code"]) == expected
    assert worked == []


def test_with_the_schedulers_secret_the_work_is_done() -> None:
    found = request(cron_endpoint("x", say_ok, answers=ANSWERS), headers={"authorization": f"Bearer {CRON_SECRET}"})

    assert (found.status_code, found.json()) == (200, {"ok": True})


def test_the_handler_of_a_user_gets_the_parsed_body_and_a_token_that_hides_itself() -> None:
    seen: list[Call[Body]] = []

    async def handle(call: Call[Body]) -> Response:
        seen.append(call)
        return answer({})

    request(user_endpoint("x", handle, Body, answers=ANSWERS), "POST", json={"name": "a"}, headers=SIGNED_IN)

    [call] = seen
    assert call.body == Body(name="a")
    assert call.jwt.reveal() == "header.payload.signature"
    assert "payload" not in repr(call)


def test_a_request_is_one_line_without_its_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found = request(
        public_endpoint("some/name", say_ok, answers=ANSWERS),
        headers={"user-agent": "marker-agent", "cookie": "a=marker"},
    )

    [line] = [json.loads(record.message) for record in caplog.records if record.name == "itoms"]
    assert line.keys() == {"event", "function", "method", "status", "code", "ms", "request_id"}
    assert (line["function"], line["status"]) == ("some/name", 200)
    assert line["request_id"] == found.headers["x-request-id"]
    assert "marker" not in caplog.text


@pytest.mark.parametrize("method", ["PUT", "HEAD", "TRACE", "PROPFIND", "BREW"])
def test_another_method_is_refused_by_us_and_not_by_the_framework(method: str) -> None:
    found = request(public_endpoint("x", say_ok, answers=ANSWERS), method)

    assert found.status_code == 405
    assert found.headers["allow"] == "GET"
    assert found.headers["content-type"] == "application/problem+json"
    assert "x-request-id" in found.headers


def test_what_a_handler_says_about_a_header_stands() -> None:
    async def handle(call: Call[None]) -> Response:
        return Response(headers={"cache-control": "private"})

    assert request(public_endpoint("x", handle, answers=ANSWERS)).headers["cache-control"] == "private"


def test_every_refusal_in_the_code_is_described() -> None:
    files = [file for folder in ("shared", "functions") for file in (ROOT / folder).rglob("*.py")]
    codes = {code for file in files for code in _refused_in(file)}

    assert codes
    assert codes - PROBLEMS.keys() == set()


def test_every_refusal_in_the_database_is_described_with_its_status() -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "supabase/migrations").glob("*.sql"))
    refused = re.findall(r"private\.refuse\(\s*(\d+),\s*'(\w+)'\)", text)
    raised = re.findall(r"errcode = 'PT(\d+)', message = '(\w+)'", text)

    assert refused
    for status, code in refused + raised:
        assert code in PROBLEMS or code in WORDS, code
        assert code in WORDS or PROBLEMS[code].status == int(status), code


def test_every_problem_says_what_happened_in_words() -> None:
    for code, problem in PROBLEMS.items():
        assert re.fullmatch(r"[a-z][a-z_]+", code)
        assert 400 <= problem.status < 600, code
        assert problem.title, code
        assert problem.detail.endswith("."), code


def _refused_in(file: Path) -> set[str]:
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    calls = [node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused"]
    first = [call.args[0] for call in calls if call.args]
    return {str(argument.value) for argument in first if isinstance(argument, ast.Constant)}
