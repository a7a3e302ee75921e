from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from sandbox.identifiers import opaque
from sandbox.ledger import Post
from sandbox.rates import SlidingWindow
from sandbox.settings import TikTokSettings
from sandbox.tiktok.jobs import Job

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

    def revoke(self, creator: Creator) -> int:
        """Ends every grant of the creator to this app, and with it the jobs that still run."""
        ended = [grant for grant in self.grants if grant.creator is creator and not grant.revoked]
        for grant in ended:
            grant.revoked = True
        for job in self.jobs.values():
            if job.open_id == creator.open_id and not job.posted:
                job.fail("auth_removed")
        return len(ended)

    def posts_of_day(self, creator: Creator, now: float) -> int:
        return sum(
            job.open_id == creator.open_id and job.created > now - DAY and job.fail_reason is None
            for job in self.jobs.values()
        )

    def due_posts(self, now: float) -> list[Post]:
        """The posts that have appeared since the last look.

        This is the one place where a job ends; the posting webhooks belong here too.
        """
        due = [job for job in self.jobs.values() if job.is_due(now)]
        return [job.publish() for job in sorted(due, key=lambda job: job.ready)]


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
