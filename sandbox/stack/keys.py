"""Secrets of the local stack: made once, kept in .local/env, worthless anywhere else."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / ".local" / "env"


def load(file: Path = FILE) -> dict[str, str]:
    """The keys in the file; any that is missing is made and added."""
    keys = _read(file)
    missing = {name: value for name, value in fresh().items() if name not in keys}
    if missing:
        keys |= missing
        _write(file, keys)
    return keys


def fresh() -> dict[str, str]:
    return {
        "SUPABASE_PUBLISHABLE_KEY": f"sb_publishable_{_word(22)}_{_word(8)}",
        "SUPABASE_SECRET_KEY": f"sb_secret_{_word(22)}_{_word(8)}",
        "SUPABASE_JWT_SECRET": secrets.token_hex(32),
        "TOKEN_ENCRYPTION_KEYS": f"local:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "INSTAGRAM_APP_ID": str(9 * 10**14 + secrets.randbelow(10**14)),
        "INSTAGRAM_APP_SECRET": secrets.token_hex(16),
        "META_APP_SECRET": secrets.token_hex(16),
        "TIKTOK_CLIENT_KEY": f"aw{_word(16)}",
        "TIKTOK_CLIENT_SECRET": _word(32),
        "R2_ACCESS_KEY_ID": secrets.token_hex(16),
        "R2_SECRET_ACCESS_KEY": secrets.token_hex(32),
        "ANTHROPIC_API_KEY": f"sk-ant-local-{_word(40)}",
        "RESEND_API_KEY": f"re_local_{_word(24)}",
        "RESEND_WEBHOOK_SECRET": f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}",
        "CRON_SECRET": _word(40),
        "ERASURE_SIGNING_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "DEMO_PASSWORD": _word(20),
    }


def _word(length: int) -> str:
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(length))


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    lines = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines())
    return {name: value for name, separator, value in lines if separator}


def _write(file: Path, keys: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{name}={value}\n" for name, value in keys.items())
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(text)


if __name__ == "__main__":
    load()
