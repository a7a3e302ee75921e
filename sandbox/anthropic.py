"""POST /v1/messages of api.anthropic.com, answering one kind of question: three caption variants."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Mount

from sandbox.calls import Call, RefusedError
from sandbox.captions import CHARACTERS_PER_TOKEN, content_of, variants
from sandbox.endpoints import Endpoint, Host, mount
from sandbox.identifiers import opaque
from sandbox.state import Sandbox

KNOWN_KEYS = frozenset({"model", "max_tokens", "messages", "system", "output_config", "metadata", "stream", "thinking"})
SAMPLING_KEYS = ("temperature", "top_p", "top_k")
MAX_BODY = 32 * 1024 * 1024

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}

STOP_REASONS = {
    "refusal": "refusal",
    "max_tokens": "max_tokens",
    "context_window": "model_context_window_exceeded",
}


def routes(sandbox: Sandbox) -> list[Mount]:
    host = Host("api.anthropic.com", "/anthropic", lambda sandbox, call: None, _fault)
    messages = Endpoint(("POST",), "/v1/messages", "anthropic.messages", create_message)
    unknown = Endpoint(("GET", "POST"), "/{path:path}", "anthropic.unknown", _unknown)
    return [mount(sandbox, host, [messages, unknown])]


async def create_message(sandbox: Sandbox, call: Call) -> Response:
    _check_headers(sandbox, call)
    if len(call.body) > MAX_BODY:
        raise _refused(413, "Request exceeds the maximum size")
    request = _checked_request(call)
    kind = call.fault.kind if call.fault else ""
    text = _text(request, kind)
    return _message(request, text, STOP_REASONS.get(kind) or _natural_stop(request, text))


def _check_headers(sandbox: Sandbox, call: Call) -> None:
    # The documentation says x-api-key; the official Python client sends the key as a bearer token.
    key = call.headers.get("x-api-key") or call.bearer or ""
    if not hmac.compare_digest(key.encode(), sandbox.config.anthropic.api_key.encode()):
        raise _refused(401, "invalid x-api-key")
    if not call.headers.get("anthropic-version"):
        raise _refused(400, "anthropic-version: header is required")
    if call.content_type != "application/json":
        raise _refused(400, "content-type: must be application/json")


def _checked_request(call: Call) -> dict[str, Any]:
    try:
        request = call.json_object()
    except ValueError as error:
        raise _refused(400, "The request body is not valid JSON") from error
    for key in SAMPLING_KEYS:
        _demand(key not in request, f"{key}: not supported by this model")
    unknown = sorted(set(request) - KNOWN_KEYS)
    _demand(not unknown, f"{', '.join(unknown)}: Extra inputs are not permitted")
    for key in ("model", "max_tokens", "messages"):
        _demand(key in request, f"{key}: Field required")
    tokens = request["max_tokens"]
    _demand(isinstance(tokens, int) and not isinstance(tokens, bool) and tokens > 0, "max_tokens: must be positive")
    _demand(isinstance(request["model"], str) and request["model"] != "", "model: must be a string")
    _demand(request.get("stream", False) is False, "stream: this sandbox does not simulate streaming")
    _check_messages(request["messages"])
    _check_output_config(request.get("output_config", {}))
    return request


def _check_messages(messages: object) -> None:
    if not isinstance(messages, list) or not messages:
        raise _refused(400, "messages: at least one message is required")
    for number, message in enumerate(messages):
        fits = isinstance(message, dict) and message.get("role") in ("user", "assistant") and "content" in message
        _demand(fits, f"messages.{number}: role and content are required")
    _demand(messages[-1]["role"] == "user", "messages: the last message must be from the user, prefill is unsupported")


def _check_output_config(config: object) -> None:
    if not isinstance(config, dict):
        raise _refused(400, "output_config: must be an object")
    answer_format = config.get("format")
    if answer_format is None:
        return
    fits = isinstance(answer_format, dict) and answer_format.get("type") == "json_schema"
    _demand(fits and isinstance(answer_format.get("schema"), dict), "output_config.format: must be a json_schema")
    closed = answer_format["schema"].get("additionalProperties") is False
    _demand(closed, "output_config.format.schema: 'additionalProperties' must be explicitly set to false")


def _text(request: Mapping[str, Any], kind: str) -> str:
    """The answer of the model, spoilt as the fault demands."""
    if kind in ("refusal", "context_window"):
        return ""
    if kind == "invalid_json":
        return "Here are your captions! 1) Something nice"
    content = content_of(request["messages"])
    if content is None:
        return "Please send the content as one JSON object."
    whole = json.dumps({"variants": variants(content, kind)}, ensure_ascii=False)
    return whole[: len(whole) // 2] if kind == "max_tokens" else whole


def _natural_stop(request: Mapping[str, Any], text: str) -> str:
    return "max_tokens" if _tokens(text) > request["max_tokens"] else "end_turn"


def _message(request: Mapping[str, Any], text: str, stop_reason: str) -> Response:
    kept = text[: request["max_tokens"] * CHARACTERS_PER_TOKEN]
    return JSONResponse(
        {
            "id": opaque("msg_01", 28),
            "type": "message",
            "role": "assistant",
            "model": request["model"],
            "content": [{"type": "text", "text": kept}] if kept else [],
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": {
                "input_tokens": _tokens(json.dumps(request)),
                "output_tokens": _tokens(kept),
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
            },
        },
        headers={"request-id": opaque("req_01", 28)},
    )


def _tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def error(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    request_id = opaque("req_01", 28)
    kind = ERROR_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}
    return JSONResponse(body, status, headers={"request-id": request_id, **(headers or {})})


def _fault(sandbox: Sandbox, call: Call, options: Mapping[str, Any]) -> Response:
    status = int(options.get("status", 500))
    headers = {"retry-after": "1"} if status == 429 else {}
    return error(status, str(options.get("message", "Simulated failure")), {**headers, **options.get("headers", {})})


async def _unknown(sandbox: Sandbox, call: Call) -> Response:
    return error(404, "Not Found")


def _refused(status: int, message: str) -> RefusedError:
    return RefusedError(error(status, message))


def _demand(condition: bool, message: str) -> None:
    if not condition:
        raise _refused(400, message)
