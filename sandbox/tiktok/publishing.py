"""video/init and status/fetch. After an accepted init the post appears without another call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.responses import Response

from sandbox.calls import Call
from sandbox.identifiers import digits
from sandbox.media import FetchError, MediaFile
from sandbox.probe import UnreadableError, probe_video
from sandbox.state import Sandbox
from sandbox.tiktok.access import limit_rate, live_access, publishing_access
from sandbox.tiktok.errors import envelope, refused
from sandbox.tiktok.jobs import Job
from sandbox.tiktok.profile import posting_problem
from sandbox.tiktok.request import VideoPost, json_body, parse_video_post
from sandbox.tiktok.store import Creator

VIDEO_BYTES = 4_000_000_000
CODECS = frozenset({"h264", "hevc", "vp8", "vp9"})
CONTAINERS = frozenset({"mp4", "mov", "webm"})
NEVER = float("inf")


async def video_init(sandbox: Sandbox, call: Call) -> Response:
    access = publishing_access(sandbox, call)
    limit_rate(sandbox, "video_init", access, 6)
    post, creator = parse_video_post(call), access.grant.creator
    problem = _problem(sandbox, creator, post)
    if problem is not None:
        raise refused(problem)
    job = _new_job(sandbox, creator, post)
    _apply_fault(job, call)
    sandbox.tiktok.jobs[job.publish_id] = job
    sandbox.in_background(_pull(sandbox, job, post.video_url, creator.max_seconds))
    return envelope({"publish_id": job.publish_id})


def _problem(sandbox: Sandbox, creator: Creator, post: VideoPost) -> str | None:
    if problem := posting_problem(sandbox, creator):
        return problem
    if not sandbox.settings.tiktok.audited and not (creator.private and post.privacy_level == "SELF_ONLY"):
        return "unaudited_client_can_only_post_to_private_accounts"
    if post.privacy_level not in creator.privacy_options:
        return "privacy_level_option_mismatch"
    if not is_verified(post.video_url, sandbox.config.tiktok.verified_prefixes):
        return "url_ownership_unverified"
    return None


def is_verified(url: str, properties: Iterable[str]) -> bool:
    """A property is a URL prefix ("https://…/") or a domain, which covers its sub-domains too."""
    host = urlsplit(url).hostname or ""
    return any(
        url.startswith(entry) if entry.startswith("https://") else host == entry or host.endswith(f".{entry}")
        for entry in properties
    )


def _new_job(sandbox: Sandbox, creator: Creator, post: VideoPost) -> Job:
    now = sandbox.clock.now()
    return Job(
        publish_id=f"v_pub_url~v2-1.{digits('7', 19)}",
        open_id=creator.open_id,
        kind="video",
        title=post.title,
        privacy_level=post.privacy_level,
        options=post.options,
        created=now,
        ready=now + sandbox.settings.tiktok.ready_after,
    )


def _apply_fault(job: Job, call: Call) -> None:
    if call.fault and call.fault.kind == "stuck":
        job.ready = NEVER
    if call.fault and call.fault.kind == "media_error":
        job.fail(str(call.fault.options.get("reason", "internal")))


async def _pull(sandbox: Sandbox, job: Job, url: str, max_seconds: int) -> None:
    try:
        async with sandbox.fetcher.fetched(url, VIDEO_BYTES) as file:
            job.media_sha256, job.downloaded_bytes = (file.sha256,), file.size
            reason = await asyncio.to_thread(media_problem, file, max_seconds)
            if reason is not None:
                job.fail(reason)
    except FetchError:
        job.fail("video_pull_failed")
    finally:
        job.downloading = False


def media_problem(file: MediaFile, max_seconds: int) -> str | None:
    try:
        video = probe_video(file.path)
    except UnreadableError:
        return "file_format_check_failed"
    if video.codec not in CODECS or CONTAINERS.isdisjoint(video.container.split(",")):
        return "file_format_check_failed"
    if not 23 <= video.fps <= 60:
        return "frame_rate_check_failed"
    if not (360 <= video.width <= 4096 and 360 <= video.height <= 4096):
        return "picture_size_check_failed"
    return "duration_check_failed" if video.seconds > max_seconds else None


async def status(sandbox: Sandbox, call: Call) -> Response:
    access = live_access(sandbox, call)
    if not {"video.publish", "video.upload"} & set(access.grant.scopes):
        raise refused("scope_not_authorized")
    limit_rate(sandbox, "status", access, 30)
    job = sandbox.tiktok.jobs.get(str(json_body(call).get("publish_id")))
    if job is None:
        raise refused("invalid_publish_id")
    if job.open_id != access.grant.creator.open_id:
        raise refused("token_not_authorized_for_specified_publish_id")
    return _status_answer(sandbox, job)


def _status_answer(sandbox: Sandbox, job: Job) -> Response:
    sandbox.settle()
    now = sandbox.clock.now()
    state = job.status(now)
    data = {
        "status": state,
        "publicaly_available_post_id": job.public_ids(now, sandbox.settings.tiktok.moderation_delay),
        "downloaded_bytes": job.downloaded_bytes,
    }
    return envelope(data | ({"fail_reason": job.fail_reason} if state == "FAILED" else {}))
