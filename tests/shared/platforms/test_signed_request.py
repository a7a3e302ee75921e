"""Meta's signed_request: what Meta did not sign, or not lately, is refused in one way, whatever is wrong with it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import string
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.platforms.signed_request import NotSigned, SignedRequest, read, verify
from shared.secret import Secret
from tests.shared.platforms.sealing import base64url, form, sealed, signature

INSTAGRAM, META = "instagram-app-secret", "meta-app-secret"
SECRETS = (Secret(INSTAGRAM), Secret(META))
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
ISSUED_AT = int(NOW.timestamp()) - 5
USER_ID = "17841400000000001"
PAYLOAD = {"algorithm": "HMAC-SHA256", "issued_at": ISSUED_AT, "user_id": USER_ID}
# A vector that was made with OpenSSL, so that the test does not share a mistake with the code:
# printf %s "$PAYLOAD" | openssl dgst -sha256 -hmac secret-of-the-vector -binary | basenc --base64url | tr -d =
VECTOR = (
    "J4fxcCYdMpt-W2-gBVX1vjWzxIOAgLQwHsDJSQ39rI4"
    ".eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTc5NTYwMDc5NSwidXNlcl9pZCI6IjE3ODQxNDAwMDAwMDAwMDAxIn0"
)
ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def signed(secret: str = INSTAGRAM, **changes: Any) -> str:
    return sealed(json.dumps(PAYLOAD | changes).encode(), secret)


def opened(text: str, *, now: datetime = NOW) -> SignedRequest:
    return verify(text, secrets=SECRETS, now=now)


def is_refused(text: str) -> bool:
    """Here and in a form alike, and without a word about why."""
    found = [outcome(lambda: opened(text)), outcome(lambda: from_form(form(text)))]
    assert found[0] == found[1]
    return found[0] is None


def outcome(attempt: Callable[[], SignedRequest]) -> SignedRequest | None:
    try:
        return attempt()
    except NotSigned as refusal:
        if refusal.args or refusal.__cause__:
            raise AssertionError("it says too much") from refusal
        return None


def from_form(body: bytes) -> SignedRequest:
    return read(body, secrets=SECRETS, now=NOW)


def other_spelling(text: str) -> str:
    """The last character holds bits that mean nothing: this one decodes to the same bytes."""
    return text[:-1] + ALPHABET[ALPHABET.index(text[-1]) ^ 1]


def digest_of(text: str) -> str:
    raw = base64.urlsafe_b64decode(text.partition(".")[0] + "=")
    return hashlib.sha256(raw).hexdigest()


def test_a_known_answer_is_taken() -> None:
    secret, now = Secret("secret-of-the-vector"), datetime.fromtimestamp(1795600800, UTC)
    assert verify(VECTOR, secrets=[secret], now=now) == SignedRequest(USER_ID, 1795600795, digest_of(VECTOR))


@pytest.mark.parametrize("secret", [INSTAGRAM, META])
def test_either_secret_may_have_signed(secret: str) -> None:
    text = signed(secret)
    assert opened(text) == SignedRequest(USER_ID, ISSUED_AT, digest_of(text))


@pytest.mark.parametrize("user_id", [USER_ID, int(USER_ID), "0", 0, "9" * 32, int("9" * 32)])
def test_an_id_comes_as_text_or_as_a_number(user_id: str | int) -> None:
    assert opened(signed(user_id=user_id)).user_id == str(user_id)


def test_what_else_meta_says_is_no_obstacle() -> None:
    assert opened(signed(expires=0, oauth_token="x", user={"country": "de"})).user_id == USER_ID


def test_the_digest_tells_one_request_from_another_and_is_not_made_of_what_it_says() -> None:
    """Whoever has the digests and a list of all ids can still not say which is whose."""
    again, later, of_another = opened(signed()), opened(signed(issued_at=ISSUED_AT + 1)), opened(signed(user_id="2"))
    assert opened(signed()).digest == again.digest
    assert len({again.digest, later.digest, of_another.digest, opened(signed(META)).digest}) == 4
    assert again.digest != hashlib.sha256(USER_ID.encode()).hexdigest()


@pytest.mark.parametrize(
    ("age", "is_taken"),
    [(0, True), (86_400, True), (86_401, False), (10**9, False), (-300, True), (-301, False), (-(10**9), False)],
)
def test_it_is_good_for_a_day_and_to_the_second(age: int, is_taken: bool) -> None:
    text = signed(issued_at=int(NOW.timestamp()) - age)
    assert is_refused(text) is not is_taken


def test_part_of_a_second_makes_nothing_stale() -> None:
    text = signed(issued_at=int(NOW.timestamp()) - 86_400)
    assert opened(text, now=NOW + timedelta(microseconds=999_999)).user_id == USER_ID


def forged() -> dict[str, str]:
    """What an attacker may try, and what goes wrong on the way."""
    good = signed()
    signature_, payload = good.split(".")
    other = base64url(json.dumps(PAYLOAD | {"user_id": "2"}).encode())
    raw = hmac.digest(INSTAGRAM.encode(), json.dumps(PAYLOAD).encode(), hashlib.sha256)
    return {
        "empty": "",
        "a dot": ".",
        "no dot": signature_ + payload,
        "no signature": f".{payload}",
        "no payload": f"{signature_}.",
        "three parts": f"{good}.{payload}",
        "the other way round": f"{payload}.{signature_}",
        "another secret": signed("another-secret"),
        "an empty secret": signed(""),
        "another payload": f"{signature_}.{other}",
        "signed before it was encoded": f"{base64url(raw)}.{payload}",
        "a plain hash": f"{base64url(hashlib.sha256(payload.encode()).digest())}.{payload}",
        "SHA-1": f"{base64url(hmac.digest(INSTAGRAM.encode(), payload.encode(), 'sha1'))}.{payload}",
        "a cut signature": f"{signature_[:-1]}.{payload}",
        "a longer signature": f"{signature_}A.{payload}",
        "a second spelling of the signature": f"{other_spelling(signature_)}.{payload}",
        "a padded signature": f"{signature_}=.{payload}",
        "a padded payload": f"{good}{'=' * (-len(payload) % 4 or 4)}",
        "a space before": f" {good}",
        "a line after": f"{good}\n",
        "plain base64": good.replace("-", "+").replace("_", "/") + "+",
        "hex": f"{hmac.new(INSTAGRAM.encode(), payload.encode(), hashlib.sha256).hexdigest()}.{payload}",
        "digits of another script": good + "\u0661",
    }


@pytest.mark.parametrize("text", forged().values(), ids=forged().keys())
def test_what_meta_did_not_sign_is_refused(text: str) -> None:
    assert is_refused(text)


def test_a_second_spelling_of_the_payload_is_refused_though_it_is_signed() -> None:
    """Two texts for one request would be two requests."""
    spaces = next(b" " * count for count in range(3) if (len(json.dumps(PAYLOAD)) + count) % 3)
    payload = base64url(json.dumps(PAYLOAD).encode() + spaces)
    assert not is_refused(f"{signature(payload, INSTAGRAM)}.{payload}")
    for spelling in (other_spelling(payload), payload + "=" * (-len(payload) % 4), payload + "A"):
        assert is_refused(f"{signature(spelling, INSTAGRAM)}.{spelling}")


def test_a_payload_whose_length_no_base64_has_is_refused_though_it_is_signed() -> None:
    assert is_refused(f"{signature('abcde', INSTAGRAM)}.abcde")


WRONG: list[dict[str, Any]] = [
    {"algorithm": None},
    {"algorithm": "none"},
    {"algorithm": ""},
    {"algorithm": "hmac-sha256"},
    {"algorithm": "HMAC-SHA1"},
    {"algorithm": ["HMAC-SHA256"]},
    {"user_id": None},
    {"user_id": ""},
    {"user_id": " 1"},
    {"user_id": "1\n"},
    {"user_id": "\u0661"},
    {"user_id": "me"},
    {"user_id": "1.0"},
    {"user_id": 1.0},
    {"user_id": -1},
    {"user_id": True},
    {"user_id": [USER_ID]},
    {"user_id": {"id": USER_ID}},
    {"user_id": "1" * 33},
    {"user_id": 10**32},
    {"issued_at": None},
    {"issued_at": str(ISSUED_AT)},
    {"issued_at": float(ISSUED_AT)},
    {"issued_at": True},
    {"issued_at": 0},
    {"issued_at": 10**400},
    {"issued_at": -(10**400)},
]


@pytest.mark.parametrize("changes", WRONG, ids=lambda changes: str(changes)[:40])
def test_what_is_signed_must_say_how_about_whom_and_when(changes: dict[str, Any]) -> None:
    assert is_refused(signed(**changes))


@pytest.mark.parametrize("name", list(PAYLOAD))
def test_nothing_of_it_may_be_missing(name: str) -> None:
    assert is_refused(
        sealed(json.dumps({key: value for key, value in PAYLOAD.items() if key != name}).encode(), INSTAGRAM)
    )


@pytest.mark.parametrize(
    "payload",
    [b"{", b"[]", b"null", b"7", b'"HMAC-SHA256"', b"\xff\xfe", b"\xff", b"[" * 2500, b'{"issued_at":' + b"9" * 2900],
    ids=lambda payload: str(payload[:12]),
)
def test_what_is_signed_and_says_nothing_is_refused(payload: bytes) -> None:
    assert is_refused(sealed(payload, INSTAGRAM))


def test_without_a_secret_nobody_can_have_signed() -> None:
    for secrets in ([], [Secret("")]):
        with pytest.raises(NotSigned):
            verify(signed(""), secrets=secrets, now=NOW)


# The form around it


@pytest.mark.parametrize(
    "body",
    [
        form(signed()),
        b"a=1&" + form(signed()) + b"&b=2",
        b"signed%5Frequest=" + quote(signed()).replace(".", "%2E").encode(),
        form(signed()) + b"&a=&a=&a=&a=&a=&a=&a=",
        form(signed()) + b"&x=" + b"x" * (4096 - 3 - len(form(signed()))),
    ],
    ids=["alone", "among others", "encoded", "eight fields", "as long as it may be"],
)
def test_it_is_found_in_its_form(body: bytes) -> None:
    assert from_form(body) == opened(signed())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"signed_request",
        b"signed_request=",
        b"Signed_request=" + signed().encode(),
        b"xsigned_request=" + signed().encode(),
        form(signed()) + b"&" + form(signed()),
        form(signed()) + b"&signed_request=",
        form(signed()) + b"&signed_request",
        b"signed_request=x&" + form(signed()),
        form(signed()) + b"&a=&a=&a=&a=&a=&a=&a=&a=",
        form(signed()) + b"&x=" + b"x" * (4096 - 2 - len(form(signed()))),
        form(signed()) + b"&x=" + b"x" * 900_000,
        form(signed()) + b"&x=\xff",
        form(signed()) + b";signed_request=x",
        json.dumps({"signed_request": signed()}).encode(),
        signed().encode(),
    ],
    ids=lambda body: f"{len(body)} {body[-24:]!r}",
)
def test_a_form_with_anything_but_one_is_refused(body: bytes) -> None:
    with pytest.raises(NotSigned):
        from_form(body)


# Whatever comes, it is taken or refused, and never a crash

MANY = settings(max_examples=100, deadline=None)
GOOD = signed()


@MANY
@given(st.text() | st.text(f"{ALPHABET}.=", max_size=200))
@example(f"{'A' * 43}.e30")
def test_no_text_is_taken_or_breaks_anything(text: str) -> None:
    assert outcome(lambda: opened(text)) is None


@MANY
@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda tail: form(GOOD) + tail))
@example(form(GOOD))
def test_no_form_breaks_anything_or_changes_what_was_signed(body: bytes) -> None:
    assert outcome(lambda: from_form(body)) in (None, opened(GOOD))


@MANY
@given(st.integers(0, len(GOOD) - 1), st.characters(), st.sampled_from(["replace", "insert", "delete"]))
def test_a_changed_text_is_never_taken(at: int, character: str, how: str) -> None:
    before, after = GOOD[:at], GOOD[at + (how != "insert") :]
    changed = before + ("" if how == "delete" else character) + after
    assert changed == GOOD or outcome(lambda: opened(changed)) is None


def test_no_single_bit_may_be_flipped() -> None:
    flipped = (
        GOOD[:at] + chr(ord(GOOD[at]) ^ 1 << bit) + GOOD[at + 1 :] for at in range(len(GOOD)) for bit in range(7)
    )
    assert [text for text in flipped if not is_refused(text)] == []


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.lists(st.integers(), max_size=2)
)
FIELDS = {"algorithm": VALUES | st.just("HMAC-SHA256"), "issued_at": VALUES | st.just(ISSUED_AT), "user_id": VALUES}


@MANY
@given(st.fixed_dictionaries({}, optional=FIELDS))
def test_nothing_that_is_signed_breaks_anything(payload: dict[str, Any]) -> None:
    found = outcome(lambda: opened(sealed(json.dumps(payload).encode(), INSTAGRAM)))
    assert found is None or (found.user_id, found.issued_at) == (str(payload["user_id"]), ISSUED_AT)


@MANY
@given(st.binary(max_size=200))
def test_no_bytes_that_are_signed_break_anything(payload: bytes) -> None:
    assert outcome(lambda: opened(sealed(payload, INSTAGRAM))) is None
