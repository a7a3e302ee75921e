"""What a creator may choose for a post on Instagram. What the media decide by themselves is not asked."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.inputs import Input


class InstagramOptions(Input):
    """`thumb_offset_ms` and `cover_asset_id` are for a reel; the cover, a picture of the same content, wins.

    A reel that is not shared to the feed is found under Reels only.
    """

    story: bool = False
    share_to_feed: bool = True
    # Read back from the row, it is a text.
    cover_asset_id: Annotated[UUID, Field(strict=False)] | None = None
    thumb_offset_ms: Annotated[int, Field(ge=0, le=15 * 60 * 1000)] | None = None
