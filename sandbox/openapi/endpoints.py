"""Every file in functions/, with what it says of itself."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from starlette.applications import Starlette

from sandbox.stack.functions import load_app
from sandbox.stack.paths import ROOT
from shared.web.contract import Contract


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`summary` and `details` are the docstring: "METHOD /api/path: summary", and then whatever there is to say."""

    name: str
    summary: str
    details: str
    contract: Contract

    @property
    def path(self) -> str:
        return f"/api/{self.name}"


def every_endpoint() -> list[Endpoint]:
    return [_read(file) for file in sorted((ROOT / "functions").rglob("*.py"))]


def _read(file: Path) -> Endpoint:
    name = file.relative_to(ROOT / "functions").with_suffix("").as_posix()
    app = cast(Starlette, load_app(file, f"{name}.py"))
    words = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    first, _, details = words.partition("\n\n")
    summary = " ".join(re.sub(r"^[A-Z]+ [^:]*: ", "", first).split()).removesuffix(".")
    return Endpoint(name, summary[:1].upper() + summary[1:], details, app.state.contract)
