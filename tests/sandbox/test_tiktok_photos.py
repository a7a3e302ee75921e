from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.samples import Samples, landscape, make_photo
from tests.sandbox.tiktok_calls import PHOTO_INIT, SCOPES, accepted, answer_of, state, token_of

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver, MediaHost

Eventually = Callable[[Callable[[], bool]], None]
PHOTO = "https://media.sandbox.test/photo.jpg"
POST = {
    "title": "Dusk",
    "description": "Hills #dusk",
    "privacy_level": "PUBLIC_TO_EVERYONE",
    "disable_comment": True,
    "auto_add_music": True,
    "brand_content_toggle": False,
    "brand_organic_toggle": True,
}


def body(*urls: str, cover: int = 0, post: dict[str, Any] | None = None, **top: Any) -> dict[str, Any]:
    info = {key: value for key, value in {**POST, **(post or {})}.items() if value is not ...}
    source = {"source": "PULL_FROM_URL", "photo_images": list(urls or (PHOTO,)), "photo_cover_index": cover}
    return {"media_type": "PHOTO", "post_mode": "DIRECT_POST", "post_info": info, "source_info": source, **top}


def publish(driver: Driver, token: str, *urls: str, **changes: Any) -> str:
    return str(accepted(driver.tiktok(PHOTO_INIT, token, body(*urls, **changes)))["publish_id"])


def ended(driver: Driver, token: str, publish_id: str) -> Callable[[], bool]:
    return lambda: not state(driver, token, publish_id)["status"].startswith("PROCESSING")


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_photos_become_one_post_in_their_order(
    driver: Driver, media: MediaHost, samples: Samples, tmp_path: Path, eventually: Eventually
) -> None:
    landscape((720, 900), 0.6).save(tmp_path / "two.webp", "WEBP")
    second = (tmp_path / "two.webp").read_bytes()
    url = media.put("two.webp", second, "image/webp")
    token = token_of(driver)
    publish_id = publish(driver, token, PHOTO, url, PHOTO, cover=1, is_aigc=True)
    assert publish_id.startswith("p_pub_url~")
    eventually(ended(driver, token, publish_id))
    [post] = driver.ledger()
    first = sha(samples.photo.read_bytes())
    assert (post["kind"], post["caption"]) == ("photo", "Hills #dusk")
    assert post["media_sha256"] == [first, sha(second), first]
    chosen = {"title": "Dusk", "photo_cover_index": 1, "is_aigc": True, "auto_add_music": True}
    assert chosen.items() <= post["options"].items()
    assert state(driver, token, publish_id)["downloaded_bytes"] == 2 * samples.photo.stat().st_size + len(second)


@pytest.mark.parametrize(
    "changes",
    [
        {"post": {"title": "😀" * 46}},
        {"post": {"description": "x" * 4001}},
        {"post": {"privacy_level": ...}},
        {"post": {"brand_content_toggle": ...}},
        {"post": {"brand_organic_toggle": ...}},
        {"post": {"disable_duet": True}},
        {"post": {"is_aigc": True}},
        {"post": {"auto_add_music": "yes"}},
        {"post": {"brand_content_toggle": True, "privacy_level": "SELF_ONLY"}},
        {"cover": 1},
        {"cover": -1},
        {"cover": True},
        {"post_mode": "DIRECT POST"},
        {"media_type": "VIDEO"},
        {"is_aigc": 1},
        {"source_info": {"source": "FILE_UPLOAD", "photo_images": [PHOTO], "photo_cover_index": 0}},
        {"source_info": {"source": "PULL_FROM_URL", "photo_images": [], "photo_cover_index": 0}},
        {"source_info": {"source": "PULL_FROM_URL", "photo_images": [PHOTO]}},
        {"source_info": {"source": "PULL_FROM_URL", "photo_images": [PHOTO] * 36, "photo_cover_index": 0}},
        {"source_info": {"source": "PULL_FROM_URL", "photo_images": ["http://a.test/"], "photo_cover_index": 0}},
    ],
)
def test_invalid_parameters_of_a_photo_post_are_refused(driver: Driver, changes: dict[str, Any]) -> None:
    answer = driver.tiktok(PHOTO_INIT, token_of(driver), body(**changes))
    assert answer_of(answer) == (400, "invalid_params")
    assert answer.json()["error"]["message"]


def test_the_most_that_is_allowed_is_accepted(driver: Driver) -> None:
    texts = {"title": "😀" * 45, "description": "x" * 4000}
    publish(driver, token_of(driver), *[PHOTO] * 35, cover=34, post=texts)


def test_every_image_must_be_on_a_verified_property(driver: Driver) -> None:
    answer = driver.tiktok(PHOTO_INIT, token_of(driver), body(PHOTO, "https://other.test/a.jpg"))
    assert answer_of(answer) == (403, "url_ownership_unverified")


def test_the_images_decide_how_the_job_ends(
    driver: Driver, media: MediaHost, samples: Samples, tmp_path: Path, eventually: Eventually
) -> None:
    large = make_photo(tmp_path / "large.jpg", (1100, 1300))
    heavy = samples.photo.read_bytes() + bytes(20_000_000)
    cases: list[tuple[bytes, int, str]] = [
        (large.read_bytes(), 200, "picture_size_check_failed"),
        (samples.png_named_jpg.read_bytes(), 200, "file_format_check_failed"),
        (samples.text_named_jpg.read_bytes(), 200, "file_format_check_failed"),
        (heavy, 200, "file_format_check_failed"),
        (samples.photo.read_bytes(), 404, "photo_pull_failed"),
    ]
    token = token_of(driver)
    for number, (content, status, reason) in enumerate(cases):
        url = media.put(f"{number}.jpg", content, status=status)
        publish_id = publish(driver, token, PHOTO, url)
        eventually(ended(driver, token, publish_id))
        assert state(driver, token, publish_id)["fail_reason"] == reason
    assert driver.ledger() == []


def test_a_draft_goes_to_the_inbox_and_needs_no_choices(driver: Driver, eventually: Eventually) -> None:
    driver.control("settings", tiktok={"audited": False})
    token = token_of(driver)
    publish_id = publish(driver, token, post=dict.fromkeys(POST, ...), post_mode="MEDIA_UPLOAD")
    eventually(ended(driver, token, publish_id))
    assert state(driver, token, publish_id)["status"] == "SEND_TO_USER_INBOX"
    assert driver.ledger() == []


@pytest.mark.parametrize(("mode", "missing"), [("DIRECT_POST", "video.publish"), ("MEDIA_UPLOAD", "video.upload")])
def test_each_mode_needs_its_scope(driver: Driver, mode: str, missing: str) -> None:
    scopes = ",".join(scope for scope in SCOPES.split(",") if scope != missing)
    token = driver.tiktok_grant(scopes=scopes, scope=scopes)["access_token"]
    assert answer_of(driver.tiktok(PHOTO_INIT, token, body(post_mode=mode))) == (401, "scope_not_authorized")
