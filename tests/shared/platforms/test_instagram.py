from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.egress import Egress, new_client
from shared.platforms.failures import Certainty, PlatformFailure
from shared.platforms.instagram import SCOPES, Instagram
from shared.secret import Secret
from shared.settings import Settings
from tests.shared.platforms.wire import answering, ask

TOKEN = Secret("IGAA-token")
SETTINGS = Settings({"INSTAGRAM_APP_ID": "1"})
Call = Callable[[Instagram], Awaitable[Any]]

CALLS: dict[str, Call] = {
    "redeem_code": lambda api: api.redeem_code(Secret("code"), redirect_uri="https://app.test/back"),
    "exchange": lambda api: api.exchange_for_long_lived(TOKEN),
    "profile": lambda api: api.profile(TOKEN),
    "create_container": lambda api: api.create_container(TOKEN, account_id="1", fields={"image_url": "u"}),
    "container_status": lambda api: api.container_status(TOKEN, container_id="1"),
    "publish": lambda api: api.publish(TOKEN, account_id="1", container_id="2"),
    "revoke": lambda api: api.revoke(TOKEN),
}


def answered(name: str, status: int, body: object) -> Any:
    with answering(status, body) as address:
        return ask(Instagram, CALLS[name], address)


def failure(name: str, status: int, body: object) -> PlatformFailure:
    with pytest.raises(PlatformFailure) as raised:
        answered(name, status, body)
    return raised.value


@pytest.mark.parametrize(
    ("body", "permissions"),
    [
        ({"data": [{"access_token": "t", "user_id": "17841", "permissions": "a,b"}]}, {"a", "b"}),
        ({"access_token": "t", "user_id": 17841, "permissions": ["a", "b"]}, {"a", "b"}),
        ({"access_token": "t", "user_id": 17841}, None),
    ],
)
def test_the_code_is_answered_in_three_shapes(body: object, permissions: set[str] | None) -> None:
    token = answered("redeem_code", 200, body)
    assert (token.access_token, token.user_id) == ("t", "17841")
    assert token.permissions == permissions


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("number", [False, True])
def test_me_is_answered_flat_and_wrapped_with_ids_as_text_or_numbers(wrapped: bool, number: bool) -> None:
    ids: dict[str, Any] = {"user_id": 17841400000000001, "id": 9007199254740993}
    if not number:
        ids = {name: str(value) for name, value in ids.items()}
    me = {**ids, "username": "mia", "account_type": "BUSINESS", "profile_picture_url": "https://x"}
    profile = answered("profile", 200, {"data": [me]} if wrapped else me)
    assert (profile.user_id, profile.id) == ("17841400000000001", "9007199254740993")
    assert "https://x" not in repr(profile)


@pytest.mark.parametrize("sent", [17841400000000001, "17841400000000001"])
def test_ids_of_containers_and_media_are_text(sent: object) -> None:
    assert answered("create_container", 200, {"id": sent}) == "17841400000000001"
    assert answered("publish", 200, {"id": sent}) == "17841400000000001"


@pytest.mark.parametrize("sent", ["", "../me", "1/2", "1?fields=x", "x", None, True, [], {}, "1" * 33, -1])
@pytest.mark.parametrize("name", ["create_container", "publish"])
def test_what_is_no_id_never_becomes_a_path(name: str, sent: object) -> None:
    assert failure(name, 200, {"id": sent}).certainty is Certainty.UNCLEAR


@pytest.mark.parametrize(
    ("status_code", "text", "expected"),
    [
        ("IN_PROGRESS", "", ("IN_PROGRESS", "")),
        ("FINISHED", "2207026 in a text that is no error", ("FINISHED", "")),
        ("PUBLISHED", "", ("PUBLISHED", "")),
        ("EXPIRED", "", ("EXPIRED", "")),
        ("ERROR", "Error: Media upload has failed with error code 2207026", ("ERROR", "2207026")),
        ("ERROR", "Error: something else", ("ERROR", "")),
        ("ERROR", "", ("ERROR", "")),
    ],
)
def test_a_container_says_where_it_is(status_code: str, text: str, expected: tuple[str, str]) -> None:
    found = answered("container_status", 200, {"status_code": status_code, "status": text, "id": "1"})
    assert (found.code, found.subcode) == expected


