"""Files whose rows are gone go too."""

from __future__ import annotations

from shared.errors import Refused
from shared.media.private import PrivateStorage
from shared.media.storage import Storage
from shared.runtime import Runtime

_BATCH = 200
_MOST_REFUSALS = 3


async def delete_orphans(runtime: Runtime) -> int:
    """One batch. A file is struck off the list only after storage said that it is gone.

    Raises Refused when storage refused any; one file that it refuses for ever does not keep the others waiting.
    """
    keys: list[str] = await runtime.database.as_system("take_object_deletions", limit=_BATCH)
    gone: list[str] = []
    refused = 0
    for key in keys:
        try:
            await _delete(runtime, key)
            gone.append(key)
        except Refused:
            refused += 1
            if refused == _MOST_REFUSALS:
                break
    if gone:
        await runtime.database.as_system("finish_object_deletions", object_keys=gone)
    if refused:
        raise Refused("storage_unavailable", retry_after=60)
    return len(gone)


async def _delete(runtime: Runtime, key: str) -> None:
    """A name with a slash at its end is a folder of the private bucket, and stands for all that is below it."""
    if key.endswith("/"):
        await PrivateStorage(runtime.settings).empty(key)
    else:
        await Storage(runtime.settings).delete(key)
