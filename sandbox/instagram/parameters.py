"""What a request for a container asks for: which parameter belongs to which kind, and how each is written.

Lists and objects arrive as JSON, or inside a form as JSON text; `children` may also be a comma list.
A parameter that Instagram knows but not for this kind is refused; one that it does not know is ignored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.instagram.errors import UNKNOWN_MEDIA_TYPE, invalid, refused
from sandbox.instagram.store import Kind

_POST = frozenset({"caption", "collaborators", "is_ai_generated"})
_IMAGE = frozenset({"image_url", "alt_text", "user_tags"})
_ITEM = frozenset({"is_carousel_item"})
_REEL_ONLY = frozenset({"share_to_feed", "cover_url", "audio_name", "trial_params"})

BELONGS: Mapping[Kind, frozenset[str]] = {
    "IMAGE": _POST | _IMAGE,
    "IMAGE_ITEM": _ITEM | _IMAGE,
    "VIDEO_ITEM": _ITEM | {"video_url", "thumb_offset", "user_tags"},
    "CAROUSEL": _POST | {"children", "share_to_feed"},
    "REELS": _POST | _REEL_ONLY | {"video_url", "thumb_offset", "user_tags"},
    "STORIES": frozenset({"image_url", "video_url", "user_tags", "is_ai_generated"}),
}
# Resumable uploads are documented for Facebook Login only.
KNOWN = frozenset[str]().union(*BELONGS.values()) | {"upload_type"}

_KINDS: Mapping[tuple[str | None, bool], Kind] = {
    (None, False): "IMAGE",
    (None, True): "IMAGE_ITEM",
    ("VIDEO", True): "VIDEO_ITEM",
    ("CAROUSEL", False): "CAROUSEL",
    ("REELS", False): "REELS",
    ("STORIES", False): "STORIES",
}


class Parameters:
    """Those that were given a value: an empty text or a null is as good as nothing."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = {name: value for name, value in given.items() if value is not None and value != ""}

    def kind(self, language: str) -> Kind:
        """An item of a carousel is an image without a media type or a VIDEO; a reel cannot be one."""
        media_type, item = self.text("media_type"), self.flag("is_carousel_item")
        kind = _KINDS.get((media_type, item))
        if kind is None and item and media_type in ("REELS", "STORIES", "CAROUSEL"):
            raise refused(invalid(f"{media_type} cannot be an item of a carousel"))
        if kind is None:
            raise refused(UNKNOWN_MEDIA_TYPE, language)
        return kind

    def refuse_strangers(self, kind: Kind) -> None:
        strangers = sorted(KNOWN.intersection(self._given) - BELONGS[kind] - _ITEM)
        if strangers:
            raise refused(invalid(f"The parameter {strangers[0]} is not allowed for {kind}"))

    def text(self, name: str) -> str | None:
        value = self._given.get(name)
        return None if value is None else str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise refused(invalid(f"The parameter {name} is required"))
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        text = str(self._given.get(name, default)).lower()
        if text not in ("true", "false", "1", "0"):
            raise refused(invalid(f"Param {name} must be a boolean"))
        return text in ("true", "1")

    def number(self, name: str) -> int | None:
        text = self.text(name)
        if text is None:
            return None
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
            raise refused(invalid(f"Param {name} must be an integer"))
        return int(text)

    def children(self) -> tuple[str, ...]:
        value = self._given.get("children", [])
        if isinstance(value, str) and not value.lstrip().startswith("["):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return tuple(str(item) for item in self.array("children"))

    def array(self, name: str) -> list[Any]:
        value = self._decoded(name, [])
        if not isinstance(value, list):
            raise refused(invalid(f"Param {name} must be an array"))
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        value = self._decoded(name, {})
        if not isinstance(value, dict):
            raise refused(invalid(f"Param {name} must be an object"))
        return value

    def _decoded(self, name: str, default: object) -> object:
        value = self._given.get(name, default)
        try:
            found = json.loads(value) if isinstance(value, str) else value
            # Half an emoji and NaN can be read, and never be written again.
            json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError) as error:
            raise refused(invalid(f"Param {name} must be JSON")) from error
        return found
