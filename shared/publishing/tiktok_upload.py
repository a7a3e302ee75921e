"""TikTok, video by FILE_UPLOAD: its bytes go from R2 to TikTok in chunks, through as many function calls as it takes.

The init only opens a job; nothing can be posted before the last chunk is there. So a lost init is forgotten and made
anew, and the last chunk is the call that cannot be taken back. After a doubt about it the job is asked: it is the same
job whatever happens, and a job posts once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from shared.egress import CallFailed
from shared.platforms.failures import Certainty, PlatformFailure
from shared.platforms.tiktok_chunks import Chunk, ChunkPlan
from shared.publishing.claim import Item
from shared.publishing.ladder import after_attempt
from shared.publishing.retries import try_again_or_fail
from shared.publishing.tiktok_calls import ask, client, look_again, refused, settle
from shared.publishing.tiktok_options import TikTokOptions
from shared.publishing.work import Failed, Pause, Work
from shared.runtime import Runtime
from shared.secret import Secret
from shared.vault import CannotOpen

# TikTok gives the address for one hour; we stop using it a little earlier.
_UPLOAD_SECONDS = 3600.0 - 120.0
# One chunk of 10 to 20 MB, and how long a function call goes on beginning chunks: together below the deadline.
_CHUNK_SECONDS = 20.0
_BEGIN_SECONDS = 8.0
# By then a chunk that was under way has arrived or never will.
_SECONDS_UNTIL_MISSING_MEANS_LOST = 60.0


async def begin(work: Work, runtime: Runtime, options: TikTokOptions) -> None:
    plan = ChunkPlan.for_file(work.items[0].byte_size)
    try:
        made = await client(runtime).init_video_upload(
            work.access_token(), plan=plan, post_info=options.video_post_info(work.publication.caption)
        )
    except PlatformFailure as failure:
        raise await refused(work, runtime, failure) from None
    upload = {
        "upload_url": work.seal_upload_url(Secret(made.upload_url)),
        "byte_size": plan.byte_size,
        "chunk_size": plan.chunk_size,
        "expires_in": _UPLOAD_SECONDS,
    }
    detail = {"publish_id": made.publish_id}
    await work.record("preparing", "upload_started", detail=detail, publish_id=made.publish_id, upload=upload)


async def carry_on(work: Work, runtime: Runtime) -> None:
    """One chunk after the other while there is time; then another function call goes on where this one stopped."""
    upload = work.upload
    if upload is None or upload.seconds_left <= 0:
        await _begin_anew(work)
        return
    _have_time(work)
    chunk = _plan(work).chunk(upload.stored_chunks)
    if chunk.is_last:
        await work.record("committing", "last_chunk_started")
        if not work.lease_covers(_CHUNK_SECONDS):
            # This process was stopped between the two lines above, and certainly nothing was sent.
            await work.record("preparing", "last_chunk_not_sent")
            raise Pause(0.0, release=True)
    await _send(work, runtime, chunk, is_first_try=True)


def _have_time(work: Work) -> None:
    """Raises Pause when a chunk that begins now could be cut off; the next function call begins it."""
    if work.seconds_held() > _BEGIN_SECONDS or not work.lease_covers(_CHUNK_SECONDS):
        raise Pause(0.0, release=True)


async def after_doubt(work: Work, runtime: Runtime) -> None:
    """In committing: whether the last chunk arrived is for TikTok to say."""
    status = await ask(work, runtime)
    if await settle(work, status):
        return
    stored = status.uploaded_bytes
    if stored is None and status.status == "PROCESSING_UPLOAD":
        raise look_again(work)
    if stored is None or stored >= _plan(work).byte_size:
        await work.record("processing", "upload_complete", looks=0)
        raise look_again(work)
    if (work.publication.seconds_since_intent or 0) < _SECONDS_UNTIL_MISSING_MEANS_LOST:
        raise look_again(work)
    await _resume(work, runtime, stored)


async def _resume(work: Work, runtime: Runtime, stored_bytes: int) -> None:
    """The last chunk is missing. To send it again is safe: it completes this one job, or none.

    But not for somebody who by now wants nothing posted: without that chunk the job never posts.
    """
    if reason := await runtime.database.as_system("why_post_stopped", publication_id=work.publication.id):
        raise Failed(reason, {"publish_id": str(work.publication.publish_id)})
    if work.upload is None or work.upload.seconds_left <= 0:
        raise Failed("upload_expired", {"publish_id": str(work.publication.publish_id)})
    await work.record(work.state, None, stored_chunks=_plan(work).chunks_in(stored_bytes))
    if work.state == "unknown":
        await work.record("processing", "upload_incomplete")
        raise look_again(work)
    if not await runtime.database.as_system("may_commit", publication_id=work.publication.id):
        # The platform was switched off after the commit, or the click has grown old: the address runs out meanwhile.
        raise look_again(work)
    _have_time(work)
    await _send(work, runtime, _plan(work).chunk(work.upload.stored_chunks), is_first_try=False)


async def _send(work: Work, runtime: Runtime, chunk: Chunk, *, is_first_try: bool) -> None:
    """Of the last chunk, only the first try may be called back: after it, another may have arrived."""
    item = work.items[0]
    try:
        http_status = await client(runtime).put_chunk(
            _opened(work),
            chunk=chunk,
            media_type=item.media_type,
            content=_bytes_of(runtime, item, chunk),
            seconds=_CHUNK_SECONDS,
        )
    except PlatformFailure as failure:
        await _after_failed_chunk(work, chunk, certainly_not=is_first_try and failure.certainty is Certainty.NOT_SENT)
        return
    except CallFailed:
        await _after_failed_chunk(work, chunk, certainly_not=False)
        return
    await _after_chunk(work, runtime, chunk, http_status)


async def _after_chunk(work: Work, runtime: Runtime, chunk: Chunk, http_status: int) -> None:
    match http_status:
        case 201 if chunk.is_last:
            await work.record("processing", "upload_complete", looks=0)
            raise look_again(work)
        case 206 if not chunk.is_last:
            stored = (work.upload.stored_chunks if work.upload else 0) + 1
            await work.record(work.state, None, stored_chunks=stored, attempts=0)
        case 403 | 404 if work.state == "preparing":
            await _begin_anew(work)
        case 416 if work.state == "preparing":
            await _find_offset(work, runtime)
        case 400 if work.state == "preparing":
            raise Failed("request_invalid", {"platform_code": "http_400"})
        case _:
            await _after_failed_chunk(work, chunk, certainly_not=False)


async def _after_failed_chunk(work: Work, chunk: Chunk, *, certainly_not: bool) -> None:
    """A chunk before the last one is sent again; about the last one TikTok is asked first."""
    if work.state == "committing" and certainly_not:
        await work.record("preparing", "last_chunk_not_sent")
    if work.state == "committing":
        raise look_again(work)
    raise try_again_or_fail(work, "platform_error", {"chunk_at": str(chunk.first)})


async def _find_offset(work: Work, runtime: Runtime) -> None:
    """TikTok has another number of chunks than we thought: an answer was lost, or a worker."""
    status = await ask(work, runtime)
    if status.status == "PUBLISH_COMPLETE":
        await work.record("committing", "last_chunk_started")
    if await settle(work, status):
        return
    if status.uploaded_bytes is None:
        raise Pause(after_attempt(work.publication.attempts), attempts=1)
    if status.uploaded_bytes >= _plan(work).byte_size:
        await work.record("committing", "last_chunk_started")
        await work.record("processing", "upload_complete", looks=0)
        raise look_again(work)
    await work.record("preparing", None, stored_chunks=_plan(work).chunks_in(status.uploaded_bytes))
    raise Pause(after_attempt(work.publication.attempts), attempts=1)


async def _begin_anew(work: Work) -> None:
    """The last chunk was never begun, so this job can post nothing, and another one may be opened."""
    end = try_again_or_fail(work, "upload_expired", {"publish_id": str(work.publication.publish_id)})
    if isinstance(end, Pause):
        await work.record("preparing", "upload_lost", publish_id=None, upload=None)
    raise end


def _plan(work: Work) -> ChunkPlan:
    return ChunkPlan(work.upload.byte_size, work.upload.chunk_size) if work.upload else ChunkPlan.for_file(1)


def _opened(work: Work) -> Secret:
    try:
        return work.upload_url()
    except CannotOpen:
        raise Failed("token_unreadable", {}) from None


async def _bytes_of(runtime: Runtime, item: Item, chunk: Chunk) -> AsyncIterator[bytes]:
    """Straight from R2, never more than a piece of it in memory. boto3 is loaded for this alone."""
    from shared.media.storage import Storage  # noqa: PLC0415

    url = await Storage(runtime.settings).presign_get(item.object_key)
    request = runtime.egress.client.build_request(
        "GET", url, headers={"range": f"bytes={chunk.first}-{chunk.last}", "accept-encoding": "identity"}
    )
    async for piece in runtime.egress.pieces(request, length=chunk.length):
        yield piece
