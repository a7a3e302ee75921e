"""POST /{ig-user-id}/media: a container for each kind of post."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.identifiers import digits
from sandbox.instagram.access import publisher_of_path
from sandbox.instagram.checks import (
    IMAGE_BYTES,
    REEL_BYTES,
    image_fetch_problem,
    image_problem,
    reel_problem,
    text_problem,
    video_fetch_problem,
)
from sandbox.instagram.errors import (
    RESTRICTED,
    TOO_MANY_CONTAINERS,
    UNKNOWN_MEDIA_TYPE,
    Problem,
    invalid,
    refused,
)
from sandbox.instagram.store import Account, Container
from sandbox.media import FetchError
from sandbox.state import Sandbox

DAY = 86400
NEVER = float("inf")

Builder = Callable[[Sandbox, Container, Mapping[str, Any]], Awaitable[None]]


async def create(sandbox: Sandbox, call: Call) -> Response:
    account = publisher_of_path(sandbox, call)
    parameters = call.parameters()
    kind = _kind(sandbox, parameters)
    container = _new_container(sandbox, account, kind, parameters)
    _refuse_if(sandbox, _account_problem(sandbox, account))
    _refuse_if(sandbox, text_problem(container.caption, container.alt_text))
    await BUILDERS[kind](sandbox, container, parameters)
    _apply_fault(container, call)
    sandbox.instagram.containers[container.id] = container
    return JSONResponse({"id": container.id})


async def _photo(sandbox: Sandbox, container: Container, parameters: Mapping[str, Any]) -> None:
    """Meta downloads images during the call, so a bad one is refused here and now."""
    try:
        async with sandbox.fetcher.fetched(str(parameters["image_url"]), IMAGE_BYTES) as file:
            _refuse_if(sandbox, await asyncio.to_thread(image_problem, file))
            container.media_sha256 = (file.sha256,)
    except FetchError as failure:
        raise refused(image_fetch_problem(failure), sandbox.settings.instagram.language) from failure


async def _reel(sandbox: Sandbox, container: Container, parameters: Mapping[str, Any]) -> None:
    """Videos are downloaded later: a bad one becomes a container in ERROR."""
    if not parameters.get("video_url"):
        raise refused(invalid("The parameter video_url is required"))
    if container.alt_text is not None:
        raise refused(invalid("alt_text is not supported for reels"))
    container.fetching = True
    sandbox.in_background(_download_reel(sandbox, container, str(parameters["video_url"])))


async def _download_reel(sandbox: Sandbox, container: Container, url: str) -> None:
    try:
        async with sandbox.fetcher.fetched(url, REEL_BYTES) as file:
            container.media_sha256 = (file.sha256,)
            container.problem = container.problem or await asyncio.to_thread(reel_problem, file)
    except FetchError as failure:
        container.problem = video_fetch_problem(failure)
    finally:
        container.fetching = False


# One entry per kind of post. The kinds named below are real on the platform and not simulated yet.
BUILDERS: Mapping[str, Builder] = {"IMAGE": _photo, "REELS": _reel}
NOT_SIMULATED = frozenset({"STORIES", "CAROUSEL"})


def _kind(sandbox: Sandbox, parameters: Mapping[str, Any]) -> str:
    kind = str(parameters.get("media_type", "IMAGE"))
    item = str(parameters.get("is_carousel_item", "false")).lower() == "true"
    if kind in NOT_SIMULATED or item:
        raise refused(invalid(f"This sandbox does not simulate {'carousel items' if item else kind} yet"))
    if "media_type" in parameters and kind != "REELS":
        raise refused(UNKNOWN_MEDIA_TYPE, sandbox.settings.instagram.language)
    if kind == "IMAGE" and not parameters.get("image_url"):
        raise refused(invalid("The parameter image_url is required"))
    return kind


def _new_container(sandbox: Sandbox, account: Account, kind: str, parameters: Mapping[str, Any]) -> Container:
    now = sandbox.clock.now()
    return Container(
        id=digits("180", 17),
        account=account,
        kind=kind,
        caption=str(parameters.get("caption") or ""),
        alt_text=str(parameters["alt_text"]) if parameters.get("alt_text") else None,
        created=now,
        ready=now + sandbox.settings.instagram.ready_after,
    )


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


def _refuse_if(sandbox: Sandbox, problem: Problem | None) -> None:
    if problem is not None:
        raise refused(problem, sandbox.settings.instagram.language)
