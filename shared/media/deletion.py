"""Files whose rows are gone go too, and what was sent of those that never were complete."""

from __future__ import annotations

import asyncio
from itertools import batched

from shared.errors import Refused
from shared.media.private import PrivateStorage
from shared.media.storage import Storage
from shared.runtime import Runtime

_BATCH = 200
# Each file takes two calls, and all of a batch must be done before the function ends.
_AT_ONCE = 8
_MOST_REFUSALS = 3


async def delete_orphans(runtime: Runtime) -> int:
    """One batch. A file is struck off the list only after storage said that it is gone.

    Raises Refused when storage refused any; one file that it refuses for ever does not keep the others waiting.
    """
    keys: list[str] = await runtime.database.as_system("take_object_deletions", limit=_BATCH)
    gone: list[str] = []
    refused = 0
    for some in batched(keys, _AT_ONCE):
        deleted = await asyncio.gather(*(_is_deleted(runtime, key) for key in some))
        gone += [key for key, is_deleted in zip(some, deleted, strict=True) if is_deleted]
        refused += deleted.count(False)
        if refused >= _MOST_REFUSALS:
            break
    if gone:
        await runtime.database.as_system("finish_object_deletions", object_keys=gone)
    if refused:
        raise Refused("storage_unavailable", retry_after=60)
    return len(gone)


async def _is_deleted(runtime: Runtime, key: str) -> bool:
    try:
        await _delete(runtime, key)
    except Refused:
        return False
    return True


async def _delete(runtime: Runtime, key: str) -> None:
    """A name with a slash at its end is a folder of the private bucket, and stands for all that is below it."""
    if key.endswith("/"):
        await PrivateStorage(runtime.settings).empty(key)
    else:
        await Storage(runtime.settings).delete(key)
