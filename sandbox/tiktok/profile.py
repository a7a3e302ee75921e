"""user/info and creator_info/query: who the creator is and what may be posted now."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from sandbox.calls import Call
from sandbox.state import Sandbox
from sandbox.tiktok.access import PUBLISH, limit_rate, live_access, publishing_access
from sandbox.tiktok.errors import envelope, refused
from sandbox.tiktok.store import Creator

SCOPE_OF_FIELD = {
    "open_id": "user.info.basic",
    "union_id": "user.info.basic",
    "avatar_url": "user.info.basic",
    "avatar_url_100": "user.info.basic",
    "avatar_large_url": "user.info.basic",
    "display_name": "user.info.basic",
    "username": "user.info.profile",
    "bio_description": "user.info.profile",
    "profile_web_link": "user.info.profile",
    "profile_deep_link": "user.info.profile",
    "is_verified": "user.info.profile",
    "follower_count": "user.info.stats",
    "following_count": "user.info.stats",
    "likes_count": "user.info.stats",
    "video_count": "user.info.stats",
}


async def user_info(sandbox: Sandbox, call: Call) -> Response:
    access = live_access(sandbox, call)
    limit_rate(sandbox, "user_info", access, 600)
    fields = [name for name in call.query.get("fields", "").split(",") if name]
    if not fields or not set(fields) <= set(SCOPE_OF_FIELD):
        raise refused("invalid_params", "Fields is invalid or missing")
    if any(SCOPE_OF_FIELD[name] not in access.grant.scopes for name in fields):
        raise refused(sandbox.settings.tiktok.missing_user_scope)
    everything = _user(access.grant.creator)
    return envelope({"user": {name: everything[name] for name in fields}})


def _user(creator: Creator) -> dict[str, Any]:
    link = f"https://www.tiktok.com/@{creator.username}"
    return {
        "open_id": creator.open_id,
        "union_id": creator.union_id,
        **dict.fromkeys(("avatar_url", "avatar_url_100", "avatar_large_url"), avatar(creator)),
        "display_name": creator.nickname,
        "username": creator.username,
        "bio_description": "",
        **dict.fromkeys(("profile_web_link", "profile_deep_link"), link),
        "is_verified": False,
        **dict.fromkeys(("follower_count", "following_count", "likes_count", "video_count"), 0),
    }


def avatar(creator: Creator) -> str:
    return f"https://p16-sign.tiktokcdn.invalid/{creator.username}.jpeg"


async def creator_info(sandbox: Sandbox, call: Call) -> Response:
    access = publishing_access(sandbox, call, PUBLISH)
    limit_rate(sandbox, "creator_info", access, 20)
    creator = access.grant.creator
    problem = posting_problem(sandbox, creator)
    if problem is not None:
        # On purpose: these refusals come inside an HTTP 200.
        raise refused(problem, status=200)
    return envelope(
        {
            "creator_avatar_url": avatar(creator),
            "creator_username": creator.username,
            "creator_nickname": creator.nickname,
            "privacy_level_options": creator.privacy_options,
            "comment_disabled": creator.comment_disabled,
            "duet_disabled": creator.duet_disabled or creator.private,
            "stitch_disabled": creator.stitch_disabled or creator.private,
            "max_video_post_duration_sec": creator.max_seconds,
        }
    )


def posting_problem(sandbox: Sandbox, creator: Creator) -> str | None:
    if creator.banned:
        return "spam_risk_user_banned_from_posting"
    if sandbox.tiktok.posts_of_day(creator, sandbox.clock.now()) >= creator.posts_cap:
        return "spam_risk_too_many_posts"
    return "reached_active_user_cap" if _is_over_user_cap(sandbox, creator) else None


def _is_over_user_cap(sandbox: Sandbox, creator: Creator) -> bool:
    """How many creators may post through one app in 24 hours; 0 is no limit."""
    cap, active = sandbox.settings.tiktok.active_creators_cap, sandbox.tiktok.active_creators(sandbox.clock.now())
    newcomer_is_too_many = 0 < cap <= len(active) and creator.open_id not in active
    return sandbox.settings.tiktok.active_user_cap_reached or newcomer_is_too_many
