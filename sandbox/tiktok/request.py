"""The body of an init call, checked field by field. Unknown fields are refused: they are typing errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox.calls import Call
from sandbox.tiktok.errors import refused
from sandbox.tiktok.uploads import ChunkPlan

TITLE_UNITS = 2200
LEVELS = frozenset({"PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY"})
REQUIRED_SWITCHES = ("brand_content_toggle", "brand_organic_toggle")
OPTIONAL_SWITCHES = ("disable_duet", "disable_stitch", "disable_comment", "is_aigc")
POST_FIELDS = frozenset({"privacy_level", "title", "video_cover_timestamp_ms", *REQUIRED_SWITCHES, *OPTIONAL_SWITCHES})
PULL_FIELDS = frozenset({"source", "video_url"})
PLAN_FIELDS = ("video_size", "chunk_size", "total_chunk_count")


@dataclass(frozen=True, slots=True)
class VideoPost:
    """Where the video comes from: a URL, or chunks by a plan. A draft has no title and no level."""

    title: str
    privacy_level: str
    options: Mapping[str, Any]
    media: str | ChunkPlan

    @property
    def is_draft(self) -> bool:
        return not self.privacy_level


def json_body(call: Call) -> dict[str, Any]:
    if call.content_type != "application/json":
        raise refused("invalid_params", "Content-Type must be application/json")
    try:
        return call.json_object()
    except ValueError as error:
        raise refused("invalid_params", "The body is not a JSON object") from error


def parse_video_post(call: Call) -> VideoPost:
    body = json_body(call)
    only(body, frozenset({"post_info", "source_info"}), "the body")
    post, media = object_in(body, "post_info"), _media(object_in(body, "source_info"))
    only(post, POST_FIELDS, "post_info")
    level = checked_level(post)
    check_switches(post, required=REQUIRED_SWITCHES, optional=OPTIONAL_SWITCHES)
    cover = post.get("video_cover_timestamp_ms", 0)
    demand(is_integer(cover), "video_cover_timestamp_ms must be an integer")
    refuse_private_partnership(post, level)
    options = {key: value for key, value in post.items() if key not in ("title", "privacy_level")}
    return VideoPost(checked_text(post, "title", TITLE_UNITS), level, options, media)


def parse_video_draft(call: Call) -> VideoPost:
    """What the creator would be asked in the TikTok app is not taken here."""
    body = json_body(call)
    only(body, frozenset({"source_info"}), "the body")
    return VideoPost("", "", {}, _media(object_in(body, "source_info")))


def _media(source: Mapping[str, Any]) -> str | ChunkPlan:
    match source.get("source"):
        case "PULL_FROM_URL":
            only(source, PULL_FIELDS, "source_info")
            return checked_url(source.get("video_url"), "video_url")
        case "FILE_UPLOAD":
            only(source, frozenset({"source", *PLAN_FIELDS}), "source_info")
            return _plan(source)
    raise refused("invalid_params", "source must be PULL_FROM_URL or FILE_UPLOAD")


def _plan(source: Mapping[str, Any]) -> ChunkPlan:
    for name in PLAN_FIELDS:
        demand(is_integer(source.get(name)), f"{name} is required and must be an integer")
    return ChunkPlan(*(source[name] for name in PLAN_FIELDS))


def checked_level(post: Mapping[str, Any]) -> str:
    level = str(post.get("privacy_level"))
    demand(level in LEVELS, "privacy_level is missing or not an option")
    return level


def refuse_private_partnership(post: Mapping[str, Any], level: str) -> None:
    """A paid partnership seen by nobody makes no sense; what the real API answers is not known."""
    demand(not (post["brand_content_toggle"] and level == "SELF_ONLY"), "branded content cannot be private")


def checked_url(url: object, name: str) -> str:
    demand(isinstance(url, str) and _is_https(url), f"{name} must be an https URL")
    return str(url)


def _is_https(url: str) -> bool:
    try:
        return urlsplit(url).scheme == "https"
    except ValueError:
        return False


def checked_text(post: Mapping[str, Any], name: str, most_units: int) -> str:
    text = post.get(name, "")
    demand(isinstance(text, str), f"{name} must be a string")
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    demand(units <= most_units, f"{name} must be at most {most_units} UTF-16 code units")
    return str(text)


def check_switches(post: Mapping[str, Any], *, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
    for name in required:
        demand(isinstance(post.get(name), bool), f"{name} is required and must be a boolean")
    for name in optional:
        demand(isinstance(post.get(name, False), bool), f"{name} must be a boolean")


def is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def object_in(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise refused("invalid_params", f"{name} is missing")
    return value


def only(data: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(set(data) - known)
    demand(not unknown, f"unknown field in {where}: {', '.join(unknown)}")


def demand(condition: bool, message: str) -> None:
    if not condition:
        raise refused("invalid_params", message)
