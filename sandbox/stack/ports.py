from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

HOST = "127.0.0.1"


class PortTaken(Exception):
    """Somebody else already listens where the stack would."""


@dataclass(frozen=True, slots=True)
class Ports:
    app: int
    supabase: int
    r2: int
    sandbox: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Ports:
        ports = {name: _port(environ, name, default) for name, default in DEFAULTS.items()}
        for name, port in ports.items():
            if list(ports.values()).count(port) > 1:
                raise PortTaken(f"port {port} is wanted twice: choose another with {name}=...")
            if not _is_free(port):
                raise PortTaken(f"port {port} is taken: stop what listens there, or choose another with {name}=...")
        return cls(*ports.values())

    @classmethod
    def free(cls) -> Ports:
        return cls(*free_ports(4))


DEFAULTS = {"PORT": 3000, "SUPABASE_PORT": 54321, "R2_PORT": 9000, "SANDBOX_PORT": 4000}


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for held in sockets:
            held.bind((HOST, 0))
        return [int(held.getsockname()[1]) for held in sockets]
    finally:
        for held in sockets:
            held.close()


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    given = environ.get(name) or str(default)
    if not given.isdecimal() or not 1 <= int(given) <= 65535:
        raise PortTaken(f"{name}={given} is not a port: give a number from 1 to 65535")
    return int(given)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
