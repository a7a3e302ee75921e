"""Opens every envelope there is with the present ring."""

from __future__ import annotations

from dataclasses import dataclass

from ops.keys import stored
from ops.keys.progress import Progress
from ops.keys.stored import Stored
from shared.runtime import Runtime
from shared.vault import CannotOpen, Vault


@dataclass(frozen=True, slots=True)
class Verdict:
    under_primary: int
    under_others: int
    unreadable: tuple[Stored, ...]

    @property
    def is_clean(self) -> bool:
        return not self.under_others and not self.unreadable


async def verify(runtime: Runtime) -> Verdict:
    total = stored.by_key(await stored.counts(runtime.database)).total()
    progress = Progress("opened", total)
    under_primary = under_others = 0
    unreadable: list[Stored] = []
    async for batch in stored.batches(runtime.database):
        closed = [one for one in batch if not _opens(runtime.vault, one)]
        primary = sum(one.key_id == runtime.vault.primary for one in batch if one not in closed)
        under_primary += primary
        under_others += len(batch) - len(closed) - primary
        unreadable += closed
        progress.add(len(batch))
    return Verdict(under_primary, under_others, tuple(unreadable))


def _opens(vault: Vault, one: Stored) -> bool:
    try:
        vault.open(one.envelope, one.place)
    except CannotOpen:
        return False
    return True
