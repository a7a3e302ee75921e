"""The check before the click: the rules that a step runs, and what only the platform knows right now.

It never stands in the way because a platform does not answer, or a token is being renewed: what could not be asked is
named, and the post itself will tell.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypedDict, cast

from pydantic import BaseModel, ConfigDict

from shared.database import Platform
from shared.egress import Answer
from shared.errors import Refused
from shared.outputs import Count
from shared.platforms.failures import PlatformFailure
from shared.platforms.instagram import Instagram
from shared.platforms.tiktok import CreatorInfo, TikTok
from shared.publishing import instagram_errors, tiktok_errors
from shared.publishing.claim import Account, Item, Kind
from shared.publishing.draft import Draft, InstagramPreflight, TikTokPreflight, as_database_request
from shared.publishing.media_url import media_url, own_media_url
from shared.publishing.pace import take_of
from shared.publishing.question import NotNow, ask
from shared.publishing.reasons import REASONS
from shared.publishing.rules.instagram import InstagramKind, instagram_violations
from shared.publishing.rules.reachable import UrlAnswer, media_url_violations
from shared.publishing.rules.tiktok import TikTokKind, tiktok_violations
from shared.publishing.rules.violation import PostProblem, Violation
from shared.publishing.work import AccessLost
from shared.runtime import Runtime
from shared.secret import Secret

_LOOK_SECONDS = 5.0
# TikTok takes 20 of these questions a minute; some are left to the posts themselves.
_CREATOR_INFOS = 15


class _Facts(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True, hide_input_in_errors=True)

    kind: Kind | None
    items: tuple[Item, ...]
    cover: Item | None
    connection_id: str
    status: str
    switched_off: bool


@dataclass(frozen=True, slots=True)
class _Live:
    """What the platform said just now; `unanswered` names what it was asked and did not say."""

    quota: tuple[int, int] | None = None
    creator: CreatorInfo | None = None
    problem: str | None = None
    unanswered: Literal["quota", "creator"] | None = None


class Quota(TypedDict):
    used: Count
    total: Count


class ShownCreator(TypedDict):
    """What TikTok wants the form to show. Nothing of it is kept."""

    nickname: str
    privacy_level_options: list[str]
    comment_disabled: bool
    duet_disabled: bool
    stitch_disabled: bool
    max_video_post_duration_sec: int


class Preflight(TypedDict):
    """`not_checked` names what could not be learned from the platform just now: the post itself will tell."""

    kind: Kind
    ready: bool
    problems: list[PostProblem]
    not_checked: list[Literal["quota", "creator"]]
    quota: Quota | None
    creator: ShownCreator | None


async def preflight(runtime: Runtime, jwt: Secret, draft: Draft) -> Preflight:
    """Every problem of what would be posted, with the item, the limit and the fix; and what the form has to show."""
    found = await runtime.database.as_user(jwt, "preflight", request=as_database_request(draft))
    facts = _Facts.model_validate(found)
    if facts.kind is None:
        raise Refused("kind_not_supported")
    live, looks = await asyncio.gather(
        _ask_platform(runtime, draft.platform, facts),
        asyncio.gather(*(_look_at(runtime, item) for item in facts.items)),
    )
    broken = [*_violations(draft, facts, live), *(one for some in looks for one in some)]
    account = [_account_problem(live.problem)] if live.problem else []
    problems = [*account, *(violation.present() for violation in broken)]
    return Preflight(
        kind=facts.kind,
        ready=not problems,
        problems=problems,
        not_checked=[live.unanswered] if live.unanswered else [],
        quota=Quota(used=live.quota[0], total=live.quota[1]) if live.quota else None,
        creator=_shown(live.creator) if live.creator else None,
    )


def _account_problem(code: str) -> PostProblem:
    """In the same shape as a broken rule: the words say what it is and what helps."""
    what, _, fix = REASONS[code].words.partition(". ")
    return PostProblem(code=code, item=None, what=what, limit="", found="", fix=fix)


def _violations(draft: Draft, facts: _Facts, live: _Live) -> tuple[Violation, ...]:
    match draft:
        case InstagramPreflight():
            return instagram_violations(
                kind=cast(InstagramKind, facts.kind),
                items=facts.items,
                caption=draft.caption,
                cover=facts.cover,
                thumb_offset_ms=draft.instagram.thumb_offset_ms,
                quota=live.quota,
            )
        case TikTokPreflight():
            return tiktok_violations(
                kind=cast(TikTokKind, facts.kind),
                items=facts.items,
                caption=draft.caption,
                creator=live.creator,
                transfer="PULL_FROM_URL",
                **draft.tiktok.model_dump(exclude={"ai_generated", "music_usage"}),
            )


async def _ask_platform(runtime: Runtime, platform: Platform, facts: _Facts) -> _Live:
    if facts.switched_off:
        return _Live(problem="platform_switched_off")
    if facts.status != "active":
        return _Live(problem="access_ended")
    question = _ask_quota if platform == "instagram" else _ask_creator
    try:
        return await ask(runtime, platform, facts.connection_id, partial(question, runtime))
    except AccessLost as lost:
        return _Live(problem=lost.reason)
    except NotNow:
        return _unanswered(platform)
    except PlatformFailure as failure:
        return _after_failure(platform, failure)


async def _ask_quota(runtime: Runtime, account: Account, token: Secret) -> _Live:
    quota = await Instagram(runtime.settings, runtime.egress).quota(token, account_id=account.platform_account_id)
    return _Live(quota=quota.used_of_total)


async def _ask_creator(runtime: Runtime, account: Account, token: Secret) -> _Live:
    if await take_of(runtime, account.connection_id, creator_info=_CREATOR_INFOS):
        return _unanswered("tiktok")
    return _Live(creator=await TikTok(runtime.settings, runtime.egress).creator_info(token))


_STANDS_IN_THE_WAY = ("account_blocked", "account_restricted", "app_limit", "daily_limit", "permission_missing")


def _after_failure(platform: Platform, failure: PlatformFailure) -> _Live:
    reason = (instagram_errors if platform == "instagram" else tiktok_errors).reason_for(failure)
    if reason in _STANDS_IN_THE_WAY:
        return _Live(problem=reason)
    return _unanswered(platform)


def _unanswered(platform: Platform) -> _Live:
    return _Live(unanswered="quota" if platform == "instagram" else "creator")


async def _look_at(runtime: Runtime, item: Item) -> tuple[Violation, ...]:
    """As a platform would fetch it, without the bytes."""
    request = runtime.egress.client.build_request("HEAD", own_media_url(runtime, item))
    found = await runtime.egress.head(request, seconds=_LOOK_SECONDS)
    return media_url_violations(
        item=item.position,
        url=media_url(runtime, item),
        media_type=item.media_type,
        byte_size=item.byte_size,
        answer=_as_seen(found) if found else None,
    )


def _as_seen(answer: Answer) -> UrlAnswer:
    length = answer.headers.get("content-length", "")
    return UrlAnswer(answer.status, answer.headers.get("content-type"), int(length) if length.isdecimal() else None)


def _shown(creator: CreatorInfo) -> ShownCreator:
    return ShownCreator(
        nickname=creator.creator_nickname,
        privacy_level_options=list(creator.privacy_level_options),
        comment_disabled=creator.comment_disabled,
        duet_disabled=creator.duet_disabled,
        stitch_disabled=creator.stitch_disabled,
        max_video_post_duration_sec=creator.max_video_post_duration_sec,
    )
