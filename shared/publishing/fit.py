"""What files could become, before there is an account or a text: the same rules as before the click, on the facts."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.database import Platform
from shared.inputs import Input
from shared.publishing.claim import Item, Kind
from shared.publishing.rules.instagram import InstagramKind, instagram_media_violations
from shared.publishing.rules.tiktok import MOST_PHOTOS, TikTokKind, tiktok_media_violations
from shared.publishing.rules.violation import PostProblem, Violation
from shared.runtime import Runtime
from shared.secret import Secret


class FitRequest(Input):
    """In the order in which they would be posted."""

    media_asset_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=MOST_PHOTOS)]


class _Post(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, hide_input_in_errors=True)

    platform: Platform
    kind: Kind


class _Possible(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, hide_input_in_errors=True)

    items: tuple[Item, ...]
    posts: tuple[_Post, ...]


class Fit(TypedDict):
    """`account_decides` names what the platform says for each account alone, and is checked once there is one."""

    platform: Platform
    kind: Kind
    fits: bool
    problems: list[PostProblem]
    account_decides: list[Literal["duration"]]


class Fits(TypedDict):
    """What the files cannot be together is not in it."""

    posts: list[Fit]


async def fit(runtime: Runtime, jwt: Secret, request: FitRequest) -> Fits:
    """Asks the database, and no platform. Raises Refused."""
    ids = [str(asset_id) for asset_id in request.media_asset_ids]
    found = await runtime.database.as_user(jwt, "possible_posts", media_asset_ids=ids)
    possible = _Possible.model_validate(found)
    return Fits(posts=[_judge(post, possible.items) for post in possible.posts])


def _judge(post: _Post, items: tuple[Item, ...]) -> Fit:
    broken = _violations(post, items)
    return Fit(
        platform=post.platform,
        kind=post.kind,
        fits=not broken,
        problems=[violation.present() for violation in broken],
        account_decides=["duration"] if (post.platform, post.kind) == ("tiktok", "video") else [],
    )


def _violations(post: _Post, items: tuple[Item, ...]) -> tuple[Violation, ...]:
    if post.platform == "instagram":
        return instagram_media_violations(cast(InstagramKind, post.kind), items)
    return tiktok_media_violations(cast(TikTokKind, post.kind), items, creator=None)
