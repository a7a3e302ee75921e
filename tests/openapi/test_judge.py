"""The judge of every answer sees what is not described."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from tests.openapi.judge import Answered, Judge

JUDGE = Judge.of_the_repository()
ID = "11111111-2222-4333-8444-555555555555"
HEADERS = {"x-request-id": "0" * 32, "content-type": "application/json"}
PROBLEM_HEADERS = HEADERS | {"content-type": "application/problem+json"}
VIEW: dict[str, Any] = {
    "id": ID,
    "project_id": ID,
    "content_id": None,
    "connection_id": ID,
    "platform": "tiktok",
    "kind": "video",
    "caption": "Hello",
    "state": "queued",
    "reason": None,
    "post_id": None,
    "permalink": None,
    "created_at": "2026-11-25T10:00:00.123456+00:00",
    "finished_at": None,
    "next_step_at": "2026-11-25T10:00:01+00:00",
    "switched_off": False,
    "needs_confirmation": False,
}
NOT_FOUND: dict[str, Any] = {
    "type": "about:blank", "title": "Not found", "status": 404, "detail": "There is none.", "code": "not_found",
}  # fmt: skip


def answered(body: object, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})) -> Answered:
    known = HEADERS if status < 400 else PROBLEM_HEADERS
    return Answered("POST", "/api/publish", status, {**known, **headers}, json.dumps(body).encode())


def complaints(found: Answered) -> list[str]:
    return JUDGE.complaints(found)


def test_what_is_described_is_not_complained_about() -> None:
    assert complaints(answered(VIEW)) == []
    assert complaints(answered(VIEW, 202, {"retry-after": "3"})) == []
    assert complaints(answered(NOT_FOUND, 404)) == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(VIEW | {"epoch": 1}, id="a field more"),
        pytest.param({name: value for name, value in VIEW.items() if name != "post_id"}, id="a field less"),
        pytest.param(VIEW | {"caption": None}, id="null"),
        pytest.param(VIEW | {"state": "posted"}, id="another word"),
        pytest.param(VIEW | {"id": "7"}, id="no id"),
        pytest.param(VIEW | {"created_at": "yesterday"}, id="no time"),
        pytest.param(VIEW | {"permalink": "no address"}, id="no address"),
        pytest.param(VIEW | {"reason": {"code": "rate_limited"}}, id="a field less inside"),
        pytest.param(VIEW | {"reason": {"code": "x", "words": "", "who": "user", "action": "wait"}}, id="other reason"),
        pytest.param([VIEW], id="a list"),
    ],
)
def test_another_body_is_complained_about(body: object) -> None:
    assert complaints(answered(body))


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(answered(VIEW, 201), id="status"),
        pytest.param(answered(VIEW, 202), id="no Retry-After"),
        pytest.param(answered(VIEW, 202, {"retry-after": "soon"}), id="Retry-After"),
        pytest.param(answered(VIEW, 200, {"content-type": "text/html"}), id="content type"),
        pytest.param(answered(VIEW, 200, {"x-request-id": "1"}), id="request id"),
        pytest.param(answered(NOT_FOUND | {"code": "outcome_known"}, 404), id="code of another endpoint"),
        pytest.param(answered(NOT_FOUND | {"status": 409}, 404), id="two statuses"),
        pytest.param(answered(NOT_FOUND | {"row": "secret"}, 404), id="more in a problem"),
        pytest.param(replace(answered(NOT_FOUND, 404), headers=HEADERS), id="problem as JSON"),
        pytest.param(replace(answered(VIEW), method="GET"), id="method"),
    ],
)
def test_another_answer_is_complained_about(found: Answered) -> None:
    assert complaints(found)


def test_a_refused_method_names_the_one_that_is_taken() -> None:
    body = NOT_FOUND | {"status": 405, "code": "method_not_allowed"}
    allowed = replace(answered(body, 405, {"allow": "POST"}), method="PUT")

    assert complaints(allowed) == []
    assert complaints(replace(allowed, method="POST"))
    assert complaints(replace(allowed, headers=PROBLEM_HEADERS | {"allow": "GET"}))
    assert complaints(replace(allowed, headers=PROBLEM_HEADERS))


def test_what_the_functions_do_not_serve_is_not_judged() -> None:
    assert complaints(Answered("GET", "/settings/connections", 200, {}, b"<p>")) == []
