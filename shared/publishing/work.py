"""A claimed publication: what we know of it, and the one way to write about it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.database import Database, Platform
from shared.egress import CALL_SECONDS
from shared.platforms.limits import Usage
from shared.publishing.claim import Account, Claim, Item, Publication, State, Upload
from shared.secret import Secret
from shared.vault import CannotOpen, Place, Vault

# Longer than maxDuration in vercel.json (60 s): the platform ends a function before another may take its work over.
LEASE_SECONDS = 90
# Of one step that certainly posted nothing, before its reason becomes the outcome.
MAX_ATTEMPTS = 4
# The lease must outlast a call that cannot be taken back, and the writing of its outcome.
_AFTER_CALL_SECONDS = 5.0
# After the claim. The cron begins steps for 20 s, a call takes 15, and every function answers within 50.
_COMMIT_WITHIN_SECONDS = 10.0


class Overtaken(Exception):
    """Another worker, or a disconnect, moved on. Stop at once; whatever we know is theirs to find out."""


@dataclass(frozen=True, slots=True)
class Pause(Exception):
    """Nothing to do for so many seconds. The counts are added to those of the publication.

    With `release`, the lease goes in any case, and whoever comes next carries on.
    """

    seconds: float
    looks: int = 0
    attempts: int = 0
    release: bool = False


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

    def __init__(self, claim: Claim, database: Database, vault: Vault, *, claimed_at: float) -> None:
        """`claimed_at` on the monotonic clock, taken before the claim was asked for: the lease ends no earlier."""
        self.publication: Publication = claim.publication
        self.items: tuple[Item, ...] = claim.items or ()
        self.item_count = claim.item_count
        self.cover: Item | None = claim.cover
        self.upload: Upload | None = claim.upload
        self.account: Account | None = claim.account
        self.view: dict[str, Any] = {}
        self.renewed = False
        # Without the lease nothing more may be done.
        self.released = False
        # What the last answer of Meta said of our usage, and which items of a carousel it has called ready.
        self.usage = Usage()
        self.ready_items: frozenset[int] = frozenset()
        self._lease_ends = claimed_at + LEASE_SECONDS
        self._claimed_at = claimed_at
        self._database = database
        self._vault = vault

    @property
    def state(self) -> State:
        return self.publication.state

    def lease_covers(self, seconds: float = CALL_SECONDS) -> bool:
        """Whether a call of so many seconds, and the writing of its outcome, end before another may take over.

        A process that was stopped and woken again finds out here that it is late.
        """
        return time.monotonic() + seconds + _AFTER_CALL_SECONDS < self._lease_ends

    def may_commit(self) -> bool:
        """Whether a call that cannot be taken back may begin: only early enough that nothing will cut it off."""
        return self.seconds_held() < _COMMIT_WITHIN_SECONDS and self.lease_covers()

    def seconds_held(self) -> float:
        return time.monotonic() - self._claimed_at

    def access_token(self) -> Secret:
        """Raises AccessLost. The token is opened anew for each call, and is gone when the call has returned."""
        return open_token(self._vault, self.publication.platform, self.account)

    def account_id(self) -> str:
        """Raises AccessLost."""
        if self.account is None:
            raise AccessLost("access_ended", {})
        return self.account.platform_account_id

    def seal_upload_url(self, upload_url: Secret) -> str:
        return self._vault.seal(upload_url, self._upload_place())

    def upload_url(self) -> Secret:
        """Raises CannotOpen when the key is gone; then the upload is lost, and nothing was posted by it."""
        return self._vault.open(self.upload.upload_url if self.upload else "", self._upload_place())

    def _upload_place(self) -> Place:
        return Place(self.publication.id, self.publication.platform, "upload_url")

    async def reload_account(self) -> None:
        """After a refresh, ours or another worker's."""
        if self.account:
            self.account = await account_of(self._database, self.account.connection_id)

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
        self.released = release
        self._take_over(to, changes)

    def _take_over(self, to: State, changes: Mapping[str, Any]) -> None:
        known = {name: value for name, value in changes.items() if name in Publication.model_fields}
        if to == "committing" and self.state != to:
            known["seconds_since_intent"] = 0.0
        if to != self.state:
            known["state_seconds"] = 0.0
        self.remember(state=to, **known)
        if "item_containers" in changes:
            self._take_over_containers(changes["item_containers"])
        if "upload" in changes:
            made = changes["upload"]
            self.upload = Upload(stored_chunks=0, seconds_left=made["expires_in"], **made) if made else None
        if self.upload and "stored_chunks" in changes:
            self.upload = self.upload.model_copy(update={"stored_chunks": changes["stored_chunks"]})

    def _take_over_containers(self, containers: Mapping[str, str | None] | None) -> None:
        made = dict.fromkeys((str(item.position) for item in self.items), None) if containers is None else containers
        self.items = tuple(
            item.model_copy(update={"container_id": made.get(str(item.position), item.container_id)})
            for item in self.items
        )
        self.ready_items &= frozenset(item.position for item in self.items if item.container_id)


async def account_of(database: Database, connection_id: str) -> Account | None:
    """None: the account is not connected any more."""
    row = await database.as_system("account_for_step", connection_id=connection_id)
    return Account.model_validate(row) if row else None


def open_token(vault: Vault, platform: Platform, account: Account | None) -> Secret:
    """Raises AccessLost when there is no token, it has run out, or it does not open here."""
    if account is None or account.access_token is None or (account.access_seconds_left or 0) <= 0:
        raise AccessLost("access_ended", {})
    try:
        return vault.open(account.access_token, Place(account.connection_id, platform, "access"))
    except CannotOpen:
        raise AccessLost("token_unreadable", {}) from None
