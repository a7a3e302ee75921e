from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class InstagramSettings:
    """Where Meta's documentation and the wire disagree, or say nothing, the behaviour is a switch.

    The `_ready_after` of a kind of container, in seconds, defaults to `ready_after`.
    """

    ready_after: float = 1.0
    video_ready_after: float | None = None
    child_ready_after: float | None = None
    carousel_ready_after: float | None = None
    token_shape: Literal["flat", "data", "bare"] = "flat"
    me_shape: Literal["flat", "data"] = "flat"
    quota_total: int = 100
    quota_duration: int = 86400
    containers_per_day: int = 400
    stories_count: bool = True
    second_publish: Literal["error", "same_id"] = "error"
    permissions_delete: Literal["unsupported", "success"] = "unsupported"
    wrong_secret_error: Literal["unsupported_request", "oauth"] = "unsupported_request"
    old_token_after_refresh: Literal["alive", "dead"] = "alive"
    caption_readable: bool = True
    usage_percent: int = 0
    regain_minutes: int = 5
    language: Literal["en", "es", "th"] = "en"


@dataclass(frozen=True, slots=True)
class TikTokSettings:
    ready_after: float = 1.5
    moderation_delay: float = 1.0
    audited: bool = True
    lifetimes: Literal["2026-11", "legacy"] = "2026-11"
    refresh_restarts_lifetime: bool = False
    oauth_error_status: int = 200
    missing_user_scope: Literal["scope_not_authorized", "scope_permission_missed"] = "scope_not_authorized"
    active_creators_cap: int = 0
    active_user_cap_reached: bool = False
    post_id_shape: Literal["list", "scalar", "string", "empty", "missing"] = "list"
    data_missing: bool = False
    upload_range: Literal["count", "last"] = "count"
    webhooks: Literal["on", "held"] = "on"
    webhook_retry_signature: Literal["same", "fresh"] = "same"


@dataclass(frozen=True, slots=True)
class ResendSettings:
    requests_per_second: int = 5
    webhooks: Literal["on", "held"] = "on"


@dataclass(frozen=True, slots=True)
class Settings:
    latency: float = 0.0
    fetch_timeout: float = 5.0
    instagram: InstagramSettings = field(default_factory=InstagramSettings)
    tiktok: TikTokSettings = field(default_factory=TikTokSettings)
    resend: ResendSettings = field(default_factory=ResendSettings)


def changed[T](settings: T, changes: Mapping[str, Any]) -> T:
    """A copy with the changes applied; an unknown name or a wrong value is a ValueError that says which."""
    kinds = get_type_hints(type(settings))
    names = {entry.name for entry in fields(settings)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in names:
            raise ValueError(f"unknown setting {name!r}; known: {', '.join(sorted(names))}")
        current = getattr(settings, name)
        values[name] = changed(current, value) if is_dataclass(current) else _checked(name, kinds[name], value)
    return replace(settings, **values)  # type: ignore[type-var]


def _checked(name: str, kind: object, value: object) -> object:
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise ValueError(f"{name} must be one of {', '.join(map(str, get_args(kind)))}")
        return value
    if isinstance(kind, UnionType):
        return None if value is None else _checked(name, get_args(kind)[0], value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"{name} must be {getattr(kind, '__name__', kind)}")
    return value
