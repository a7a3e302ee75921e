"""What every simulated endpoint has in common: the journal, the latency and the faults."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from sandbox.calls import Call, RefusedError, read_call
from sandbox.faults import disturbed
from sandbox.journal import KEPT_HEADERS, Entry
from sandbox.server import hang_up
from sandbox.state import Sandbox

Handler = Callable[[Sandbox, Call], Awaitable[Response]]
Namer = Callable[[Sandbox, Call], str]


@dataclass(frozen=True, slots=True)
class Host:
    """A simulated host: its real name, its path prefix, who is calling, and the shape of its errors."""

    name: str
    prefix: str
    account_of: Callable[[Sandbox, Call], str | None]
    error: Callable[[Sandbox, Call, Mapping[str, Any]], Response]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`streams` leaves the body to the handler: it may be larger than the memory, and the journal goes without it."""

    methods: tuple[str, ...]
    path: str
    name: str | Namer
    handler: Handler
    streams: bool = False


def mount(sandbox: Sandbox, host: Host, endpoints: list[Endpoint]) -> Mount:
    routes = [
        Route(endpoint.path, _Served(sandbox, host, endpoint), methods=list(endpoint.methods)) for endpoint in endpoints
    ]
    return Mount(host.prefix, routes=routes)


class _Served:
    def __init__(self, sandbox: Sandbox, host: Host, endpoint: Endpoint) -> None:
        self._sandbox = sandbox
        self._host = host
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await read_call(Request(scope, receive), streams=self._endpoint.streams)
        answer = await self._answer(call)
        if answer is None:
            await hang_up(scope)
        else:
            await answer(scope, receive, send)

    async def _answer(self, call: Call) -> Response | None:
        name = self._endpoint.name if isinstance(self._endpoint.name, str) else self._endpoint.name(self._sandbox, call)
        account = self._host.account_of(self._sandbox, call)
        fault = self._sandbox.faults.take(name, account)
        entry = self._noted(name, call, account)
        entry.fault = fault.kind if fault else None
        await asyncio.sleep(self._sandbox.settings.latency)
        call = replace(call, fault=fault)
        answer = await disturbed(fault, lambda: self._handled(call), lambda e: self._host.error(self._sandbox, call, e))
        entry.status = answer.status_code if answer else None
        return answer

    async def _handled(self, call: Call) -> Response:
        try:
            return await self._endpoint.handler(self._sandbox, call)
        except RefusedError as refused:
            return refused.response

    def _noted(self, name: str, call: Call, account: str | None) -> Entry:
        entry = Entry(
            at=self._sandbox.clock.now(),
            endpoint=name,
            host=self._host.name,
            method=call.method,
            path=call.path.removeprefix(self._host.prefix),
            query=dict(call.query),
            headers={key: value for key, value in call.headers.items() if key in KEPT_HEADERS},
            body=call.body.decode("utf-8", "replace"),
            account=account,
        )
        self._sandbox.journal.add(entry)
        return entry
