"""Makes an ASGI app out of one handler, and gives every endpoint the same manners.

ASGI rather than a BaseHTTPRequestHandler class: Vercel's wrapper around those prints the query string, which for a
callback holds the authorization code, into the log.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import time
import traceback
import uuid
from collections.abc import Awaitable, Callable, Container, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, request_response

from shared import logs, runtime
from shared.errors import Refused
from shared.runtime import Runtime
from shared.secret import Secret
from shared.settings import CRON_SECRET, Misconfigured
from shared.web.contract import Contract, Promises, SignedPromises
from shared.web.problems import PROBLEMS, problem

MAX_BODY_BYTES = 1_000_000
# Seconds. Below maxDuration of vercel.json, so that we answer before the platform ends the process.
DEADLINE_SECONDS = 50.0
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Call[Body]:
    runtime: Runtime
    request: Request
    body: Body
    jwt: Secret


type Handler[Body] = Callable[[Call[Body]], Awaitable[Response]]
type Serve = Callable[[Request], Awaitable[Response]]
type Refuse = Callable[[Refused], Response]


def user_endpoint[Body](
    name: str, handle: Handler[Body], body: type[Body] | TypeAdapter[Body], **promises: Unpack[Promises]
) -> Starlette:
    """POST with a user's JWT and a JSON body. The JWT is only carried: PostgREST judges it at the first call."""
    adapter = body if isinstance(body, TypeAdapter) else TypeAdapter(body)

    async def serve(request: Request) -> Response:
        jwt = _bearer(request)
        parsed = _parse(adapter, await _read_body(request))
        return await handle(Call(runtime.current(), request, parsed, jwt))

    return _app(name, Contract(kind="user", method="POST", body=adapter, **promises), serve)


def cron_endpoint(name: str, handle: Handler[None], **promises: Unpack[Promises]) -> Starlette:
    """GET with the scheduler's secret. Fails closed when no secret is configured."""

    async def serve(request: Request) -> Response:
        at = runtime.current()
        expected = f"Bearer {at.settings.secret(CRON_SECRET).reveal()}"
        given = single(request.headers.getlist("authorization"))
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise Refused("not_the_cron")
        return await handle(Call(at, request, None, Secret("")))

    return _app(name, Contract(kind="cron", method="GET", **promises), serve)


def signed_endpoint(name: str, handle: Handler[bytes], **promises: Unpack[SignedPromises]) -> Starlette:
    """POST by a platform or a queue. The handler gets the bytes as they came, because those are what is signed."""

    async def serve(request: Request) -> Response:
        body = await _read_body(request)
        return await handle(Call(runtime.current(), request, body, Secret("")))

    return _app(name, Contract(kind="signed", method="POST", **promises), serve)


def public_endpoint(
    name: str, handle: Handler[None], *, refuse: Refuse = problem, **promises: Unpack[Promises]
) -> Starlette:
    """Anyone may call: the handler finds out by itself whom it is talking to. `refuse` shows a refusal to a person."""

    async def serve(request: Request) -> Response:
        return await handle(Call(runtime.current(), request, None, Secret("")))

    refusals = "application/problem+json" if refuse is problem else "text/html"
    return _app(name, Contract(kind="public", method="GET", refusals=refusals, **promises), serve, refuse)


def visitor_endpoint[Body](
    name: str, handle: Handler[Body], body: type[Body], **promises: Unpack[Promises]
) -> Starlette:
    """POST with a JSON body, by anyone. Whoever is signed in may say so; of everybody else `jwt` is empty."""
    adapter = TypeAdapter(body)

    async def serve(request: Request) -> Response:
        jwt = _bearer(request) if "authorization" in request.headers else Secret("")
        parsed = _parse(adapter, await _read_body(request))
        return await handle(Call(runtime.current(), request, parsed, jwt))

    return _app(name, Contract(kind="visitor", method="POST", body=adapter, **promises), serve)


def answer(content: Any, status: int = 200, **headers: str) -> JSONResponse:
    return JSONResponse(content, status, headers)


