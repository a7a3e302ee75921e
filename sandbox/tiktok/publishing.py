"""The three init calls. After an accepted one the post, or the draft, appears without another call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from sandbox.calls import Call
from sandbox.identifiers import digits
from sandbox.state import Sandbox
from sandbox.tiktok.access import PUBLISH, UPLOAD, any_publishing_access, limit_rate, publishing_access
from sandbox.tiktok.errors import envelope, refused
from sandbox.tiktok.jobs import NEVER, Job
from sandbox.tiktok.photo_request import PhotoPost, parse_photo_post
from sandbox.tiktok.profile import posting_problem
from sandbox.tiktok.request import VideoPost, parse_video_draft, parse_video_post
from sandbox.tiktok.store import Creator
from sandbox.tiktok.transfers import pull_photos, pull_video
from sandbox.tiktok.uploads import UPLOAD_SECONDS, ChunkPlan, Upload

INITS_PER_MINUTE = 6
MOST_PENDING_DRAFTS = 5


async def video_init(sandbox: Sandbox, call: Call) -> Response:
    access = publishing_access(sandbox, call, PUBLISH)
    limit_rate(sandbox, "video_init", access, INITS_PER_MINUTE)
    return _video_job(sandbox, call, access.grant.creator, parse_video_post(call))


async def inbox_video_init(sandbox: Sandbox, call: Call) -> Response:
    access = publishing_access(sandbox, call, UPLOAD)
    limit_rate(sandbox, "inbox_video_init", access, INITS_PER_MINUTE)
    return _video_job(sandbox, call, access.grant.creator, parse_video_draft(call))


async def content_init(sandbox: Sandbox, call: Call) -> Response:
    access = any_publishing_access(sandbox, call)
    limit_rate(sandbox, "content_init", access, INITS_PER_MINUTE)
    post, creator = parse_photo_post(call), access.grant.creator
    publishing_access(sandbox, call, UPLOAD if post.is_draft else PUBLISH)
    _refuse_problem(sandbox, creator, post, post.urls)
    job = _started(sandbox, call, "p_pub_url~", creator, post)
    sandbox.in_background(pull_photos(sandbox, job, post.urls))
    return envelope({"publish_id": job.publish_id})


def _video_job(sandbox: Sandbox, call: Call, creator: Creator, post: VideoPost) -> Response:
    place = "v_inbox" if post.is_draft else "v_pub"
    if isinstance(post.media, ChunkPlan):
        _refuse_problem(sandbox, creator, post, ())
        return _upload_task(sandbox, call, creator, post, plan=post.media, prefix=f"{place}_file~")
    _refuse_problem(sandbox, creator, post, (post.media,))
    job = _started(sandbox, call, f"{place}_url~", creator, post)
    sandbox.in_background(pull_video(sandbox, job, post.media))
    return envelope({"publish_id": job.publish_id})


def _upload_task(
    sandbox: Sandbox, call: Call, creator: Creator, post: VideoPost, *, plan: ChunkPlan, prefix: str
) -> Response:
    if problem := plan.problem():
        raise refused("invalid_params", problem)
    job = _started(sandbox, call, prefix, creator, post)
    upload = Upload(job, plan, sandbox.clock.now() + UPLOAD_SECONDS)
    sandbox.tiktok.uploads[upload.token] = upload
    url = f"{call.base_url}/tiktok-upload/video/?upload_id={upload.id}&upload_token={upload.token}"
    return envelope({"publish_id": job.publish_id, "upload_url": url})


def _refuse_problem(sandbox: Sandbox, creator: Creator, post: VideoPost | PhotoPost, urls: Iterable[str]) -> None:
    problem = _draft_problem(sandbox, creator) if post.is_draft else _post_problem(sandbox, creator, post.privacy_level)
    verified = sandbox.config.tiktok.verified_prefixes
    if problem is None and not all(is_verified(url, verified) for url in urls):
        problem = "url_ownership_unverified"
    if problem is not None:
        raise refused(problem)


def _draft_problem(sandbox: Sandbox, creator: Creator) -> str | None:
    if creator.banned:
        return "spam_risk_user_banned_from_posting"
    if sandbox.tiktok.pending_drafts(creator, sandbox.clock.now()) >= MOST_PENDING_DRAFTS:
        return "spam_risk_too_many_pending_share"
    return None


def _post_problem(sandbox: Sandbox, creator: Creator, privacy_level: str) -> str | None:
    if problem := posting_problem(sandbox, creator):
        return problem
    if not sandbox.settings.tiktok.audited and not (creator.private and privacy_level == "SELF_ONLY"):
        return "unaudited_client_can_only_post_to_private_accounts"
    return None if privacy_level in creator.privacy_options else "privacy_level_option_mismatch"


def is_verified(url: str, properties: Iterable[str]) -> bool:
    """A property is a URL prefix ("https://…/") or a domain, which covers its sub-domains too."""
    host = urlsplit(url).hostname or ""
    return any(
        url.startswith(entry) if entry.startswith("https://") else host == entry or host.endswith(f".{entry}")
        for entry in properties
    )


def _started(sandbox: Sandbox, call: Call, prefix: str, creator: Creator, post: VideoPost | PhotoPost) -> Job:
    """A pull is over some time after its init; the time of an upload begins with its last chunk."""
    now, delay = sandbox.clock.now(), _delay(sandbox, call)
    is_pull = "_url" in prefix
    job = Job(
        publish_id=f"{prefix}v2-1.{digits('7', 19)}",
        open_id=creator.open_id,
        source="PULL_FROM_URL" if is_pull else "FILE_UPLOAD",
        privacy_level=post.privacy_level,
        options=post.options,
        created=now,
        delay=delay,
        ready=now + delay if is_pull else NEVER,
        draft=post.is_draft,
        **_kind_and_caption(post),
    )
    if call.fault and call.fault.kind == "media_error":
        job.fail(str(call.fault.options.get("reason", "internal")))
    sandbox.tiktok.jobs[job.publish_id] = job
    return job


def _delay(sandbox: Sandbox, call: Call) -> float:
    stuck = call.fault is not None and call.fault.kind == "stuck"
    return NEVER if stuck else sandbox.settings.tiktok.ready_after


def _kind_and_caption(post: VideoPost | PhotoPost) -> dict[str, Any]:
    if isinstance(post, PhotoPost):
        return {"kind": "photo", "caption": post.description}
    return {"kind": "video", "caption": post.title}
