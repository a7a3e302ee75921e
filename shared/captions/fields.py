"""What may leave for Anthropic: the dataclass is the allow-list, and every text in it is scrubbed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from shared.captions.scrub import scrub


@dataclass(frozen=True, slots=True)
class CaptionFields:
    """Section 1.3 of the Data Policy, word for word. A new database column cannot get in here by itself."""

    title: str
    description: str
    type: str
    tags: tuple[str, ...]
    project_name: str

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> CaptionFields:
        return cls(
            title=scrub(row["title"]),
            description=scrub(row["description"]),
            type=row["type"],
            tags=tuple(scrub(tag) for tag in row["tags"]),
            project_name=scrub(row["project_name"]),
        )

    def as_message(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)
