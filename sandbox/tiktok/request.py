"""The body of an init call, checked field by field. Unknown fields are refused: they are typing errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox.calls import Call
from sandbox.tiktok.errors import refused

TITLE_UNITS = 2200
LEVELS = frozenset({"PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY"})
REQUIRED_SWITCHES = ("brand_content_toggle", "brand_organic_toggle")
OPTIONAL_SWITCHES = ("disable_duet", "disable_stitch", "disable_comment", "is_aigc")
POST_FIELDS = frozenset({"privacy_level", "title", "video_cover_timestamp_ms", *REQUIRED_SWITCHES, *OPTIONAL_SWITCHES})
SOURCE_FIELDS = frozenset({"source", "video_url"})


@dataclass(frozen=True, slots=True)
class VideoPost:
    title: str
    privacy_level: str
    options: Mapping[str, Any]
    video_url: str


def json_body(call: Call) -> dict[str, Any]:
    if call.content_type != "application/json":
        raise refused("invalid_params", "Content-Type must be application/json")
    try:
        return call.json_object()
    except ValueError as error:
        raise refused("invalid_params", "The body is not a JSON object") from error


def parse_video_post(call: Call) -> VideoPost:
    body = json_body(call)
    _only(body, frozenset({"post_info", "source_info"}), "the body")
    post, source = _object(body, "post_info"), _object(body, "source_info")
    url = _pull_url(source)
    _only(post, POST_FIELDS, "post_info")
    level = str(post.get("privacy_level"))
    _demand(level in LEVELS, "privacy_level is missing or not an option")
    _check_switches(post)
    # A paid partnership seen by nobody makes no sense; what the real API answers is not known.
    _demand(not (post["brand_content_toggle"] and level == "SELF_ONLY"), "branded content cannot be private")
    options = {key: value for key, value in post.items() if key not in ("title", "privacy_level")}
    return VideoPost(_title(post), level, options, url)


def _pull_url(source: Mapping[str, Any]) -> str:
    kind = source.get("source")
    _demand(kind != "FILE_UPLOAD", "This sandbox does not simulate FILE_UPLOAD yet; use PULL_FROM_URL")
    _demand(kind == "PULL_FROM_URL", "source must be PULL_FROM_URL or FILE_UPLOAD")
    _only(source, SOURCE_FIELDS, "source_info")
    url = str(source.get("video_url"))
    _demand(_is_https(url), "video_url must be an https URL")
    return url


def _is_https(url: str) -> bool:
    try:
        return urlsplit(url).scheme == "https"
    except ValueError:
        return False


def _title(post: Mapping[str, Any]) -> str:
    title = post.get("title", "")
    _demand(isinstance(title, str), "title must be a string")
    units = len(title.encode("utf-16-le", "surrogatepass")) // 2
    _demand(units <= TITLE_UNITS, f"title must be at most {TITLE_UNITS} UTF-16 code units")
    return str(title)


def _check_switches(post: Mapping[str, Any]) -> None:
    for name in REQUIRED_SWITCHES:
        _demand(isinstance(post.get(name), bool), f"{name} is required and must be a boolean")
    for name in OPTIONAL_SWITCHES:
        _demand(isinstance(post.get(name, False), bool), f"{name} must be a boolean")
    cover = post.get("video_cover_timestamp_ms", 0)
    _demand(isinstance(cover, int) and not isinstance(cover, bool), "video_cover_timestamp_ms must be an integer")


def _object(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise refused("invalid_params", f"{name} is missing")
    return value


def _only(data: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(set(data) - known)
    _demand(not unknown, f"unknown field in {where}: {', '.join(unknown)}")


def _demand(condition: bool, message: str) -> None:
    if not condition:
        raise refused("invalid_params", message)
