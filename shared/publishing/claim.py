"""What a worker is handed with a claim: one round trip holds all that a step needs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shared.database import Platform

type State = Literal["queued", "preparing", "processing", "committing", "published", "failed", "unknown"]
type Kind = Literal["photo", "video", "reel", "story", "carousel"]


class _Row(BaseModel):
    # Built at its first use, which a cold function that is refused never comes to.
    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True, hide_input_in_errors=True)


class Publication(_Row):
    id: str
    platform: Platform
    kind: Kind
    caption: str
    state: State
    options: dict[str, Any]
    container_id: str | None
    publish_id: str | None
    epoch: int
    looks: int
    attempts: int
    seconds_since_intent: float | None
    age_seconds: float
    state_seconds: float


class Item(_Row):
    """Media as it was probed, never as it was claimed: bytes, pixels as shown, milliseconds.

    None is a fact that was not read: no rule is judged by it.
    """

    position: int
    object_key: str
    media_type: str
    byte_size: int
    width: int
    height: int
    duration_ms: int | None = None
    frame_rate: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    bit_rate: int | None = None
    audio_sample_rate: int | None = None
    audio_channels: int | None = None
    chroma: str | None = None
    progressive: bool | None = None
    fast_start: bool | None = None
    edit_list: bool | None = None
    multi_picture: bool | None = None
    alt_text: str | None = None
    container_id: str | None = None

    @property
    def is_video(self) -> bool:
        return self.media_type.startswith("video/")


class Upload(_Row):
    """A video on its way to TikTok. `upload_url` is sealed; `stored_chunks` is the least that TikTok has."""

    upload_url: str
    byte_size: int
    chunk_size: int
    stored_chunks: int
    seconds_left: float


class Account(_Row):
    connection_id: str
    platform_account_id: str
    status: str
    access_token: str | None
    version: int | None
    can_refresh: bool
    access_seconds_left: float | None


class Claim(_Row):
    publication: Publication
    items: tuple[Item, ...] | None
    item_count: int
    cover: Item | None
    upload: Upload | None
    account: Account | None
