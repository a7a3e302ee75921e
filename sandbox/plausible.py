"""POST /api/event of plausible.io: as strict as its documentation about what must be there, and stricter about what
must not. More than we promised to send is a 400 here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount

from sandbox.calls import Call, RefusedError
from sandbox.endpoints import Endpoint, Host, mount
from sandbox.state import Sandbox
from sandbox.views import View

REQUIRED = ("domain", "name", "url")
# Of Plausible's own: what a visitor came from, and properties of any kind. We promised to send neither.
PROMISED_AWAY = ("referrer", "props", "revenue", "interactive")


def routes(sandbox: Sandbox) -> list[Mount]:
    host = Host("plausible.io", "/plausible", lambda sandbox, call: None, _fault)
    event = Endpoint(("POST",), "/api/event", "plausible.event", take_event)
    unknown = Endpoint(("GET", "POST"), "/{path:path}", "plausible.unknown", _unknown)
    return [mount(sandbox, host, [event, unknown])]


async def take_event(sandbox: Sandbox, call: Call) -> Response:
    event = _checked(call)
    address = _checked_network(call.headers.get("x-forwarded-for", ""))
    browser = call.headers.get("user-agent", "")
    if event["domain"] != sandbox.config.plausible.domain or (call.fault and call.fault.kind == "dropped"):
        return PlainTextResponse("ok", 202, headers={"x-plausible-dropped": "1"})
    sandbox.views.append(View(event["domain"], event["name"], event["url"], browser, address, sandbox.clock.now()))
    return PlainTextResponse("ok", 202)


def _checked(call: Call) -> dict[str, Any]:
    _demand(call.content_type in ("application/json", "text/plain"), "content-type", "must be JSON")
    _demand(bool(call.headers.get("user-agent")), "user-agent", "can't be blank")
    _demand("cookie" not in call.headers and "authorization" not in call.headers, "headers", "name a person")
    try:
        event = call.json_object()
    except ValueError as error:
        raise _refused("body", "is not a JSON object") from error
    for name in REQUIRED:
        _demand(isinstance(event.get(name), str) and event[name] != "", name, "can't be blank")
    _demand(not set(event) & set(PROMISED_AWAY), "body", "holds what we promised not to send")
    _demand(not set(event) - set(REQUIRED), "body", "holds a field that Plausible does not know")
    _check_url(event["url"])
    return event


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    _demand(parts.scheme in ("http", "https") and bool(parts.hostname), "url", "is invalid")
    _demand(len(url.encode()) <= 2000, "url", "is too long")
    _demand(not (parts.query or parts.fragment or parts.username), "url", "holds more than a page")


def _checked_network(text: str) -> str:
    """As for Plausible the first of a list counts, so there must be one, and one without its last bits."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise _refused("x-forwarded-for", "is no single address") from None
    host_bits = {4: 8, 6: 80}[address.version]
    _demand(int(address) % (1 << host_bits) == 0, "x-forwarded-for", "tells one visitor apart")
    return str(address)


def _fault(sandbox: Sandbox, call: Call, options: Mapping[str, Any]) -> Response:
    return JSONResponse({"error": "Simulated failure"}, int(options.get("status", 500)))


async def _unknown(sandbox: Sandbox, call: Call) -> Response:
    return JSONResponse({"error": "Not Found"}, 404)


def _refused(field: str, what: str) -> RefusedError:
    return RefusedError(JSONResponse({"errors": {field: [what]}}, 400))


def _demand(condition: bool, field: str, what: str) -> None:
    if not condition:
        raise _refused(field, what)
