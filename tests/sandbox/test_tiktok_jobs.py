from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.sandbox.tiktok_calls import (
    CANCEL,
    CREATOR,
    DRAFT_INIT,
    KAI,
    MIA,
    PHOTO_INIT,
    PULL,
    STATUS,
    VIDEO_INIT,
    accepted,
    answer_of,
    plan,
    state,
    token_of,
    video_body,
)

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver

Eventually = Callable[[Callable[[], bool]], None]
DRAFT = {"source_info": PULL}


def begin(driver: Driver, token: str, path: str = VIDEO_INIT, body: dict[str, Any] | None = None) -> str:
    return str(accepted(driver.tiktok(path, token, body or video_body()))["publish_id"])


def reaches(driver: Driver, token: str, publish_id: str, status: str) -> Callable[[], bool]:
    return lambda: bool(state(driver, token, publish_id)["status"] == status)


# Drafts


def test_a_draft_ends_in_the_inbox_until_its_creator_posts_it(driver: Driver, eventually: Eventually) -> None:
    token = token_of(driver)
    publish_id = begin(driver, token, DRAFT_INIT, DRAFT)
    assert publish_id.startswith("v_inbox_url~")
    eventually(reaches(driver, token, publish_id, "SEND_TO_USER_INBOX"))
    assert driver.ledger() == []
    driver.control("drafts/finish", publish_id=publish_id)
    assert state(driver, token, publish_id)["status"] == "PUBLISH_COMPLETE"
    assert [post["container_id"] for post in driver.ledger()] == [publish_id]


def test_five_drafts_may_wait_for_a_day(driver: Driver, eventually: Eventually) -> None:
    token = token_of(driver)
    drafts = [begin(driver, token, DRAFT_INIT, DRAFT) for _ in range(5)]
    full = (403, "spam_risk_too_many_pending_share")
    assert answer_of(driver.tiktok(DRAFT_INIT, token, DRAFT)) == full
    driver.advance(61)
    eventually(reaches(driver, token, drafts[0], "SEND_TO_USER_INBOX"))
    driver.control("drafts/finish", publish_id=drafts[0])
    begin(driver, token, DRAFT_INIT, DRAFT)
    assert answer_of(driver.tiktok(DRAFT_INIT, token, DRAFT)) == full
    driver.advance(86400)
    begin(driver, token_of(driver), DRAFT_INIT, DRAFT)


def test_a_draft_needs_its_own_scope_and_takes_no_post_info(driver: Driver) -> None:
    token = driver.tiktok_grant()["access_token"]
    assert answer_of(driver.tiktok(DRAFT_INIT, token, DRAFT)) == (401, "scope_not_authorized")
    assert answer_of(driver.tiktok(DRAFT_INIT, token_of(driver), video_body())) == (400, "invalid_params")


# Cancelling


def test_a_running_pull_can_be_cancelled_once(driver: Driver) -> None:
    driver.control("settings", tiktok={"ready_after": 30.0})
    token = token_of(driver)
    publish_id = begin(driver, token)
    answer = driver.tiktok(CANCEL, token, {"publish_id": publish_id})
    assert answer_of(answer) == (200, "ok")
    assert "data" not in answer.json()
    assert state(driver, token, publish_id)["fail_reason"] == "publish_cancelled"
    assert answer_of(driver.tiktok(CANCEL, token, {"publish_id": publish_id})) == (400, "publish_not_cancellable")
    driver.advance(60)
    assert driver.ledger() == []


def test_what_is_posted_or_uploaded_or_foreign_cannot_be_cancelled(driver: Driver, eventually: Eventually) -> None:
    token = token_of(driver)
    publish_id = begin(driver, token)
    eventually(reaches(driver, token, publish_id, "PUBLISH_COMPLETE"))
    upload = begin(driver, token, body=video_body(plan(1000)))
    for done in (publish_id, upload):
        assert answer_of(driver.tiktok(CANCEL, token, {"publish_id": done})) == (400, "publish_not_cancellable")
    foreign = driver.tiktok(CANCEL, token_of(driver, KAI), {"publish_id": upload})
    assert answer_of(foreign) == (400, "token_not_authorized_for_specified_publish_id")
    assert answer_of(driver.tiktok(CANCEL, token, {"publish_id": "x"})) == (400, "invalid_publish_id")


# Status


@pytest.mark.parametrize(
    ("shape", "read"),
    [
        ("list", lambda data: data["publicaly_available_post_id"][0]),
        ("scalar", lambda data: data["publicaly_available_post_id"]),
        ("string", lambda data: int(data["publicaly_available_post_id"])),
    ],
)
def test_the_id_of_a_post_comes_in_the_shapes_that_were_seen(
    driver: Driver, eventually: Eventually, shape: str, read: Callable[[dict[str, Any]], int]
) -> None:
    driver.control("settings", tiktok={"post_id_shape": shape})
    token = token_of(driver)
    publish_id = begin(driver, token)
    eventually(reaches(driver, token, publish_id, "PUBLISH_COMPLETE"))
    assert str(read(state(driver, token, publish_id))) == driver.ledger()[0]["post_id"]


