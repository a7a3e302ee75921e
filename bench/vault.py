"""`make bench-vault`: what the vault adds to bare AESGCM, per seal and per open of a token of usual length.

Bare is the cipher alone with the same bytes: it makes no nonce, writes no text and binds to no place.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.secret import Secret
from shared.vault import Place, Vault

TOKEN = "IGAA" + "x" * 183
PLACE = Place("11111111-2222-4333-8444-555555555555", "instagram", "access")
ROUNDS, CALLS = 15, 5_000


def main() -> int:
    key, nonce = os.urandom(32), os.urandom(12)
    vault, cipher, secret = Vault({"k1": key}), AESGCM(key), Secret(TOKEN)
    associated_data, plaintext = PLACE.associated_data("k1"), TOKEN.encode()
    envelope, ciphertext = vault.seal(secret, PLACE), cipher.encrypt(nonce, plaintext, associated_data)
    bare_seal, seal, bare_open, opened = best(
        lambda: cipher.encrypt(nonce, plaintext, associated_data),
        lambda: vault.seal(secret, PLACE),
        lambda: cipher.decrypt(nonce, ciphertext, associated_data),
        lambda: vault.open(envelope, PLACE),
    )
    print(f"{len(TOKEN)} bytes, best of {ROUNDS} rounds of {CALLS} calls, processor time")
    for name, bare, ours in (("seal", bare_seal, seal), ("open", bare_open, opened)):
        print(f"{name}  bare {bare:5.2f} us   vault {ours:5.2f} us   ratio {ours / bare:4.2f}")
    return 0


def best(*works: Callable[[], object]) -> list[float]:
    """Microseconds a call. Round by round, so that a busy moment does not meet one of them alone."""
    rounds = [[_timed(work) for work in works] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    for _ in range(CALLS):
        work()
    return (time.process_time() - start) / CALLS * 1e6


if __name__ == "__main__":
    sys.exit(main())
