"""The envelopes in the database: counted, read in batches, put back."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from shared.database import Database
from shared.vault import Place, key_id_of

# Owners to read, seal and write in one go: one HTTP request each way, and rows that are held for some milliseconds.
BATCH = 500
# No random id comes before it.
_BEFORE_ALL = "00000000-0000-0000-0000-000000000000"

type Kind = Literal["access", "refresh", "upload_url"]
_KINDS: tuple[Kind, ...] = get_args(Kind.__value__)


@dataclass(frozen=True, slots=True)
class Count:
    """So many envelopes of one kind under one key."""

    stored_in: str
    kind: str
    key_id: str
    envelopes: int


@dataclass(frozen=True, slots=True)
class Stored:
    """An envelope, and the place that it should belong to."""

    place: Place
    envelope: str

    @property
    def key_id(self) -> str:
        return key_id_of(self.envelope)


async def counts(database: Database) -> list[Count]:
    return [Count(**row) for row in await database.as_system("count_envelopes")]


def by_key(found: Iterable[Count]) -> Counter[str]:
    total: Counter[str] = Counter()
    for count in found:
        total[count.key_id] += count.envelopes
    return total


async def batches(database: Database, *, not_under: str | None = None) -> AsyncIterator[list[Stored]]:
    """Everything, or what is not under one key, in the order of its owners' ids."""
    after = _BEFORE_ALL
    while owners := await database.as_system("read_envelopes", after=after, owners=BATCH, not_under=not_under):
        after = owners[-1]["owner_id"]
        found = [stored for owner in owners for stored in _of_owner(owner)]
        yield [stored for stored in found if stored.key_id != not_under]


def _of_owner(owner: dict[str, Any]) -> list[Stored]:
    return [Stored(Place(owner["owner_id"], owner["platform"], kind), owner[kind]) for kind in _KINDS if owner[kind]]


async def replace(database: Database, pairs: Iterable[tuple[Stored, str]]) -> int:
    """How many were replaced: not those that changed, went or are held by somebody meanwhile."""
    replacements = [
        {"owner_id": stored.place.owner_id, "kind": stored.place.kind, "old": stored.envelope, "new": envelope}
        for stored, envelope in pairs
    ]
    replaced: int = await database.as_system("replace_envelopes", replacements=replacements)
    return replaced
