"""What a click of each kind sends, with media that were uploaded for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.creator import (
    Creator,
    instagram_carousel,
    instagram_photo,
    instagram_reel,
    instagram_story,
    tiktok_photos,
    tiktok_video,
)
from sandbox.samples import Samples
from tests.people import Connected

Body = dict[str, Any]
Build = Callable[[Creator, str, Connected, Samples, int], Body]

DEFAULTS = {"instagram": "photo", "tiktok": "video"}


def _instagram_photo(owner: Creator, project_id: str, connected: Connected, samples: Samples, items: int) -> Body:
    content_id = owner.create_content(project_id)
    asset = owner.upload(content_id, samples.photo, "image/jpeg")
    return instagram_photo(content_id, connected.id, asset["id"])


def _instagram_reel(owner: Creator, project_id: str, connected: Connected, samples: Samples, items: int) -> Body:
    content_id = owner.create_content(project_id, type="video")
    asset = owner.upload(content_id, samples.video, "video/mp4")
    return instagram_reel(content_id, connected.id, asset["id"])


def _instagram_story(owner: Creator, project_id: str, connected: Connected, samples: Samples, items: int) -> Body:
    content_id = owner.create_content(project_id)
    asset = owner.upload(content_id, samples.photo, "image/jpeg")
    return instagram_story(content_id, connected.id, asset["id"])


def _instagram_carousel(owner: Creator, project_id: str, connected: Connected, samples: Samples, items: int) -> Body:
    """Photos and videos in turn, at least two; a photo's text says where it stands."""
    content_id = owner.create_content(project_id)
    files = (
        (samples.photo, "image/jpeg"),
        (samples.video, "video/mp4"),
        (samples.photos[1], "image/jpeg"),
        (samples.mov, "video/quicktime"),
        (samples.photos[2], "image/jpeg"),
    )[: max(items, 2)]
    assets = [(owner.upload(content_id, file, kind)["id"], kind) for file, kind in files]
    media = []
    for number in range(max(items, 2)):
        asset_id, kind = assets[number % len(assets)]
        text = {"alt_text": f"Hills, picture {number + 1}"} if kind == "image/jpeg" else {}
        media.append({"media_asset_id": asset_id, **text})
    return instagram_carousel(content_id, connected.id, media)


def _tiktok_video(owner: Creator, project_id: str, connected: Connected, samples: Samples, items: int) -> Body:
    content_id = owner.create_content(project_id, type="video")
    asset = owner.upload(content_id, samples.video, "video/mp4")
    return tiktok_video(content_id, connected.id, asset["id"])


def _tiktok_photos(owner: Creator, project_id: str, connected: Connected, samples: Samples, items: int) -> Body:
    """JPEG and WebP in turn: every third one is a WebP. The same few pictures come again and again."""
    content_id = owner.create_content(project_id)
    files = ((samples.photo, "image/jpeg"), (samples.photos[1], "image/jpeg"), (samples.webp, "image/webp"))
    assets = [owner.upload(content_id, file, media_type)["id"] for file, media_type in files[:items]]
    return tiktok_photos(content_id, connected.id, [assets[number % len(assets)] for number in range(items)])


KINDS: Mapping[tuple[str, str], Build] = {
    ("instagram", "photo"): _instagram_photo,
    ("instagram", "reel"): _instagram_reel,
    ("instagram", "story"): _instagram_story,
    ("instagram", "carousel"): _instagram_carousel,
    ("tiktok", "video"): _tiktok_video,
    ("tiktok", "photo"): _tiktok_photos,
}
