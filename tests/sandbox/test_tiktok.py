from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver

MIA = "-000SandboxOpenId0001"
KAI = "-000SandboxOpenId0002"
INIT = "post/publish/video/init/"
STATUS = "post/publish/status/fetch/"
CREATOR = "post/publish/creator_info/query/"
URL = "https://media.sandbox.test/video.mp4"


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


# Consent


def authorize(driver: Driver, **changes: str) -> httpx.Response:
    return driver.http.get("/tiktok-www/v2/auth/authorize/", params=driver.tiktok_query(**changes))


def test_a_person_can_read_the_consent_page(driver: Driver) -> None:
    page = authorize(driver).text
    for text in ("Mia Makes", "Quiet Kai", 'name="account"', 'value="video.publish"', 'value="allow"'):
        assert text in page


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("client_key", "other"),
        ("redirect_uri", "https://app.sandbox.test/elsewhere"),
        ("response_type", "token"),
        ("scope", "user.info.basic,video.list"),
        ("scope", "user.info.basic video.publish"),
        ("state", ""),
        ("code_challenge", "A" * 43),
    ],
)
def test_a_wrong_request_gets_a_page_that_names_the_parameter(driver: Driver, parameter: str, value: str) -> None:
    answer = authorize(driver, **{parameter: value})
    assert answer.status_code == 400
    assert parameter in answer.text


def test_the_code_needs_exactly_one_decoding(driver: Driver) -> None:
    location = driver.tiktok_decide().headers["location"]
    query = parse_qs(urlsplit(location).query)
    assert query["scopes"] == ["user.info.basic,video.publish"]
    assert query["state"] == ["st4te"]
    assert {"*", "!", "%"} <= set(query["code"][0])
    raw = urlsplit(location).query.split("code=")[1].split("&")[0]
    assert driver.tiktok_exchange(raw).json()["error"] == "invalid_grant"
    assert "access_token" in driver.tiktok_exchange(query["code"][0]).json()


def test_cancelling_comes_back_as_access_denied(driver: Driver) -> None:
    query = parse_qs(urlsplit(driver.tiktok_decide("cancel").headers["location"]).query)
    assert (query["error"], query["state"]) == (["access_denied"], ["st4te"])


def test_a_second_consent_is_silent_unless_it_is_asked_for(driver: Driver) -> None:
    driver.tiktok_grant()
    assert authorize(driver, disable_auto_auth="0").status_code == 302
    assert authorize(driver, disable_auto_auth="1").status_code == 200


def test_a_challenge_must_be_met_by_its_verifier_in_hex(driver: Driver) -> None:
    verifier = "v" * 64
    challenge = hashlib.sha256(verifier.encode()).hexdigest()
    for given, fits in [("x" * 64, False), (verifier, True)]:
        back = driver.tiktok_decide(code_challenge=challenge, code_challenge_method="S256").headers["location"]
        code = parse_qs(urlsplit(back).query)["code"][0]
        assert ("access_token" in driver.tiktok_exchange(code, code_verifier=given).json()) is fits


# Tokens


def test_the_grant_is_one_flat_object_with_the_lifetimes_of_november_2026(driver: Driver) -> None:
    grant = driver.tiktok_grant()
    assert (grant["expires_in"], grant["refresh_expires_in"]) == (7200, 15_552_000)
    assert (grant["open_id"], grant["token_type"]) == (MIA, "Bearer")
    assert grant["scope"] == "user.info.basic,video.publish"
    driver.control("settings", tiktok={"lifetimes": "legacy"})
    assert driver.tiktok_grant()["expires_in"] == 86400


def test_errors_arrive_inside_http_200_unless_switched(driver: Driver) -> None:
    answer = driver.tiktok_exchange("unknown")
    assert (answer.status_code, answer.json()["error"]) == (200, "invalid_grant")
    driver.control("settings", tiktok={"oauth_error_status": 400})
    assert driver.tiktok_exchange("unknown").status_code == 400


def test_the_token_endpoint_refuses_json_and_wrong_clients(driver: Driver) -> None:
    as_json = driver.http.post("/tiktok-api/v2/oauth/token/", json={})
    assert as_json.json()["error"] == "invalid_request"
    assert driver.tiktok_exchange("x", client_secret="wrong").json()["error"] == "invalid_client"
    assert driver.tiktok_oauth("token", grant_type="password").json()["error"] == "unsupported_grant_type"


