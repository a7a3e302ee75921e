"""Whether a platform could fetch a file from the address we would give it. Pure judging: nothing is fetched here.

Sources: Meta, IG User Media reference (public, US-ASCII); TikTok, Media Transfer Guide (https, no redirect, a host
name). Ask `address_violations` before the address is fetched by us, so that ours is no way into a private network.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from shared.publishing.rules.violation import Violation

# The last label begins with a letter: resolvers read 127.1, 2130706433 and 0x7f.1 as IP addresses.
_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{0,62}")
_PRIVATE_ENDINGS = ("localhost", "local", "internal", "lan", "arpa")


@dataclass(frozen=True, slots=True)
class UrlAnswer:
    """What the address answered, without following a redirect. `content_length` is None when it was not said."""

    status: int
    content_type: str | None
    content_length: int | None
    redirected: bool = False


def address_violations(*, item: int, url: str) -> tuple[Violation, ...]:
    parts = _split(url)
    host = (parts.hostname or "").rstrip(".") if parts else ""
    rules = (
        (url.isascii() and url.isprintable() and " " not in url, "US-ASCII addresses", "outside US-ASCII"),
        (parts is not None and parts.scheme == "https", "https addresses", "without https"),
        (_is_public(host), "public host names", f"at {host or 'no host'}"),
        (parts is None or "@" not in parts.netloc, "addresses without a login", "one with a login"),
    )
    broken = ((limit, found) for kept, limit, found in rules if not kept)
    return tuple(Violation("media_url_invalid", item, limit, found) for limit, found in broken)


def media_url_violations(
    *, item: int, url: str, media_type: str, byte_size: int, answer: UrlAnswer | None
) -> tuple[Violation, ...]:
    """`answer` is None when none came. A bad address, or a bad status, is told alone: the rest would be about it."""
    if wrong := address_violations(item=item, url=url):
        return wrong
    broken = _broken(answer, media_type, byte_size)
    return tuple(Violation("media_unreachable", item, limit, found) for limit, found in broken)


def _broken(answer: UrlAnswer | None, media_type: str, byte_size: int) -> list[tuple[str, str]]:
    if answer is None:
        return [("status 200", "nothing")]
    if answer.redirected or 300 <= answer.status < 400:
        return [("the file without a redirect", "with a redirect")]
    if answer.status != 200:
        return [("status 200", f"status {answer.status}")]
    return _other_file(answer, media_type, byte_size)


def _other_file(answer: UrlAnswer, media_type: str, byte_size: int) -> list[tuple[str, str]]:
    kind = (answer.content_type or "").partition(";")[0].strip().lower()
    rules = (
        (kind == media_type, f"the type {media_type}", f"with the type {kind}" if kind else "without a type"),
        (answer.content_length in (None, byte_size), f"{byte_size} bytes", f"with {answer.content_length} bytes"),
    )
    return [(limit, found) for kept, limit, found in rules if not kept]


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _is_public(host: str) -> bool:
    """By its name alone: what a name resolves to is for whoever connects to it."""
    return _NAME.fullmatch(host) is not None and host.rpartition(".")[2] not in _PRIVATE_ENDINGS
