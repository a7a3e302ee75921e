"""The words of which answers are made.

Answers are plain dicts; their types are declared beside the use case, exactly: no field more, none less. They are for
the reader, for mypy and for the OpenAPI document. Nothing is built or checked by them at run time; the tests hold
every answer of the functions against the document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

type Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
type Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
type Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
type Count = Annotated[int, Field(ge=0)]


class JsonOf:
    """`Annotated[dict[str, Any], JsonOf(Model)]`: a dict in Python, and in the document what the model becomes."""

    def __init__(self, model: type) -> None:
        self._model = model

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(self._model)
