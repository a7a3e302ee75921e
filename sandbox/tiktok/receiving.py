"""open-upload.tiktokapis.com: the chunks of a FILE_UPLOAD, strictly one after the other.

Source: TikTok for Developers, Media Transfer Guide. The URL is the secret: no token is wanted, and errors have no
body.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from sandbox.calls import Call, RefusedError
from sandbox.state import Sandbox
from sandbox.tiktok.transfers import take_upload
from sandbox.tiktok.uploads import Upload

VIDEO_TYPES = frozenset({"video/mp4", "video/quicktime", "video/webm"})
CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,12})-([0-9]{1,12})/([0-9]{1,12})")


async def put_chunk(sandbox: Sandbox, call: Call) -> Response:
    upload = _known(sandbox, call)
    async with upload.lock:
        _check(sandbox, upload, call)
        try:
            await upload.store(call.stream())
        except ClientDisconnect:
            return Response(status_code=400)
        return _stored(sandbox, upload)


def _stored(sandbox: Sandbox, upload: Upload) -> Response:
    upload.job.uploaded_bytes = upload.received
    if not upload.is_complete:
        return _progress(sandbox, upload, 206)
    upload.job.ready = sandbox.clock.now() + upload.job.delay
    sandbox.in_background(take_upload(sandbox, upload))
    return _progress(sandbox, upload, 201)


def _known(sandbox: Sandbox, call: Call) -> Upload:
    upload = _by_token(sandbox, call)
    if upload is None or upload.id != call.query.get("upload_id") or upload.job.ended == "FAILED":
        _refuse(404)
    return upload


def _check(sandbox: Sandbox, upload: Upload, call: Call) -> None:
    """In the order of TikTok's list of answers: expired, malformed, out of sequence."""
    if sandbox.clock.now() >= upload.expires:
        _refuse(403)
    first, last = _range(upload, call)
    if first != upload.received or upload.is_complete:
        raise RefusedError(_progress(sandbox, upload, 416))
    if last != upload.plan.last_of(first):
        _refuse(400)


def _range(upload: Upload, call: Call) -> tuple[int, int]:
    found = CONTENT_RANGE.fullmatch(call.headers.get("content-range", ""))
    if found is None or call.content_type not in VIDEO_TYPES or "authorization" in call.headers:
        _refuse(400)
    first, last, size = map(int, found.groups())
    if size != upload.plan.size or call.headers.get("content-length") != str(last - first + 1):
        _refuse(400)
    return first, last


def _progress(sandbox: Sandbox, upload: Upload, status: int) -> Response:
    """Whether TikTok's number is a count or the index of the last byte is not known."""
    reached = upload.received - (sandbox.settings.tiktok.upload_range == "last")
    return Response(status_code=status, headers={"content-range": f"bytes 0-{max(reached, 0)}/{upload.plan.size}"})


def account_of(sandbox: Sandbox, call: Call) -> str | None:
    upload = _by_token(sandbox, call)
    return upload.job.open_id if upload else None


def fault(sandbox: Sandbox, call: Call, options: Mapping[str, Any]) -> Response:
    return Response(status_code=int(options.get("status", 500)))


async def unknown(sandbox: Sandbox, call: Call) -> Response:
    return Response(status_code=404)


def _by_token(sandbox: Sandbox, call: Call) -> Upload | None:
    return sandbox.tiktok.uploads.get(call.query.get("upload_token", ""))


def _refuse(status: int) -> NoReturn:
    raise RefusedError(Response(status_code=status))
