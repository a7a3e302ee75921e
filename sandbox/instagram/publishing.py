"""POST /{ig-user-id}/media_publish: the one call that makes something visible."""

from __future__ import annotations

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
from sandbox.instagram.store import Account, Container, Media
from sandbox.ledger import Post
from sandbox.state import Sandbox

POST_KINDS = {"IMAGE": "photo", "REELS": "reel"}


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
    return container


def _problem(sandbox: Sandbox, account: Account, container: Container) -> Problem | None:
    status = container.status_code(sandbox.clock.now())
    if status == "EXPIRED":
        return EXPIRED_OR_FOREIGN
    if status != "FINISHED":
        return NOT_READY
    if account.restricted:
        return RESTRICTED
    return QUOTA if quota_usage(sandbox, account) >= sandbox.settings.instagram.quota_total else None


def quota_usage(sandbox: Sandbox, account: Account, since: float | None = None) -> int:
    begin = sandbox.clock.now() - sandbox.settings.instagram.quota_duration
    return len(sandbox.instagram.published_since(account, max(begin, since or begin)))


def _posted(sandbox: Sandbox, container: Container) -> Media:
    now = sandbox.clock.now()
    media = Media(digits("179", 17), container.account, container, opaque("D", 11), now)
    container.media_id = media.id
    sandbox.instagram.media[media.id] = media
    sandbox.post(
        Post(
            platform="instagram",
            kind=POST_KINDS[container.kind],
            account_id=container.account.user_id,
            post_id=media.id,
            caption=container.caption,
            media_sha256=container.media_sha256,
            alt_text=container.alt_text,
            at=now,
            container_id=container.id,
        )
    )
    return media
