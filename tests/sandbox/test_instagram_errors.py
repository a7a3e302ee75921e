"""Every refusal Meta documents can be brought about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox.instagram.catalogue import CATALOGUE
from tests.sandbox.graph import ACME, PHOTO, Eventually, Graph, problem

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver

USAGE = "x-business-use-case-usage"


@pytest.fixture
def graph(driver: Driver, eventually: Eventually) -> Graph:
    return Graph(driver, eventually)


@pytest.mark.parametrize(("code", "subcode"), sorted(CATALOGUE, key=str))
def test_any_documented_refusal_can_be_asked_for(graph: Graph, driver: Driver, code: int, subcode: int | None) -> None:
    driver.fault("instagram.media_publish", kind="error", code=code, subcode=subcode)
    answer = graph.publishing(graph.created(image_url=PHOTO))
    assert problem(answer) == (code, subcode)
    assert answer.json()["error"]["message"] == CATALOGUE[code, subcode].message
    assert driver.ledger() == []


def test_a_refusal_by_fault_has_the_status_and_type_of_the_real_one(graph: Graph, driver: Driver) -> None:
    driver.fault("instagram.media", kind="error", code=25, subcode=2207050)
    assert graph.asked(image_url=PHOTO).status_code == 403
    driver.fault("instagram.media", kind="error", code=100, subcode=33)
    assert graph.asked(image_url=PHOTO).json()["error"]["type"] == "GraphMethodException"
    driver.fault("instagram.media", kind="error", code=25, subcode=2207050, status=400, message="Other words")
    answer = graph.asked(image_url=PHOTO)
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "Other words")


def test_a_full_quota_and_a_missing_permission_are_forbidden(graph: Graph, driver: Driver) -> None:
    driver.control("settings", instagram={"quota_total": 0})
    answer = graph.publishing(graph.created(image_url=PHOTO))
    assert (problem(answer), answer.status_code) == ((9, 2207042), 403)
    token = driver.instagram_token(scopes="instagram_business_basic")
    assert driver.graph("POST", f"{ACME}/media", token, json={"image_url": PHOTO}).status_code == 403


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80002])
def test_a_rate_limit_says_when_to_come_back(graph: Graph, driver: Driver, code: int) -> None:
    driver.control("settings", instagram={"regain_minutes": 17})
    driver.fault("instagram.container", kind="error", code=code)
    answer = graph.get(graph.created(image_url=PHOTO))
    assert problem(answer) == (code, None)
    [usage] = json.loads(answer.headers[USAGE])[ACME]
    assert usage["type"] == "instagram"
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (100, 17)
    assert json.loads(answer.headers["x-app-usage"])["call_count"] == 100


def test_the_headers_of_a_fault_win_over_those_of_the_sandbox(graph: Graph, driver: Driver) -> None:
    driver.fault("instagram.me", kind="error", code=80002, headers={"X-Business-Use-Case-Usage": "{}"})
    assert graph.get("me").headers[USAGE] == "{}"


def test_a_block_for_spam_is_no_rate_limit(graph: Graph, driver: Driver) -> None:
    driver.fault("instagram.media_publish", kind="error", code=4, subcode=2207051)
    assert USAGE not in graph.publishing(graph.created(image_url=PHOTO)).headers


def test_usage_is_told_with_refusals_too(graph: Graph, driver: Driver) -> None:
    driver.control("settings", instagram={"usage_percent": 90})
    answer = graph.asked(image_url="")
    assert answer.status_code == 400
    [usage] = json.loads(answer.headers[USAGE])[ACME]
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (90, 0)


def test_a_block_for_spam_may_come_although_the_post_is_live(graph: Graph, driver: Driver) -> None:
    name = graph.created(image_url=PHOTO)
    driver.fault("instagram.media_publish", kind="error", when="after", code=4, subcode=2207051)
    assert problem(graph.publishing(name)) == (4, 2207051)
    assert graph.status(name) == "PUBLISHED"
    assert len(driver.ledger()) == 1
