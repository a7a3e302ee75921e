"""Token custody: what was sealed opens in its own place, with its own key, unchanged, or not at all."""

from __future__ import annotations

import ast
import base64
import itertools
import secrets
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from shared.secret import Secret
from shared.settings import Misconfigured, Settings
from shared.vault import CannotOpen, Place, Vault, key_id_of, new_key
from tests.people import Connected, Project

ROOT = Path(__file__).parents[2]
CONNECTION = "11111111-2222-4333-8444-555555555555"
PLACE = Place(CONNECTION, "instagram", "access")
TOKEN = "IGAA-example-token"
KEY = bytes(range(32))
OTHER_KEY = bytes(range(255, 223, -1))
VAULT = Vault({"k1": KEY})
NONCE = bytes(range(12))
# Sealed with KEY as k1 for PLACE with NONCE, by a few lines that share nothing with the product.
ENVELOPE = "v1.k1.AAECAwQFBgcICQoL.DkWXWuiAunrgMfvunJ0XBua4MJEtNK39fLeUz2BVWV7V5A"

Kind = Literal["access", "refresh"]
Platform = Literal["instagram", "tiktok"]

places = st.builds(
    Place,
    st.one_of(st.uuids().map(str), st.text(max_size=40)),
    st.sampled_from(("instagram", "tiktok")),
    st.sampled_from(("access", "refresh")),
)


@pytest.mark.parametrize(
    ("key_id", "key", "platform", "kind", "token", "nonce", "envelope"),
    [
        ("k1", KEY, "instagram", "access", TOKEN, NONCE, ENVELOPE),
        (
            "k1",
            KEY,
            "tiktok",
            "refresh",
            "rft.example!4599.va",
            NONCE[::-1],
            "v1.k1.CwoJCAcGBQQDAgEA.UpstPFMQDPCP0v9aV_geJKlt0wtqdIu-IDh7mDmG_c7y6qM",
        ),
        (
            "2026-11_b",
            OTHER_KEY,
            "tiktok",
            "access",
            "é漢\U0001f511",
            b"\xff" * 12,
            "v1.2026-11_b.________________.wmJyTOWqPu6F54Oq7I_2HucZQXgttg0bKQ",
        ),
    ],
)
def test_known_answers(
    *, key_id: str, key: bytes, platform: Platform, kind: Kind, token: str, nonce: bytes, envelope: str
) -> None:
    """A change of cipher, of associated data or of encoding would make every stored token unreadable."""
    vault, place = Vault({key_id: key}), Place(CONNECTION, platform, kind)

    assert vault._seal_with_nonce(Secret(token), place, nonce) == envelope
    assert vault.open(envelope, place).reveal() == token


@given(text=st.text(), place=places)
def test_what_was_sealed_opens_again(text: str, place: Place) -> None:
    assert VAULT.open(VAULT.seal(Secret(text), place), place).reveal() == text


def test_every_envelope_has_a_fresh_nonce_of_96_bits() -> None:
    nonces = {VAULT.seal(Secret("token"), PLACE).split(".")[2] for _ in range(10_000)}

    assert len(nonces) == 10_000
    assert {len(_decoded(nonce)) for nonce in nonces} == {12}


@given(here=places, there=places)
def test_an_envelope_opens_nowhere_else(here: Place, there: Place) -> None:
    envelope = VAULT.seal(Secret(TOKEN), here)

    assert _opens(envelope, there) == (here == there)


@pytest.mark.parametrize(
    ("here", "there"),
    list(
        itertools.permutations(
            [
                Place(connection, platform, kind)
                for connection in (CONNECTION, CONNECTION.replace("1", "2"))
                for platform in ("instagram", "tiktok")
                for kind in ("access", "refresh")
            ],
            2,
        )
    ),
)
def test_swapped_rows_platforms_and_kinds_do_not_open(here: Place, there: Place) -> None:
    assert not _opens(VAULT.seal(Secret(TOKEN), here), there)


@given(one=st.tuples(st.text(max_size=8), places), other=st.tuples(st.text(max_size=8), places))
def test_no_two_places_share_their_associated_data(one: tuple[str, Place], other: tuple[str, Place]) -> None:
    data = [place.associated_data(key_id) for key_id, place in (one, other)]

    assert (data[0] == data[1]) == (one == other)


def test_characters_moved_between_two_parts_make_another_place() -> None:
    assert Place("aa", "tiktok", "access").associated_data("k") != Place("a", "tiktok", "access").associated_data("ka")


def test_no_flipped_bit_goes_unnoticed() -> None:
    for position, bit in itertools.product(range(len(ENVELOPE)), range(8)):
        flipped = chr(ord(ENVELOPE[position]) ^ 1 << bit)
        assert not _opens(ENVELOPE[:position] + flipped + ENVELOPE[position + 1 :]), (position, bit)


