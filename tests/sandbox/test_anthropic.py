from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anthropic
import httpx
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver

FIELDS = {
    "title": "Dusk over the hills",
    "description": "Five minutes of quiet.",
    "type": "video",
    "tags": ["slow travel", "hills"],
    "project_name": "North Trails",
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["variants"],
    "properties": {
        "variants": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["caption", "hashtags"],
                "properties": {
                    "caption": {"type": "string"},
                    "hashtags": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}
HEADERS = {"x-api-key": "sk-ant-sandbox", "anthropic-version": "2023-06-01"}


def request(**changes: Any) -> dict[str, Any]:
    whole = {
        "model": "claude-haiku-5-5",
        "max_tokens": 800,
        "system": "Write captions.",
        "messages": [{"role": "user", "content": json.dumps(FIELDS)}],
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not ...}


def ask(driver: Driver, headers: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
    return driver.http.post("/anthropic/v1/messages", json=request(**changes), headers=HEADERS | (headers or {}))


def client(driver: Driver, retries: int = 0) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=f"{driver.base}/anthropic", api_key="sk-ant-sandbox", max_retries=retries)


def test_the_official_client_gets_three_variants_made_of_the_fields(driver: Driver) -> None:
    message = client(driver).messages.create(**request())
    assert (message.role, message.stop_reason, message.model) == ("assistant", "end_turn", "claude-haiku-5-5")
    [block] = message.content
    assert block.type == "text"
    variants = json.loads(block.text)["variants"]
    assert len(variants) == 3
    text = json.dumps(variants)
    for field in (FIELDS["title"], FIELDS["description"], FIELDS["project_name"], "#slowtravel"):
        assert str(field) in text


def test_every_request_is_recorded_as_it_came(driver: Driver) -> None:
    ask(driver)
    [entry] = driver.journal("anthropic.messages")
    assert json.loads(entry["body"]) == request()
    assert entry["headers"]["anthropic-version"] == "2023-06-01"


@pytest.mark.parametrize(
    "changes",
    [
        {"temperature": 0.5},
        {"top_p": 0.5},
        {"top_k": 5},
        {"user": "someone"},
        {"model": ...},
        {"max_tokens": ...},
        {"max_tokens": 0},
        {"messages": ...},
        {"messages": []},
        {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "{"}]},
        {"output_config": {"format": {"type": "json"}}},
        {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
    ],
)
def test_what_the_api_would_refuse_is_refused(driver: Driver, changes: dict[str, Any]) -> None:
    answer = ask(driver, **changes)
    assert answer.status_code == 400
    assert answer.json()["type"] == "error"
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_the_key_and_the_version_are_required(driver: Driver) -> None:
    assert ask(driver, {"x-api-key": "wrong"}).status_code == 401
    assert ask(driver, {"anthropic-version": ""}).status_code == 400


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, anthropic.BadRequestError),
        (401, anthropic.AuthenticationError),
        (402, anthropic.APIStatusError),
        (403, anthropic.PermissionDeniedError),
        (404, anthropic.NotFoundError),
        (413, anthropic.APIStatusError),
        (429, anthropic.RateLimitError),
        (500, anthropic.InternalServerError),
        (529, anthropic.InternalServerError),
    ],
)
def test_the_official_client_understands_every_failure(
    driver: Driver, status: int, kind: type[anthropic.APIStatusError]
) -> None:
    driver.fault("anthropic.messages", kind="error", status=status)
    with pytest.raises(kind) as caught:
        client(driver).messages.create(**request())
    assert caught.value.status_code == status
    assert (caught.value.response.headers.get("retry-after") == "1") is (status == 429)


def test_a_dropped_connection_is_a_connection_error(driver: Driver) -> None:
    driver.fault("anthropic.messages", kind="drop_after")
    with pytest.raises(anthropic.APIConnectionError):
        client(driver).messages.create(**request())


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("refusal", "refusal"),
        ("max_tokens", "max_tokens"),
        ("context_window", "model_context_window_exceeded"),
        ("invalid_json", "end_turn"),
    ],
)
def test_answers_without_valid_json_can_be_switched_on(driver: Driver, fault: str, reason: str) -> None:
    driver.fault("anthropic.messages", kind=fault)
    answer = ask(driver).json()
    assert answer["stop_reason"] == reason
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        json.loads("".join(block["text"] for block in answer["content"]))


def test_a_model_that_ignores_the_limits_can_be_switched_on(driver: Driver) -> None:
    for kind in ("long_caption", "spaced_hashtags"):
        driver.fault("anthropic.messages", kind=kind)
    long, spaced = (json.loads(ask(driver, max_tokens=50_000).json()["content"][0]["text"]) for _ in range(2))
    assert len(long["variants"][0]["caption"]) > 2200
    assert " " in spaced["variants"][0]["hashtags"][0]


def test_too_few_tokens_cut_the_answer(driver: Driver) -> None:
    answer = ask(driver, max_tokens=5).json()
    assert answer["stop_reason"] == "max_tokens"
    assert answer["usage"]["output_tokens"] <= 5
