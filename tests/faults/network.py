"""A network at its worst, for one call of one worker: the rest goes where it should."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import httpx

from shared.egress import Answer, Egress

# Seconds. What takes longer is a call that never answers.
PATIENCE = 1.5
_TIMEOUT = httpx.Timeout(PATIENCE, connect=PATIENCE / 3)


class Detour(Egress):
    """Sends the first call that fits somewhere else, and waits for none for long."""

    def __init__(self, client: httpx.AsyncClient, fits: re.Pattern[str], skip: int, address: str | None) -> None:
        super().__init__(client)
        client.timeout = _TIMEOUT
        self._fits, self._skip, self._address = fits, skip, address

    async def send(self, request: httpx.Request, *, seconds: float = PATIENCE) -> Answer:
        if self._address and self._fits.search(f"{request.method} {request.url.path}"):
            self._skip -= 1
            if self._skip < 0:
                request.url = request.url.copy_with(host="127.0.0.1", port=int(self._address.rpartition(":")[2]))
                self._address = None
                # By a client of its own: ours would refuse to go there.
                async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as astray:
                    return await Egress(astray).send(request, seconds=PATIENCE)
        return await super().send(request, seconds=min(seconds, PATIENCE))


@contextmanager
def hostile_addresses() -> Iterator[dict[str, str]]:
    """Where nobody listens, where nobody ever answers the first packet, and where every caller is thrown out."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(make()) for name, make in _PLACES.items()}


@contextmanager
def _closed() -> Iterator[str]:
    with _listening() as server:
        address = _address(server)
    yield address


@contextmanager
def _full() -> Iterator[str]:
    """A queue for connections that is full: the kernel drops whoever knocks, without a word."""
    with _listening(0) as server, ExitStack() as held:
        for _ in range(4):
            knocking = held.enter_context(socket.socket())
            knocking.setblocking(False)
            knocking.connect_ex(server.getsockname())
        yield _address(server)


@contextmanager
def _slamming() -> Iterator[str]:
    """Takes the connection, and resets it before a byte was read."""
    with _listening() as server:
        server.settimeout(0.2)
        stopped = threading.Event()
        thread = threading.Thread(target=_slam, args=(server, stopped), daemon=True)
        thread.start()
        yield _address(server)
        stopped.set()
        thread.join(2)


def _slam(server: socket.socket, stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            caller, _ = server.accept()
        except TimeoutError:
            continue
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        caller.close()


def _listening(backlog: int = 50) -> socket.socket:
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(backlog)
    return server


def _address(server: socket.socket) -> str:
    return f"127.0.0.1:{server.getsockname()[1]}"


_PLACES: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "refused": _closed,
    "connect_timeout": _full,
    "reset_before_the_request": _slamming,
}
