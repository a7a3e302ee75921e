"""JSON Schema of every type that an endpoint takes or answers with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from sandbox.openapi.endpoints import Endpoint
from shared.web.contract import Reply
from shared.web.problems import ProblemDocument

type _Key = tuple[str, str]


class Closed(GenerateJsonSchema):
    """An answer holds nothing that its type does not name. Titles would only repeat names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        return self._closed(super().typed_dict_schema(schema))

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        return self._closed(super().dataclass_schema(schema))

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        return self._closed(super().model_schema(schema))

    def _closed(self, schema: JsonSchemaValue) -> JsonSchemaValue:
        return schema | {"additionalProperties": False} if self.mode == "serialization" else schema


class Schemas:
    """All types at once, so that two of the same name cannot become one."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        inputs: list[tuple[_Key, JsonSchemaMode, TypeAdapter[Any]]] = [
            (key, mode, made if isinstance(made, TypeAdapter) else TypeAdapter(made))
            for endpoint in endpoints
            for key, mode, made in _types(endpoint)
        ]
        inputs.append((("", "problem"), "serialization", TypeAdapter(ProblemDocument)))
        template = "#/components/schemas/{model}"
        found, rest = TypeAdapter.json_schemas(inputs, schema_generator=Closed, ref_template=template)
        self._found = {key: schema for (key, _), schema in found.items()}
        self.components: dict[str, JsonSchemaValue] = dict(sorted(rest["$defs"].items()))

    @property
    def problem(self) -> JsonSchemaValue:
        return self._found["", "problem"]

    def of(self, endpoint: Endpoint, part: str) -> JsonSchemaValue:
        """`part` is `body`, the name of a parameter, or a status."""
        return self._found[endpoint.name, part]


def _types(endpoint: Endpoint) -> Iterator[tuple[_Key, JsonSchemaMode, Any]]:
    contract = endpoint.contract
    if contract.method == "POST":
        yield (endpoint.name, "body"), "validation", contract.body
    for parameter in contract.parameters:
        yield (endpoint.name, parameter.name), "validation", parameter.type
    for status, answer in contract.answers.items():
        if (body := as_reply(answer).body) is not None:
            yield (endpoint.name, str(status)), "serialization", body


def as_reply(answer: Any) -> Reply:
    return answer if isinstance(answer, Reply) else Reply(answer)
