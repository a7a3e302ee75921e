"""What an endpoint answers: its successes, and its refusals by status."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.openapi.endpoints import Endpoint
from sandbox.openapi.schemas import Schemas, as_reply
from shared.web.contract import Contract
from shared.web.problems import BEARER_WANTED, PROBLEMS

PROBLEM = "application/problem+json"
_SECONDS = {"type": "integer", "minimum": 1}
HEADERS = {
    "X-Request-Id": {
        "description": "Names this request in our log.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    },
    "Retry-After": {"description": "Seconds after which to try again.", "schema": _SECONDS},
}
_ALWAYS = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
_MAY_BE_RETRIED = (409, 429, 503)
_SUCCESSES = {200: "Done.", 201: "Made.", 202: "Under way.", 204: "Taken.", 303: "The browser goes on."}


def responses(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    return _successes(endpoint, schemas) | _refusals(endpoint.contract, schemas)


def take_out_repeated(operations: list[dict[str, Any]]) -> dict[str, Any]:
    """What more than one operation refuses alike is written down once, under the names of its codes."""
    every = [operation["responses"] for operation in operations]
    times = Counter(json.dumps(response) for found in every for response in found.values())
    taken: dict[str, Any] = {}
    for found in every:
        for status, response in found.items():
            if status >= "400" and times[json.dumps(response)] > 1:
                name = _name(response)
                if taken.setdefault(name, response) != response:
                    raise ValueError(f"two different responses are called {name}")
                found[status] = {"$ref": f"#/components/responses/{name}"}
    return dict(sorted(taken.items()))


def _name(response: Mapping[str, Any]) -> str:
    codes = re.findall(r"^- `(\w+)`", response["description"], re.MULTILINE)
    page = ["html"] if "text/html" in response["content"] else []
    allowed = [response["headers"]["Allow"]["schema"]["const"].lower()] if "Allow" in response["headers"] else []
    return ".".join([*codes, *page, *allowed])


def _successes(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    made = {}
    for status, answer in endpoint.contract.answers.items():
        reply = as_reply(answer)
        headers = {title(name): _header(name, purpose) for name, purpose in reply.headers.items()}
        made[str(status)] = {"description": _SUCCESSES[status], "headers": _ALWAYS | headers}
        if reply.body is not None:
            schema = schemas.of(endpoint, str(status))
            made[str(status)]["content"] = {reply.media_type: {"schema": schema}}
    return made


def _header(name: str, purpose: str) -> dict[str, Any]:
    schema = _SECONDS if name == "retry-after" else {"type": "string"}
    return {"description": purpose, "required": True, "schema": schema}


def _refusals(contract: Contract, schemas: Schemas) -> dict[str, Any]:
    codes: dict[int, list[str]] = {}
    for code in contract.every_problem:
        codes.setdefault(PROBLEMS[code].status, []).append(code)
    return {str(status): _refusal(contract, status, codes[status], schemas) for status in sorted(codes)}


def _refusal(contract: Contract, status: int, codes: list[str], schemas: Schemas) -> dict[str, Any]:
    """Each code with its words. Who asks with the wrong method is no person in a browser, and gets no page."""
    headers: dict[str, Any] = dict(_ALWAYS)
    if status in _MAY_BE_RETRIED:
        headers["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    if status == 405:
        allow = {"type": "string", "const": contract.method}
        headers["Allow"] = {"description": "The one method of this path.", "required": True, "schema": allow}
    if set(codes) & set(BEARER_WANTED):
        challenge = {"type": "string", "const": "Bearer"}
        headers["WWW-Authenticate"] = {"description": "A token is wanted.", "required": True, "schema": challenge}
    words = "\n".join(f"- `{code}`: {PROBLEMS[code].title}. {PROBLEMS[code].detail}" for code in codes)
    media_type = PROBLEM if status == 405 else contract.refusals
    schema = _problem(status, codes, schemas) if media_type == PROBLEM else {"type": "string"}
    return {"description": words, "headers": headers, "content": {media_type: {"schema": schema}}}


def _problem(status: int, codes: list[str], schemas: Schemas) -> dict[str, Any]:
    return {"allOf": [schemas.problem, {"properties": {"status": {"const": status}, "code": {"enum": codes}}}]}


def title(header: str) -> str:
    return "-".join(part.capitalize() for part in header.split("-"))
