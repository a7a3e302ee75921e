"""public/openapi.json is sound, says what the functions are made of, and is served."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from sandbox.openapi.document import FILE, as_text, document
from sandbox.openapi.endpoints import every_endpoint
from sandbox.stack.paths import ROOT
from sandbox.stack.stack import Stack
from shared.web.problems import PROBLEMS

DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
OPERATIONS = [operation for path in DOCUMENT["paths"].values() for operation in path.values()]
ENDPOINTS = every_endpoint()


def test_the_document_in_the_repository_is_what_the_functions_are_made_of() -> None:
    assert FILE.read_text(encoding="utf-8") == as_text(), "run `make openapi` and commit public/openapi.json"


def test_two_documents_are_the_same_to_the_byte() -> None:
    assert as_text() == as_text()


def test_it_is_sound_openapi_31() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    validate(DOCUMENT, cls=OpenAPIV31SpecValidator)


def test_every_endpoint_is_in_it() -> None:
    files = {file.relative_to(ROOT / "functions").with_suffix("") for file in (ROOT / "functions").rglob("*.py")}

    assert DOCUMENT["paths"].keys() == {f"/api/{file.as_posix()}" for file in files}
    assert len({operation["operationId"] for operation in OPERATIONS}) == len(files)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_endpoint_says_what_it_answers(endpoint: Any) -> None:
    """Without `answers` its app cannot be made at all; an empty one promises nothing."""
    contract = endpoint.contract

    assert contract.answers
    assert all(200 <= status < 400 for status in contract.answers)
    assert set(contract.every_problem) <= PROBLEMS.keys()
    assert len(set(contract.every_problem)) == len(contract.every_problem), "its kind implies that"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_docstring_begins_with_method_and_path(endpoint: Any) -> None:
    """Except the queue's, which has no public address."""
    text = ast.get_docstring(ast.parse((ROOT / f"functions/{endpoint.name}.py").read_text(encoding="utf-8"))) or ""
    address = "by Vercel Queues" if endpoint.name == "queues/advance" else endpoint.path

    assert re.match(rf"{endpoint.contract.method} {address}: \w", text)
    assert len(endpoint.summary) < 120


def test_whoever_may_call_is_said_of_every_operation() -> None:
    schemes = {name for operation in OPERATIONS for entry in operation["security"] for name in entry}

    assert schemes == DOCUMENT["components"]["securitySchemes"].keys()
    for operation in OPERATIONS:
        [tag] = operation["tags"]
        [kind] = {e.contract.kind for e in ENDPOINTS if e.name.replace("/", "_") == operation["operationId"]}
        assert tag == {"user": "users", "public": "public", "visitor": "public"}.get(kind, "internal")
        assert bool(operation["security"]) or kind in ("public", "signed")


def test_every_object_is_closed() -> None:
    """But for maps from names to values of one type, and a form of Meta's, in which only one field counts."""
    schemas = DOCUMENT["components"]["schemas"]
    objects = {name: made for name, made in schemas.items() if "properties" in made}

    assert len(objects) > 30
    assert {name for name, made in objects.items() if made.get("additionalProperties") is not False} == {"SignedForm"}


def test_every_problem_is_somebodys() -> None:
    """One that no endpoint declares is either forgotten there or told to nobody."""
    declared = {code for endpoint in ENDPOINTS for code in endpoint.contract.every_problem}

    assert PROBLEMS.keys() - declared == ELSEWHERE


# Refused by the database to whoever calls it without us, shown by the callback within its redirect, or noted by an
# erasure, whose page has words of its own.
ELSEWHERE = {
    "auth_unavailable",
    "last_owner",
    "invitation_unknown",
    "invitation_used",
    "too_many_invitations",
    "too_many_projects",
    "too_many_contents",
    "too_many_changes",
    "connected_elsewhere",
    "disconnected_meanwhile",
}


def test_it_is_served_to_anyone(stack: Stack) -> None:
    answer = httpx.get(f"{stack.addresses.app}/openapi.json", trust_env=False)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == document()
