"""The choices of a publication, read back from its row.

A row is data like any other: it may have been made without our endpoint, by a member's own call.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from shared.publishing.instagram_options import InstagramOptions
from shared.publishing.tiktok_options import TikTokOptions
from shared.publishing.work import Failed


def instagram_options(options: dict[str, Any]) -> InstagramOptions:
    """Raises Failed."""
    try:
        return InstagramOptions.model_validate(options)
    except ValidationError:
        raise Failed("request_invalid", {}) from None


def tiktok_options(options: dict[str, Any]) -> TikTokOptions:
    """Raises Failed."""
    try:
        return TikTokOptions.model_validate(options)
    except ValidationError:
        raise Failed("request_invalid", {}) from None
