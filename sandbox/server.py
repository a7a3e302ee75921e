"""Serving with uvicorn, including the one thing ASGI has no word for: cutting the connection."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

EXTENSION = "sandbox.hang_up"


class CuttableProtocol(H11Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        app = self.app

        async def with_extension(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[EXTENSION] = transport.abort
            await cast(ASGIApp, app)(scope, receive, send)

        self.app = with_extension


async def hang_up(scope: Scope) -> None:
    """Without a response uvicorn would answer 500; the client must see a broken connection instead."""
    abort = scope.get("extensions", {}).get(EXTENSION)
    if abort is None:
        raise RuntimeError("a dropped answer needs sandbox.server, in-process transports cannot show one")
    abort()
    await asyncio.sleep(0.01)


def _config(app: ASGIApp, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=CuttableProtocol,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )


def serve(app: ASGIApp, host: str, port: int) -> None:
    uvicorn.Server(_config(app, host, port)).run()


class BackgroundServer:
    """The app on a free port in a thread, for tests: `with BackgroundServer(app) as server: server.url`."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        # Named, because asyncio switches Nagle's delay off only for sockets that say they are TCP.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._server = uvicorn.Server(_config(app, "127.0.0.1", port))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> BackgroundServer:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()
