"""Hosts on real sockets: one that answers what it is told to, and one that only listens for whoever should not come."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle

Respond = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"


class Host:
    """Answers each connection with the next of `responses` and keeps what was sent to it. `Host(one, again=True)`
    gives that one answer to everybody.
    """

    def __init__(self, *responses: Respond | bytes, again: bool = False) -> None:
        self.requests: list[str] = []
        self._responses: Iterable[Respond | bytes] = cycle(responses) if again else responses
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Host:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone does not wake a thread that waits in accept().
        self._closed = True
        with socket.create_connection(self._listener.getsockname()):
            pass
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        for response in self._responses:
            connection, _ = self._listener.accept()
            with connection:
                if self._closed:
                    return
                self.requests.append(_read_request(connection))
                if self.requests[-1]:
                    _respond(connection, response)


def _read_request(connection: socket.socket) -> str:
    """A whole request, or the first of what a TLS client says."""
    received = b""
    while not _is_whole(received) and received[:1] != b"\x16" and (part := connection.recv(4096)):
        received += part
    return received.decode("latin-1")


def _is_whole(received: bytes) -> bool:
    head, ended, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
    return bool(ended) and len(body) >= (int(length[1]) if length else 0)


def _respond(connection: socket.socket, response: Respond | bytes) -> None:
    try:
        connection.sendall(response) if isinstance(response, bytes) else response(connection)
    except OSError:
        return


@dataclass(frozen=True, slots=True)
class Trap:
    """Nobody may come here."""

    socket: socket.socket

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def visitors(self) -> int:
        """How many connected: the kernel takes a connection before anybody accepts it."""
        found = 0
        self.socket.setblocking(False)
        while True:
            try:
                self.socket.accept()[0].close()
            except BlockingIOError:
                return found
            found += 1


@contextmanager
def trap() -> Iterator[Trap]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield Trap(listening)
