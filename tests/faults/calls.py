"""Every outbound call of ours, and everything that can happen to it on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.crash.kinds import CAROUSEL, PHOTO, PHOTOS, PULLED_VIDEO, UPLOADED_VIDEO, Kind

# At the sandbox, that does it to one account.
SANDBOX_FAULTS: Mapping[str, dict[str, Any]] = {
    "reset_after_the_request": {"kind": "drop_before"},
    "answer_dropped_after_the_work": {"kind": "drop_after"},
    "slow_drip": {"kind": "slow_drip", "interval": 0.4},
    "html_with_200": {"kind": "html_200"},
    "truncated_json": {"kind": "malformed_json"},
    "429": {"kind": "status", "status": 429, "body": {}},
    "429_with_retry_after": {"kind": "status", "status": 429, "body": {}, "headers": {"retry-after": "3"}},
    "500": {"kind": "status", "status": 500, "body": {}},
    "503": {"kind": "status", "status": 503, "body": {}},
}
NETWORK_FAULTS = ("refused", "connect_timeout", "reset_before_the_request")
FAULTS = (*NETWORK_FAULTS, *SANDBOX_FAULTS)
# These prove that the platform did nothing; after any other a call that cannot be taken back is in doubt.
HARMLESS = frozenset({"refused", "connect_timeout", "429", "429_with_retry_after"})


@dataclass(frozen=True, slots=True)
class OutboundCall:
    """`fits` knows the request by method and path; `skip` such calls are left in peace."""

    name: str
    endpoint: str
    fits: re.Pattern[str]
    kind: Kind
    skip: int = 0
    is_doubtful: bool = False
    """Whether nobody can be asked after a lost answer."""

    def __str__(self) -> str:
        return self.name


def _call(name: str, endpoint: str, fits: str, kind: Kind, **more: Any) -> OutboundCall:
    return OutboundCall(name, endpoint, re.compile(fits), kind, **more)


PUBLISHING = (
    _call("create_container", "instagram.media", r"POST .*/\d+/media$", PHOTO),
    _call("create_child", "instagram.media", r"POST .*/\d+/media$", CAROUSEL, skip=1),
    _call("create_parent", "instagram.media", r"POST .*/\d+/media$", CAROUSEL, skip=3),
    _call("container_status", "instagram.container", r"GET .*/v26\.0/180\d+$", PHOTO),
    _call("child_status", "instagram.container", r"GET .*/v26\.0/180\d+$", CAROUSEL, skip=1),
    _call("media_publish", "instagram.media_publish", r"POST .*/media_publish$", PHOTO),
    _call("permalink", "instagram.media_read", r"GET .*/v26\.0/179\d+$", PHOTO),
    _call("creator_info", "tiktok.creator_info", r"POST .*/creator_info/query/$", PULLED_VIDEO),
    _call("init_video_pull", "tiktok.video_init", r"POST .*/video/init/$", PULLED_VIDEO, is_doubtful=True),
    _call("init_photos", "tiktok.content_init", r"POST .*/content/init/$", PHOTOS, is_doubtful=True),
    _call("init_video_upload", "tiktok.video_init", r"POST .*/video/init/$", UPLOADED_VIDEO),
    _call("put_first_chunk", "tiktok.upload", r"PUT /tiktok-upload/", UPLOADED_VIDEO),
    _call("put_last_chunk", "tiktok.upload", r"PUT /tiktok-upload/", UPLOADED_VIDEO, skip=2),
    _call("post_status", "tiktok.status", r"POST .*/status/fetch/$", PULLED_VIDEO),
)
CONNECTING: Mapping[str, tuple[OutboundCall, ...]] = {
    "instagram": (
        _call("redeem_code", "instagram.token", r"POST .*/oauth/access_token$", PHOTO),
        _call("exchange_for_long_lived", "instagram.exchange", r"GET .*/access_token$", PHOTO),
        _call("profile", "instagram.me", r"GET .*/me$", PHOTO),
        _call("may_publish", "instagram.limit", r"GET .*/content_publishing_limit$", PHOTO),
    ),
    "tiktok": (
        _call("redeem_code", "tiktok.token", r"POST .*/oauth/token/$", PULLED_VIDEO),
        _call("user", "tiktok.user_info", r"GET .*/user/info/$", PULLED_VIDEO),
    ),
}
RENEWING = (
    _call("refresh", "instagram.refresh", r"GET .*/refresh_access_token$", PHOTO),
    _call("refresh", "tiktok.token", r"POST .*/oauth/token/$", PULLED_VIDEO),
)
REVOKING = (
    _call("revoke", "instagram.permissions", r"DELETE .*/me/permissions$", PHOTO),
    _call("revoke", "tiktok.revoke", r"POST .*/oauth/revoke/$", PULLED_VIDEO),
)
