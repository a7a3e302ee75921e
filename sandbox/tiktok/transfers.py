"""What TikTok does with the media behind the scenes: fetch it, look into it, and go on with the job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox.media import FetchError, MediaFile
from sandbox.probe import UnreadableError, probe_image, probe_video
from sandbox.state import Sandbox
from sandbox.tiktok.jobs import Job
from sandbox.tiktok.uploads import VIDEO_BYTES, Upload

CODECS = frozenset({"h264", "hevc", "vp8", "vp9"})
CONTAINERS = frozenset({"mp4", "mov", "webm"})
# Pillow's name for a JPEG with a second picture in it, as some phones write them.
PHOTO_FORMATS = frozenset({"JPEG", "MPO", "WEBP"})
PHOTO_BYTES = 20_000_000
# "1080p" is all that TikTok says.
PHOTO_LONGEST, PHOTO_SHORTEST = 1920, 1080


async def pull_video(sandbox: Sandbox, job: Job, url: str) -> None:
    async with _transfer(sandbox, job, "video_pull_failed"), sandbox.fetcher.fetched(url, VIDEO_BYTES) as file:
        job.media_sha256, job.downloaded_bytes = (file.sha256,), file.size
        await _examine_video(sandbox, job, file.path)


async def pull_photos(sandbox: Sandbox, job: Job, urls: Sequence[str]) -> None:
    async with _transfer(sandbox, job, "photo_pull_failed"):
        for url in urls:
            await _pull_photo(sandbox, job, url)


async def _pull_photo(sandbox: Sandbox, job: Job, url: str) -> None:
    try:
        async with sandbox.fetcher.fetched(url, PHOTO_BYTES) as file:
            job.media_sha256 += (file.sha256,)
            job.downloaded_bytes += file.size
            _note(job, await asyncio.to_thread(photo_problem, file))
    except FetchError as error:
        if error.reason != "too_large":
            raise
        job.fail("file_format_check_failed")


async def take_upload(sandbox: Sandbox, upload: Upload) -> None:
    """After the last chunk."""
    job = upload.job
    try:
        async with _transfer(sandbox, job, "internal"):
            job.media_sha256 = (upload.sha256,)
            await _examine_video(sandbox, job, upload.path)
    finally:
        upload.close()


@asynccontextmanager
async def _transfer(sandbox: Sandbox, job: Job, reason: str) -> AsyncIterator[None]:
    try:
        yield
    except FetchError:
        job.fail(reason)
    finally:
        job.transferring = False
        sandbox.settle()


async def _examine_video(sandbox: Sandbox, job: Job, path: Path) -> None:
    creator = sandbox.tiktok.creators[job.open_id]
    _note(job, await asyncio.to_thread(video_problem, path, creator.max_seconds))


def _note(job: Job, reason: str | None) -> None:
    if reason is not None:
        job.fail(reason)


def video_problem(path: Path, max_seconds: int) -> str | None:
    try:
        video = probe_video(path)
    except UnreadableError:
        return "file_format_check_failed"
    if video.codec not in CODECS or CONTAINERS.isdisjoint(video.container.split(",")):
        return "file_format_check_failed"
    if not 23 <= video.fps <= 60:
        return "frame_rate_check_failed"
    if not (360 <= video.width <= 4096 and 360 <= video.height <= 4096):
        return "picture_size_check_failed"
    return "duration_check_failed" if video.seconds > max_seconds else None


def photo_problem(file: MediaFile) -> str | None:
    try:
        photo = probe_image(file.path)
    except UnreadableError:
        return "file_format_check_failed"
    if photo.format not in PHOTO_FORMATS:
        return "file_format_check_failed"
    short, long = sorted((photo.width, photo.height))
    return "picture_size_check_failed" if short > PHOTO_SHORTEST or long > PHOTO_LONGEST else None
