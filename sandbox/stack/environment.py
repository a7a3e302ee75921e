"""What every part of the stack is told: one place, so that all of them agree."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.stack.ports import HOST, Ports

BUCKET = "itoms-media"
PRIVATE_BUCKET = "itoms-private"
MEDIA_URL = "https://media.itoms.test"
SITE = "app.itoms.test"
QUIET = {"DO_NOT_TRACK": "1", "SUPABASE_TELEMETRY_DISABLED": "1", "VERCEL_TELEMETRY_DISABLED": "1"}
FROM_KEYS = (
    "SUPABASE_PUBLISHABLE_KEY",
    "SUPABASE_SECRET_KEY",
    "TOKEN_ENCRYPTION_KEYS",
    "INSTAGRAM_APP_ID",
    "INSTAGRAM_APP_SECRET",
    "META_APP_SECRET",
    "TIKTOK_CLIENT_KEY",
    "TIKTOK_CLIENT_SECRET",
    "R2_ACCESS_KEY_ID",
    "R2_SECRET_ACCESS_KEY",
    "ANTHROPIC_API_KEY",
    "RESEND_API_KEY",
    "RESEND_WEBHOOK_SECRET",
    "CRON_SECRET",
    "ERASURE_SIGNING_KEY",
)


@dataclass(frozen=True, slots=True)
class Addresses:
    app: str
    supabase: str
    r2: str
    sandbox: str

    @classmethod
    def of(cls, ports: Ports) -> Addresses:
        # Browsers accept Secure cookies without TLS from localhost only.
        app = f"http://localhost:{ports.app}"
        return cls(app, *(f"http://{HOST}:{port}" for port in (ports.supabase, ports.r2, ports.sandbox)))


def functions_environment(addresses: Addresses, keys: Mapping[str, str]) -> dict[str, str]:
    """The variables a deployment would set, pointing at the local stand-ins."""
    sandbox = addresses.sandbox
    return {
        "APP_URL": addresses.app,
        "SUPABASE_URL": addresses.supabase,
        "INSTAGRAM_API_VERSION": "v26.0",
        "INSTAGRAM_WWW_URL": f"{sandbox}/instagram-www",
        "INSTAGRAM_API_URL": f"{sandbox}/instagram-api",
        "INSTAGRAM_GRAPH_URL": f"{sandbox}/instagram-graph",
        "TIKTOK_WWW_URL": f"{sandbox}/tiktok-www",
        "TIKTOK_API_URL": f"{sandbox}/tiktok-api",
        "R2_ENDPOINT": addresses.r2,
        "R2_BUCKET": BUCKET,
        "R2_PRIVATE_BUCKET": PRIVATE_BUCKET,
        "R2_PUBLIC_URL": MEDIA_URL,
        "R2_PUBLIC_CONNECT_URL": f"{addresses.r2}/{BUCKET}",
        "ANTHROPIC_BASE_URL": f"{sandbox}/anthropic",
        "CAPTION_MODEL": "claude-haiku-5-5",
        "PLAUSIBLE_BASE_URL": f"{sandbox}/plausible",
        "PLAUSIBLE_DOMAIN": SITE,
        "RESEND_BASE_URL": f"{sandbox}/resend",
        "MAIL_FROM": "itoms <mail@itoms.test>",
        "PRIVACY_EMAIL": "privacy@itoms.test",
        **{name: keys[name] for name in FROM_KEYS},
    }


def supabase_environment(keys: Mapping[str, str]) -> dict[str, str]:
    names = ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY", "SUPABASE_JWT_SECRET")
    return basic_environment() | {name: keys[name] for name in names}


def sandbox_config(addresses: Addresses, keys: Mapping[str, str], *, webhooks: str = "on") -> dict[str, Any]:
    """What an operator would type into the platforms' developer portals. Held webhooks wait for a test to send them."""
    return {
        "instagram": {
            "app_id": keys["INSTAGRAM_APP_ID"],
            "app_secret": keys["INSTAGRAM_APP_SECRET"],
            "meta_app_secret": keys["META_APP_SECRET"],
            "redirect_uris": [f"{addresses.app}/api/oauth/instagram/callback"],
            "deauthorize_url": f"{addresses.app}/api/webhooks/instagram/deauthorize",
            "deletion_url": f"{addresses.app}/api/webhooks/instagram/deletion",
        },
        "tiktok": {
            "client_key": keys["TIKTOK_CLIENT_KEY"],
            "client_secret": keys["TIKTOK_CLIENT_SECRET"],
            "redirect_uris": [f"{addresses.app}/api/oauth/tiktok/callback"],
            "verified_prefixes": [f"{MEDIA_URL}/"],
            "webhook_url": f"{addresses.app}/api/webhooks/tiktok",
            "webhooks": webhooks,
        },
        "anthropic": {"api_key": keys["ANTHROPIC_API_KEY"]},
        "plausible": {"domain": SITE},
        "resend": {
            "api_key": keys["RESEND_API_KEY"],
            "webhook_secret": keys["RESEND_WEBHOOK_SECRET"],
            "webhook_url": f"{addresses.app}/api/webhooks/resend",
            "webhooks": webhooks,
            "domains": ["itoms.test"],
            # Who waits for webhooks to be sent by hand has no time for a limit of five calls in a second either.
            "requests_per_second": 5 if webhooks == "on" else 1000,
        },
        "media_hosts": {MEDIA_URL: f"{addresses.r2}/{BUCKET}"},
    }


def basic_environment() -> dict[str, str]:
    """Nothing of the caller's settings reaches a child but what programs need to start."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ} | QUIET | {"PYTHONUNBUFFERED": "1"}
