"""Every kind of post that can be crashed, and what it sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.creator import Creator, instagram_photo, tiktok_photos, tiktok_video
from sandbox.samples import Samples
from shared.database import Platform
from tests.crash.accounts import Body, MakeBody

type Upload = Callable[[Path, str], str]


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    platform: Platform
    build: Callable[[str, Upload, Samples], MakeBody]
    environ: Mapping[str, str]
    can_be_asked: bool = True
    """Whether a lost answer to the irreversible call leaves an id that the platform can be asked about."""

    def __str__(self) -> str:
        return self.name


def prepared(kind: Kind, owner: Creator, project_id: str, samples: Samples) -> MakeBody:
    """Uploads what the kind needs, once for all clicks."""
    content_id = owner.create_content(project_id)

    def upload(file: Path, media_type: str) -> str:
        asset = owner.upload(content_id, file, media_type)
        assert asset["state"] == "ready", asset
        return str(asset["id"])

    return kind.build(content_id, upload, samples)


def _photo(content_id: str, upload: Upload, samples: Samples) -> MakeBody:
    asset_id = upload(samples.photo, "image/jpeg")
    return lambda connection_id: instagram_photo(content_id, connection_id, asset_id)


def _reel(content_id: str, upload: Upload, samples: Samples) -> MakeBody:
    media = [{"media_asset_id": upload(samples.video, "video/mp4")}]
    return lambda connection_id: instagram_photo(content_id, connection_id, "", media=media)


def _story(content_id: str, upload: Upload, samples: Samples) -> MakeBody:
    wishes = _media(upload, samples.photo) | {"caption": "", "instagram": {"story": True}}
    return lambda connection_id: instagram_photo(content_id, connection_id, "", **wishes)


def _carousel(content_id: str, upload: Upload, samples: Samples) -> MakeBody:
    media = _media(upload, *samples.photos)
    return lambda connection_id: instagram_photo(content_id, connection_id, "", **media)


def _video(content_id: str, upload: Upload, samples: Samples) -> MakeBody:
    asset_id = upload(samples.video, "video/mp4")
    return lambda connection_id: tiktok_video(content_id, connection_id, asset_id)


def _photos(content_id: str, upload: Upload, samples: Samples) -> MakeBody:
    asset_ids = [upload(photo, "image/jpeg") for photo in samples.photos[:2]]
    return lambda connection_id: tiktok_photos(content_id, connection_id, asset_ids)


def _media(upload: Upload, *files: Path) -> Body:
    return {"media": [{"media_asset_id": upload(file, "image/jpeg")} for file in files]}


def _large_video(content_id: str, upload: Upload, samples: Samples) -> MakeBody:
    """Three chunks and a rest: what is behind the video is a box that every player skips."""
    video = samples.video.read_bytes()
    large = samples.video.with_name("large.mp4")
    padding = 3 * 5_242_880 + 1000 - len(video)
    large.write_bytes(video + padding.to_bytes(4) + b"free" + bytes(padding - 8))
    asset_id = upload(large, "video/mp4")
    return lambda connection_id: tiktok_video(content_id, connection_id, asset_id)


PHOTO = Kind("photo", "instagram", _photo, {})
REEL = Kind("reel", "instagram", _reel, {})
STORY = Kind("story", "instagram", _story, {})
CAROUSEL = Kind("carousel", "instagram", _carousel, {})
PULLED_VIDEO = Kind("pulled_video", "tiktok", _video, {}, can_be_asked=False)
PHOTOS = Kind("photos", "tiktok", _photos, {}, can_be_asked=False)
UPLOADED_VIDEO = Kind("uploaded_video", "tiktok", _large_video, {"TIKTOK_VIDEO_SOURCE": "FILE_UPLOAD"})
KINDS: tuple[Kind, ...] = (PHOTO, REEL, STORY, CAROUSEL, PULLED_VIDEO, PHOTOS, UPLOADED_VIDEO)
