"""Fetching the media of a container the way Meta does: images during the call, videos afterwards."""

from __future__ import annotations

import asyncio

from sandbox.instagram.checks import (
    IMAGE_BYTES,
    VideoRules,
    image_fetch_problem,
    image_problem,
    video_fetch_problem,
    video_problem,
)
from sandbox.instagram.errors import refused
from sandbox.instagram.store import Container
from sandbox.media import FetchError
from sandbox.state import Sandbox


async def fetched_image(sandbox: Sandbox, url: str, *, any_ratio: bool = False) -> str:
    """The SHA-256 of the image; a bad one is refused here and now."""
    language = sandbox.settings.instagram.language
    try:
        async with sandbox.fetcher.fetched(url, IMAGE_BYTES) as file:
            problem = await asyncio.to_thread(image_problem, file, any_ratio=any_ratio)
            if problem is not None:
                raise refused(problem, language)
            return file.sha256
    except FetchError as failure:
        raise refused(image_fetch_problem(failure), language) from failure


def fetch_video(sandbox: Sandbox, container: Container, url: str, rules: VideoRules) -> None:
    """Comes back at once: a bad video becomes a container in ERROR."""
    container.is_video = container.fetching = True
    sandbox.in_background(_download(sandbox, container, url, rules))


async def _download(sandbox: Sandbox, container: Container, url: str, rules: VideoRules) -> None:
    try:
        async with sandbox.fetcher.fetched(url, rules.max_bytes) as file:
            container.media_sha256 = (file.sha256,)
            found = await asyncio.to_thread(video_problem, file, rules, container.thumb_offset)
            container.problem = container.problem or found
    except FetchError as failure:
        container.problem = container.problem or video_fetch_problem(failure)
    finally:
        container.fetching = False