def _app(name: str, contract: Contract, serve: Serve, refuse: Refuse = problem) -> Starlette:
    """`app.state.contract` is for the generator of the OpenAPI document."""
    logs.configure()

    async def respond(request: Request) -> Response:
        started = time.monotonic()
        request_id = uuid.uuid4().hex
        code, response = await _guarded(name, contract.method, serve, refuse, request)
        for header, value in _HEADERS.items():
            response.headers.setdefault(header, value)
        response.headers["x-request-id"] = request_id
        ms = round((time.monotonic() - started) * 1000)
        logs.log(
            "request",
            function=name, method=request.method, status=response.status_code, code=code, ms=ms, request_id=request_id,
        )  # fmt: skip
        return response

    # A Mount, because a Route would answer methods it does not know by itself.
    app = Starlette(routes=[Mount("/", request_response(respond))])
    app.state.contract = contract
    return app


async def _guarded(name: str, method: str, serve: Serve, refuse: Refuse, request: Request) -> tuple[str, Response]:
    """Every way out of a handler becomes an answer, and none of them shows what went wrong inside."""
    try:
        if request.method != method:
            return "method_not_allowed", problem(Refused("method_not_allowed"), allow=method)
        async with asyncio.timeout(DEADLINE_SECONDS):
            return "ok", await serve(request)
    except Refused as refusal:
        if refusal.code in PROBLEMS:
            return refusal.code, refuse(refusal)
        logs.log("undescribed_refusal", level=logging.ERROR, function=name, reason=refusal.code)
        return "internal_error", refuse(Refused("internal_error"))
    except TimeoutError:
        return "deadline_reached", refuse(Refused("deadline_reached"))
    except Misconfigured as error:
        logs.log("misconfigured", level=logging.ERROR, function=name, variable=str(error))
        return "misconfigured", refuse(Refused("misconfigured"))
    except ClientDisconnect:
        return "client_gone", Response(status_code=400)
    except Exception as error:
        logs.log(
            "internal_error",
            level=logging.ERROR,
            function=name,
            error_type=type(error).__name__,
            error_at=_where(error),
        )
        return "internal_error", refuse(Refused("internal_error"))


def _where(error: Exception) -> str:
    """File and line of the innermost frame: the message itself may hold anything."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"


def single(values: Sequence[str]) -> str:
    """Empty when there is none, and when there are two: nobody honest sends two, and which one counts is a guess."""
    return values[0] if len(values) == 1 else ""


def _bearer(request: Request) -> Secret:
    scheme, _, token = single(request.headers.getlist("authorization")).partition(" ")
    if scheme.lower() != "bearer" or not _JWT.fullmatch(token):
        raise Refused("not_signed_in")
    return Secret(token)


async def _read_body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > MAX_BODY_BYTES:
        raise Refused("body_too_large")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Refused("body_too_large")
    return bytes(body)


def _parse[Body](adapter: TypeAdapter[Body], body: bytes) -> Body:
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        if any(entry["type"] == "json_invalid" for entry in found):
            raise Refused("not_json") from None
        tags = adapter.core_schema.get("choices", ())
        fields = [{"field": _field(entry, tags), "message": _message(entry)} for entry in found]
        raise Refused("invalid_input", errors=fields[:20]) from None


def _field(entry: ErrorDetails, tags: Container[object]) -> str:
    """As the caller spelled it: pydantic puts the chosen member of a tagged union in front, which nobody sent."""
    if entry["type"].startswith("union_tag"):
        return str(entry["ctx"]["discriminator"]).strip("'")
    path = entry["loc"][1:] if entry["loc"] and entry["loc"][0] in tags else entry["loc"]
    return ".".join(str(part) for part in path)[:100]


def _message(entry: ErrorDetails) -> str:
    """pydantic would repeat an unknown tag, however long it is."""
    if entry["type"] == "union_tag_invalid":
        return f"Input should be {entry['ctx']['expected_tags']}"
    return entry["msg"]
