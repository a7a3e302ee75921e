from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest

from sandbox.faults import Fault

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver

ACME = "17841400000000001"
LENA = "17841400000000002"
PHOTO = {"image_url": "https://media.sandbox.test/photo.jpg"}


def ready_container(driver: Driver, token: str) -> str:
    return str(driver.graph("POST", f"{ACME}/media", token, json=PHOTO).json()["id"])


def publish(driver: Driver, token: str, creation_id: str) -> httpx.Response:
    return driver.graph("POST", f"{ACME}/media_publish", token, data={"creation_id": creation_id})


def test_a_connection_dropped_before_has_no_effect(driver: Driver) -> None:
    token = driver.instagram_token()
    creation_id = ready_container(driver, token)
    driver.fault("instagram.media_publish", kind="drop_before")
    with pytest.raises(httpx.RemoteProtocolError):
        publish(driver, token, creation_id)
    assert driver.ledger() == []
    assert publish(driver, token, creation_id).status_code == 200


def test_a_connection_dropped_after_leaves_the_post_live(driver: Driver) -> None:
    token = driver.instagram_token()
    creation_id = ready_container(driver, token)
    driver.fault("instagram.media_publish", kind="drop_after")
    with pytest.raises(httpx.RemoteProtocolError):
        publish(driver, token, creation_id)
    assert len(driver.ledger()) == 1


@pytest.mark.parametrize(("when", "posts"), [("before", 0), ("after", 1)])
def test_an_error_code_can_lie_about_the_effect(driver: Driver, when: str, posts: int) -> None:
    token = driver.instagram_token()
    creation_id = ready_container(driver, token)
    driver.fault("instagram.media_publish", kind="error", code=4, subcode=2207051, when=when)
    error = publish(driver, token, creation_id).json()["error"]
    assert (error["code"], error["error_subcode"]) == (4, 2207051)
    assert len(driver.ledger()) == posts


def test_errors_have_the_shape_of_their_platform(driver: Driver) -> None:
    grant = driver.tiktok_grant()
    driver.fault("tiktok.creator_info", kind="error", code="internal_error")
    answer = driver.tiktok("post/publish/creator_info/query/", grant["access_token"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
    driver.fault("tiktok.token", kind="error", code="temporarily_unavailable", status=503)
    assert driver.tiktok_exchange("x").json()["error"] == "temporarily_unavailable"
    driver.fault("instagram.token", kind="error", message="Invalid platform app")
    assert driver.instagram_exchange("x").json()["error_message"] == "Invalid platform app"


def test_a_lost_answer_to_a_refresh_really_rotates(driver: Driver) -> None:
    grant = driver.tiktok_grant()
    driver.fault("tiktok.token", kind="drop_after")
    form = {"grant_type": "refresh_token", "refresh_token": grant["refresh_token"]}
    with pytest.raises(httpx.RemoteProtocolError):
        driver.tiktok_oauth("token", **form)
    assert driver.tiktok_oauth("token", **form).json()["error"] == "invalid_grant"


def test_the_wire_can_be_spoilt_in_every_way(driver: Driver) -> None:
    token = driver.instagram_token()
    for kind in ("html_502", "malformed_json", "empty_body", "huge_body", "gzip_bomb", "wrong_shape", "redirect"):
        driver.fault("instagram.me", kind=kind)
    html, malformed, empty, huge, bomb, wrong, redirect = (driver.graph("GET", "me", token) for _ in range(7))
    assert (html.status_code, html.headers["content-type"]) == (502, "text/html; charset=utf-8")
    for answer in (malformed, empty):
        with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
            answer.json()
    assert len(huge.content) > 10_000_000
    assert len(bomb.content) > 50_000_000 > 500 * int(bomb.headers["content-length"])
    assert wrong.json() == ["unexpected"]
    assert redirect.status_code == 302
    assert driver.graph("GET", "me", token).status_code == 200


def test_a_status_can_carry_any_body(driver: Driver) -> None:
    driver.fault("tiktok.*", kind="status", status=503, body={"maintenance": True})
    answer = driver.tiktok_exchange("x")
    assert (answer.status_code, answer.json()) == (503, {"maintenance": True})


def test_a_status_without_a_body_has_the_shape_of_the_platform(driver: Driver) -> None:
    driver.fault("instagram.me", kind="status", status=503)
    answer = driver.graph("GET", "me", driver.instagram_token())
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, 2)


def test_a_slow_answer_is_slow(driver: Driver) -> None:
    token = driver.instagram_token()
    driver.fault("instagram.me", kind="slow", seconds=0.2)
    began = time.monotonic()
    assert driver.graph("GET", "me", token).status_code == 200
    assert time.monotonic() - began >= 0.2


def test_a_client_that_gives_up_does_not_undo_the_work(driver: Driver) -> None:
    token = driver.instagram_token()
    creation_id = ready_container(driver, token)
    driver.fault("instagram.media_publish", kind="slow", seconds=0.2)
    with pytest.raises(httpx.ReadTimeout):
        driver.graph("POST", f"{ACME}/media_publish", token, data={"creation_id": creation_id}, timeout=0.05)
    time.sleep(0.3)
    assert len(driver.ledger()) == 1


def test_a_fault_can_be_for_one_account_and_a_number_of_times(driver: Driver) -> None:
    acme, lena = driver.instagram_token(), driver.instagram_token(account=LENA)
    driver.fault("instagram.me", account=ACME, times=2, kind="error", code=190, subcode=460)
    assert driver.graph("GET", "me", lena).status_code == 200
    assert [driver.graph("GET", "me", acme).status_code for _ in range(3)] == [400, 400, 200]


def test_media_can_fail_or_get_stuck_on_purpose(driver: Driver) -> None:
    token = driver.instagram_token()
    driver.fault("instagram.media", kind="media_error", subcode=2207076)
    driver.fault("instagram.media", kind="stuck")
    failed, stuck = ready_container(driver, token), ready_container(driver, token)
    fields = {"fields": "status_code,status"}
    answer = driver.graph("GET", failed, token, params=fields).json()
    assert answer["status_code"] == "ERROR"
    assert answer["status"].endswith("2207076")
    driver.advance(3600)
    assert driver.graph("GET", stuck, token, params=fields).json()["status_code"] == "IN_PROGRESS"


def test_an_unknown_fault_is_refused_at_once(driver: Driver) -> None:
    answer = driver.http.post("/control/faults", json={"endpoint": "x", "fault": {"kind": "gremlins"}})
    assert answer.status_code == 400
    with pytest.raises(ValueError, match="when"):
        Fault.parse({"kind": "slow", "when": "never"})
