"""Holds an answer of the functions against public/openapi.json: nothing that is not written there may be answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema_rs import Draft202012Validator

from sandbox.openapi.document import FILE


@dataclass(frozen=True, slots=True)
class Answered:
    """Header names in lower case."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class Judge:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._validator = cache(self._new_validator)

    @classmethod
    def of_the_repository(cls) -> Judge:
        return cls(json.loads(FILE.read_text(encoding="utf-8")))

    def complaints(self, answered: Answered) -> list[str]:
        """None for a path that is not described: the routes of vercel.json answer those."""
        if answered.path not in self._document["paths"]:
            return []
        return [f"{answered}: {complaint}" for complaint in self._complaints(answered)]

    def _complaints(self, answered: Answered) -> Iterator[str]:
        """A path has one operation, and its refusals hold for every other method, too."""
        [operation] = self._document["paths"][answered.path].items()
        response = self._resolved(operation[1]["responses"].get(str(answered.status)))
        if response is None:
            yield "the status is not described"
            return
        if (answered.method == operation[0].upper()) == (answered.status == 405):
            yield "405 is for every method but its own"
        for name, header in response["headers"].items():
            yield from self._header(name, self._resolved(header), answered)
        if answered.method != "HEAD":
            yield from self._body(response.get("content", {}), answered)

    def _header(self, name: str, header: Mapping[str, Any], answered: Answered) -> Iterator[str]:
        value = answered.headers.get(name.lower())
        if value is None:
            if header.get("required"):
                yield f"{name} is missing"
            return
        typed = int(value) if header["schema"].get("type") == "integer" and value.isdecimal() else value
        yield from self._wrong(name, header["schema"], typed)

    def _body(self, content: Mapping[str, Any], answered: Answered) -> Iterator[str]:
        media_type = answered.headers.get("content-type", "").partition(";")[0]
        if not content:
            if answered.body:
                yield "has a body"
        elif media_type not in content:
            yield f"{media_type or 'no content type'} is not described"
        elif media_type.endswith("json"):
            yield from self._wrong("body", content[media_type]["schema"], json.loads(answered.body))

    def _wrong(self, what: str, schema: Mapping[str, Any], value: object) -> Iterator[str]:
        for error in self._validator(json.dumps(schema)).iter_errors(value):
            place = ".".join(map(str, error.instance_path))
            yield f"{what} {place}: {error.message[:300]}"

    def _new_validator(self, schema: str) -> Draft202012Validator:
        root = {**json.loads(schema), "components": self._document["components"]}
        return Draft202012Validator(root, validate_formats=True)

    def _resolved(self, found: Any) -> Any:
        if not found or "$ref" not in found:
            return found
        target: Any = self._document
        for step in found["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return target
