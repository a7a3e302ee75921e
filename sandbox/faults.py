"""Faults a test switches on: the network and the platform at their worst, one endpoint at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any, Literal

from starlette.responses import JSONResponse, Response

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
    "html_502": "before",
    "redirect": "before",
    "slow": "before",
    "malformed_json": "after",
    "empty_body": "after",
    "huge_body": "after",
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
    endpoint: str
    fault: Fault
    times: int
    account: str | None

    def matches(self, endpoint: str, account: str | None) -> bool:
        return self.times > 0 and fnmatch(endpoint, self.endpoint) and self.account in (None, account)


class Faults:
    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(self, endpoint: str, fault: Mapping[str, Any], times: int = 1, account: str | None = None) -> None:
        self._rules.append(Rule(endpoint, Fault.parse(fault), times, account))

    def take(self, endpoint: str, account: str | None) -> Fault | None:
        rule = next((rule for rule in self._rules if rule.matches(endpoint, account)), None)
        if rule is None:
            return None
        rule.times -= 1
        return rule.fault

    def waiting(self) -> list[dict[str, Any]]:
        return [
            {
                "endpoint": rule.endpoint,
                "fault": {"kind": rule.fault.kind, "when": rule.fault.when, **rule.fault.options},
                "times": rule.times,
                "account": rule.account,
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


def _replacement(fault: Fault, error_shape: ErrorShape) -> Response | None:
    if fault.kind in ("drop_before", "drop_after"):
        return None
    if fault.kind in SPOILT:
        return SPOILT[fault.kind](fault.options)
    if fault.kind == "status" and "body" in fault.options:
        return JSONResponse(fault.options["body"], int(fault.options["status"]), headers=fault.options.get("headers"))
    return error_shape(fault.options)


def _html_502(options: Mapping[str, Any]) -> Response:
    return Response("<html><body><h1>502 Bad Gateway</h1></body></html>", 502, media_type="text/html")


def _redirect(options: Mapping[str, Any]) -> Response:
    return Response(status_code=302, headers={"location": options.get("location", "https://redirect.invalid/")})


def _malformed(options: Mapping[str, Any]) -> Response:
    return Response('{"id": "1784', media_type="application/json")


def _empty(options: Mapping[str, Any]) -> Response:
    return Response(b"", media_type="application/json")


def _huge(options: Mapping[str, Any]) -> Response:
    return Response(b'{"padding": "' + b"x" * HUGE + b'"}', media_type="application/json")


def _wrong_shape(options: Mapping[str, Any]) -> Response:
    return JSONResponse(options.get("body", ["unexpected"]), int(options.get("status", 200)))


SPOILT: Mapping[str, Callable[[Mapping[str, Any]], Response]] = {
    "html_502": _html_502,
    "redirect": _redirect,
    "malformed_json": _malformed,
    "empty_body": _empty,
    "huge_body": _huge,
    "wrong_shape": _wrong_shape,
}
