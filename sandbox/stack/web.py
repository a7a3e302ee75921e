"""What the web client is told when it runs here: the build is the one of a deployment, its surroundings are local."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

CONFIG = "web/config.json"
_POLICY = "content-security-policy"


def config(environ: Mapping[str, str]) -> dict[str, str]:
    """The three things that a deployed build finds in its own config.json."""
    return {
        "supabase_url": environ["SUPABASE_URL"],
        "supabase_publishable_key": environ["SUPABASE_PUBLISHABLE_KEY"],
        "media_url": environ["R2_PUBLIC_CONNECT_URL"],
    }


def local_policy(headers: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """No local part speaks https, so where the policy allows any such host it names the very ones that there are."""
    origins = sorted({_origin(environ[name]) for name in ("SUPABASE_URL", "R2_ENDPOINT") if name in environ})
    if _POLICY not in headers or not origins:
        return dict(headers)
    return {**headers, _POLICY: headers[_POLICY].replace(" https:", " " + " ".join(origins))}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
