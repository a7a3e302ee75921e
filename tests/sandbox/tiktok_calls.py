"""The calls of the Content Posting API, as the tests of the simulated TikTok make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver

MIA = "-000SandboxOpenId0001"
KAI = "-000SandboxOpenId0002"
VIDEO_INIT = "post/publish/video/init/"
PHOTO_INIT = "post/publish/content/init/"
DRAFT_INIT = "post/publish/inbox/video/init/"
STATUS = "post/publish/status/fetch/"
CANCEL = "post/publish/cancel/"
CREATOR = "post/publish/creator_info/query/"
SCOPES = "user.info.basic,video.publish,video.upload"
PULL = {"source": "PULL_FROM_URL", "video_url": "https://media.sandbox.test/video.mp4"}
CHUNK = 5_242_880


def token_of(driver: Driver, account: str = MIA) -> str:
    return str(driver.tiktok_grant(account=account, scopes=SCOPES, scope=SCOPES)["access_token"])


def answer_of(response: httpx.Response) -> tuple[int, str]:
    error = response.json()["error"]
    assert error["log_id"]
    return response.status_code, error["code"]


def accepted(response: httpx.Response) -> dict[str, Any]:
    assert answer_of(response) == (200, "ok"), response.text
    return dict(response.json()["data"])


def video_body(source: dict[str, Any] = PULL, **post: Any) -> dict[str, Any]:
    toggles = {"brand_content_toggle": False, "brand_organic_toggle": False}
    return {
        "post_info": {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "Hills", **toggles, **post},
        "source_info": source,
    }


def state(driver: Driver, token: str, publish_id: str) -> dict[str, Any]:
    return accepted(driver.tiktok(STATUS, token, {"publish_id": publish_id}))


def plan(size: int, chunk_size: int | None = None, count: int | None = None) -> dict[str, Any]:
    """One chunk, unless another plan is given."""
    chunk = size if chunk_size is None else chunk_size
    sizes = {"video_size": size, "chunk_size": chunk, "total_chunk_count": size // chunk if count is None else count}
    return {"source": "FILE_UPLOAD", **sizes}


def put(url: str, data: bytes, first: int, size: int, **headers: str) -> httpx.Response:
    """As any client would: the URL as it was given, and no token."""
    sent = {"content-type": "video/mp4", "content-range": f"bytes {first}-{first + len(data) - 1}/{size}", **headers}
    return httpx.put(url, content=data, headers=sent, timeout=10)


def padded(video: bytes, size: int) -> bytes:
    """The same video in a larger file: players skip a "free" box."""
    rest = size - len(video)
    return video + rest.to_bytes(4) + b"free" + bytes(rest - 8)
