"""Tokens on their way into the database and out of it."""

from __future__ import annotations

from typing import Any

from shared.connecting.logins import HeldTokens, Tokens
from shared.database import Platform
from shared.vault import Place, Vault


def seal_tokens(vault: Vault, connection_id: str, platform: Platform, tokens: Tokens) -> dict[str, Any]:
    """A row of connection_tokens: envelopes that open at this place only."""
    sealed: dict[str, Any] = {
        "access_token": vault.seal(tokens.access, Place(connection_id, platform, "access")),
        "access_expires_at": tokens.access_expires_at.isoformat(),
    }
    if tokens.refresh is not None and tokens.refresh_expires_at is not None:
        sealed["refresh_token"] = vault.seal(tokens.refresh, Place(connection_id, platform, "refresh"))
        sealed["refresh_expires_at"] = tokens.refresh_expires_at.isoformat()
    return sealed


def open_tokens(vault: Vault, connection_id: str, row: dict[str, Any]) -> HeldTokens:
    """Raises CannotOpen."""
    platform: Platform = row["platform"]
    access = vault.open(row["access_token"], Place(connection_id, platform, "access"))
    envelope = row["refresh_token"]
    refresh = vault.open(envelope, Place(connection_id, platform, "refresh")) if envelope else None
    return HeldTokens(access, refresh)
