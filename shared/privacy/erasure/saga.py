"""Erases an account, one short step at a time. Whoever comes next goes on where the last one ended or died.

The database decides what the next step is and does all of it that is within its reach; what stands here is the rest:
telling a platform, deleting files, deleting the Auth user, signing the receipt. Each of these may be done twice.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched
from typing import Any

from shared.connecting.disconnect import revoke
from shared.errors import Refused
from shared.logs import log
from shared.privacy.erasure.auth_users import delete_auth_user
from shared.privacy.erasure.receipts import Signer
from shared.runtime import Runtime
from shared.secret import Secret
from shared.settings import Misconfigured

# Longer than maxDuration in vercel.json (60 s): the platform ends a function before another may take its work over.
LEASE_SECONDS = 90
_BATCH = 500
# Each takes four calls, and all of a batch must be done before the function ends.
_FILES_AT_ONCE = 8
# After each step the function must still have time for one call to the outside.
_LONGEST_CALL_SECONDS = 20.0


class Overtaken(Exception):
    """Another worker has the erasure. Stop at once."""


@dataclass(frozen=True, slots=True)
class Work:
    """An erasure that was claimed. Every write names the epoch, so that a worker that was overtaken changes nothing."""

    runtime: Runtime
    erasure_id: str
    epoch: int

    async def call(self, function: str, **arguments: object) -> Any:
        return await self.runtime.database.as_system(
            function, erasure_id=self.erasure_id, epoch=self.epoch, **arguments
        )

    async def write(self, function: str, **arguments: object) -> None:
        """Raises Overtaken."""
        if not await self.call(function, **arguments):
            raise Overtaken


async def advance(runtime: Runtime, erasure_id: str, *, seconds: float) -> None:
    """Steps until it is done, has to wait, or the time is up. Does nothing when it is not due or in other hands."""
    stop_at = time.monotonic() + seconds
    epoch = await runtime.database.as_system("claim_erasure", erasure_id=erasure_id, lease_seconds=LEASE_SECONDS)
    if epoch is None:
        return
    work = Work(runtime, erasure_id, epoch)
    try:
        while await _step(work):
            if time.monotonic() >= stop_at:
                await work.write("release_erasure")
                return
    except Overtaken:
        log("erasure_overtaken", erasure_id=erasure_id)
    except Refused as refusal:
        log("erasure_paused", level=logging.WARNING, erasure_id=erasure_id, reason=refusal.code)
        with suppress(Refused):
            # When this is not heard either, the lease ends by itself.
            await work.call("pause_erasure", problem=refusal.code)


async def advance_due(runtime: Runtime, *, limit: int, seconds: float) -> Mapping[str, int]:
    """One run of the cron: open and late after it."""
    stop_at = time.monotonic() + seconds
    found = await runtime.database.as_system("due_erasures", limit=limit)
    for erasure_id in found["due"]:
        left = stop_at - time.monotonic()
        if left <= _LONGEST_CALL_SECONDS:
            break
        await _advance_one(runtime, erasure_id, left - _LONGEST_CALL_SECONDS)
    left_open = await runtime.database.as_system("due_erasures", limit=0)
    if left_open["late"]:
        log("erasure_late", level=logging.ERROR, count=left_open["late"])
    return {"advanced": len(found["due"]), "open": left_open["open"], "late": left_open["late"]}


async def _advance_one(runtime: Runtime, erasure_id: str, seconds: float) -> None:
    """One that breaks must not keep the others waiting: its lease ends by itself, and a day later it is an alarm."""
    try:
        await advance(runtime, erasure_id, seconds=seconds)
    except Exception as error:
        log("erasure_broken", level=logging.ERROR, erasure_id=erasure_id, error_type=type(error).__name__)


async def _step(work: Work) -> bool:
    """False when there is nothing more to do for now. Raises Overtaken, or Refused when somebody did not answer."""
    found = await work.call("advance_erasure", batch=_BATCH)
    match found:
        case None:
            raise Overtaken
        case {"removed": removed}:
            await _tell_platform(work, removed)
        case {"object_keys": keys}:
            await _delete_files(work, keys)
        case {"user_id": user_id}:
            await _say_goodbye(work, found)
            await delete_auth_user(work.runtime, user_id)
        case {"receipt": receipt}:
            await work.write("finish_erasure", receipt=Signer.from_settings(work.runtime.settings).sign(receipt))
            log("erasure_done", erasure_id=work.erasure_id)
            return False
    return not found.get("rest")


async def _tell_platform(work: Work, removed: dict[str, Any]) -> None:
    """Its tokens are deleted. One attempt, with what is still in memory; the outcome is noted and holds nothing up."""
    receipt = removed["receipt"]
    if not removed.get("access_token"):
        return
    outcome = await revoke(work.runtime, receipt["platform"], receipt["connection_id"], removed)
    await work.write("record_erased_grant", disconnection_id=receipt["id"], outcome=outcome)


async def _say_goodbye(work: Work, found: dict[str, Any]) -> None:
    """The last mail, while the address is still there: one under one key, however often this is tried. Its loss holds
    nothing up.
    """
    from shared.mail.outbox import send_at_once  # noqa: PLC0415

    if not found["email"]:
        return
    try:
        await send_at_once(
            work.runtime,
            "erasure_done",
            to=Secret(found["email"]),
            entity_id=work.erasure_id,
            parameters={"request_id": found["request_id"]},
        )
    except Misconfigured as error:
        log("misconfigured", level=logging.ERROR, erasure_id=work.erasure_id, variable=str(error))


async def _delete_files(work: Work, keys: list[str]) -> None:
    """Struck off only when storage, asked again, has neither the file nor a part of it. Raises Refused.

    A name with a slash at its end is a folder of the private bucket, and is listed until nothing is left.
    """
    from shared.media.private import PrivateStorage  # noqa: PLC0415
    from shared.media.storage import Storage  # noqa: PLC0415

    storage, private = Storage(work.runtime.settings), PrivateStorage(work.runtime.settings)

    async def delete(key: str) -> None:
        if key.endswith("/"):
            await private.empty(key)
            return
        await storage.delete(key)
        if not await storage.is_gone(key):
            raise Refused("storage_unavailable", retry_after=60)

    for some in batched(keys, _FILES_AT_ONCE):
        await asyncio.gather(*map(delete, some))
    await work.write("record_erased_objects", object_keys=keys)
