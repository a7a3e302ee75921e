"""POST /{ig-user-id}/media_publish: the one call that makes something visible."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.identifiers import digits, opaque
from sandbox.instagram.access import publisher_of_path
from sandbox.instagram.errors import (
    EXPIRED_OR_FOREIGN,
    NOT_READY,
    QUOTA,
    RESTRICTED,
    UNKNOWN_CONTAINER,
    Problem,
    invalid,
    refused,
)
from sandbox.instagram.store import Account, Container, Kind, Media
from sandbox.ledger import Post
from sandbox.state import Sandbox

POST_KINDS: Mapping[Kind, str] = {"IMAGE": "photo", "REELS": "reel", "STORIES": "story", "CAROUSEL": "carousel"}


async def publish(sandbox: Sandbox, call: Call) -> Response:
    account = publisher_of_path(sandbox, call)
    container = _container(sandbox, account, call)
    if container.media_id and sandbox.settings.instagram.second_publish == "same_id":
        return JSONResponse({"id": container.media_id})
    problem = _problem(sandbox, account, container)
    if problem is not None:
        raise refused(problem, sandbox.settings.instagram.language)
    return JSONResponse({"id": _posted(sandbox, container).id})


def _container(sandbox: Sandbox, account: Account, call: Call) -> Container:
    language = sandbox.settings.instagram.language
    creation_id = call.parameters().get("creation_id")
    if not creation_id:
        raise refused(invalid("The parameter creation_id is required"))
    container = sandbox.instagram.containers.get(str(creation_id))
    if container is None:
        raise refused(UNKNOWN_CONTAINER, language)
    if container.account is not account:
        raise refused(EXPIRED_OR_FOREIGN, language)
    if container.is_item:
        raise refused(invalid("An item of a carousel cannot be published on its own"))
    return container


def _problem(sandbox: Sandbox, account: Account, container: Container) -> Problem | None:
    status = container.status_code(sandbox.clock.now())
    if status == "EXPIRED":
        return EXPIRED_OR_FOREIGN
    if status != "FINISHED":
        return NOT_READY
    if account.restricted:
        return RESTRICTED
    return QUOTA if _is_full(sandbox, account, container) else None


def _is_full(sandbox: Sandbox, account: Account, container: Container) -> bool:
    counts = _counts(sandbox, container)
    return counts and quota_usage(sandbox, account) >= sandbox.settings.instagram.quota_total


def _counts(sandbox: Sandbox, container: Container) -> bool:
    return container.kind != "STORIES" or sandbox.settings.instagram.stories_count


def quota_usage(sandbox: Sandbox, account: Account, since: float | None = None) -> int:
    begin = sandbox.clock.now() - sandbox.settings.instagram.quota_duration
    posts = sandbox.instagram.published_since(account, max(begin, since or begin))
    return sum(_counts(sandbox, media.container) for media in posts)


def _posted(sandbox: Sandbox, container: Container) -> Media:
    media = _shown(sandbox, container)
    sandbox.post(
        Post(
            platform="instagram",
            kind=POST_KINDS[container.kind],
            account_id=container.account.user_id,
            post_id=media.id,
            caption=container.caption,
            media_sha256=container.media_sha256,
            alt_text=container.alt_text,
            at=media.published,
            container_id=container.id,
            options=_options(container),
        )
    )
    return media


def _shown(sandbox: Sandbox, container: Container) -> Media:
    """The items of a carousel get ids of their own, and come first."""
    children = tuple(_shown(sandbox, child) for child in container.children)
    media = Media(digits("179", 17), container.account, container, opaque("D", 11), sandbox.clock.now(), children)
    container.media_id = media.id
    sandbox.instagram.media[media.id] = media
    return media


def _options(container: Container) -> dict[str, object]:
    """Those of the container; a carousel adds what its items were described with, in display order."""
    if not container.children:
        return container.options
    items = container.children
    return {**container.options, "alt_texts": [item.alt_text for item in items], "items": [i.options for i in items]}
