"""Files whose rows are gone go too."""

from __future__ import annotations

from shared.media.storage import Storage
from shared.runtime import Runtime

_BATCH = 200


async def delete_orphans(runtime: Runtime) -> int:
    """One batch. A file is struck off the list only after storage said that it is gone."""
    storage = Storage(runtime.settings)
    keys: list[str] = await runtime.database.as_system("take_object_deletions", limit=_BATCH)
    for key in keys:
        await storage.delete(key)
    if keys:
        await runtime.database.as_system("finish_object_deletions", object_keys=keys)
    return len(keys)
