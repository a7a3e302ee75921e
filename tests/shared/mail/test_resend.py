"""What an answer of Resend means for the mail: the table of what may be done next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.egress import Answer
from shared.mail.resend import Outcome, judge

ID = {"id": "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"}


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, headers or {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def named(name: str) -> dict[str, Any]:
    return {"statusCode": 0, "name": name, "message": "Words of theirs to somebody@itoms.test"}


@pytest.mark.parametrize(
    ("status", "body", "outcome", "reason"),
    [
        (200, ID, Outcome.SENT, None),
        (200, {}, Outcome.UNCLEAR, "malformed_answer"),
        (200, {"id": 7}, Outcome.UNCLEAR, "malformed_answer"),
        (200, {"id": "with space"}, Outcome.UNCLEAR, "malformed_answer"),
        (200, b"<html>", Outcome.UNCLEAR, "malformed_answer"),
        (200, [], Outcome.UNCLEAR, "malformed_answer"),
        (201, ID, Outcome.UNCLEAR, "status_201"),
        (302, b"", Outcome.UNCLEAR, "status_302"),
        (400, named("validation_error"), Outcome.FAILED, "validation_error"),
        (422, named("missing_required_field"), Outcome.FAILED, "missing_required_field"),
        (413, b"", Outcome.FAILED, "status_413"),
        # Our own key or domain: no mail is to blame, and each goes when that is mended.
        (401, named("missing_api_key"), Outcome.REFUSED_FOR_NOW, "missing_api_key"),
        (403, named("validation_error"), Outcome.REFUSED_FOR_NOW, "validation_error"),
        (404, named("not_found"), Outcome.REFUSED_FOR_NOW, "not_found"),
        (408, b"", Outcome.UNCLEAR, "status_408"),
        (409, named("concurrent_idempotent_requests"), Outcome.UNCLEAR, "concurrent_idempotent_requests"),
        (409, named("invalid_idempotent_request"), Outcome.UNKNOWN, "invalid_idempotent_request"),
        (429, named("rate_limit_exceeded"), Outcome.TOO_FAST, "rate_limit_exceeded"),
        (429, named("daily_quota_exceeded"), Outcome.REFUSED_FOR_NOW, "daily_quota_exceeded"),
        (500, named("application_error"), Outcome.UNCLEAR, "application_error"),
        (503, named("In words, about somebody"), Outcome.UNCLEAR, "status_503"),
    ],
)
def test_what_may_be_done_next(status: int, body: Any, outcome: Outcome, reason: str | None) -> None:
    found = judge(answer(status, body))

    assert (found.outcome, found.reason) == (outcome, reason)
    assert found.provider_id == (ID["id"] if outcome is Outcome.SENT else None)


@pytest.mark.parametrize(
    ("name", "retry_after", "seconds"),
    [
        ("rate_limit_exceeded", "2", 2),
        ("rate_limit_exceeded", "", 1),
        ("rate_limit_exceeded", "soon", 1),
        ("rate_limit_exceeded", "-1", 1),
        ("daily_quota_exceeded", "", 3600),
        ("daily_quota_exceeded", "86400", 3600),
        ("daily_quota_exceeded", "9" * 400, 3600),
    ],
)
def test_a_pause_is_as_long_as_it_is_asked_for_and_has_an_end(name: str, retry_after: str, seconds: int) -> None:
    assert judge(answer(429, named(name), {"retry-after": retry_after})).pause_seconds == seconds


@pytest.mark.parametrize(("header", "limit"), [("5", 5), ("", None), ("0x5", None), ("9" * 400, None)])
def test_the_limit_is_learnt_from_an_answer(header: str, limit: int | None) -> None:
    assert judge(answer(200, ID, {"ratelimit-limit": header})).limit == limit
