"""The same way out for SDKs that bring httpx2, the successor of httpx: Anthropic's, and that of Vercel Queues.

A module of its own, because loading httpx2 is not for every cold start.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import httpx2

from shared.egress import admit
from shared.settings import Settings
from shared.subprocessors import Recipient

type ResponseHook = Callable[[httpx2.Response], Awaitable[None]]


class AnswerTooLarge(httpx2.TransportError):
    """More than anybody needs; the rest was not read."""


class _Transport(httpx2.AsyncHTTPTransport):
    """An SDK may ask for redirects, and the client would follow; each of them ends here too."""

    def __init__(self, settings: Settings, recipient: Recipient) -> None:
        super().__init__(trust_env=False)
        self._settings = settings
        self._recipient = recipient

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        admit(request.url, self._settings, [self._recipient])
        request.headers["accept-encoding"] = "identity"
        return _Bounded(await super().handle_async_request(request), self._recipient.most_answer_bytes)


class _Bounded(httpx2.Response):
    def __init__(self, response: httpx2.Response, most_bytes: int) -> None:
        super().__init__(
            response.status_code, headers=response.headers, stream=response.stream, extensions=response.extensions
        )
        self._most_bytes = most_bytes

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncGenerator[bytes, None]:
        if self.headers.get("content-encoding", "identity") != "identity":
            raise AnswerTooLarge("compressed, though nobody asked for it")
        size = 0
        async with aclosing(super().aiter_bytes(chunk_size)) as pieces:
            async for piece in pieces:
                size += len(piece)
                if size > self._most_bytes:
                    raise AnswerTooLarge("answer too large")
                yield piece


def new_client(
    settings: Settings, recipient: Recipient, *, seconds: float, on_response: ResponseHook | None = None
) -> httpx2.AsyncClient:
    """Reaches this one recipient and nobody else."""
    return httpx2.AsyncClient(
        transport=_Transport(settings, recipient),
        timeout=seconds,
        trust_env=False,
        follow_redirects=False,
        event_hooks={"response": [on_response] if on_response else []},
    )
