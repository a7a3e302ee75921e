"""The one way out: every call goes through here, to a known recipient, bounded in time and size, never redirected.

httpx rather than requests: Vercel's runtime reports the query strings of urllib3 calls to its metrics, and
Instagram takes tokens in query strings.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from shared.logs import log
from shared.settings import Settings
from shared.subprocessors import RECIPIENTS, Address, Recipient

USER_AGENT = "itoms/1.0"
# Seconds for the whole of one call: httpx's own timeouts start anew with every byte that drips in.
CALL_SECONDS = 15.0
CONNECT_SECONDS = 5.0
_TIMEOUT = httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS)
# Raised before a byte of the request can have left: such a call certainly had no effect.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class DestinationRefused(Exception):
    """The address is none of a recipient of ours, so nothing was sent. Names the host only."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is no recipient of ours")


class AnswerTooLarge(httpx.TransportError):
    """More than anybody needs; the rest was not read."""


class CallFailed(Exception):
    """No usable answer. Names the host only: an address may hold a token."""

    def __init__(self, host: str, *, sent: bool) -> None:
        super().__init__(f"no usable answer from {host}")
        self.host = host
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The parsed body, or None when it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Egress:
    """Keeps connections, and nothing else, between requests."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def send(self, request: httpx.Request, *, seconds: float = CALL_SECONDS) -> Answer:
        """One attempt. Raises CallFailed; `sent` is False only when the request certainly had no effect."""
        host = request.url.host
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(request)
        except _NOT_SENT:
            raise CallFailed(host, sent=False) from None
        except (httpx.HTTPError, ValueError, TimeoutError):
            raise CallFailed(host, sent=True) from None

    async def head(self, request: httpx.Request, *, seconds: float) -> Answer | None:
        """What stands there, or None when nothing answers."""
        try:
            return await self.send(request, seconds=seconds)
        except CallFailed:
            return None

    async def pieces(self, request: httpx.Request, *, length: int) -> AsyncIterator[bytes]:
        """The body of a file in pieces, never all of it in memory: for passing on. Raises CallFailed.

        An answer other than 200 or 206, or of another length, is no file.
        """
        host, seen = request.url.host, 0
        try:
            response = await self.client.send(request, stream=True)
            try:
                if response.status_code not in (200, 206) or response.headers.get("content-length") != str(length):
                    raise CallFailed(host, sent=True)
                async for piece in response.aiter_raw():
                    seen += len(piece)
                    yield piece
            finally:
                await response.aclose()
        except (httpx.HTTPError, ValueError):
            raise CallFailed(host, sent=True) from None
        if seen != length:
            raise CallFailed(host, sent=True)

    async def _exchange(self, request: httpx.Request) -> Answer:
        response = await self.client.send(request, stream=True)
        try:
            return Answer(response.status_code, dict(response.headers), await response.aread())
        finally:
            await response.aclose()


def admit(address: Address, settings: Settings, recipients: Iterable[Recipient] = RECIPIENTS) -> Recipient:
    """Whose address it is. Raises DestinationRefused when it is none of theirs: that is a bug or an attack, never a
    user's mistake, and is answered as an internal error.
    """
    for recipient in recipients:
        if recipient.owns(address, settings):
            return recipient
    host = address.raw_host.decode("ascii", "replace")[:253]
    log("destination_refused", level=logging.ERROR, host=host)
    raise DestinationRefused(host)


class _Transport(httpx.AsyncHTTPTransport):
    """Below everything that a client or a library on top of it may do: hooks, redirects, authentication."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(verify=_ssl_context(), trust_env=False)
        self._settings = settings

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        recipient = admit(request.url, self._settings)
        request.headers["accept-encoding"] = "identity"
        return _Bounded(await super().handle_async_request(request), recipient.most_answer_bytes)


class _Bounded(httpx.Response):
    """`aiter_raw` is not counted: Egress.pieces knows the length itself.

    A compressed answer, which nobody asked for, is refused: a thousand bytes of it can become a gigabyte before anybody
    counts.
    """

    def __init__(self, response: httpx.Response, most_bytes: int) -> None:
        super().__init__(
            response.status_code, headers=response.headers, stream=response.stream, extensions=response.extensions
        )
        self._most_bytes = most_bytes

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        if self.headers.get("content-encoding", "identity") != "identity":
            raise AnswerTooLarge("compressed, though nobody asked for it")
        size = 0
        async for piece in super().aiter_bytes(chunk_size):
            size += len(piece)
            if size > self._most_bytes:
                raise AnswerTooLarge("answer too large")
            yield piece


@cache
def _ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def new_client(settings: Settings) -> httpx.AsyncClient:
    """Without cookies: one instance serves many people at once, and a jar would carry one's session to another."""
    return httpx.AsyncClient(
        transport=_Transport(settings),
        timeout=_TIMEOUT,
        trust_env=False,
        follow_redirects=False,
        headers={"user-agent": USER_AGENT},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )
