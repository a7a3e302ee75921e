from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Mount

from sandbox.calls import Call, RefusedError
from sandbox.endpoints import Endpoint, Handler, Host, mount
from sandbox.instagram import consent, containers, media, publishing, reading, tokens
from sandbox.instagram.access import account_of, token_text
from sandbox.instagram.catalogue import from_fault, is_rate_limit
from sandbox.instagram.errors import Problem, flat_error, graph_error, refused, unsupported_request
from sandbox.pages import error_page
from sandbox.state import Sandbox

# v20.0 ended on 24 September 2026.
VERSIONS = frozenset({"v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0"})


def routes(sandbox: Sandbox) -> list[Mount]:
    return [mount(sandbox, WWW, _WWW), mount(sandbox, API, _API), mount(sandbox, GRAPH, _GRAPH)]


def _graph_fault(sandbox: Sandbox, call: Call, options: Mapping[str, Any]) -> Response:
    settings = sandbox.settings.instagram
    percent = max(settings.usage_percent, 100 if is_rate_limit(options) else 0)
    return _with_usage(sandbox, call, from_fault(options, settings.language), percent)


def _flat_fault(sandbox: Sandbox, call: Call, options: Mapping[str, Any]) -> Response:
    return flat_error(str(options.get("message", "Sorry, this is unavailable.")), int(options.get("status", 400)))


def _page_fault(sandbox: Sandbox, call: Call, options: Mapping[str, Any]) -> Response:
    return error_page("Instagram", str(options.get("parameter", "unknown")), "Please try again later")


def _versioned(handler: Handler) -> Handler:
    async def handle(sandbox: Sandbox, call: Call) -> Response:
        version = call.path_params["version"]
        if version not in VERSIONS:
            raise refused(Problem(2500, None, f"Unknown or ended API version: {version}"))
        return _with_usage(
            sandbox, call, await _answer(sandbox, call, handler), sandbox.settings.instagram.usage_percent
        )

    return handle


async def _answer(sandbox: Sandbox, call: Call, handler: Handler) -> Response:
    try:
        return await handler(sandbox, call)
    except RefusedError as refusal:
        return refusal.response


def _with_usage(sandbox: Sandbox, call: Call, response: Response, percent: int) -> Response:
    """Meta sends these headers only once the usage is worth noticing. The wait is in minutes."""
    token = sandbox.instagram.tokens.get(token_text(call) or "")
    if percent and token:
        usage = {"call_count": percent, "total_cputime": percent // 2, "total_time": percent // 2}
        wait = sandbox.settings.instagram.regain_minutes if percent >= 100 else 0
        per_account = [{"type": "instagram", **usage, "estimated_time_to_regain_access": wait}]
        response.headers.setdefault("X-App-Usage", json.dumps(usage))
        response.headers.setdefault("X-Business-Use-Case-Usage", json.dumps({token.account.user_id: per_account}))
    return response


async def _unknown(sandbox: Sandbox, call: Call) -> Response:
    return graph_error(unsupported_request(call.method))


async def _unknown_flat(sandbox: Sandbox, call: Call) -> Response:
    return JSONResponse({"error_type": "OAuthException", "code": 404, "error_message": "Unknown path"}, 404)


def _get(path: str, name: str | Callable[[Sandbox, Call], str], handler: Handler) -> Endpoint:
    return Endpoint(("GET",), f"/{{version}}{path}", name, _versioned(handler))


def _post(path: str, name: str, handler: Callable[[Sandbox, Call], Awaitable[Response]]) -> Endpoint:
    return Endpoint(("POST",), f"/{{version}}{path}", name, _versioned(handler))


ANY = ("GET", "POST", "PUT", "PATCH", "DELETE")

WWW = Host("www.instagram.com", "/instagram-www", account_of, _page_fault)
API = Host("api.instagram.com", "/instagram-api", account_of, _flat_fault)
GRAPH = Host("graph.instagram.com", "/instagram-graph", account_of, _graph_fault)

_WWW = [
    Endpoint(("GET",), "/oauth/authorize", "instagram.authorize", consent.show),
    Endpoint(("POST",), "/oauth/authorize", "instagram.consent", consent.decide),
]
_API = [
    Endpoint(("POST",), "/oauth/access_token", "instagram.token", tokens.exchange_code),
    Endpoint(ANY, "/{path:path}", "instagram.unknown", _unknown_flat),
]
_GRAPH = [
    Endpoint(("GET",), "/access_token", "instagram.exchange", tokens.exchange_token),
    Endpoint(("GET",), "/refresh_access_token", "instagram.refresh", tokens.refresh),
    Endpoint(("DELETE",), "/{version}/me/permissions", "instagram.permissions", _versioned(tokens.delete_permissions)),
    _get("/{node}/content_publishing_limit", "instagram.limit", reading.publishing_limit),
    _get("/{node}/media", "instagram.media_list", media.media_list),
    _get("/{node}/stories", "instagram.stories", media.stories),
    _get("/{node}/children", "instagram.children", media.children),
    _post("/{node}/media", "instagram.media", containers.create),
    _post("/{node}/media_publish", "instagram.media_publish", publishing.publish),
    _get("/{node}", reading.node_name, reading.node),
    Endpoint(ANY, "/{path:path}", "instagram.unknown", _unknown),
]
