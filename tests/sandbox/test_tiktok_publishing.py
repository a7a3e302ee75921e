from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sandbox.samples import Samples, make_video

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver, MediaHost

MIA = "-000SandboxOpenId0001"
KAI = "-000SandboxOpenId0002"
INIT = "post/publish/video/init/"
STATUS = "post/publish/status/fetch/"
URL = "https://media.sandbox.test/video.mp4"
Eventually = Callable[[Callable[[], bool]], None]


def refusal(response: httpx.Response) -> tuple[int, str]:
    error = response.json()["error"]
    assert error["log_id"]
    return response.status_code, error["code"]


def body(post: dict[str, Any] | None = None, **source: Any) -> dict[str, Any]:
    info = {
        "privacy_level": "PUBLIC_TO_EVERYONE",
        "title": "Hills #dusk",
        "brand_content_toggle": False,
        "brand_organic_toggle": False,
        **(post or {}),
    }
    return {
        "post_info": {key: value for key, value in info.items() if value is not ...},
        "source_info": {"source": "PULL_FROM_URL", "video_url": URL, **source},
    }


def init(driver: Driver, token: str, **changes: Any) -> str:
    answer = driver.tiktok(INIT, token, body(**changes))
    assert refusal(answer) == (200, "ok")
    return str(answer.json()["data"]["publish_id"])


def job(driver: Driver, token: str, publish_id: str) -> dict[str, Any]:
    answer = driver.tiktok(STATUS, token, {"publish_id": publish_id})
    assert refusal(answer) == (200, "ok")
    return dict(answer.json()["data"])


def is_failed(driver: Driver, token: str, publish_id: str) -> bool:
    return bool(job(driver, token, publish_id)["status"] == "FAILED")


def test_a_pulled_video_becomes_one_public_post(driver: Driver, samples: Samples, eventually: Eventually) -> None:
    driver.control("settings", tiktok={"ready_after": 30.0, "moderation_delay": 60.0})
    token = driver.tiktok_grant()["access_token"]
    publish_id = init(driver, token)
    assert publish_id.startswith("v_pub_url~")
    assert len(publish_id) <= 64
    eventually(lambda: job(driver, token, publish_id)["downloaded_bytes"] > 0)
    assert job(driver, token, publish_id)["status"] == "PROCESSING_DOWNLOAD"
    assert driver.ledger() == []
    driver.advance(31)
    done = job(driver, token, publish_id)
    assert (done["status"], done["publicaly_available_post_id"]) == ("PUBLISH_COMPLETE", [])
    driver.advance(60)
    [post_id] = job(driver, token, publish_id)["publicaly_available_post_id"]
    assert post_id >= 7 * 10**18
    [post] = driver.ledger()
    assert (post["post_id"], post["container_id"]) == (str(post_id), publish_id)
    assert (post["platform"], post["kind"], post["account_id"]) == ("tiktok", "video", MIA)
    assert post["caption"] == "Hills #dusk"
    assert post["media_sha256"] == [hashlib.sha256(samples.video.read_bytes()).hexdigest()]
    assert post["options"]["privacy_level"] == "PUBLIC_TO_EVERYONE"


def test_the_post_appears_even_if_nobody_asks(driver: Driver, eventually: Eventually) -> None:
    init(driver, driver.tiktok_grant()["access_token"])
    eventually(lambda: len(driver.ledger()) == 1)


def test_a_post_that_is_not_public_never_gets_an_id(driver: Driver, eventually: Eventually) -> None:
    token = driver.tiktok_grant()["access_token"]
    publish_id = init(driver, token, post={"privacy_level": "SELF_ONLY"})
    eventually(lambda: job(driver, token, publish_id)["status"] == "PUBLISH_COMPLETE")
    driver.advance(86400 - 90000)
    assert job(driver, token, publish_id)["publicaly_available_post_id"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"post": {"privacy_level": ...}},
        {"post": {"privacy_level": "EVERYONE"}},
        {"post": {"brand_content_toggle": ...}},
        {"post": {"brand_organic_toggle": ...}},
        {"post": {"brand_organic_toggle": "false"}},
        {"post": {"brand_content_toggle": True, "privacy_level": "SELF_ONLY"}},
        {"post": {"title": "😀" * 1101}},
        {"post": {"titel": "typing error"}},
        {"source": "FILE_UPLOAD"},
        {"source": "ELSEWHERE"},
        {"video_url": "http://media.sandbox.test/video.mp4"},
        {"video_url": None},
    ],
)
def test_invalid_parameters_are_refused_and_named(driver: Driver, changes: dict[str, Any]) -> None:
    answer = driver.tiktok(INIT, driver.tiktok_grant()["access_token"], body(**changes))
    assert refusal(answer) == (400, "invalid_params")
    assert answer.json()["error"]["message"]


