"""Everybody whom our functions send anything to, and the only hosts that they can send it to.

The first six are the sub-processors of the Data Policy (section 6). Meta and TikTok are recipients of their own: a
creator asks us to send them a post.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

import httpx

from shared.settings import (
    ANTHROPIC_BASE_URL,
    INSTAGRAM_API_URL,
    INSTAGRAM_GRAPH_URL,
    INSTAGRAM_WWW_URL,
    PLAUSIBLE_BASE_URL,
    R2_ENDPOINT,
    R2_PUBLIC_CONNECT_URL,
    R2_PUBLIC_URL,
    RESEND_BASE_URL,
    SUPABASE_URL,
    TIKTOK_API_URL,
    TIKTOK_WWW_URL,
    VERCEL_QUEUE_BASE_URL,
    Misconfigured,
    Settings,
    Variable,
)

type Origin = tuple[str, bytes, int | None]

_PORTS = {"https": 443, "http": 80}


class Address(Protocol):
    """An address as the client that will send to it has understood it: httpx's and httpx2's are alike."""

    @property
    def scheme(self) -> str: ...
    @property
    def raw_host(self) -> bytes: ...
    @property
    def port(self) -> int | None: ...
    @property
    def userinfo(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Recipient:
    """`calls` are the settings with the addresses that we send to, `opens` those that only a browser goes to.

    `hands_out` is the domain below which it may give us an address of its own, and nothing outside of it.
    Without any of them nothing is sent yet.
    """

    name: str
    purpose: str
    receives: str
    calls: tuple[Variable, ...] = ()
    opens: tuple[Variable, ...] = ()
    hands_out: str = ""
    # What we read of one answer. A platform's are a few kB.
    most_answer_bytes: int = 1_000_000

    def owns(self, address: Address | str, settings: Settings) -> bool:
        """Whether we may send there. Never with a name or a password in the address.

        A text is read as our client reads it, so that two readings of one address cannot differ.
        """
        known = _read(address) if isinstance(address, str) else address
        if known is None or known.userinfo:
            return False
        origin = _origin(known)
        return self._handed_out(origin) or any(origin == _named(settings, variable) for variable in self.calls)

    def _handed_out(self, origin: Origin) -> bool:
        scheme, host, port = origin
        below = bool(self.hands_out) and host.endswith(f".{self.hands_out}".encode())
        return below and (scheme, port) == ("https", 443)


def _read(text: str) -> Address | None:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:
        return None


def _origin(address: Address) -> Origin:
    """httpx leaves out the usual port of a scheme, but not of one that was written in capitals."""
    return address.scheme, address.raw_host, address.port or _PORTS.get(address.scheme)


def _named(settings: Settings, variable: Variable) -> Origin | None:
    """None for what is not set, or not as it must be: then it cannot be reached either."""
    try:
        text = settings.text(variable)
    except Misconfigured:
        return None
    return _parsed(text) if text else None


@cache
def _parsed(text: str) -> Origin:
    return _origin(httpx.URL(text))


SUPABASE = Recipient(
    "Supabase",
    "Database and authentication",
    "All user and content data, and the encrypted tokens without their key.",
    calls=(SUPABASE_URL,),
    # A batch of rows: the largest are those of the operator commands.
    most_answer_bytes=5_000_000,
)
VERCEL = Recipient(
    "Vercel",
    "Application hosting, and the queue that asks for the next step of a publication",
    "Requests, and log lines that hold codes and random ids; through the queue, the id of a publication and a proof"
    " that we sent it.",
    calls=(VERCEL_QUEUE_BASE_URL,),
    hands_out="vercel-queue.com",
)
CLOUDFLARE = Recipient(
    "Cloudflare",
    "Media storage (video, images, audio)",
    "Uploaded media files, under names that say nothing of their owner. For a day, in a bucket without any public"
    " address, the archive of their own data that a person asked for.",
    calls=(R2_ENDPOINT, R2_PUBLIC_URL, R2_PUBLIC_CONNECT_URL),
)
RESEND = Recipient(
    "Resend",
    "E-mail delivery",
    "Recipient e-mail addresses and the text of e-mails: about an access that ended, a request about one's own data, or"
    " a breach. No names, captions or tokens.",
    calls=(RESEND_BASE_URL,),
)
ANTHROPIC = Recipient(
    "Anthropic",
    "AI caption generation",
    "Title, description, type and tags of a content item and the name of its project, without what looks like"
    " personal data.",
    calls=(ANTHROPIC_BASE_URL,),
)
PLAUSIBLE = Recipient(
    "Plausible",
    "Privacy-friendly analytics",
    "Which of our few public pages was opened, what the browser calls itself, and the network of the visitor's address,"
    " never the address itself. No cookie, no id, no query string, and nothing of where the visitor came from.",
    calls=(PLAUSIBLE_BASE_URL,),
    most_answer_bytes=10_000,
)
META = Recipient(
    "Meta",
    "Connecting an Instagram account and publishing to it",
    "The creator's own access token, captions, and the public addresses of the media that the creator posts.",
    calls=(INSTAGRAM_API_URL, INSTAGRAM_GRAPH_URL),
    opens=(INSTAGRAM_WWW_URL,),
)
TIKTOK = Recipient(
    "TikTok",
    "Connecting a TikTok account and publishing to it",
    "The creator's own tokens, captions and choices, and the public addresses or the bytes of the media that the"
    " creator posts.",
    calls=(TIKTOK_API_URL,),
    opens=(TIKTOK_WWW_URL,),
    # Each upload gets its own host: open-upload.tiktokapis.com, upload.us.tiktokapis.com.
    hands_out="tiktokapis.com",
)

SUBPROCESSORS = (SUPABASE, VERCEL, CLOUDFLARE, RESEND, ANTHROPIC, PLAUSIBLE)
RECIPIENTS = (*SUBPROCESSORS, META, TIKTOK)
