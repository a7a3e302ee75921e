"""Whatever arrives, a platform answers in its own words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver

BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b'{"post_info": [], "source_info": 7}',
    b'{"post_info": {"privacy_level": ["SELF_ONLY"]}, "source_info": {"source": {}, "video_url": 3}}',
    b'{"post_info": {"privacy_level": "SELF_ONLY", "title": "\\ud800"}, "source_info": {}}',
    b'{"image_url": ["a"], "caption": {"b": 1}, "media_type": 4, "creation_id": []}',
    b'{"image_url": "https://[", "video_url": "https://[", "media_type": "REELS"}',
    b'{"post_info": {}, "source_info": {"source": "PULL_FROM_URL", "video_url": "https://["}}',
    b'{"image_url": "https://[", "caption": "\\ud83d"}',
    b'{"publish_id": {"a": 1}, "messages": {"role": 1}, "model": 4, "max_tokens": "x"}',
    b'{"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": [1, {"text": 2}]}]}',
    b'{"media_type": "PHOTO", "post_mode": "DIRECT_POST", "post_info": {}, "source_info": {"photo_images": 7}}',
    b'{"media_type": "PHOTO", "post_mode": "MEDIA_UPLOAD", "post_info": {"title": "\\ud800"}, "source_info": {}}',
    b'{"source_info": {"source": "FILE_UPLOAD", "video_size": 1e99, "chunk_size": -1, "total_chunk_count": 0}}',
    b'{"ids": 7, "duplicate": [], "event": {}, "user_openid": 3, "create_time": "soon", "public": []}',
    b"\xff\xfe\x00",
]
PATHS = [
    "/instagram-www/oauth/authorize",
    "/instagram-api/oauth/access_token",
    "/instagram-graph/v26.0/17841400000000001/media",
    "/instagram-graph/v26.0/17841400000000001/media_publish",
    "/tiktok-www/v2/auth/authorize/",
    "/tiktok-api/v2/oauth/token/",
    "/tiktok-api/v2/oauth/revoke/",
    "/tiktok-api/v2/post/publish/video/init/",
    "/tiktok-api/v2/post/publish/content/init/",
    "/tiktok-api/v2/post/publish/inbox/video/init/",
    "/tiktok-api/v2/post/publish/status/fetch/",
    "/tiktok-api/v2/post/publish/cancel/",
    "/tiktok-upload/video/",
    "/anthropic/v1/messages",
    "/control/settings",
    "/control/faults",
    "/control/clock",
    "/control/accounts",
    "/control/disconnect",
    "/control/drafts/finish",
    "/control/visibility",
    "/control/webhooks/deliver",
    "/control/webhooks/forge",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_junk_is_refused_and_never_a_crash(driver: Driver, path: str, kind: str) -> None:
    token = driver.tiktok_grant()["access_token"] if "tiktok" in path else driver.instagram_token()
    headers = {
        "authorization": f"Bearer {token}",
        "x-api-key": "sk-ant-sandbox",
        "anthropic-version": "2023-06-01",
        "content-type": kind,
    }
    for number, body in enumerate(BODIES):
        if number % 5 == 4:
            driver.advance(61)
        answer = driver.http.post(path, content=body, headers=headers)
        assert answer.status_code < 500, (body, answer.text)
    json.loads(driver.http.get("/control/journal").text)
