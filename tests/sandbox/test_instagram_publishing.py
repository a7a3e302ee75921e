from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image

from sandbox.samples import Samples

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver, MediaHost

ACME = "17841400000000001"
LENA = "17841400000000002"
PHOTO = {"image_url": "https://media.sandbox.test/photo.jpg", "caption": "Dusk", "alt_text": "Hills at dusk"}
Eventually = Callable[[Callable[[], bool]], None]


def problem(response: httpx.Response) -> tuple[int, int | None]:
    assert response.status_code >= 400, response.text
    error = response.json()["error"]
    assert error["fbtrace_id"]
    return error["code"], error.get("error_subcode")


def container(driver: Driver, token: str, **changes: Any) -> str:
    answer = driver.graph("POST", f"{ACME}/media", token, json={**PHOTO, **changes})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def publish(driver: Driver, token: str, creation_id: str) -> httpx.Response:
    return driver.graph("POST", f"{ACME}/media_publish", token, data={"creation_id": creation_id})


def status(driver: Driver, token: str, creation_id: str) -> str:
    answer = driver.graph("GET", creation_id, token, params={"fields": "status_code,status"})
    return str(answer.json()["status_code"])


def test_a_photo_goes_through_container_and_publish_to_one_post(driver: Driver, samples: Samples) -> None:
    token = driver.instagram_token()
    creation_id = container(driver, token)
    assert driver.ledger() == []
    media_id = publish(driver, token, creation_id).json()["id"]
    [post] = driver.ledger()
    assert post["post_id"] == media_id
    assert post["container_id"] == creation_id
    assert (post["platform"], post["kind"], post["account_id"]) == ("instagram", "photo", ACME)
    assert (post["caption"], post["alt_text"]) == ("Dusk", "Hills at dusk")
    assert post["media_sha256"] == [hashlib.sha256(samples.photo.read_bytes()).hexdigest()]
    assert status(driver, token, creation_id) == "PUBLISHED"


def test_the_published_media_can_be_read_and_listed(driver: Driver) -> None:
    token = driver.instagram_token()
    first = publish(driver, token, container(driver, token)).json()["id"]
    second = publish(driver, token, container(driver, token)).json()["id"]
    media = driver.graph("GET", first, token, params={"fields": "permalink,media_type,timestamp"}).json()
    assert media["permalink"].startswith("https://www.instagram.com/p/")
    listed = driver.graph("GET", f"{ACME}/media", token, params={"limit": "1"}).json()
    assert [item["id"] for item in listed["data"]] == [second]
    after = {"after": listed["paging"]["cursors"]["after"]}
    assert [item["id"] for item in driver.graph("GET", f"{ACME}/media", token, params=after).json()["data"]] == [first]


def test_even_a_photo_needs_time(driver: Driver) -> None:
    driver.control("settings", instagram={"ready_after": 30.0})
    token = driver.instagram_token()
    creation_id = container(driver, token)
    assert status(driver, token, creation_id) == "IN_PROGRESS"
    assert problem(publish(driver, token, creation_id)) == (9007, 2207027)
    driver.advance(31)
    assert status(driver, token, creation_id) == "FINISHED"
    assert publish(driver, token, creation_id).status_code == 200


def test_a_container_expires_after_a_day(driver: Driver) -> None:
    token = driver.instagram_token()
    creation_id = container(driver, token)
    driver.advance(86400)
    assert status(driver, token, creation_id) == "EXPIRED"
    assert problem(publish(driver, token, creation_id)) == (24, 2207008)


def test_a_container_never_becomes_two_posts(driver: Driver) -> None:
    token = driver.instagram_token()
    creation_id = container(driver, token)
    first = publish(driver, token, creation_id).json()["id"]
    assert problem(publish(driver, token, creation_id)) == (9007, 2207027)
    driver.control("settings", instagram={"second_publish": "same_id"})
    assert publish(driver, token, creation_id).json()["id"] == first
    assert len(driver.ledger()) == 1


def test_the_quota_is_read_live_and_enforced(driver: Driver) -> None:
    driver.control("settings", instagram={"quota_total": 1})
    token = driver.instagram_token()
    publish(driver, token, container(driver, token))
    limit = driver.graph("GET", f"{ACME}/content_publishing_limit", token, params={"fields": "quota_usage,config"})
    assert limit.json()["data"] == [{"quota_usage": 1, "config": {"quota_total": 1, "quota_duration": 86400}}]
    assert problem(publish(driver, token, container(driver, token))) == (9, 2207042)
    driver.advance(86401)
    assert publish(driver, token, container(driver, token)).status_code == 200


def test_nobody_publishes_on_the_account_of_another(driver: Driver) -> None:
    acme, lena = driver.instagram_token(), driver.instagram_token(account=LENA)
    creation_id = container(driver, acme)
    assert problem(driver.graph("POST", f"{ACME}/media", lena, json=PHOTO)) == (100, 33)
    assert problem(publish(driver, lena, creation_id)) == (100, 33)
    assert problem(driver.graph("GET", creation_id, lena)) == (100, 33)
    foreign = driver.graph("POST", f"{LENA}/media_publish", lena, data={"creation_id": creation_id})
    assert problem(foreign) == (24, 2207008)
    assert driver.ledger() == []


def test_the_app_scoped_id_works_in_the_path_too(driver: Driver) -> None:
    token = driver.instagram_token()
    assert driver.graph("POST", "27640000000000001/media", token, json=PHOTO).status_code == 200


