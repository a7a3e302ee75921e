"""Every environment variable the functions read, and the only place that reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from shared.secret import Secret


class Misconfigured(Exception):
    """A variable is missing or malformed. The message names it and never shows its value."""


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    pattern: str
    default: str | None = None
    secret: bool = False


# Without TLS only to this machine, and never with a name or a password in front of the host.
_LOCAL = r"http://(?:localhost|127\.0\.0\.1)(?::\d+)?"
_ORIGIN = rf"(?:https://[A-Za-z0-9.-]+(?::\d+)?|{_LOCAL})"
_BASE_URL = rf"{_ORIGIN}(?:/[^\s?#]*[^/\s?#])?"
_KEY = r"\S{8,}"
_ADDRESS = r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+"

# Without TLS a __Host- cookie reaches only localhost, and no platform redirects anywhere else.
APP_URL = Variable("APP_URL", _ORIGIN)
SUPABASE_URL = Variable("SUPABASE_URL", _BASE_URL)
# Legacy keys are JWTs; they are refused so that nobody goes on with a key that cannot be rotated alone.
SUPABASE_PUBLISHABLE_KEY = Variable("SUPABASE_PUBLISHABLE_KEY", r"sb_publishable_\S+")
SUPABASE_SECRET_KEY = Variable("SUPABASE_SECRET_KEY", r"sb_secret_\S+", secret=True)
TOKEN_ENCRYPTION_KEYS = Variable("TOKEN_ENCRYPTION_KEYS", r"\S+", secret=True)
INSTAGRAM_APP_ID = Variable("INSTAGRAM_APP_ID", r"\d+")
INSTAGRAM_APP_SECRET = Variable("INSTAGRAM_APP_SECRET", _KEY, secret=True)
# Meta does not say which of an app's two secrets signs its callbacks. Empty: only Instagram's is tried.
META_APP_SECRET = Variable("META_APP_SECRET", rf"(?:{_KEY})?", "", secret=True)
INSTAGRAM_API_VERSION = Variable("INSTAGRAM_API_VERSION", r"v\d+\.\d+", "v26.0")
INSTAGRAM_WWW_URL = Variable("INSTAGRAM_WWW_URL", _BASE_URL, "https://www.instagram.com")
INSTAGRAM_API_URL = Variable("INSTAGRAM_API_URL", _BASE_URL, "https://api.instagram.com")
INSTAGRAM_GRAPH_URL = Variable("INSTAGRAM_GRAPH_URL", _BASE_URL, "https://graph.instagram.com")
TIKTOK_CLIENT_KEY = Variable("TIKTOK_CLIENT_KEY", r"\S+")
TIKTOK_CLIENT_SECRET = Variable("TIKTOK_CLIENT_SECRET", _KEY, secret=True)
TIKTOK_WWW_URL = Variable("TIKTOK_WWW_URL", _BASE_URL, "https://www.tiktok.com")
TIKTOK_API_URL = Variable("TIKTOK_API_URL", _BASE_URL, "https://open.tiktokapis.com")
# PULL_FROM_URL: TikTok fetches the file from R2_PUBLIC_URL, as the Data Policy says. FILE_UPLOAD: we send its bytes.
TIKTOK_VIDEO_SOURCE = Variable("TIKTOK_VIDEO_SOURCE", r"PULL_FROM_URL|FILE_UPLOAD", "PULL_FROM_URL")
# How old, in seconds, a webhook's signature may be. TikTok leaves it to the receiver.
TIKTOK_WEBHOOK_WINDOW = Variable("TIKTOK_WEBHOOK_WINDOW", r"[1-9]\d{1,5}", "300")
R2_ENDPOINT = Variable("R2_ENDPOINT", _ORIGIN)
R2_BUCKET = Variable("R2_BUCKET", r"[a-z0-9.-]{3,63}")
# Without a public domain: for what only its owner may fetch, with an address that we sign.
R2_PRIVATE_BUCKET = Variable("R2_PRIVATE_BUCKET", r"[a-z0-9.-]{3,63}")
R2_ACCESS_KEY_ID = Variable("R2_ACCESS_KEY_ID", r"\S+")
R2_SECRET_ACCESS_KEY = Variable("R2_SECRET_ACCESS_KEY", _KEY, secret=True)
R2_PUBLIC_URL = Variable("R2_PUBLIC_URL", rf"(?=https:){_BASE_URL}")
# Where our own check finds R2_PUBLIC_URL when that name is not in the DNS, as in a local stack. Empty: there.
R2_PUBLIC_CONNECT_URL = Variable("R2_PUBLIC_CONNECT_URL", rf"(?:{_BASE_URL})?", "")
ANTHROPIC_API_KEY = Variable("ANTHROPIC_API_KEY", _KEY, secret=True)
ANTHROPIC_BASE_URL = Variable("ANTHROPIC_BASE_URL", _BASE_URL, "https://api.anthropic.com")
CAPTION_MODEL = Variable("CAPTION_MODEL", r"[a-z0-9.-]+", "claude-haiku-5-5")
PLAUSIBLE_BASE_URL = Variable("PLAUSIBLE_BASE_URL", _BASE_URL, "https://plausible.io")
# The site as Plausible knows it. Empty: page views are not counted, and nothing is sent.
PLAUSIBLE_DOMAIN = Variable("PLAUSIBLE_DOMAIN", r"[a-z0-9.-]*", "")
RESEND_API_KEY = Variable("RESEND_API_KEY", r"re_\S{8,}", secret=True)
RESEND_WEBHOOK_SECRET = Variable("RESEND_WEBHOOK_SECRET", r"whsec_[A-Za-z0-9+/]{22,}={0,2}", secret=True)
RESEND_BASE_URL = Variable("RESEND_BASE_URL", _BASE_URL, "https://api.resend.com")
# An address of a domain that Resend has verified; a name may stand before it.
MAIL_FROM = Variable("MAIL_FROM", rf"(?:[^<>\r\n\"]+ <{_ADDRESS}>|{_ADDRESS})")
# Where the operator reads what people ask about their data, and where answers to our mails go.
PRIVACY_EMAIL = Variable("PRIVACY_EMAIL", _ADDRESS, "privacy@ito.ms")
CRON_SECRET = Variable("CRON_SECRET", r"\S{32,}", secret=True)
# 32 random bytes in base64: the seed of the Ed25519 key that signs the receipt of an erasure.
ERASURE_SIGNING_KEY = Variable("ERASURE_SIGNING_KEY", r"[A-Za-z0-9+/]{43}=", secret=True)
# Empty: no queue. Otherwise the topic of the trigger in vercel.json.
QUEUE_TOPIC = Variable("QUEUE_TOPIC", r"[A-Za-z0-9_-]*", "")
# `vercel dev` names its own queue here, for the queue's client to read. Empty: Vercel's.
VERCEL_QUEUE_BASE_URL = Variable("VERCEL_QUEUE_BASE_URL", rf"(?:{_BASE_URL})?", "")

VARIABLES = tuple(value for value in list(globals().values()) if isinstance(value, Variable))


class Settings:
    """Reads variables on demand: a function that needs no Anthropic key works without one."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, variable: Variable) -> str:
        """Raises Misconfigured when the variable is not set and has no default, or does not look as it must."""
        value = self._environ.get(variable.name, "").strip() or variable.default
        if value is None:
            raise Misconfigured(f"{variable.name} is not set")
        if not re.fullmatch(variable.pattern, value):
            raise Misconfigured(f"{variable.name} does not have the expected form")
        return value

    def check(self) -> None:
        """Raises Misconfigured at the first variable that any function would miss."""
        for variable in VARIABLES:
            self.text(variable)

    def secret(self, variable: Variable) -> Secret:
        return Secret(self.text(variable))

    @cached_property
    def app_url(self) -> str:
        """The site's own origin. A constant per environment: redirect URIs are never built from a request."""
        return self.text(APP_URL)
