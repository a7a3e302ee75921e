"""The base of everything a caller sends."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Input(BaseModel):
    """No unknown field, no silent conversion, and nothing that changes after it was checked."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