def test_a_title_of_2200_utf16_units_is_accepted(driver: Driver) -> None:
    init(driver, driver.tiktok_grant()["access_token"], post={"title": "😀" * 1100})


def test_publishing_needs_its_scope_and_a_token(driver: Driver) -> None:
    token = driver.tiktok_grant(scopes="user.info.basic")["access_token"]
    assert refusal(driver.tiktok(INIT, token, body())) == (401, "scope_not_authorized")
    assert refusal(driver.tiktok(INIT, "act.unknown", body())) == (401, "access_token_invalid")


def test_an_audience_the_creator_does_not_offer_is_refused(driver: Driver) -> None:
    token = driver.tiktok_grant(account=KAI)["access_token"]
    assert refusal(driver.tiktok(INIT, token, body())) == (403, "privacy_level_option_mismatch")


def test_an_unaudited_app_posts_only_privately_to_private_accounts(driver: Driver) -> None:
    driver.control("settings", tiktok={"audited": False})
    mia, kai = driver.tiktok_grant()["access_token"], driver.tiktok_grant(account=KAI)["access_token"]
    code = (403, "unaudited_client_can_only_post_to_private_accounts")
    assert refusal(driver.tiktok(INIT, mia, body())) == code
    assert refusal(driver.tiktok(INIT, mia, body({"privacy_level": "SELF_ONLY"}))) == code
    assert refusal(driver.tiktok(INIT, kai, body({"privacy_level": "FOLLOWER_OF_CREATOR"}))) == code
    init(driver, kai, post={"privacy_level": "SELF_ONLY"})


@pytest.mark.parametrize("host", ["other.sandbox.test", "media.sandbox.test.evil.test", "media.sandbox.test:444"])
def test_the_url_must_be_on_a_verified_property(driver: Driver, host: str) -> None:
    token = driver.tiktok_grant()["access_token"]
    answer = driver.tiktok(INIT, token, body(video_url=f"https://{host}/video.mp4"))
    assert refusal(answer) == (403, "url_ownership_unverified")


def test_the_media_decides_how_a_job_ends(
    driver: Driver, media: MediaHost, samples: Samples, tmp_path: Path, eventually: Eventually
) -> None:
    slow = make_video(tmp_path / "slow.mp4", size=(360, 640), seconds=0.5, fps=12)
    small = make_video(tmp_path / "small.mp4", size=(240, 426), seconds=0.3)
    long = make_video(tmp_path / "long.mp4", size=(360, 640), seconds=1.5)
    old = make_video(tmp_path / "old.mp4", size=(360, 640), seconds=0.3, codec="mpeg4")
    cases: list[tuple[bytes, int, str]] = [
        (slow.read_bytes(), 200, "frame_rate_check_failed"),
        (small.read_bytes(), 200, "picture_size_check_failed"),
        (long.read_bytes(), 200, "duration_check_failed"),
        (old.read_bytes(), 200, "file_format_check_failed"),
        (samples.video_without_moov.read_bytes(), 200, "file_format_check_failed"),
        (samples.video.read_bytes(), 302, "video_pull_failed"),
    ]
    driver.http.patch("/control/accounts", json={"account": MIA, "max_seconds": 1})
    token = driver.tiktok_grant()["access_token"]
    for number, (content, code, reason) in enumerate(cases):
        url = media.put(f"{number}.mp4", content, "video/mp4", code)
        publish_id = init(driver, token, video_url=url)
        eventually(partial(is_failed, driver, token, publish_id))
        driver.advance(60)
        assert job(driver, token, publish_id)["fail_reason"] == reason
    assert driver.ledger() == []


def test_a_job_belongs_to_its_creator(driver: Driver) -> None:
    publish_id = init(driver, driver.tiktok_grant()["access_token"])
    kai = driver.tiktok_grant(account=KAI)["access_token"]
    foreign = driver.tiktok(STATUS, kai, {"publish_id": publish_id})
    assert refusal(foreign) == (400, "token_not_authorized_for_specified_publish_id")
    assert refusal(driver.tiktok(STATUS, kai, {"publish_id": "v_pub_url~none"})) == (400, "invalid_publish_id")


def test_withdrawing_access_stops_a_running_job(driver: Driver) -> None:
    driver.control("settings", tiktok={"ready_after": 30.0})
    publish_id = init(driver, driver.tiktok_grant()["access_token"])
    assert driver.control("disconnect", account=MIA)["ended"] == 1
    driver.advance(31)
    assert job(driver, driver.tiktok_grant()["access_token"], publish_id)["fail_reason"] == "auth_removed"
    assert driver.ledger() == []


def test_an_unknown_path_is_an_envelope_too(driver: Driver) -> None:
    assert driver.http.post("/tiktok-api/v2/post/publish/video/init").status_code == 404