def test_publishing_needs_its_permission(driver: Driver) -> None:
    token = driver.instagram_token(scopes="instagram_business_basic")
    assert problem(driver.graph("POST", f"{ACME}/media", token, json=PHOTO))[0] == 10


def test_a_restricted_account_cannot_publish(driver: Driver) -> None:
    driver.http.patch("/control/accounts", json={"account": ACME, "restricted": True})
    assert problem(driver.graph("POST", f"{ACME}/media", driver.instagram_token(), json=PHOTO)) == (25, 2207050)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"caption": "x" * 2201}, (36004, 2207010)),
        ({"caption": "😀" * 1101}, (36004, 2207010)),
        ({"caption": " ".join(f"#t{n}" for n in range(31))}, (100, None)),
        ({"caption": " ".join(f"@t{n}" for n in range(21))}, (100, 2207040)),
        ({"alt_text": "x" * 1001}, (100, None)),
        ({"image_url": ""}, (100, None)),
        ({"media_type": "VIDEO"}, (100, 2207023)),
        ({"media_type": "STORIES"}, (100, None)),
        ({"is_carousel_item": True}, (100, None)),
        ({"image_url": "http://media.sandbox.test/photo.jpg"}, (9004, 2207052)),
        ({"image_url": "https://localhost/photo.jpg"}, (9004, 2207052)),
        ({"image_url": "https://192.168.1.4/photo.jpg"}, (9004, 2207052)),
        ({"image_url": "https://media.sandbox.test/missing.jpg"}, (9004, 2207052)),
        ({"image_url": "https://media.sandbox.test/ä.jpg"}, (9004, 2207052)),
    ],
)
def test_what_instagram_would_refuse_is_refused(
    driver: Driver, changes: dict[str, Any], expected: tuple[int, int | None]
) -> None:
    answer = driver.graph("POST", f"{ACME}/media", driver.instagram_token(), json={**PHOTO, **changes})
    assert problem(answer) == expected


def jpeg(size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (200, 120, 90)).save(buffer, "JPEG")
    return buffer.getvalue()


def test_images_are_really_fetched_and_decoded(driver: Driver, media: MediaHost, samples: Samples) -> None:
    token = driver.instagram_token()
    cases: list[tuple[bytes, int, tuple[int, int]]] = [
        (samples.png_named_jpg.read_bytes(), 200, (36001, 2207005)),
        (samples.truncated_jpeg.read_bytes(), 200, (36001, 2207005)),
        (samples.text_named_jpg.read_bytes(), 200, (9004, 2207052)),
        (samples.photo.read_bytes(), 302, (9004, 2207052)),
        (samples.photo.read_bytes() + bytes(8 * 1024 * 1024), 200, (36000, 2207004)),
        (jpeg((500, 1000)), 200, (36003, 2207009)),
        (jpeg((1000, 500)), 200, (36003, 2207009)),
    ]
    for number, (body, code, expected) in enumerate(cases):
        url = media.put(f"{number}.jpg", body, status=code)
        assert problem(driver.graph("POST", f"{ACME}/media", token, json={"image_url": url})) == expected, number


def test_a_slow_host_is_a_timeout(driver: Driver, media: MediaHost) -> None:
    driver.control("settings", fetch_timeout=0.1)
    media.delay = 0.4
    token = driver.instagram_token()
    assert problem(driver.graph("POST", f"{ACME}/media", token, json=PHOTO)) == (-2, 2207003)


def test_a_reel_fails_later_or_publishes(
    driver: Driver, media: MediaHost, samples: Samples, eventually: Eventually
) -> None:
    token = driver.instagram_token()
    good = container(driver, token, image_url=None, alt_text=None, media_type="REELS", video_url=_url("video.mp4"))
    media.put("broken.mp4", samples.video_without_moov)
    bad = container(driver, token, image_url=None, alt_text=None, media_type="REELS", video_url=_url("broken.mp4"))
    eventually(lambda: status(driver, token, good) == "FINISHED")
    eventually(lambda: status(driver, token, bad) == "ERROR")
    text = driver.graph("GET", bad, token, params={"fields": "status"}).json()["status"]
    assert text.endswith("2207026")
    assert publish(driver, token, good).status_code == 200
    assert [post["kind"] for post in driver.ledger()] == ["reel"]


def _url(name: str) -> str:
    return f"https://media.sandbox.test/{name}"


@pytest.mark.parametrize("query", [{"limit": "nan"}, {"since": "yesterday"}, {"fields": "id,secrets"}])
def test_a_wrong_listing_is_refused(driver: Driver, query: dict[str, str]) -> None:
    token = driver.instagram_token()
    publish(driver, token, container(driver, token))
    assert problem(driver.graph("GET", f"{ACME}/media", token, params=query)) == (100, None)


def test_usage_headers_appear_when_switched_on(driver: Driver) -> None:
    token = driver.instagram_token()
    assert "x-app-usage" not in driver.graph("GET", "me", token).headers
    driver.control("settings", instagram={"usage_percent": 80})
    headers = driver.graph("GET", "me", token).headers
    assert '"call_count": 80' in headers["x-app-usage"]
    assert ACME in headers["x-business-use-case-usage"]


def test_the_words_for_the_user_are_localised_and_the_codes_are_not(driver: Driver) -> None:
    driver.control("settings", instagram={"language": "th"})
    token = driver.instagram_token()
    answer = driver.graph("POST", f"{ACME}/media", token, json={**PHOTO, "caption": "x" * 2201})
    assert problem(answer) == (36004, 2207010)
    assert not answer.json()["error"]["error_user_msg"].isascii()