@pytest.mark.parametrize("body", [{}, {"status_code": "NEW"}, {"status_code": None}, {"id": "1"}, [], "x", None])
def test_a_container_that_says_nothing_known_is_a_doubt(body: object) -> None:
    assert failure("container_status", 200, body).certainty is Certainty.UNCLEAR


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
def test_an_error_object_is_a_refusal_with_its_codes(name: str, status: int) -> None:
    error = {
        "message": "secret words", "type": "OAuthException", "code": 9, "error_subcode": 2207042,
        "error_user_msg": "Algo salió mal", "fbtrace_id": "Abc",
    }  # fmt: skip
    found = failure(name, status, {"error": error})
    assert found.certainty is Certainty.REFUSED
    assert (found.code, found.subcode, found.trace_id) == ("9", "2207042", "Abc")
    assert "secret words" not in repr(found) + str(found.detail())


@pytest.mark.parametrize("error", [{"code": 190}, {"code": "190"}, {"code": 190, "error_subcode": 0}])
def test_an_error_object_may_lack_anything_but_its_code(error: object) -> None:
    assert failure("publish", 400, {"error": error}).code == "190"


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"error": {"code": 2}}),
        (503, {"error": {"code": 190}}),
        (502, b"<html>Bad Gateway</html>"),
        (400, b"<html>Bad Request</html>"),
        (400, {"error": "text"}),
        (400, {}),
        (302, b""),
        (200, b""),
        (200, b"{"),
        (200, []),
        (200, 5),
    ],
)
def test_everything_else_proves_nothing(name: str, status: int, body: object) -> None:
    if name == "revoke" and status == 200 and body in ([], 5):
        return
    assert failure(name, status, body).certainty is Certainty.UNCLEAR


def test_the_token_endpoint_has_an_error_shape_of_its_own() -> None:
    body = {"error_type": "OAuthException", "code": 400, "error_message": "Matching code was not found"}
    found = failure("redeem_code", 400, body)
    assert (found.certainty, found.code) == (Certainty.REFUSED, "oauth")


@pytest.mark.parametrize(
    "permalink", ["https://www.instagram.com/p/DxYXFnNyfmq/", "https://www.instagram.com/mia/reel/A_b-1/"]
)
def test_a_permalink_at_instagram_is_kept(permalink: str) -> None:
    with answering(200, {"permalink": permalink, "id": "1"}) as address:
        assert ask(Instagram, lambda api: api.permalink(TOKEN, media_id="1"), address) == permalink


@pytest.mark.parametrize(
    "permalink",
    ["http://www.instagram.com/p/1/", "https://www.instagram.com.evil.test/", "javascript:alert(1)", "", None,
     "https://www.instagram.com/p/1/?next=//evil.test", "https://www.instagram.com/p/1/\n"],
)  # fmt: skip
def test_any_other_permalink_is_dropped(permalink: object) -> None:
    with answering(200, {"permalink": permalink}) as address:
        assert ask(Instagram, lambda api: api.permalink(TOKEN, media_id="1"), address) is None


def test_consent_is_asked_for_exactly_what_the_policy_promises() -> None:
    url = Instagram(SETTINGS, Egress(new_client(SETTINGS))).authorization_url(
        redirect_uri="https://app.test/back", state="s"
    )
    query = parse_qs(urlsplit(url).query)
    assert query["scope"] == ["instagram_business_basic,instagram_business_content_publish"] == [",".join(SCOPES)]
    assert (query["redirect_uri"], query["state"], query["response_type"]) == (
        ["https://app.test/back"],
        ["s"],
        ["code"],
    )
