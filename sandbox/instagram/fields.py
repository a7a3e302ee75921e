"""The `fields` of a Graph API read, and the numbers of its paging."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.calls import Call
from sandbox.instagram.errors import invalid, refused

Fields = Mapping[str, Callable[[], Any]]


def selected(call: Call, fields: Fields, default: str = "id") -> dict[str, Any]:
    """The asked fields, and `id` always; one unknown field fails the entire call. What has no value is left out."""
    asked = [name for name in str(call.parameters().get("fields") or default).split(",") if name]
    if unknown := [name for name in asked if name not in fields]:
        raise refused(invalid(f"Tried accessing nonexisting field ({unknown[0]})"))
    names = [*asked, *(["id"] if "id" in fields and "id" not in asked else [])]
    return {name: value for name in names if (value := fields[name]()) is not None}


def number(call: Call, name: str, default: float) -> float:
    text = call.query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise refused(invalid(f"Param {name} must be a number"))
    return float(text)
