"""Seals anew, under the primary key, whatever is sealed under another, beside live traffic.

What is done is seen in the envelopes themselves and nowhere else: a run that was killed leaves nothing to clean up,
the next one goes on where it ended, and two at once share the work.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

from ops.keys import stored
from ops.keys.progress import Progress
from ops.keys.stored import Stored
from shared.runtime import Runtime
from shared.vault import CannotOpen, Vault

# A row that somebody holds is left for the next pass. Nobody holds one for so many passes.
_PASSES = 6
_PAUSE_SECONDS = 2.0
_PARALLEL = 3


@dataclass(frozen=True, slots=True)
class Result:
    """`overtaken` were changed or held by live traffic in the last pass; `left` are under the other keys now."""

    replaced: int
    unreadable: tuple[Stored, ...]
    overtaken: int
    left: Counter[str]

    @property
    def is_complete(self) -> bool:
        return not self.unreadable and not self.left


async def reencrypt(runtime: Runtime) -> Result:
    primary = runtime.vault.primary
    progress = Progress("sealed", (await _others(runtime)).total())
    for number in range(_PASSES):
        unreadable, overtaken = await _pass(runtime, primary, progress)
        if not overtaken or number == _PASSES - 1:
            break
        await runtime.sleep(_PAUSE_SECONDS)
    print(progress.line(), flush=True)
    return Result(progress.done, unreadable, overtaken, await _others(runtime))


async def _pass(runtime: Runtime, primary: str, progress: Progress) -> tuple[tuple[Stored, ...], int]:
    """Batches are read one after the other, and written side by side: the database is what takes the time."""
    batches, reading = stored.batches(runtime.database, not_under=primary), asyncio.Lock()
    unreadable: list[Stored] = []
    overtaken = 0

    async def work() -> None:
        nonlocal overtaken
        while True:
            async with reading:
                batch = await anext(batches, None)
            if batch is None:
                return
            pairs, closed = reseal(runtime.vault, batch)
            replaced = await stored.replace(runtime.database, pairs)
            overtaken += len(pairs) - replaced
            unreadable.extend(closed)
            progress.add(replaced)

    await asyncio.gather(*(work() for _ in range(_PARALLEL)))
    return tuple(unreadable), overtaken


def reseal(vault: Vault, batch: list[Stored]) -> tuple[list[tuple[Stored, str]], list[Stored]]:
    """Each with its new envelope; and those that do not open, which stay as they are."""
    pairs: list[tuple[Stored, str]] = []
    closed: list[Stored] = []
    for one in batch:
        try:
            pairs.append((one, vault.seal(vault.open(one.envelope, one.place), one.place)))
        except CannotOpen:
            closed.append(one)
    return pairs, closed


async def _others(runtime: Runtime) -> Counter[str]:
    found = stored.by_key(await stored.counts(runtime.database))
    del found[runtime.vault.primary]
    return found
