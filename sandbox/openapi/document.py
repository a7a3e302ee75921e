"""The document as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.creator import instagram_photo, tiktok_video
from sandbox.openapi.endpoints import Endpoint, every_endpoint
from sandbox.openapi.responses import HEADERS, responses, take_out_repeated, title
from sandbox.openapi.schemas import Schemas
from sandbox.stack.paths import ROOT
from shared.web.contract import Contract, Kind, Parameter

FILE = ROOT / "public" / "openapi.json"

_DESCRIPTION = """\
Connects a creator's Instagram and TikTok accounts and publishes to them. Projects, contents and everything to read go \
through Supabase's Data API under Row Level Security and are not described here.

Every answer that is not a success is `application/problem+json` with a stable `code` (RFC 9457); only the pages that \
a platform sends a browser back to answer in HTML. A path takes one method; any other answers 405.\
"""
_TAGS = {
    "users": "For a web client, with the access token of whoever is signed in.",
    "public": "For anyone: what a browser is sent to, and whether the service is well.",
    "internal": "For the scheduler, the platforms and the queue. No client of ours calls these.",
}
_TAG_OF: Mapping[Kind, str] = {
    "user": "users",
    "public": "public",
    "cron": "internal",
    "signed": "internal",
    "visitor": "public",
}
_BEARERS: Mapping[Kind, tuple[str, dict[str, str]]] = {
    "user": ("userToken", {"bearerFormat": "JWT", "description": "The access token of Supabase Auth."}),
    "cron": ("cronSecret", {"description": "`CRON_SECRET`, which the scheduler sends by itself."}),
}
_ID = "11111111-2222-4333-8444-555555555555"
_POSTS = {
    "instagram": {"value": instagram_photo(_ID, _ID, _ID)},
    "tiktok": {"value": tiktok_video(_ID, _ID, _ID)},
}
_EXAMPLES: Mapping[str, dict[str, Any]] = {"publish": _POSTS, "preflight": _POSTS}


def as_text() -> str:
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    endpoints = every_endpoint()
    schemas = Schemas(endpoints)
    operations = {endpoint.path: _operation(endpoint, schemas) for endpoint in endpoints}
    repeated = take_out_repeated([*operations.values()])
    return {
        "openapi": "3.1.0",
        "info": {"title": "itoms", "version": "1.0.0", "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": description} for name, description in _TAGS.items()],
        "paths": {
            endpoint.path: {endpoint.contract.method.lower(): operations[endpoint.path]} for endpoint in endpoints
        },
        "components": {
            "schemas": schemas.components,
            "responses": repeated,
            "securitySchemes": _security_schemes(endpoints),
            "headers": HEADERS,
        },
    }


def _operation(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    contract = endpoint.contract
    details = {"description": endpoint.details} if endpoint.details else {}
    parameters = [_parameter(endpoint, parameter, schemas) for parameter in contract.parameters]
    return {
        "operationId": endpoint.name.replace("/", "_"),
        "tags": [_TAG_OF[contract.kind]],
        "summary": endpoint.summary,
        **details,
        "security": _security(contract),
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": _body(endpoint, schemas)} if contract.method == "POST" else {}),
        "responses": responses(endpoint, schemas),
    }


def _body(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    examples = {"examples": _EXAMPLES[endpoint.name]} if endpoint.name in _EXAMPLES else {}
    content = {"schema": schemas.of(endpoint, "body"), **examples}
    return {"required": endpoint.contract.body is not Any, "content": {endpoint.contract.media_type: content}}


def _parameter(endpoint: Endpoint, parameter: Parameter, schemas: Schemas) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": parameter.description,
        "schema": schemas.of(endpoint, parameter.name),
    }


def _security(contract: Contract) -> list[dict[str, list[str]]]:
    """None for what anyone may call, and for a proof that is within the body. A visitor may be signed in, or not."""
    if contract.kind == "visitor":
        return [{}, {_BEARERS["user"][0]: []}]
    if contract.kind in _BEARERS:
        return [{_BEARERS[contract.kind][0]: []}]
    return [{contract.signature: []}] if contract.signature else []


def _security_schemes(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    bearers = {name: {"type": "http", "scheme": "bearer", **words} for name, words in _BEARERS.values()}
    headers = sorted({endpoint.contract.signature for endpoint in endpoints if endpoint.contract.signature})
    proof = "The platform's signature of the bytes of the body, and of the time."
    return bearers | {
        name: {"type": "apiKey", "in": "header", "name": title(name), "description": proof} for name in headers
    }
