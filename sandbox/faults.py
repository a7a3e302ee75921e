"""Faults a test switches on: the network and the platform at their worst, one endpoint at a time."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from typing import Any, Literal

from starlette.responses import JSONResponse, Response, StreamingResponse

HUGE = 10 * 1024 * 1024

When = Literal["before", "after"]
Proceed = Callable[[], Awaitable[Response]]
ErrorShape = Callable[[Mapping[str, Any]], Response]

# The default moment of each kind: an unreadable answer is worth testing mostly when the work was done.
TRANSPORT_KINDS: Mapping[str, When] = {
    "drop_before": "before",
    "drop_after": "after",
    "status": "before",
    "error": "before",
    "html_200": "before",
    "html_502": "before",
    "redirect": "before",
    "slow": "before",
    "slow_drip": "after",
    "malformed_json": "after",
    "empty_body": "after",
    "huge_body": "after",
    "gzip_bomb": "after",
    "wrong_shape": "after",
}

# Carried into the handler of the endpoint, which alone knows what they mean.
HANDLER_KINDS = frozenset(
    {
        "media_error",
        "stuck",
        "refusal",
        "max_tokens",
        "context_window",
        "invalid_json",
        "long_caption",
        "spaced_hashtags",
        "dropped",
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    kind: str
    when: When
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Fault:
        kind = str(data.get("kind"))
        if kind not in TRANSPORT_KINDS and kind not in HANDLER_KINDS:
            known = ", ".join(sorted({*TRANSPORT_KINDS, *HANDLER_KINDS}))
            raise ValueError(f"unknown fault kind {kind!r}; known: {known}")
        if kind == "status" and not isinstance(data.get("status"), int):
            raise ValueError("a status fault needs a status")
        when: When = data.get("when", TRANSPORT_KINDS.get(kind, "before"))
        if when not in ("before", "after"):
            raise ValueError("when must be 'before' or 'after'")
        return cls(kind, when, {key: value for key, value in data.items() if key not in ("kind", "when")})


@dataclass(slots=True)
class Rule:
    """`skip` lets that many calls through first: "the third chunk", "the second look"."""

    endpoint: str
    fault: Fault
    times: int
    account: str | None
    skip: int = 0

    def strikes(self) -> bool:
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True

    def matches(self, endpoint: str, account: str | None) -> bool:
        return self.times > 0 and fnmatch(endpoint, self.endpoint) and self.account in (None, account)


class Faults:
    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(
        self, endpoint: str, fault: Mapping[str, Any], times: int = 1, account: str | None = None, skip: int = 0
    ) -> None:
        self._rules.append(Rule(endpoint, Fault.parse(fault), times, account, skip))

    def take(self, endpoint: str, account: str | None) -> Fault | None:
        rule = next((rule for rule in self._rules if rule.matches(endpoint, account)), None)
        return rule.fault if rule is not None and rule.strikes() else None

    def waiting(self) -> list[dict[str, Any]]:
        return [
            {
                "endpoint": rule.endpoint,
                "fault": {"kind": rule.fault.kind, "when": rule.fault.when, **rule.fault.options},
                "times": rule.times,
                "account": rule.account,
                "skip": rule.skip,
            }
            for rule in self._rules
            if rule.times > 0
        ]

    def clear(self) -> None:
        self._rules.clear()


async def disturbed(fault: Fault | None, proceed: Proceed, error_shape: ErrorShape) -> Response | None:
    """The answer under the fault; None means that the connection is cut instead."""
    if fault is None or fault.kind in HANDLER_KINDS:
        return await proceed()
    if fault.kind == "slow":
        return await _slowly(fault, proceed)
    if fault.kind == "slow_drip":
        return _dripping(fault, await proceed() if fault.when == "after" else Response())
    if fault.when == "after":
        await proceed()
    return _replacement(fault, error_shape)


async def _slowly(fault: Fault, proceed: Proceed) -> Response:
    seconds = float(fault.options.get("seconds", 1.0))
    if fault.when == "before":
        await asyncio.sleep(seconds)
        return await proceed()
    answer = await proceed()
    await asyncio.sleep(seconds)
    return answer


def _dripping(fault: Fault, answer: Response) -> Response:
    """The head at once, then one byte every `interval` seconds: no timeout between two bytes ever strikes."""
    content, interval = bytes(answer.body) or b" " * 64, float(fault.options.get("interval", 1.0))
    headers = {**answer.headers, "content-length": str(len(content))}
    return StreamingResponse(_drops(content, interval), answer.status_code, headers=headers)


async def _drops(content: bytes, interval: float) -> AsyncIterator[bytes]:
    for position in range(len(content)):
        await asyncio.sleep(interval)
        yield content[position : position + 1]


def _replacement(fault: Fault, error_shape: ErrorShape) -> Response | None:
    if fault.kind in ("drop_before", "drop_after"):
        return None
    if fault.kind in SPOILT:
        return SPOILT[fault.kind](fault.options)
    if fault.kind == "status" and "body" in fault.options:
        return JSONResponse(fault.options["body"], int(fault.options["status"]), headers=fault.options.get("headers"))
    answer = error_shape(fault.options)
    answer.headers.update(fault.options.get("headers", {}))
    return answer


def _html_502(options: Mapping[str, Any]) -> Response:
    return Response("<html><body><h1>502 Bad Gateway</h1></body></html>", 502, media_type="text/html")


def _html_200(options: Mapping[str, Any]) -> Response:
    return Response("<html><body><h1>Welcome</h1></body></html>", 200, media_type="text/html")


def _redirect(options: Mapping[str, Any]) -> Response:
    return Response(status_code=302, headers={"location": options.get("location", "https://redirect.invalid/")})


def _malformed(options: Mapping[str, Any]) -> Response:
    return Response('{"id": "1784', media_type="application/json")


def _empty(options: Mapping[str, Any]) -> Response:
    return Response(b"", media_type="application/json")


def _huge(options: Mapping[str, Any]) -> Response:
    return Response(b'{"padding": "' + b"x" * HUGE + b'"}', media_type="application/json")


def _gzip_bomb(options: Mapping[str, Any]) -> Response:
    return Response(_packed(), headers={"content-encoding": "gzip"}, media_type="application/json")


@cache
def _packed() -> bytes:
    """Fifty megabytes in fifty thousand bytes."""
    return gzip.compress(b'{"padding": "' + b"x" * 5 * HUGE + b'"}')


def _wrong_shape(options: Mapping[str, Any]) -> Response:
    return JSONResponse(options.get("body", ["unexpected"]), int(options.get("status", 200)))


SPOILT: Mapping[str, Callable[[Mapping[str, Any]], Response]] = {
    "html_200": _html_200,
    "html_502": _html_502,
    "redirect": _redirect,
    "malformed_json": _malformed,
    "empty_body": _empty,
    "huge_body": _huge,
    "gzip_bomb": _gzip_bomb,
    "wrong_shape": _wrong_shape,
}
