"""While the whole suite runs, every answer of the functions is held against public/openapi.json.

A test in which one is answered that is not described there fails, whatever it was about.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.types import Message, Receive, Scope, Send

from sandbox.stack.functions import FunctionsServer
from sandbox.stack.paths import ROOT
from tests.openapi.judge import Answered, Judge

_MOST_SHOWN = 10
_complaints: list[str] = []


def pytest_sessionstart() -> None:
    judge, answer = Judge.of_the_repository(), FunctionsServer.__call__

    async def judged(server: FunctionsServer, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or server.root != ROOT:
            await answer(server, scope, receive, send)
            return
        sent: list[Message] = []

        async def sender(message: Message) -> None:
            sent.append(message)
            await send(message)

        await answer(server, scope, receive, sender)
        _complaints.extend(judge.complaints(_answered(scope, sent)))

    FunctionsServer.__call__ = judged  # type: ignore[method-assign, assignment]


def _answered(scope: Scope, sent: list[Message]) -> Answered:
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent)
    return Answered(scope["method"], scope["path"], sent[0]["status"], headers, body)


@pytest.fixture
def spoils_answers() -> None:
    """For a test that makes the functions answer what they never would."""


@pytest.fixture(autouse=True)
def every_answer_is_described(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set up first, and so torn down last: what the fixtures of a test asked for counts, too."""
    yield
    found = [*_complaints]
    _complaints.clear()
    shown = "\n".join(f"  {complaint}" for complaint in found[:_MOST_SHOWN])
    assert not found or "spoils_answers" in request.fixturenames, (
        f"answers that public/openapi.json does not describe:\n{shown}"
    )
