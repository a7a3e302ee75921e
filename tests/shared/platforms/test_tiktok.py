from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.egress import Egress, new_client
from shared.platforms.failures import Certainty, PlatformFailure
from shared.platforms.tiktok import SCOPES, TikTok
from shared.secret import Secret
from shared.settings import Settings
from tests.shared.platforms.wire import answering, ask

TOKEN = Secret("act.token")
SETTINGS = Settings({"TIKTOK_CLIENT_KEY": "key"})
OK = {"code": "ok", "message": "", "log_id": "2026"}
Call = Callable[[TikTok], Awaitable[Any]]

OAUTH: dict[str, Call] = {
    "redeem_code": lambda api: api.redeem_code(Secret("code"), redirect_uri="https://app.test/back"),
    "revoke": lambda api: api.revoke(TOKEN),
}
ENVELOPED: dict[str, Call] = {
    "user": lambda api: api.user(TOKEN),
    "creator_info": lambda api: api.creator_info(TOKEN),
    "init_video_pull": lambda api: api.init_video_pull(TOKEN, video_url="u", post_info={}),
    "post_status": lambda api: api.post_status(TOKEN, publish_id="p"),
}
CALLS = OAUTH | ENVELOPED


def answered(name: str, status: int, body: object) -> Any:
    with answering(status, body) as address:
        return ask(TikTok, CALLS[name], address)


def failure(name: str, status: int, body: object) -> PlatformFailure:
    with pytest.raises(PlatformFailure) as raised:
        answered(name, status, body)
    return raised.value


def granted(**changes: object) -> dict[str, object]:
    return {
        "access_token": "act.1", "expires_in": 7200, "open_id": "-000Open", "refresh_expires_in": 15552000,
        "refresh_token": "rft.1", "scope": "user.info.basic,video.publish", "token_type": "Bearer", **changes,
    }  # fmt: skip


def test_a_grant_is_read_as_it_came() -> None:
    tokens = answered("redeem_code", 200, granted(expires_in=86400))
    assert (tokens.open_id, tokens.expires_in, tokens.refresh_expires_in) == ("-000Open", 86400, 15552000)
    assert tokens.scope == {"user.info.basic", "video.publish"}


@pytest.mark.parametrize(
    "changes",
    [{"access_token": ""}, {"refresh_token": ""}, {"expires_in": 0}, {"expires_in": -1}, {"expires_in": None},
     {"refresh_expires_in": "soon"}, {"open_id": ""}, {"open_id": None}, {"scope": None}],
    ids=str,
)  # fmt: skip
def test_half_a_grant_is_none(changes: dict[str, object]) -> None:
    assert failure("redeem_code", 200, granted(**changes)).certainty is Certainty.UNCLEAR


@pytest.mark.parametrize("name", OAUTH)
@pytest.mark.parametrize("status", [200, 400, 401])
def test_an_oauth_error_is_a_refusal_whatever_the_status(name: str, status: int) -> None:
    body = {"error": "invalid_grant", "error_description": "secret words", "log_id": "2026"}
    found = failure(name, status, body)
    assert (found.certainty, found.code, found.trace_id) == (Certainty.REFUSED, "invalid_grant", "2026")
    assert "secret words" not in repr(found) + str(found.detail())


@pytest.mark.parametrize("body", [b"", {}])
def test_a_revoke_without_an_error_is_a_success(body: object) -> None:
    assert answered("revoke", 200, body) is None


@pytest.mark.parametrize("name", ENVELOPED)
@pytest.mark.parametrize("status", [200, 400, 401, 403, 429])
def test_an_enveloped_error_is_a_refusal_whatever_the_status(name: str, status: int) -> None:
    body = {"data": {}, "error": {"code": "spam_risk_too_many_posts", "message": "secret words", "log_id": "2026"}}
    found = failure(name, status, body)
    assert (found.certainty, found.code, found.trace_id) == (Certainty.REFUSED, "spam_risk_too_many_posts", "2026")
    assert "secret words" not in repr(found) + str(found.detail())


