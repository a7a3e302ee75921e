"""A claimed publication: what we know of it, and the one way to write about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shared.database import Database, Platform
from shared.secret import Secret
from shared.vault import CannotOpen, Place, Vault

# Longer than maxDuration in vercel.json (60 s): the platform ends a function before another may take its work over.
LEASE_SECONDS = 90
# Of one step that certainly posted nothing, before its reason becomes the outcome.
MAX_ATTEMPTS = 4

type State = Literal["queued", "preparing", "processing", "committing", "published", "failed", "unknown"]


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Publication(_Row):
    id: str
    platform: Platform
    kind: str
    caption: str
    state: State
    options: dict[str, Any]
    container_id: str | None
    publish_id: str | None
    epoch: int
    looks: int
    attempts: int
    seconds_since_intent: float | None
    age_seconds: float


class Item(_Row):
    """Media as it was probed, never as it was claimed. Durations in milliseconds, sizes in bytes and pixels."""

    object_key: str
    media_type: str
    byte_size: int
    width: int
    height: int
    duration_ms: int | None
    frame_rate: float | None
    video_codec: str | None
    alt_text: str | None


class Account(_Row):
    connection_id: str
    platform_account_id: str
    status: str
    access_token: str | None
    version: int | None
    can_refresh: bool
    access_seconds_left: float | None


class Claim(_Row):
    publication: Publication
    items: tuple[Item, ...] | None
    account: Account | None


class Overtaken(Exception):
    """Another worker, or a disconnect, moved on. Stop at once; whatever we know is theirs to find out."""


@dataclass(frozen=True, slots=True)
class Pause(Exception):
    """Nothing to do for so many seconds. The counts are added to those of the publication."""

    seconds: float
    looks: int = 0
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Failed(Exception):
    """The end, and certainly nothing was posted."""

    reason: str
    detail: dict[str, str]


@dataclass(frozen=True, slots=True)
class AccessLost(Exception):
    """There is no token, it does not open, or the platform calls it dead. What that means depends on the state."""

    reason: str
    detail: dict[str, str]


class Work:
    """Holds the lease of one publication. Every write compares state and epoch in the database."""

    def __init__(self, claim: Claim, database: Database, vault: Vault) -> None:
        self.publication = claim.publication
        self.items = claim.items or ()
        self.account = claim.account
        self.view: dict[str, Any] = {}
        self.renewed = False
        self._database = database
        self._vault = vault

    @property
    def state(self) -> State:
        return self.publication.state

    def access_token(self) -> Secret:
        """Raises AccessLost. The token is opened anew for each call, and is gone when the call has returned."""
        if self.account is None or self.account.access_token is None or (self.account.access_seconds_left or 0) <= 0:
            raise AccessLost("access_ended", {})
        try:
            place = Place(self.account.connection_id, self.publication.platform, "access")
            return self._vault.open(self.account.access_token, place)
        except CannotOpen:
            raise AccessLost("token_unreadable", {}) from None

    def account_id(self) -> str:
        """Raises AccessLost."""
        if self.account is None:
            raise AccessLost("access_ended", {})
        return self.account.platform_account_id

    async def reload_account(self) -> None:
        """After a refresh, ours or another worker's."""
        connection_id = self.account.connection_id if self.account else None
        row = await self._database.as_system("account_for_step", connection_id=connection_id)
        self.account = Account.model_validate(row) if row else None

    def remember(self, **changes: Any) -> None:
        """Without the database: a step that waits in this process need not write down how often it looked."""
        self.publication = self.publication.model_copy(update=changes)

    async def record(
        self,
        to: State,
        event: str | None,
        *,
        detail: dict[str, str] | None = None,
        release: bool = False,
        **changes: Any,
    ) -> None:
        """Raises Overtaken. `detail` is shown to the user: ids and codes only."""
        view = await self._database.as_system(
            "record_step",
            publication_id=self.publication.id,
            epoch=self.publication.epoch,
            **{"from": self.state},
            to=to,
            changes=changes,
            event=event,
            detail=detail or {},
            release=release,
        )
        if view is None:
            raise Overtaken
        self.view = view
        known = {name: value for name, value in changes.items() if name in Publication.model_fields}
        if to == "committing":
            known["seconds_since_intent"] = 0.0
        self.remember(state=to, **known)
