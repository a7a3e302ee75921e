from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from sandbox.identifiers import opaque
from sandbox.ledger import Post
from sandbox.rates import SlidingWindow
from sandbox.settings import TikTokSettings
from sandbox.tiktok.jobs import NEVER, Job
from sandbox.tiktok.uploads import Upload
from sandbox.tiktok.webhooks import Event

CODE_SECONDS = 600
DAY = 86400
LIFETIMES = {"2026-11": (7200, 15_552_000), "legacy": (86_400, 31_536_000)}


@dataclass(slots=True)
class Creator:
    open_id: str
    union_id: str
    username: str
    nickname: str
    private: bool = False
    banned: bool = False
    comment_disabled: bool = False
    duet_disabled: bool = False
    stitch_disabled: bool = False
    max_seconds: int = 600
    posts_cap: int = 15

    @property
    def privacy_options(self) -> list[str]:
        widest = "FOLLOWER_OF_CREATOR" if self.private else "PUBLIC_TO_EVERYONE"
        return [widest, "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]


@dataclass(slots=True)
class Code:
    value: str
    creator: Creator
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str | None
    issued: float
    used: bool = False


@dataclass(slots=True)
class Grant:
    """One consent. Access tokens live out their time; only the newest refresh token works."""

    creator: Creator
    scopes: tuple[str, ...]
    refresh: str
    refresh_expires: float
    revoked: bool = False


@dataclass(slots=True)
class Access:
    value: str
    grant: Grant
    expires: float

    def is_live(self, now: float) -> bool:
        return not self.grant.revoked and now < self.expires


@dataclass(slots=True)
class TikTokStore:
    creators: dict[str, Creator] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    access: dict[str, Access] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    rates: SlidingWindow = field(default_factory=SlidingWindow)

    def __post_init__(self) -> None:
        for creator in _seeds():
            self.add(creator)

    def add(self, creator: Creator) -> Creator:
        self.creators[creator.open_id] = creator
        return creator

    def new_code(
        self, creator: Creator, scopes: tuple[str, ...], redirect_uri: str, challenge: str | None, now: float
    ) -> Code:
        # Real codes carry such characters: decoding them twice, or not at all, must show.
        value = f"{opaque('', 60)}*{secrets.randbelow(9)}!{opaque('', 8)}+%2B"
        code = Code(value, creator, scopes, redirect_uri, challenge, now)
        self.codes[code.value] = code
        return code

    def new_grant(self, creator: Creator, scopes: tuple[str, ...], now: float, settings: TikTokSettings) -> Grant:
        lifetime = LIFETIMES[settings.lifetimes][1]
        grant = Grant(creator, scopes, _refresh_token(), now + lifetime)
        self.grants.append(grant)
        return grant

    def new_access(self, grant: Grant, now: float, settings: TikTokSettings) -> Access:
        access = Access(opaque("act.", 72) + "!4521.va", grant, now + LIFETIMES[settings.lifetimes][0])
        self.access[access.value] = access
        return access

    def rotate(self, grant: Grant, now: float, settings: TikTokSettings) -> Access:
        grant.refresh = _refresh_token()
        if settings.refresh_restarts_lifetime:
            grant.refresh_expires = now + LIFETIMES[settings.lifetimes][1]
        return self.new_access(grant, now, settings)

    def grant_by_refresh(self, token: str) -> Grant | None:
        return next((grant for grant in self.grants if grant.refresh == token), None)

    def live_grants(self, creator: Creator, now: float) -> list[Grant]:
        return [g for g in self.grants if g.creator is creator and not g.revoked and now < g.refresh_expires]

    def revoke(self, creator: Creator, reason: int, now: float) -> int:
        """Ends every grant of the creator to this app, and with it the jobs that still run."""
        ended = [grant for grant in self.grants if grant.creator is creator and not grant.revoked]
        for grant in ended:
            grant.revoked = True
        for job in self.jobs.values():
            if job.open_id == creator.open_id and job.ended is None:
                job.stop("auth_removed", now)
        if ended:
            self.events.append(Event("authorization.removed", creator.open_id, now, {"reason": reason}))
        return len(ended)

    def posts_of_day(self, creator: Creator, now: float) -> int:
        return sum(job.open_id == creator.open_id and not job.draft for job in self._unfailed_of_day(now))

    def pending_drafts(self, creator: Creator, now: float) -> int:
        """Drafts that wait in the inbox of the creator, or are on their way to it."""
        drafts = [job for job in self._unfailed_of_day(now) if job.draft and job.ended != "PUBLISH_COMPLETE"]
        return sum(job.open_id == creator.open_id for job in drafts)

    def active_creators(self, now: float) -> set[str]:
        return {job.open_id for job in self._unfailed_of_day(now) if not job.draft}

    def _unfailed_of_day(self, now: float) -> list[Job]:
        return [job for job in self.jobs.values() if job.created > now - DAY and job.fail_reason is None]

    def settle(self, now: float, moderation_delay: float) -> list[Post]:
        """The posts that have appeared since the last look. This is the one place where a job ends."""
        posts = []
        for job in sorted((job for job in self.jobs.values() if job.is_due(now)), key=lambda job: job.ready):
            self.events.append(job.end(moderation_delay))
            if job.ended == "PUBLISH_COMPLETE":
                posts.append(job.post())
        self.events += [job.announce() for job in self.jobs.values() if job.is_public(now) and not job.announced]
        return posts

    def next_change(self) -> float:
        return min((job.next_change() for job in self.jobs.values()), default=NEVER)

    def taken_events(self) -> list[Event]:
        taken, self.events = self.events, []
        return taken

    def close(self) -> None:
        """Deletes what was uploaded."""
        for upload in self.uploads.values():
            upload.close()


def new_creator(**properties: Any) -> Creator:
    return Creator(**{"open_id": opaque("-000", 36), "union_id": opaque("union-", 30), **properties})


def _refresh_token() -> str:
    return opaque("rft.", 72) + "!4599.va"


def _seeds() -> list[Creator]:
    return [
        Creator("-000SandboxOpenId0001", "sandbox-union-1", "mia.makes", "Mia Makes"),
        Creator("-000SandboxOpenId0002", "sandbox-union-2", "quiet.kai", "Quiet Kai", private=True),
        Creator("-000SandboxOpenId0003", "sandbox-union-3", "north.trails", "North Trails", max_seconds=180),
    ]
