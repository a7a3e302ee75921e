"""The body of content/init. Source: TikTok for Developers, Photo reference of the Content Posting API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.calls import Call
from sandbox.tiktok.request import (
    REQUIRED_SWITCHES,
    check_switches,
    checked_level,
    checked_text,
    checked_url,
    demand,
    is_integer,
    json_body,
    object_in,
    only,
    refuse_private_partnership,
)

TITLE_UNITS = 90
DESCRIPTION_UNITS = 4000
MOST_PHOTOS = 35
BODY_FIELDS = frozenset({"media_type", "post_mode", "is_aigc", "post_info", "source_info"})
SWITCHES = ("disable_comment", "auto_add_music")
POST_FIELDS = frozenset({"title", "description", "privacy_level", *REQUIRED_SWITCHES, *SWITCHES})
SOURCE_FIELDS = frozenset({"source", "photo_images", "photo_cover_index"})


@dataclass(frozen=True, slots=True)
class PhotoPost:
    """`options` is what the post is published with; a draft (`privacy_level` is empty) has only its texts."""

    description: str
    privacy_level: str
    options: Mapping[str, Any]
    urls: tuple[str, ...]

    @property
    def is_draft(self) -> bool:
        return not self.privacy_level


def parse_photo_post(call: Call) -> PhotoPost:
    body = json_body(call)
    only(body, BODY_FIELDS, "the body")
    demand(body.get("media_type") == "PHOTO", "media_type must be PHOTO")
    mode = body.get("post_mode")
    demand(mode in ("DIRECT_POST", "MEDIA_UPLOAD"), "post_mode must be DIRECT_POST or MEDIA_UPLOAD")
    check_switches(body, required=(), optional=("is_aigc",))
    post, source = object_in(body, "post_info"), object_in(body, "source_info")
    only(post, POST_FIELDS, "post_info")
    texts = {"title": checked_text(post, "title", TITLE_UNITS), "photo_cover_index": _cover_index(source)}
    description = checked_text(post, "description", DESCRIPTION_UNITS)
    if mode == "MEDIA_UPLOAD":
        return PhotoPost(description, "", texts, _urls(source))
    return PhotoPost(description, _direct_level(post), texts | _direct_options(body, post), _urls(source))


def _direct_level(post: Mapping[str, Any]) -> str:
    level = checked_level(post)
    check_switches(post, required=REQUIRED_SWITCHES, optional=SWITCHES)
    refuse_private_partnership(post, level)
    return level


def _direct_options(body: Mapping[str, Any], post: Mapping[str, Any]) -> dict[str, Any]:
    switches = {name: post[name] for name in (*REQUIRED_SWITCHES, *SWITCHES) if name in post}
    return switches | ({"is_aigc": body["is_aigc"]} if "is_aigc" in body else {})


def _cover_index(source: Mapping[str, Any]) -> int:
    only(source, SOURCE_FIELDS, "source_info")
    index, images = source.get("photo_cover_index"), source.get("photo_images")
    demand(isinstance(images, list), "photo_images must be a list")
    if not isinstance(index, int) or not is_integer(index):
        index = -1
    demand(0 <= index < len(images or ()), "photo_cover_index is missing or out of range")
    return index


def _urls(source: Mapping[str, Any]) -> tuple[str, ...]:
    demand(source.get("source") == "PULL_FROM_URL", "source must be PULL_FROM_URL")
    images = source["photo_images"]
    demand(1 <= len(images) <= MOST_PHOTOS, f"photo_images must have 1 to {MOST_PHOTOS} entries")
    return tuple(checked_url(url, "photo_images") for url in images)
