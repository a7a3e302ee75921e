"""public/schemas/export-<version>.json: what stands in an export, for programs that read one.

The schema itself is that of manifest.json; each line of data/<table>.ndjson is one of #/$defs/<table>.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from sandbox.openapi.schemas import Closed
from sandbox.stack.paths import ROOT
from shared.privacy.export.schema import DATASETS, VERSION, Manifest

FILE = ROOT / f"public/schemas/export-{VERSION}.json"
_ABOUT = (
    "All data that itoms has of one person. This describes manifest.json; #/$defs/<table> describes each line of"
    " data/<table>.ndjson, and of <table>.2.ndjson and so on where there is more."
)


def document() -> dict[str, Any]:
    types: dict[str, Any] = {"manifest": Manifest} | {dataset.name: dataset.row for dataset in DATASETS}
    inputs: list[Any] = [(name, "serialization", TypeAdapter(made)) for name, made in types.items()]
    found, rest = TypeAdapter.json_schemas(inputs, schema_generator=Closed, ref_template="#/$defs/{model}")
    schemas = {name: schema for (name, _), schema in found.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"itoms export, version {VERSION}",
        "description": _ABOUT,
        **schemas.pop("manifest"),
        "$defs": dict(sorted((rest.get("$defs", {}) | schemas).items())),
    }


def as_text() -> str:
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
