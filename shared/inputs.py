"""The base of everything a caller sends."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

# For a choice between bodies, which has no model of its own around it: what was sent is not repeated in its errors.
HIDDEN = ConfigDict(hide_input_in_errors=True)


class Input(BaseModel):
    """No unknown field, no silent conversion, and nothing that changes after it was checked.

    What was sent is not repeated in the error's own text, which may end up in a trace.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


# PostgreSQL stores every character but this one.
STORABLE = r"^[^\u0000]*$"


def documented(**keywords: Any) -> Any:
    """What JSON Schema can say of a check that pydantic does not see into, or that another field decides."""
    return Field(json_schema_extra=keywords)