def test_the_id_and_all_of_the_data_can_be_missing(driver: Driver, eventually: Eventually) -> None:
    token = token_of(driver)
    publish_id = begin(driver, token)
    eventually(reaches(driver, token, publish_id, "PUBLISH_COMPLETE"))
    driver.control("settings", tiktok={"post_id_shape": "empty"})
    assert state(driver, token, publish_id)["publicaly_available_post_id"] == []
    driver.control("settings", tiktok={"post_id_shape": "missing"})
    assert "publicaly_available_post_id" not in state(driver, token, publish_id)
    driver.control("settings", tiktok={"data_missing": True})
    answer = driver.tiktok(STATUS, token, {"publish_id": publish_id})
    assert answer_of(answer) == (200, "ok")
    assert "data" not in answer.json()


# Caps


def test_an_app_has_a_cap_of_active_creators(driver: Driver) -> None:
    driver.control("settings", tiktok={"active_creators_cap": 1})
    mia, kai = token_of(driver), token_of(driver, KAI)
    begin(driver, mia)
    begin(driver, mia)
    private = video_body(privacy_level="SELF_ONLY")
    assert answer_of(driver.tiktok(VIDEO_INIT, kai, private)) == (403, "reached_active_user_cap")
    assert answer_of(driver.tiktok(CREATOR, kai)) == (200, "reached_active_user_cap")
    driver.advance(86400)
    begin(driver, token_of(driver, KAI), body=private)
    driver.control("settings", tiktok={"active_user_cap_reached": True})
    assert answer_of(driver.tiktok(VIDEO_INIT, token_of(driver, KAI), private)) == (403, "reached_active_user_cap")


@pytest.mark.parametrize("path", [PHOTO_INIT, DRAFT_INIT])
def test_each_init_has_its_rate(driver: Driver, path: str) -> None:
    token = token_of(driver)
    for _ in range(6):
        assert driver.tiktok(path, token, {}).status_code != 429
    assert answer_of(driver.tiktok(path, token, {})) == (429, "rate_limit_exceeded")
    assert driver.tiktok(VIDEO_INIT, token, {}).status_code != 429


# Faults


def test_an_accepted_init_can_lose_its_answer(driver: Driver, eventually: Eventually) -> None:
    driver.fault("tiktok.video_init", kind="drop_after")
    with pytest.raises(httpx.RemoteProtocolError):
        driver.tiktok(VIDEO_INIT, token_of(driver), video_body())
    eventually(lambda: len(driver.ledger()) == 1)
    [job] = driver.http.get("/control/jobs", params={"account": MIA}).json()["jobs"]
    assert (job["status"], job["kind"]) == ("PUBLISH_COMPLETE", "video")


@pytest.mark.parametrize("headers", [{}, {"retry-after": "7"}])
def test_a_burst_of_refusals_can_say_when_to_come_back(driver: Driver, headers: dict[str, str]) -> None:
    token = token_of(driver)
    driver.fault("tiktok.creator_info", times=2, kind="error", code="rate_limit_exceeded", headers=headers)
    answers = [driver.tiktok(CREATOR, token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers.get("retry-after") == headers.get("retry-after")


def test_a_fault_can_wait_for_its_call(driver: Driver) -> None:
    token = token_of(driver)
    fault = {"kind": "error", "code": "access_token_invalid"}
    driver.control("faults", endpoint="tiktok.status", fault=fault, skip=1)
    publish_id = begin(driver, token)
    answers = [driver.tiktok(STATUS, token, {"publish_id": publish_id}).status_code for _ in range(3)]
    assert answers == [200, 401, 200]


def test_a_job_can_be_stuck_or_fail_on_purpose(driver: Driver, eventually: Eventually) -> None:
    token = token_of(driver)
    driver.fault("tiktok.inbox_video_init", kind="stuck")
    stuck = begin(driver, token, DRAFT_INIT, DRAFT)
    driver.fault("tiktok.video_init", kind="media_error", reason="spam_risk_text")
    failed = begin(driver, token)
    eventually(reaches(driver, token, failed, "FAILED"))
    assert state(driver, token, failed)["fail_reason"] == "spam_risk_text"
    driver.advance(7000)
    assert state(driver, token, stuck)["status"] == "PROCESSING_DOWNLOAD"


@pytest.mark.parametrize("code", ["invalid_param", "invalid_params"])
def test_both_spellings_of_a_wrong_parameter_can_be_had(driver: Driver, code: str) -> None:
    driver.fault("tiktok.video_init", kind="error", code=code)
    assert answer_of(driver.tiktok(VIDEO_INIT, token_of(driver), video_body())) == (400, code)


def test_a_page_can_stand_in_for_an_answer(driver: Driver) -> None:
    driver.fault("tiktok.status", kind="html_200")
    answer = driver.tiktok(STATUS, token_of(driver), {"publish_id": "x"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_an_answer_can_come_drop_by_drop(driver: Driver) -> None:
    token = token_of(driver)
    driver.fault("tiktok.creator_info", kind="slow_drip", interval=0.05)
    path = f"/tiktok-api/v2/{CREATOR}"
    with driver.http.stream("POST", path, headers={"authorization": f"Bearer {token}"}, timeout=1) as answer:
        assert answer.status_code == 200
        assert 0 < len(next(answer.iter_raw())) < int(answer.headers["content-length"])
    driver.fault("tiktok.creator_info", kind="slow_drip", interval=0.0)
    assert answer_of(driver.tiktok(CREATOR, token)) == (200, "ok")
