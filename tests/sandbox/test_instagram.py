from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver

ACME = "17841400000000001"
LENA = "17841400000000002"
TOM = "17841400000000003"


def problem(response: httpx.Response) -> tuple[int, int | None]:
    assert response.status_code >= 400, response.text
    error = response.json()["error"]
    assert error["fbtrace_id"]
    return error["code"], error.get("error_subcode")


# Consent


def test_a_person_can_read_the_consent_page(driver: Driver) -> None:
    page = driver.instagram_authorize()
    assert page.status_code == 200
    for text in ("acme.studio", "lena.paints", 'name="account"', 'name="scope"', 'value="allow"', 'value="cancel"'):
        assert text in page.text


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("client_id", "1"),
        ("redirect_uri", "https://app.sandbox.test/api/oauth/instagram/callback/"),
        ("response_type", "token"),
        ("scope", "business_basic"),
        ("scope", "instagram_business_basic,instagram_business_content_publishing"),
        ("scope", "instagram_business_content_publish"),
    ],
)
def test_a_wrong_request_is_never_redirected(driver: Driver, parameter: str, value: str) -> None:
    answer = driver.instagram_authorize(**{parameter: value})
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert parameter in answer.text


def test_allowing_comes_back_with_a_long_code_and_the_fragment(driver: Driver) -> None:
    location = urlsplit(driver.instagram_decide().headers["location"])
    assert location.fragment == "_"
    assert "state=st4te" in location.query
    assert len(driver.instagram_code()) > 200
    assert driver.instagram_code().startswith("AQ")


def test_cancelling_comes_back_with_the_three_error_parameters(driver: Driver) -> None:
    location = driver.instagram_decide("cancel").headers["location"]
    for text in ("error=access_denied", "error_reason=user_denied", "error_description=", "state=st4te"):
        assert text in location


# Tokens


def test_the_code_becomes_a_short_token_in_the_shape_seen_on_the_wire(driver: Driver) -> None:
    answer = driver.instagram_exchange(driver.instagram_code()).json()
    assert answer["user_id"] == 27640000000000001
    assert answer["permissions"] == ["instagram_business_basic", "instagram_business_content_publish"]
    assert set(answer) == {"access_token", "user_id", "permissions"}


@pytest.mark.parametrize("shape", ["data", "bare"])
def test_the_other_documented_shapes_can_be_switched_on(driver: Driver, shape: str) -> None:
    driver.control("settings", instagram={"token_shape": shape})
    answer = driver.instagram_exchange(driver.instagram_code()).json()
    if shape == "data":
        assert answer["data"][0]["user_id"] == "27640000000000001"
        assert "," in answer["data"][0]["permissions"]
    else:
        assert set(answer) == {"access_token", "user_id"}


def test_a_permission_left_unticked_is_not_granted(driver: Driver) -> None:
    code = driver.instagram_code(scopes="instagram_business_basic")
    assert driver.instagram_exchange(code).json()["permissions"] == ["instagram_business_basic"]


def test_a_code_works_once(driver: Driver) -> None:
    code = driver.instagram_code()
    driver.instagram_exchange(code)
    answer = driver.instagram_exchange(code)
    assert answer.status_code == 400
    assert answer.json()["error_type"] == "OAuthException"
    assert answer.json()["error_message"] == "Matching code was not found or was already used"


def test_a_code_dies_after_an_hour(driver: Driver) -> None:
    code = driver.instagram_code()
    driver.advance(3600)
    assert driver.instagram_exchange(code).status_code == 400


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("client_id", "Invalid platform app"),
        ("client_secret", "Invalid platform app"),
        ("redirect_uri", "Error validating verification code"),
    ],
)
def test_a_wrong_exchange_leaves_the_code_unused(driver: Driver, field: str, message: str) -> None:
    code = driver.instagram_code()
    assert driver.instagram_exchange(code, **{field: "wrong"}).json()["error_message"].startswith(message)
    assert driver.instagram_exchange(code).status_code == 200