@pytest.mark.parametrize("name", ENVELOPED)
def test_an_error_may_come_without_data_and_without_log_id(name: str) -> None:
    assert failure(name, 403, {"error": {"code": "url_ownership_unverified"}}).code == "url_ownership_unverified"


@pytest.mark.parametrize("name", ENVELOPED)
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"data": {}, "error": {"code": "internal_error"}}),
        (500, {"data": {}, "error": {"code": "", "message": ""}}),
        (400, {"data": {}, "error": {"code": ""}}),
        (503, {"error": {"code": "access_token_invalid"}}),
        (500, {"data": {"publish_id": "p", "status": "PUBLISH_COMPLETE"}, "error": OK}),
        (200, {"data": {}, "error": OK}),
        (200, {"error": OK}),
        (200, {"data": None, "error": OK}),
        (200, {"data": {"publish_id": "p", "status": "PUBLISH_COMPLETE"}}),
        (200, {"data": {}, "error": {"code": None}}),
        (502, b"<html>Bad Gateway</html>"),
        (302, b""),
        (200, b""),
        (200, b"{"),
        (200, []),
        (200, {"error": "text"}),
    ],
)
def test_everything_else_proves_nothing(name: str, status: int, body: object) -> None:
    assert failure(name, status, body).certainty is Certainty.UNCLEAR


def test_an_error_without_an_envelope_is_no_success() -> None:
    body = {"code": "invalid_params", "message": "", "log_id": "2026"}
    for name in ENVELOPED:
        assert failure(name, 400, body)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ([7512345678901234567], ("7512345678901234567",)),
        (7512345678901234567, ("7512345678901234567",)),
        ("7512345678901234567", ("7512345678901234567",)),
        (["7512345678901234567"], ("7512345678901234567",)),
        ([], ()),
        ("", ()),
        (None, ()),
    ],
)
def test_post_ids_are_text_in_every_shape(sent: object, kept: tuple[str, ...]) -> None:
    data = {"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": sent}
    assert answered("post_status", 200, {"data": data, "error": OK}).post_ids == kept


def test_a_status_may_hold_nothing_but_itself() -> None:
    status = answered("post_status", 200, {"data": {"status": "PROCESSING_DOWNLOAD"}, "error": OK})
    assert (status.status, status.fail_reason, status.post_ids) == ("PROCESSING_DOWNLOAD", "", ())


@pytest.mark.parametrize("publish_id", ["", None, "x" * 65, {}, []])
def test_what_is_no_publish_id_is_a_doubt(publish_id: object) -> None:
    body = {"data": {"publish_id": publish_id}, "error": OK}
    assert failure("init_video_pull", 200, body).certainty is Certainty.UNCLEAR


def test_creator_info_tells_what_may_be_chosen() -> None:
    data = {
        "creator_avatar_url": "https://x", "creator_username": "mia", "creator_nickname": "Mia",
        "privacy_level_options": ["SELF_ONLY", "A_NEW_ONE"], "comment_disabled": True, "duet_disabled": False,
        "stitch_disabled": True, "max_video_post_duration_sec": 180,
    }  # fmt: skip
    info = answered("creator_info", 200, {"data": data, "error": OK})
    assert info.privacy_level_options == ("SELF_ONLY", "A_NEW_ONE")
    assert (info.comment_disabled, info.duet_disabled, info.stitch_disabled) == (True, False, True)
    assert info.max_video_post_duration_sec == 180


def test_consent_is_asked_for_exactly_what_the_policy_promises() -> None:
    url = TikTok(SETTINGS, Egress(new_client(SETTINGS))).authorization_url(
        redirect_uri="https://app.test/back", state="s"
    )
    query = parse_qs(urlsplit(url).query)
    assert query["scope"] == ["user.info.basic,video.publish"] == [",".join(SCOPES)]
    assert query["client_key"] == ["key"]
    assert (query["redirect_uri"], query["state"], query["response_type"]) == (
        ["https://app.test/back"],
        ["s"],
        ["code"],
    )
