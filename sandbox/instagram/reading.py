"""The read side of graph.instagram.com: profile, containers, media, quota."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.instagram.access import live_token, owner_of_path, publisher_of_path
from sandbox.instagram.errors import NOT_VISIBLE, invalid, refused
from sandbox.instagram.publishing import quota_usage
from sandbox.instagram.store import Account, Container, Media
from sandbox.state import Sandbox

STATUS_TEXTS = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been published.",
    "EXPIRED": "Expired: Media was not published within 24 hours.",
}

Fields = Mapping[str, Callable[[], Any]]


def selected(call: Call, fields: Fields, default: str = "id") -> dict[str, Any]:
    """The asked fields, and `id` always; one unknown field fails the entire call."""
    asked = [name for name in str(call.parameters().get("fields") or default).split(",") if name]
    if unknown := [name for name in asked if name not in fields]:
        raise refused(invalid(f"Tried accessing nonexisting field ({unknown[0]})"))
    return {name: fields[name]() for name in [*asked, *(["id"] if "id" in fields and "id" not in asked else [])]}


async def node(sandbox: Sandbox, call: Call) -> Response:
    """GET /{id} is a container, a media or the account itself: the id says which."""
    name = call.path_params["node"]
    token = live_token(sandbox, call)
    if name in ("me", token.account.user_id, token.account.scoped_id):
        return _profile(sandbox, call, token.account)
    container, media = sandbox.instagram.containers.get(name), sandbox.instagram.media.get(name)
    if container is not None and container.account is token.account:
        return JSONResponse(selected(call, _container_fields(sandbox, container)))
    if media is not None and media.account is token.account:
        return JSONResponse(selected(call, _media_fields(sandbox, media)))
    raise refused(NOT_VISIBLE, sandbox.settings.instagram.language)


def node_name(sandbox: Sandbox, call: Call) -> str:
    name = call.path_params["node"]
    if name in sandbox.instagram.containers:
        return "instagram.container"
    return "instagram.media_read" if name in sandbox.instagram.media else "instagram.me"


def _profile(sandbox: Sandbox, call: Call, account: Account) -> Response:
    profile = selected(call, _profile_fields(sandbox, call, account))
    return JSONResponse(profile if sandbox.settings.instagram.me_shape == "flat" else {"data": [profile]})


def _profile_fields(sandbox: Sandbox, call: Call, account: Account) -> Fields:
    return {
        "id": lambda: account.scoped_id,
        "user_id": lambda: account.user_id,
        "username": lambda: account.username,
        "name": lambda: account.name,
        "account_type": lambda: account.account_type,
        "profile_picture_url": lambda: f"https://scontent.cdninstagram.invalid/{account.username}.jpg",
        "biography": lambda: account.biography,
        "website": lambda: account.website,
        "followers_count": lambda: 0,
        "follows_count": lambda: 0,
        "media_count": lambda: len(sandbox.instagram.published_since(account, 0)),
    }


def _container_fields(sandbox: Sandbox, container: Container) -> Fields:
    status = container.status_code(sandbox.clock.now())
    failure = f"Error: Media upload has failed with error code {container.problem}"
    return {
        "id": lambda: container.id,
        "status_code": lambda: status,
        "status": lambda: STATUS_TEXTS.get(status, failure),
        "copyright_check_status": lambda: {"status": "completed", "matches_found": False},
    }


def _media_fields(sandbox: Sandbox, media: Media) -> Fields:
    container = media.container
    is_reel = container.kind == "REELS"
    fields: dict[str, Callable[[], Any]] = {
        "id": lambda: media.id,
        "alt_text": lambda: container.alt_text,
        "comments_count": lambda: 0,
        "is_comment_enabled": lambda: True,
        "like_count": lambda: 0,
        "media_type": lambda: "VIDEO" if is_reel else "IMAGE",
        "media_product_type": lambda: "REELS" if is_reel else "FEED",
        "media_url": lambda: f"https://scontent.cdninstagram.invalid/{media.shortcode}",
        "owner": lambda: {"id": media.account.user_id},
        "permalink": lambda: f"https://www.instagram.com/{'reel' if is_reel else 'p'}/{media.shortcode}/",
        "shortcode": lambda: media.shortcode,
        "timestamp": lambda: datetime.fromtimestamp(media.published, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "username": lambda: media.account.username,
    }
    if sandbox.settings.instagram.caption_readable:
        fields["caption"] = lambda: container.caption
    return fields


async def media_list(sandbox: Sandbox, call: Call) -> Response:
    account, _ = owner_of_path(sandbox, call)
    since, until = _number(call, "since", 0), _number(call, "until", float("inf"))
    found = [media for media in sandbox.instagram.published_since(account, since) if media.published <= until]
    newest = sorted(found, key=lambda media: media.published, reverse=True)
    page = newest[_position(call, newest) :][: int(_number(call, "limit", 25))]
    answer: dict[str, Any] = {"data": [selected(call, _media_fields(sandbox, media)) for media in page]}
    if page:
        answer["paging"] = {"cursors": {"before": page[0].id, "after": page[-1].id}}
    return JSONResponse(answer)


async def publishing_limit(sandbox: Sandbox, call: Call) -> Response:
    account = publisher_of_path(sandbox, call)
    settings = sandbox.settings.instagram
    since = _number(call, "since", 0)
    if since and since < sandbox.clock.now() - 86400:
        raise refused(invalid("since must be within the last 24 hours"))
    fields: Fields = {
        "quota_usage": lambda: quota_usage(sandbox, account, since or None),
        "config": lambda: {"quota_total": settings.quota_total, "quota_duration": settings.quota_duration},
    }
    return JSONResponse({"data": [selected(call, fields, "quota_usage")]})


def _position(call: Call, newest: list[Media]) -> int:
    after = call.query.get("after")
    return next((index + 1 for index, media in enumerate(newest) if media.id == after), 0)


def _number(call: Call, name: str, default: float) -> float:
    text = call.query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise refused(invalid(f"Param {name} must be a number"))
    return float(text)