def test_the_token_endpoint_refuses_json(driver: Driver) -> None:
    assert driver.http.post("/instagram-api/oauth/access_token", json={"code": "x"}).status_code == 400


def test_a_short_token_becomes_a_long_one_for_sixty_days(driver: Driver) -> None:
    short = driver.instagram_exchange(driver.instagram_code()).json()["access_token"]
    answer = driver.instagram_long(short).json()
    assert answer["token_type"] == "bearer"
    assert answer["expires_in"] == pytest.approx(60 * 86400, abs=2)


def test_the_wrong_secret_gives_the_misleading_error(driver: Driver) -> None:
    short = driver.instagram_exchange(driver.instagram_code()).json()["access_token"]
    error = driver.instagram_long(short, client_secret="meta-secret").json()["error"]
    assert (error["type"], error["message"]) == ("IGApiException", "Unsupported request - method type: get")


def refresh(driver: Driver, token: str) -> httpx.Response:
    query = {"grant_type": "ig_refresh_token", "access_token": token}
    return driver.http.get("/instagram-graph/refresh_access_token", params=query)


def test_a_token_can_be_refreshed_between_a_day_and_sixty(driver: Driver) -> None:
    token = driver.instagram_token()
    assert problem(refresh(driver, token))[0] == 100
    driver.advance(86401)
    renewed = refresh(driver, token).json()
    assert renewed["access_token"] != token
    driver.advance(60 * 86400)
    assert problem(refresh(driver, renewed["access_token"])) == (190, 463)


def test_a_short_token_cannot_be_refreshed(driver: Driver) -> None:
    short = driver.instagram_exchange(driver.instagram_code()).json()["access_token"]
    driver.advance(3000)
    assert problem(refresh(driver, short))[0] == 100


def test_removing_the_app_kills_every_token_of_the_account(driver: Driver) -> None:
    token, other = driver.instagram_token(), driver.instagram_token(account=LENA)
    assert driver.control("disconnect", account=ACME, subcode=460)["ended"] == 2
    assert problem(driver.graph("GET", "me", token)) == (190, 460)
    assert driver.graph("GET", "me", other).status_code == 200


def test_revoking_is_unsupported_unless_switched_on(driver: Driver) -> None:
    token = driver.instagram_token()
    assert problem(driver.graph("DELETE", "me/permissions", token))[0] == 100
    driver.control("settings", instagram={"permissions_delete": "success"})
    assert driver.graph("DELETE", "me/permissions", token).json() == {"success": True}
    live = [t for t in driver.http.get("/control/tokens").json()["tokens"] if t["live"]]
    assert live == []


# Profile


@pytest.mark.parametrize("place", ["query", "bearer"])
def test_the_profile_shows_both_ids(driver: Driver, place: str) -> None:
    token = driver.instagram_token()
    params = {"fields": "user_id,username,account_type"}
    if place == "query":
        answer = driver.http.get("/instagram-graph/v26.0/me", params={**params, "access_token": token})
    else:
        answer = driver.graph("GET", "me", token, params=params)
    assert answer.json() == {
        "user_id": ACME,
        "username": "acme.studio",
        "account_type": "BUSINESS",
        "id": "27640000000000001",
    }


def test_one_unknown_field_fails_the_call(driver: Driver) -> None:
    answer = driver.graph("GET", "me", driver.instagram_token(), params={"fields": "username,email"})
    assert problem(answer) == (100, None)
    assert "nonexisting field (email)" in answer.json()["error"]["message"]


def test_a_personal_account_can_consent_and_says_what_it_is(driver: Driver) -> None:
    answer = driver.graph("GET", "me", driver.instagram_token(account=TOM), params={"fields": "account_type"})
    assert answer.json()["account_type"] == "PERSONAL"


def test_an_ended_api_version_is_refused(driver: Driver) -> None:
    answer = driver.http.get("/instagram-graph/v20.0/me", params={"access_token": driver.instagram_token()})
    assert problem(answer)[0] == 2500
