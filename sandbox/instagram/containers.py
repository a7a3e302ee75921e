"""POST /{ig-user-id}/media: a container for each kind of post, and for each item of a carousel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.identifiers import digits
from sandbox.instagram.access import publisher_of_path
from sandbox.instagram.carousels import children_of
from sandbox.instagram.checks import REEL, STORY, text_problem
from sandbox.instagram.downloads import fetch_video, fetched_image
from sandbox.instagram.errors import RESTRICTED, TOO_MANY_CONTAINERS, Problem, invalid, refused
from sandbox.instagram.options import chosen_options, thumb_offset
from sandbox.instagram.parameters import Parameters
from sandbox.instagram.store import Account, Container, Kind
from sandbox.settings import InstagramSettings
from sandbox.state import Sandbox

DAY = 86400
NEVER = float("inf")

Builder = Callable[[Sandbox, Container, Parameters], Awaitable[None]]


async def create(sandbox: Sandbox, call: Call) -> Response:
    account = publisher_of_path(sandbox, call)
    language = sandbox.settings.instagram.language
    parameters = Parameters(call.parameters())
    kind = parameters.kind(language)
    parameters.refuse_strangers(kind)
    container = _new_container(sandbox, account, kind, parameters)
    problem = _account_problem(sandbox, account) or text_problem(container.caption, container.alt_text)
    if problem is not None:
        raise refused(problem, language)
    await BUILDERS[kind](sandbox, container, parameters)
    _apply_fault(container, call)
    sandbox.instagram.containers[container.id] = container
    return JSONResponse({"id": container.id})


async def _photo(sandbox: Sandbox, container: Container, parameters: Parameters) -> None:
    container.media_sha256 = (await fetched_image(sandbox, parameters.required("image_url")),)


async def _reel(sandbox: Sandbox, container: Container, parameters: Parameters) -> None:
    url, cover = parameters.required("video_url"), parameters.text("cover_url")
    if cover is not None:
        container.options["cover_sha256"] = await fetched_image(sandbox, cover, any_ratio=True)
    fetch_video(sandbox, container, url, REEL)


async def _video_item(sandbox: Sandbox, container: Container, parameters: Parameters) -> None:
    fetch_video(sandbox, container, parameters.required("video_url"), REEL)


async def _story(sandbox: Sandbox, container: Container, parameters: Parameters) -> None:
    image, video = parameters.text("image_url"), parameters.text("video_url")
    if image is not None and video is None:
        container.media_sha256 = (await fetched_image(sandbox, image, any_ratio=True),)
    elif video is not None and image is None:
        fetch_video(sandbox, container, video, STORY)
    else:
        raise refused(invalid("A story needs either image_url or video_url"))


async def _carousel(sandbox: Sandbox, container: Container, parameters: Parameters) -> None:
    container.children = children_of(sandbox, container.account, parameters.children())
    container.media_sha256 = tuple(digest for child in container.children for digest in child.media_sha256)


BUILDERS: Mapping[Kind, Builder] = {
    "IMAGE": _photo,
    "IMAGE_ITEM": _photo,
    "VIDEO_ITEM": _video_item,
    "CAROUSEL": _carousel,
    "REELS": _reel,
    "STORIES": _story,
}


def _new_container(sandbox: Sandbox, account: Account, kind: Kind, parameters: Parameters) -> Container:
    now = sandbox.clock.now()
    is_video = parameters.text("video_url") is not None
    return Container(
        id=digits("180", 17),
        account=account,
        kind=kind,
        caption=parameters.text("caption") or "",
        alt_text=parameters.text("alt_text"),
        created=now,
        ready=now + _waiting_time(sandbox.settings.instagram, kind, is_video=is_video),
        thumb_offset=thumb_offset(parameters),
        options=chosen_options(parameters, kind),
    )


def _waiting_time(settings: InstagramSettings, kind: Kind, *, is_video: bool) -> float:
    """In seconds; the closest setting that says something."""
    wanted = (
        settings.carousel_ready_after if kind == "CAROUSEL" else None,
        settings.child_ready_after if kind in ("IMAGE_ITEM", "VIDEO_ITEM") else None,
        settings.video_ready_after if is_video else None,
    )
    return next((seconds for seconds in wanted if seconds is not None), settings.ready_after)


def _account_problem(sandbox: Sandbox, account: Account) -> Problem | None:
    if account.restricted:
        return RESTRICTED
    since = sandbox.clock.now() - DAY
    recent = [c for c in sandbox.instagram.containers.values() if c.account is account and c.created > since]
    return TOO_MANY_CONTAINERS if len(recent) >= sandbox.settings.instagram.containers_per_day else None


def _apply_fault(container: Container, call: Call) -> None:
    if call.fault and call.fault.kind == "stuck":
        container.ready = NEVER
    if call.fault and call.fault.kind == "media_error":
        container.problem = int(call.fault.options.get("subcode", 2207053))
