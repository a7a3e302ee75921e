"""GET /{id} and the quota: profile, container or media, whichever the id belongs to."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.instagram.access import live_token, publisher_of_path
from sandbox.instagram.errors import NOT_VISIBLE, invalid, refused
from sandbox.instagram.fields import Fields, number, selected
from sandbox.instagram.media import media_fields
from sandbox.instagram.publishing import quota_usage
from sandbox.instagram.store import Account, Container
from sandbox.state import Sandbox

STATUS_TEXTS = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been published.",
    "EXPIRED": "Expired: Media was not published within 24 hours.",
}


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
        return JSONResponse(selected(call, media_fields(sandbox, media)))
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


async def publishing_limit(sandbox: Sandbox, call: Call) -> Response:
    account = publisher_of_path(sandbox, call)
    settings = sandbox.settings.instagram
    since = number(call, "since", 0)
    if since and since < sandbox.clock.now() - 86400:
        raise refused(invalid("since must be within the last 24 hours"))
    fields: Fields = {
        "quota_usage": lambda: quota_usage(sandbox, account, since or None),
        "config": lambda: {"quota_total": settings.quota_total, "quota_duration": settings.quota_duration},
    }
    return JSONResponse({"data": [selected(call, fields, "quota_usage")]})
