"""The simulated Plausible counts what may be sent, and refuses what was promised not to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver

EVENT = {"domain": "app.sandbox.test", "name": "pageview", "url": "https://app.sandbox.test/"}
HEADERS = {"user-agent": "Firefox/150", "x-forwarded-for": "203.0.113.0"}


def send(driver: Driver, headers: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
    event = {key: value for key, value in (EVENT | changes).items() if value is not ...}
    return driver.http.post("/plausible/api/event", json=event, headers=HEADERS | (headers or {}))


def views(driver: Driver) -> list[dict[str, Any]]:
    return list(driver.http.get("/control/views").json()["views"])


def test_a_page_view_is_accepted_and_counted(driver: Driver) -> None:
    answer = send(driver)

    assert (answer.status_code, answer.text) == (202, "ok")
    assert "x-plausible-dropped" not in answer.headers
    (view,) = views(driver)
    assert (view["url"], view["browser"], view["address"]) == (EVENT["url"], "Firefox/150", "203.0.113.0")
    driver.control("reset")
    assert views(driver) == []


@pytest.mark.parametrize(
    ("headers", "changes"),
    [
        ({}, {"domain": ...}),
        ({}, {"name": ""}),
        ({}, {"url": ...}),
        ({}, {"url": "no address"}),
        ({}, {"url": "https://app.sandbox.test/?project=1"}),
        ({}, {"url": "https://app.sandbox.test/#a"}),
        ({}, {"url": f"https://app.sandbox.test/{'a' * 2000}"}),
        ({}, {"referrer": "https://elsewhere.test/"}),
        ({}, {"props": {"plan": "pro"}}),
        ({}, {"user_id": "1"}),
        ({"user-agent": ""}, {}),
        ({"x-forwarded-for": ""}, {}),
        ({"x-forwarded-for": "203.0.113.77"}, {}),
        ({"x-forwarded-for": "2001:db8:1:2::"}, {}),
        ({"x-forwarded-for": "203.0.113.0, 203.0.113.77"}, {}),
        ({"cookie": "a=b"}, {}),
        ({"authorization": "Bearer a.b.c"}, {}),
        ({"content-type": "text/html"}, {}),
    ],
)
def test_what_is_missing_or_says_too_much_is_refused(
    driver: Driver, headers: dict[str, str], changes: dict[str, Any]
) -> None:
    answer = send(driver, headers, **changes)

    assert answer.status_code == 400
    assert answer.json()["errors"]
    assert views(driver) == []


def test_what_is_not_counted_is_accepted_all_the_same_and_says_so_in_a_header(driver: Driver) -> None:
    driver.fault("plausible.event", kind="dropped")
    for answer in (send(driver), send(driver, domain="another.test")):
        assert (answer.status_code, answer.headers["x-plausible-dropped"]) == (202, "1")
    assert views(driver) == []


def test_no_other_path_is_simulated(driver: Driver) -> None:
    assert driver.http.get("/plausible/api/stats").status_code == 404