def test_nothing_shorter_opens() -> None:
    for length in range(len(ENVELOPE)):
        assert not _opens(ENVELOPE[:length]), length


@given(st.text())
def test_no_other_text_opens(text: str) -> None:
    """Plaintext least of all: a token that was stored bare must not come back as if it had been sealed."""
    assert not _opens(text)


_, _, NONCE_TEXT, SEALED = ENVELOPE.split(".")


@pytest.mark.parametrize(
    "envelope",
    [
        pytest.param("", id="empty"),
        pytest.param(TOKEN, id="plaintext"),
        pytest.param("...", id="four empty parts"),
        pytest.param(f".k1.{NONCE_TEXT}.{SEALED}", id="no version"),
        pytest.param(f"v1..{NONCE_TEXT}.{SEALED}", id="no key id"),
        pytest.param(f"v1.k1..{SEALED}", id="no nonce"),
        pytest.param(f"v1.k1.{NONCE_TEXT}.", id="no ciphertext"),
        pytest.param(f"v1.k1.{NONCE_TEXT}.{SEALED[:21]}", id="less than a tag"),
        pytest.param(f"v1.k2.{NONCE_TEXT}.{SEALED}", id="unknown key"),
        pytest.param(f"v1.K1.{NONCE_TEXT}.{SEALED}", id="key id in capitals"),
        pytest.param(f"v2.k1.{NONCE_TEXT}.{SEALED}", id="later version"),
        pytest.param(f"v0.k1.{NONCE_TEXT}.{SEALED}", id="earlier version"),
        pytest.param(f"V1.k1.{NONCE_TEXT}.{SEALED}", id="version in capitals"),
        pytest.param(f"v1.k1.{NONCE_TEXT}.{SEALED}.", id="a fifth part"),
        pytest.param(f"{ENVELOPE}\n", id="line end"),
        pytest.param(f" {ENVELOPE}", id="leading space"),
        pytest.param(f"{ENVELOPE}==", id="padded"),
        pytest.param(f"v1.k1.{NONCE_TEXT}.{SEALED[:4]}\n{SEALED[4:]}", id="folded"),
        pytest.param(f"v1.k1.{NONCE_TEXT}.{SEALED[:-1]}B", id="spare bits set"),
        pytest.param(f"v1.k1.{NONCE_TEXT}.{SEALED}\u0000", id="nul"),
        pytest.param(f"v1.k1.{NONCE_TEXT}.é{SEALED}", id="not ascii"),
    ],
)
def test_no_other_spelling_opens(envelope: str) -> None:
    assert not _opens(envelope)


def test_the_other_alphabet_of_base64_does_not_open() -> None:
    """The decoder would take + for - and / for _: two spellings of one envelope."""
    vault = Vault({"k1": OTHER_KEY})
    envelope = vault._seal_with_nonce(Secret("token"), PLACE, b"\xff" * 12)
    respelled = envelope.replace("_", "/")

    assert respelled != envelope
    assert vault.open(envelope, PLACE)
    with pytest.raises(CannotOpen):
        vault.open(respelled, PLACE)


@pytest.mark.parametrize("size", [8, 11, 13, 16, 64])
def test_a_nonce_of_another_length_does_not_open(size: int) -> None:
    """The cipher itself would take it: the ciphertext below is genuine."""
    nonce = bytes(size)
    sealed = AESGCM(KEY).encrypt(nonce, b"token", PLACE.associated_data("k1"))

    assert not _opens(f"v1.k1.{_encoded(nonce)}.{_encoded(sealed)}")


@pytest.mark.parametrize("at", [1, 15, 17, 20])
def test_nonce_and_ciphertext_are_parted_in_one_place_only(at: int) -> None:
    """They are one piece of base64: parted elsewhere, it would be a second spelling of one envelope."""
    text = NONCE_TEXT + SEALED

    assert not _opens(f"v1.k1.{text[:at]}.{text[at:]}")


def test_a_ciphertext_without_associated_data_does_not_open() -> None:
    sealed = AESGCM(KEY).encrypt(NONCE, b"token", None)

    assert not _opens(f"v1.k1.{_encoded(NONCE)}.{_encoded(sealed)}")


def test_bytes_that_are_no_text_do_not_open() -> None:
    sealed = AESGCM(KEY).encrypt(NONCE, b"\xff\xfe", PLACE.associated_data("k1"))

    assert not _opens(f"v1.k1.{_encoded(NONCE)}.{_encoded(sealed)}")


def test_another_key_under_the_same_id_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        Vault({"k1": OTHER_KEY}).open(ENVELOPE, PLACE)


