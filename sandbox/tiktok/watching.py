"""status/fetch and cancel: what can still be asked of a job, and the one thing that can be done to it."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.state import Sandbox
from sandbox.tiktok.access import any_publishing_access, limit_rate
from sandbox.tiktok.errors import envelope, ok, refused
from sandbox.tiktok.jobs import Job
from sandbox.tiktok.request import json_body
from sandbox.tiktok.store import Access


async def status(sandbox: Sandbox, call: Call) -> Response:
    access = any_publishing_access(sandbox, call)
    limit_rate(sandbox, "status", access, 30)
    job = _job_of(sandbox, call, access)
    sandbox.settle()
    if sandbox.settings.tiktok.data_missing:
        return JSONResponse({"error": ok()})
    return envelope(_state_of(sandbox, job))


async def cancel(sandbox: Sandbox, call: Call) -> Response:
    access = any_publishing_access(sandbox, call)
    job = _job_of(sandbox, call, access)
    sandbox.settle()
    if job.ended is not None or job.source == "FILE_UPLOAD":
        raise refused("publish_not_cancellable")
    job.stop("publish_cancelled", sandbox.clock.now())
    sandbox.settle()
    return JSONResponse({"error": ok()})


def _job_of(sandbox: Sandbox, call: Call, access: Access) -> Job:
    job = sandbox.tiktok.jobs.get(str(json_body(call).get("publish_id")))
    if job is None:
        raise refused("invalid_publish_id")
    if job.open_id != access.grant.creator.open_id:
        raise refused("token_not_authorized_for_specified_publish_id")
    return job


def _state_of(sandbox: Sandbox, job: Job) -> dict[str, Any]:
    is_upload = job.source == "FILE_UPLOAD"
    moved = {"uploaded_bytes": job.uploaded_bytes} if is_upload else {"downloaded_bytes": job.downloaded_bytes}
    reason = {"fail_reason": job.fail_reason} if job.ended == "FAILED" else {}
    return {"status": job.status(), **_post_ids(sandbox, job), **moved, **reason}


def _post_ids(sandbox: Sandbox, job: Job) -> dict[str, Any]:
    """The misspelling is the contract. A list of numbers is what is documented; the other shapes were seen."""
    public, name = job.is_public(sandbox.clock.now()), "publicaly_available_post_id"
    match sandbox.settings.tiktok.post_id_shape:
        case "list":
            return {name: [job.post_id] if public else []}
        case "scalar":
            return {name: job.post_id} if public else {}
        case "string":
            return {name: str(job.post_id) if public else ""}
        case "empty":
            return {name: []}
        case "missing":
            return {}
