"""The receipt of an erasure: what was erased from each store and when, signed, so that it can be shown to anybody.

    {"receipt": {...}, "public_key": "...", "signature": "..."}

The signature is Ed25519 over the JSON of `receipt` with sorted keys and without spaces. A signature and not a keyed
hash: whoever checks it need not be able to make one.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any, Self

from shared.secret import Secret
from shared.settings import ERASURE_SIGNING_KEY, Misconfigured, Settings


class Signer:
    """The library is loaded with the first signer, and not with this module."""

    def __init__(self, seed: Secret) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        self._key = Ed25519PrivateKey.from_private_bytes(b64decode(seed.reveal()))

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Raises Misconfigured."""
        try:
            return cls(settings.secret(ERASURE_SIGNING_KEY))
        except ValueError:
            raise Misconfigured(f"{ERASURE_SIGNING_KEY.name} does not have the expected form") from None

    @property
    def public_key(self) -> str:
        return b64encode(self._key.public_key().public_bytes_raw()).decode()

    def sign(self, receipt: dict[str, Any]) -> str:
        signature = b64encode(self._key.sign(_signed_bytes(receipt))).decode()
        return json.dumps({"receipt": receipt, "public_key": self.public_key, "signature": signature}, indent=2)


def is_genuine(document: dict[str, Any], public_key: str) -> bool:
    """Whether the receipt was signed with this very key, whatever key the document itself names."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        signed, signature = _signed_bytes(document["receipt"]), b64decode(document["signature"], validate=True)
        Ed25519PublicKey.from_public_bytes(b64decode(public_key, validate=True)).verify(signature, signed)
    except (InvalidSignature, KeyError, TypeError, ValueError):
        return False
    return True


def _signed_bytes(receipt: object) -> bytes:
    return json.dumps(receipt, sort_keys=True, separators=(",", ":")).encode()
