"""A platform that answers with exactly the bytes it is told to, over a real connection."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from shared.egress import Egress, new_client
from shared.settings import Settings


@contextmanager
def answering(status: int, body: object) -> Iterator[str]:
    """The address of a server that gives this one answer to everything."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def ask[Client, Result](
    client: Callable[[Settings, Egress], Client],
    question: Callable[[Client], Awaitable[Result]],
    address: str,
) -> Result:
    environ = {
        "INSTAGRAM_APP_ID": "1", "INSTAGRAM_APP_SECRET": "secret-of-the-app", "TIKTOK_CLIENT_KEY": "key",
        "TIKTOK_CLIENT_SECRET": "secret-of-the-app", "INSTAGRAM_API_URL": address, "INSTAGRAM_GRAPH_URL": address,
        "TIKTOK_API_URL": address,
    }  # fmt: skip

    settings = Settings(environ)

    async def run() -> Result:
        async with new_client(settings) as http:
            return await question(client(settings, Egress(http)))

    return asyncio.run(run())
