"""The one module that encrypts. Tokens at rest are AES-256-GCM in a self-describing text envelope.

    v1.<key id>.<nonce>.<ciphertext and tag>        each part base64url without padding, but for the key id

The envelope names its key, so opening never tries one key after another (GCM does not commit to a key). The
associated data names the place the ciphertext belongs to: moved to another connection, platform or kind, it does
not open. A key of the ring serves at most 2**32 random nonces (NIST SP 800-38D, 8.3).
"""

from __future__ import annotations

import os
import re
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.secret import Secret
from shared.settings import TOKEN_ENCRYPTION_KEYS, Misconfigured, Settings

_KEY_BYTES = 32
_NONCE_BYTES = 12
# Without a spare bit, so that nonce and ciphertext are one piece of base64 that is cut in two.
_NONCE_CHARACTERS = 16
_TAG_BYTES = 16
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class CannotOpen(Exception):
    """The one answer to every failure, so that a caller cannot be made into an oracle."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ciphertext belongs: it opens nowhere else. The owner is a connection; of an upload_url, a publication."""

    owner_id: str
    platform: Literal["instagram", "tiktok"]
    kind: Literal["access", "refresh", "upload_url"]

    def associated_data(self, key_id: str) -> bytes:
        """Length-prefixed, so that no two different places can ever give the same bytes."""
        parts = ("itoms.token.v1", key_id, self.owner_id, self.platform, self.kind)
        return b"".join([len(data := part.encode()).to_bytes(4) + data for part in parts])


class Vault:
    """A ring of keys. The first one seals; each one opens what it sealed, which is what makes rotation possible."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._primary = next(iter(keys))
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}

    @classmethod
    def from_settings(cls, settings: Settings) -> Vault:
        """Raises Misconfigured, without key text, unless every key is sound."""
        return cls(parse_ring(settings.secret(TOKEN_ENCRYPTION_KEYS)))

    @property
    def primary(self) -> str:
        return self._primary

    def seal(self, secret: Secret, place: Place) -> str:
        return self._seal_with_nonce(secret, place, os.urandom(_NONCE_BYTES))

    def _seal_with_nonce(self, secret: Secret, place: Place, nonce: bytes) -> str:
        """A seam for known-answer tests only: a nonce that is used twice gives both plaintexts away."""
        aad = place.associated_data(self._primary)
        ciphertext = self._ciphers[self._primary].encrypt(nonce, secret.reveal().encode(), aad)
        text = _encode(nonce + ciphertext)
        return f"v1.{self._primary}.{text[:_NONCE_CHARACTERS]}.{text[_NONCE_CHARACTERS:]}"

    def open(self, envelope: str, place: Place) -> Secret:
        """Raises CannotOpen, and never says why: wrong key, wrong place and damage look the same."""
        try:
            version, key_id, nonce_text, ciphertext_text = envelope.split(".")
            sealed = _decode(nonce_text + ciphertext_text)
            nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            if version != "v1" or len(nonce_text) != _NONCE_CHARACTERS or len(ciphertext) < _TAG_BYTES:
                raise ValueError
            opened = self._ciphers[key_id].decrypt(nonce, ciphertext, place.associated_data(key_id))
            return Secret(opened.decode())
        except (ValueError, KeyError, InvalidTag):
            raise CannotOpen from None


def key_id_of(envelope: str) -> str:
    """What an envelope says of itself. Only opening it proves that."""
    return envelope.split(".", 2)[1]


def new_key() -> bytes:
    return os.urandom(_KEY_BYTES)


def parse_ring(ring: Secret) -> dict[str, bytes]:
    """Keys by their ids, the primary first. Raises Misconfigured, without key text."""
    keys: dict[str, bytes] = {}
    for position, entry in enumerate(ring.reveal().split(","), start=1):
        key_id, _, encoded = entry.partition(":")
        if not _KEY_ID.fullmatch(key_id) or key_id in keys:
            raise Misconfigured(f"TOKEN_ENCRYPTION_KEYS: entry {position} has no key id of its own")
        keys[key_id] = _parse_key(encoded, position)
    return keys


def _parse_key(encoded: str, position: int) -> bytes:
    try:
        key = b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES or len(set(key)) == 1:
        raise Misconfigured(f"TOKEN_ENCRYPTION_KEYS: entry {position} is not a random {_KEY_BYTES}-byte key in base64")
    return key


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """Only the one canonical spelling: base64 has spare bits, and a changed envelope must not open."""
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encode(data) != text:
        raise ValueError("not canonical base64url")
    return data