def test_a_code_works_once_for_ten_minutes_and_one_redirect(driver: Driver) -> None:
    code = parse_qs(urlsplit(driver.tiktok_decide().headers["location"]).query)["code"][0]
    assert driver.tiktok_exchange(code, redirect_uri="https://other.test").json()["error"] == "invalid_request"
    assert "access_token" in driver.tiktok_exchange(code).json()
    assert driver.tiktok_exchange(code).json()["error"] == "invalid_grant"
    late = parse_qs(urlsplit(driver.tiktok_decide().headers["location"]).query)["code"][0]
    driver.advance(600)
    assert driver.tiktok_exchange(late).json()["error"] == "invalid_grant"


def renew(driver: Driver, refresh_token: str) -> dict[str, Any]:
    return dict(driver.tiktok_oauth("token", grant_type="refresh_token", refresh_token=refresh_token).json())


def test_a_refresh_token_works_once(driver: Driver) -> None:
    grant = driver.tiktok_grant()
    renewed = renew(driver, grant["refresh_token"])
    assert renewed["refresh_token"] != grant["refresh_token"]
    assert renew(driver, grant["refresh_token"])["error"] == "invalid_grant"
    assert "access_token" in renew(driver, renewed["refresh_token"])


def test_an_access_token_ends_after_two_hours(driver: Driver) -> None:
    token = driver.tiktok_grant()["access_token"]
    driver.advance(7200)
    assert refusal(driver.tiktok(CREATOR, token)) == (401, "access_token_invalid")


def test_revoking_answers_with_nothing_and_kills_the_grant(driver: Driver) -> None:
    grant = driver.tiktok_grant()
    answer = driver.tiktok_oauth("revoke", token=grant["access_token"])
    assert (answer.status_code, answer.content) == (200, b"")
    assert refusal(driver.tiktok(CREATOR, grant["access_token"])) == (401, "access_token_invalid")
    assert renew(driver, grant["refresh_token"])["error"] == "invalid_grant"
    assert not any(token["live"] for token in driver.http.get("/control/tokens").json()["tokens"])


# Profile


def test_user_info_gives_the_asked_fields_of_the_granted_scopes(driver: Driver) -> None:
    token = driver.tiktok_grant()["access_token"]
    answer = driver.tiktok("user/info/", token, method="GET", params={"fields": "open_id,display_name"})
    assert answer.json()["data"]["user"] == {"open_id": MIA, "display_name": "Mia Makes"}
    for fields, expected in [("username", (401, "scope_not_authorized")), ("", (400, "invalid_params"))]:
        assert refusal(driver.tiktok("user/info/", token, method="GET", params={"fields": fields})) == expected


def test_creator_info_follows_the_privacy_of_the_account(driver: Driver) -> None:
    public = driver.tiktok(CREATOR, driver.tiktok_grant()["access_token"]).json()["data"]
    private = driver.tiktok(CREATOR, driver.tiktok_grant(account=KAI)["access_token"]).json()["data"]
    assert public["privacy_level_options"][0] == "PUBLIC_TO_EVERYONE"
    assert private["privacy_level_options"][0] == "FOLLOWER_OF_CREATOR"
    assert (public["duet_disabled"], private["duet_disabled"]) == (False, True)
    assert public["max_video_post_duration_sec"] == 600


def test_a_banned_creator_is_told_inside_http_200_and_refused_at_init(driver: Driver) -> None:
    token = driver.tiktok_grant()["access_token"]
    driver.http.patch("/control/accounts", json={"account": MIA, "banned": True})
    assert refusal(driver.tiktok(CREATOR, token)) == (200, "spam_risk_user_banned_from_posting")
    assert refusal(driver.tiktok(INIT, token, body())) == (403, "spam_risk_user_banned_from_posting")


def test_the_daily_cap_of_the_creator_counts(driver: Driver) -> None:
    token = driver.tiktok_grant()["access_token"]
    driver.http.patch("/control/accounts", json={"account": MIA, "posts_cap": 1})
    init(driver, token)
    assert refusal(driver.tiktok(INIT, token, body())) == (403, "spam_risk_too_many_posts")
    assert refusal(driver.tiktok(CREATOR, token)) == (200, "spam_risk_too_many_posts")


@pytest.mark.parametrize(("path", "limit"), [(INIT, 6), (CREATOR, 20), (STATUS, 30)])
def test_each_endpoint_has_its_rate_per_minute_and_token(driver: Driver, path: str, limit: int) -> None:
    token = driver.tiktok_grant()["access_token"]
    for _ in range(limit):
        assert driver.tiktok(path, token, {}).status_code != 429
    assert refusal(driver.tiktok(path, token, {})) == (429, "rate_limit_exceeded")
    other = driver.tiktok_grant()["access_token"]
    assert driver.tiktok(path, other, {}).status_code != 429
    driver.advance(61)
    assert driver.tiktok(path, token, {}).status_code != 429