def test_an_envelope_never_falls_back_to_another_key_of_the_ring() -> None:
    """The key that could open it is there, under another name."""
    with pytest.raises(CannotOpen):
        Vault({"k2": KEY, "k1": OTHER_KEY}).open(ENVELOPE, PLACE)


def test_a_renamed_key_id_does_not_open_even_with_the_same_key() -> None:
    with pytest.raises(CannotOpen):
        Vault({"k1": KEY, "k2": KEY}).open(ENVELOPE.replace(".k1.", ".k2."), PLACE)


def test_the_right_key_under_an_unknown_id_is_not_tried() -> None:
    with pytest.raises(CannotOpen):
        VAULT.open(Vault({"k9": KEY}).seal(Secret(TOKEN), PLACE), PLACE)


def test_a_new_key_is_32_bytes_that_nobody_had_before() -> None:
    keys = {new_key() for _ in range(100)}

    assert {len(key) for key in keys} == {32}
    assert len(keys) == 100


def test_an_envelope_says_which_key_it_needs_and_a_ring_which_one_seals() -> None:
    assert key_id_of(ENVELOPE) == "k1"
    assert Vault({"k2": OTHER_KEY, "k1": KEY}).primary == "k2"


def test_a_ring_of_two_opens_the_old_and_seals_with_the_first() -> None:
    ring = Vault({"k2": OTHER_KEY, "k1": KEY})

    assert ring.open(ENVELOPE, PLACE).reveal() == TOKEN
    sealed = ring.seal(Secret(TOKEN), PLACE)
    assert sealed.startswith("v1.k2.")
    assert Vault({"k2": OTHER_KEY}).open(sealed, PLACE).reveal() == TOKEN


@pytest.mark.parametrize(
    "envelope", [ENVELOPE[:-1], f"v1.k9.{NONCE_TEXT}.{SEALED}", TOKEN], ids=["damaged", "unknown key", "plaintext"]
)
def test_every_failure_looks_the_same(envelope: str) -> None:
    with pytest.raises(CannotOpen) as caught:
        VAULT.open(envelope, PLACE)

    assert str(caught.value) == ""
    assert caught.value.__suppress_context__
    assert SEALED[:20] not in "".join(traceback.format_exception(caught.value))


def _key(data: bytes = KEY) -> str:
    return base64.b64encode(data).decode()


BAD_RINGS = {
    "empty": "",
    "blank": "   ",
    "only a key": _key(),
    "no key": "k1",
    "empty key": "k1:",
    "no key id": f":{_key()}",
    "key id with a dot": f"k.1:{_key()}",
    "key id not ascii": f"ключ:{_key()}",
    "key id too long": f"{'k' * 33}:{_key()}",
    "the same key id twice": f"k1:{_key()},k1:{_key(OTHER_KEY)}",
    "second has no key": f"k1:{_key()},k2:",
    "trailing comma": f"k1:{_key()},",
    "leading comma": f",k1:{_key()}",
    "semicolon": f"k1:{_key()};k2:{_key(OTHER_KEY)}",
    "16 bytes": f"k1:{_key(KEY[:16])}",
    "24 bytes": f"k1:{_key(KEY[:24])}",
    "31 bytes": f"k1:{_key(KEY[:31])}",
    "33 bytes": f"k1:{_key(KEY + KEY[:1])}",
    "all zero": f"k1:{_key(bytes(32))}",
    "one byte repeated": f"k1:{_key(b'a' * 32)}",
    "hex": f"k1:{KEY.hex()}",
    "base64url": f"k1:{base64.urlsafe_b64encode(bytes([251, 255]) * 16).decode()}",
    "no padding": f"k1:{_key().rstrip('=')}",
    "not ascii": f"k1:é{_key()[1:]}",
    "not base64": f"k1:{'!' * 44}",
    "line break inside": f"k1:{_key()[:20]}\n{_key()[20:]}",
    "blank after the comma": f"k1:{_key()}, k2:{_key(OTHER_KEY)}",
}


