"""The stand-in for Resend: as strict as the documentation, and it forgets nothing that a test wants to know."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from sandbox.mailroom import signature
from tests.sandbox.conftest import Driver

MAIL = {"from": "Us <us@sandbox.test>", "to": ["ada@example.org"], "subject": "Hello", "text": "Hi.", "html": "<p>Hi."}


@pytest.fixture(autouse=True)
def patient(driver: Driver) -> None:
    driver.control("settings", resend={"requests_per_second": 1000})


def post(driver: Driver, body: Any = MAIL, *, key: str | None = "event/1", **headers: str | None) -> httpx.Response:
    token = f"Bearer {driver.config.resend.api_key}"
    found = {"authorization": token, "idempotency-key": key, "content-type": "application/json", **headers}
    given = {name.replace("_", "-"): value for name, value in found.items() if value is not None}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return driver.http.post("/resend/emails", content=content, headers=given)


def mails(driver: Driver) -> list[dict[str, Any]]:
    return list(driver.http.get("/control/mails").json()["mails"])


def test_a_mail_is_taken_once_for_a_key_and_the_answer_comes_again(driver: Driver) -> None:
    first, again = post(driver), post(driver)

    assert (first.status_code, again.json()) == (200, first.json())
    [found] = mails(driver)
    assert (found["id"], found["to"], found["idempotency_key"]) == (first.json()["id"], "ada@example.org", "event/1")
    assert post(driver, key=None).json() != post(driver, key=None).json()
    assert len(mails(driver)) == 3


def test_a_key_with_another_body_is_refused_and_forgotten_after_a_day(driver: Driver) -> None:
    post(driver)
    refused = post(driver, MAIL | {"to": ["eve@example.org"]})
    assert (refused.status_code, refused.json()["name"]) == (409, "invalid_idempotent_request")
    driver.advance(24 * 3600 - 5)
    assert post(driver).status_code == 200
    assert len(mails(driver)) == 1
    driver.advance(10)
    post(driver)
    assert len(mails(driver)) == 2


@pytest.mark.parametrize(
    ("changes", "status", "name"),
    [
        ({"authorization": None}, 401, "missing_api_key"),
        ({"authorization": "Bearer re_another"}, 401, "validation_error"),
        ({"key": "k" * 257}, 400, "invalid_idempotency_key"),
        ({"content_type": "text/plain"}, 422, "validation_error"),
        ({"body": b"{"}, 400, "validation_error"),
        ({"body": {"from": "us@sandbox.test", "to": ["a@b.cd"], "text": "x"}}, 422, "missing_required_field"),
        ({"body": {"from": "us@sandbox.test", "to": ["a@b.cd"], "subject": "x"}}, 422, "missing_required_field"),
        ({"body": MAIL | {"from": "us"}}, 422, "invalid_from_address"),
        ({"body": MAIL | {"from": "us@evil.test"}}, 403, "validation_error"),
        ({"body": MAIL | {"to": ["nobody"]}}, 422, "validation_error"),
        ({"body": MAIL | {"to": ["a@b.cd", "e@f.gh"]}}, 422, "validation_error"),
        ({"body": MAIL | {"subject": "a\nb"}}, 422, "validation_error"),
        ({"body": MAIL | {"tags": [{"name": "x", "value": "a b"}]}}, 422, "validation_error"),
        ({"body": MAIL | {"track": True}}, 422, "validation_error"),
    ],
)
def test_what_is_not_as_documented_is_refused(driver: Driver, changes: dict[str, Any], status: int, name: str) -> None:
    answer = post(driver, **changes)

    assert (answer.status_code, answer.json()["name"]) == (status, name)
    assert answer.json().keys() == {"statusCode", "message", "name"}
    assert mails(driver) == []


def test_more_calls_in_a_second_than_the_limit_are_refused_with_the_headers_that_say_so(driver: Driver) -> None:
    driver.control("settings", resend={"requests_per_second": 1})
    answers = [post(driver, key=f"event/{number}") for number in range(12)]
    refused = [answer for answer in answers if answer.status_code == 429]

    assert refused
    assert len(mails(driver)) == len(answers) - len(refused)
    assert refused[0].json()["name"] == "rate_limit_exceeded"
    assert refused[0].headers["retry-after"] == refused[0].headers["ratelimit-limit"] == "1"
    assert refused[0].headers["ratelimit-remaining"] == "0"


def test_a_webhook_is_signed_over_id_time_and_body_and_signed_anew_when_it_comes_again(driver: Driver) -> None:
    driver.control("settings", resend={"webhooks": "held"})
    mail_id = post(driver, MAIL | {"tags": [{"name": "mail", "value": "m-1"}]}).json()["id"]
    first = driver.control("mails/webhooks", mail=mail_id, event="bounced", send=False)
    driver.advance(60)
    again = driver.control("mails/webhooks", again=first["id"], send=False)

    for delivery in (first, again):
        head = delivery["headers"]
        expected = signature(
            driver.config.resend.webhook_secret, head["svix-id"], int(head["svix-timestamp"]), delivery["body"].encode()
        )
        assert head["svix-signature"] == expected
    assert first["headers"]["svix-signature"] != again["headers"]["svix-signature"]
    data = json.loads(first["body"])["data"]
    assert (data["email_id"], data["tags"], data["bounce"]["type"]) == (mail_id, {"mail": "m-1"}, "Permanent")


def test_a_dropped_answer_has_been_taken_and_a_dropped_call_has_not(driver: Driver) -> None:
    for kind, count in (("drop_before", 0), ("drop_after", 1)):
        driver.fault("resend.emails", kind=kind)
        with pytest.raises(httpx.TransportError):
            post(driver)
        assert len(mails(driver)) == count


def test_anything_else_does_not_exist(driver: Driver) -> None:
    assert driver.http.post("/resend/emails/batch").json()["name"] == "not_found"
