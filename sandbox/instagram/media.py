"""What is published, read back: one media, the items of a carousel, the media of an account, its stories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.instagram.access import live_token, owner_of_path
from sandbox.instagram.errors import NOT_VISIBLE, refused
from sandbox.instagram.fields import Fields, number, selected
from sandbox.instagram.store import Kind, Media
from sandbox.state import Sandbox

STORY_SECONDS = 86400
CDN = "https://scontent.cdninstagram.invalid"

PRODUCT_TYPES: Mapping[Kind, str] = {"REELS": "REELS", "STORIES": "STORY"}


def media_fields(sandbox: Sandbox, media: Media) -> Fields:
    container = media.container
    fields: dict[str, Callable[[], Any]] = {
        "id": lambda: media.id,
        "alt_text": lambda: container.alt_text,
        "children": lambda: _children(media),
        "comments_count": lambda: 0,
        "is_ai_generated": lambda: container.options.get("is_ai_generated", False),
        "is_comment_enabled": lambda: True,
        "is_shared_to_feed": lambda: container.options.get("share_to_feed"),
        "like_count": lambda: 0,
        "media_type": lambda: media_type(media),
        "media_product_type": lambda: PRODUCT_TYPES.get(container.kind, "FEED"),
        "media_url": lambda: None if media.children else f"{CDN}/{media.shortcode}",
        "owner": lambda: {"id": media.account.user_id},
        "permalink": lambda: permalink(media),
        "shortcode": lambda: media.shortcode,
        "thumbnail_url": lambda: f"{CDN}/{media.shortcode}.jpg" if container.is_video else None,
        "timestamp": lambda: datetime.fromtimestamp(media.published, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "username": lambda: media.account.username,
    }
    if sandbox.settings.instagram.caption_readable:
        fields["caption"] = lambda: container.caption
    return fields


def media_type(media: Media) -> str:
    if media.children:
        return "CAROUSEL_ALBUM"
    return "VIDEO" if media.container.is_video else "IMAGE"


def permalink(media: Media) -> str:
    match media.container.kind:
        case "STORIES":
            return f"https://www.instagram.com/stories/{media.account.username}/{media.id}/"
        case "REELS":
            return f"https://www.instagram.com/reel/{media.shortcode}/"
    return f"https://www.instagram.com/p/{media.shortcode}/"


def _children(media: Media) -> dict[str, Any] | None:
    return {"data": [{"id": child.id} for child in media.children]} if media.children else None


async def children(sandbox: Sandbox, call: Call) -> Response:
    token = live_token(sandbox, call)
    media = sandbox.instagram.media.get(call.path_params["node"])
    if media is None or media.account is not token.account:
        raise refused(NOT_VISIBLE, sandbox.settings.instagram.language)
    return JSONResponse({"data": [selected(call, media_fields(sandbox, item)) for item in media.children]})


async def media_list(sandbox: Sandbox, call: Call) -> Response:
    """Stories are not among them."""
    account, _ = owner_of_path(sandbox, call)
    since, until = number(call, "since", 0), number(call, "until", float("inf"))
    found = [media for media in sandbox.instagram.published_since(account, since) if media.published <= until]
    return _page(sandbox, call, [media for media in found if media.container.kind != "STORIES"])


async def stories(sandbox: Sandbox, call: Call) -> Response:
    """The ones that can still be seen."""
    account, _ = owner_of_path(sandbox, call)
    found = sandbox.instagram.published_since(account, sandbox.clock.now() - STORY_SECONDS)
    return _page(sandbox, call, [media for media in found if media.container.kind == "STORIES"])


def _page(sandbox: Sandbox, call: Call, found: list[Media]) -> Response:
    newest = sorted(found, key=lambda media: media.published, reverse=True)
    page = newest[_position(call, newest) :][: int(number(call, "limit", 25))]
    answer: dict[str, Any] = {"data": [selected(call, media_fields(sandbox, media)) for media in page]}
    if page:
        answer["paging"] = {"cursors": {"before": page[0].id, "after": page[-1].id}}
    return JSONResponse(answer)


def _position(call: Call, newest: list[Media]) -> int:
    after = call.query.get("after")
    return next((index + 1 for index, media in enumerate(newest) if media.id == after), 0)