@pytest.mark.parametrize("ring", BAD_RINGS.values(), ids=BAD_RINGS.keys())
def test_an_unsound_ring_is_refused_without_a_word_of_it(ring: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Vault.from_settings(Settings({"TOKEN_ENCRYPTION_KEYS": ring}))

    shown = str(caught.value)
    assert "TOKEN_ENCRYPTION_KEYS" in shown
    assert not [part for part in ring.replace(",", ":").split(":") if len(part) > 3 and part in shown]


@pytest.mark.parametrize(
    ("ring", "said"),
    [
        (f"k1:{_key()},k1:{_key(OTHER_KEY)}", "entry 2 has no key id of its own"),
        (f":{_key()},k2:{_key(OTHER_KEY)}", "entry 1 has no key id of its own"),
        (f"k1:{_key()},k2:short", "entry 2 is not a random 32-byte key in base64"),
    ],
)
def test_the_operator_is_told_which_entry_is_unsound(ring: str, said: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        Vault.from_settings(Settings({"TOKEN_ENCRYPTION_KEYS": ring}))

    assert str(caught.value) == f"TOKEN_ENCRYPTION_KEYS: {said}"


def test_a_sound_ring_is_taken_in_its_order() -> None:
    ring = f"new-2026_11:{_key(OTHER_KEY)},k1:{_key()}"
    vault = Vault.from_settings(Settings({"TOKEN_ENCRYPTION_KEYS": ring}))

    assert vault.seal(Secret(TOKEN), PLACE).startswith("v1.new-2026_11.")
    assert vault.open(ENVELOPE, PLACE).reveal() == TOKEN


def test_one_product_file_encrypts() -> None:
    files = [file for folder in ("shared", "functions", "ops") for file in (ROOT / folder).rglob("*.py")]
    ciphers = [file.relative_to(ROOT).as_posix() for file in files if _touches_ciphers(file)]

    assert ciphers == ["shared/vault.py"]


def test_the_token_keys_serve_nothing_else() -> None:
    """Whatever else is signed or hidden has a secret of its own; the files that may see this one are listed here."""
    files = [file for folder in ("shared", "functions", "ops") for file in (ROOT / folder).rglob("*.py")]
    users = {
        file.relative_to(ROOT).as_posix() for file in files if _names(file) & {"TOKEN_ENCRYPTION_KEYS", "parse_ring"}
    }

    assert users == {"shared/settings.py", "shared/vault.py", "ops/keys/ring.py"}


@pytest.mark.parametrize("column", ["access_token", "refresh_token"])
@pytest.mark.parametrize(
    "value",
    [
        pytest.param("IGAA" + "x" * 183, id="Instagram token"),
        pytest.param("act.example!4521.va" + "x" * 60, id="TikTok access token"),
        pytest.param("rft.example!4599.va" + "x" * 60, id="TikTok refresh token"),
        pytest.param("", id="empty"),
        pytest.param("v1.", id="only the version"),
        pytest.param("v1.k1." + "A" * 16, id="no ciphertext"),
        pytest.param("v1.k1." + "A" * 16 + "." + "A" * 22, id="nothing but a tag"),
        pytest.param("v2.k1." + "A" * 16 + "." + "A" * 40, id="unknown version"),
        pytest.param("v1.k1." + "A" * 15 + "." + "A" * 40, id="short nonce"),
        pytest.param("v1.k1." + "A" * 16 + "." + "A" * 40 + "=", id="padding"),
        pytest.param("v1.k1." + "A" * 16 + "." + "A" * 40 + "\nIGAA", id="text after it"),
        pytest.param("v1.k1." + "A" * 16 + "." + "A" * 10_000, id="huge"),
    ],
)
def test_the_database_refuses_what_is_not_sealed(column: str, value: str, db: psycopg.Connection[Any]) -> None:
    tokens = {"access_token": ENVELOPE, "refresh_token": ENVELOPE, column: value}

    with pytest.raises(psycopg.errors.CheckViolation, match=f"{column}_check"):
        db.execute(
            "insert into private.connection_tokens"
            " (connection_id, access_token, refresh_token, access_expires_at, refresh_expires_at)"
            " values (gen_random_uuid(), %(access_token)s, %(refresh_token)s, now(), now())",
            tokens,
        )


def test_the_database_takes_an_envelope(
    connect: Callable[..., Connected], project: Project, db: psycopg.Connection[Any]
) -> None:
    connection = connect(project, "tiktok").id
    sealed = VAULT.seal(Secret(secrets.token_urlsafe(60)), Place(connection, "tiktok", "access"))
    db.execute(
        "update private.connection_tokens set access_token = %s, refresh_token = %s where connection_id = %s",
        (sealed, sealed, connection),
    )

    row = db.execute(
        "select access_token, refresh_token from private.connection_tokens where connection_id = %s", (connection,)
    ).fetchone()
    assert row == (sealed, sealed)


def _opens(envelope: str, place: Place = PLACE) -> bool:
    try:
        VAULT.open(envelope, place)
    except CannotOpen:
        return False
    return True


def _touches_ciphers(file: Path) -> bool:
    names = (node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "") for node in names
    }
    return bool(called & {"AESGCM", "Cipher", "Fernet", "ChaCha20Poly1305"})


def _names(file: Path) -> set[str]:
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return {node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in nodes}


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
