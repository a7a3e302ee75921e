"""Stories, carousels, covers: every format beyond the photo and the plain reel."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.samples import Samples
from tests.sandbox.graph import ACME, LENA, PHOTO, VIDEO, Eventually, Graph, jpeg, problem, remuxed

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver, MediaHost

REEL = {"media_type": "REELS", "video_url": VIDEO}
STORY = {"media_type": "STORIES"}
ITEM = {"is_carousel_item": True}
READ = "media_type,media_product_type,permalink,is_shared_to_feed,thumbnail_url,media_url"


@pytest.fixture
def graph(driver: Driver, eventually: Eventually) -> Graph:
    return Graph(driver, eventually)


def sha256(data: Path | bytes) -> str:
    return hashlib.sha256(data if isinstance(data, bytes) else data.read_bytes()).hexdigest()


# Stories


def test_an_image_of_any_shape_becomes_a_story(graph: Graph, driver: Driver, media: MediaHost) -> None:
    tall = jpeg((450, 800))
    name = graph.published(graph.created(**STORY, image_url=media.put("tall.jpg", tall)))
    [post] = driver.ledger()
    assert (post["kind"], post["caption"], post["alt_text"]) == ("story", "", None)
    assert (post["post_id"], post["media_sha256"]) == (name, [sha256(tall)])


def test_a_video_becomes_a_story(graph: Graph, driver: Driver, samples: Samples) -> None:
    graph.published(graph.ready(**STORY, video_url=VIDEO))
    [post] = driver.ledger()
    assert (post["kind"], post["media_sha256"]) == ("story", [sha256(samples.video)])


def test_a_story_is_read_as_one_and_is_not_among_the_posts(graph: Graph, driver: Driver) -> None:
    name = graph.published(graph.ready(**STORY, video_url=VIDEO))
    assert graph.get(name, READ).json() | {"media_url": "", "thumbnail_url": ""} == {
        "id": name,
        "media_type": "VIDEO",
        "media_product_type": "STORY",
        "permalink": f"https://www.instagram.com/stories/acme.studio/{name}/",
        "media_url": "",
        "thumbnail_url": "",
    }
    assert graph.get(f"{ACME}/media").json()["data"] == []
    assert graph.get(f"{ACME}/stories").json()["data"] == [{"id": name}]
    driver.advance(86401)
    assert graph.get(f"{ACME}/stories").json()["data"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"image_url": PHOTO, "caption": "Dusk"},
        {"image_url": PHOTO, "alt_text": "Hills"},
        {"image_url": PHOTO, "video_url": VIDEO},
        {"image_url": PHOTO, "collaborators": ["lena.paints"]},
        {"video_url": VIDEO, "cover_url": PHOTO},
        {},
    ],
)
def test_a_story_is_one_picture_or_video_and_nothing_else(graph: Graph, changes: dict[str, Any]) -> None:
    assert problem(graph.asked(**STORY, **changes)) == (100, None)


def test_a_story_lasts_at_most_a_minute_and_a_reel_may_be_longer(
    graph: Graph, media: MediaHost, samples: Samples, tmp_path: Path
) -> None:
    long = media.put("long.mp4", remuxed(samples.video, tmp_path / "long.mp4", times=16))
    assert graph.failed(**STORY, video_url=long).endswith("2207026")
    graph.ready(media_type="REELS", video_url=long)


@pytest.mark.parametrize("kind", [STORY, {"media_type": "REELS"}, {"media_type": "VIDEO", **ITEM}])
def test_a_video_must_be_long_enough_and_made_for_streaming(
    graph: Graph, media: MediaHost, samples: Samples, tmp_path: Path, kind: dict[str, Any]
) -> None:
    short = media.put("short.mp4", remuxed(samples.video, tmp_path / "short.mp4", seconds=2))
    last = media.put("last.mp4", remuxed(samples.video, tmp_path / "last.mp4", faststart=False))
    edited = media.put("edited.mp4", remuxed(samples.video, tmp_path / "edited.mp4", delay=15360))
    assert graph.failed(**kind, video_url=short).endswith("2207026")
    assert graph.failed(**kind, video_url=last).endswith("2207077")
    assert graph.failed(**kind, video_url=edited).endswith("2207077")


def test_a_video_that_cannot_be_fetched_is_said_later(graph: Graph, driver: Driver, media: MediaHost) -> None:
    assert graph.failed(**STORY, video_url="https://media.sandbox.test/gone.mp4").endswith("2207052")
    driver.control("settings", fetch_timeout=0.1)
    media.delay = 0.4
    assert graph.failed(**STORY, video_url=VIDEO).endswith("2207003")


# Carousels


def test_a_carousel_keeps_the_order_of_its_items(
    graph: Graph, driver: Driver, media: MediaHost, samples: Samples
) -> None:
    square = jpeg((600, 600))
    items = [
        graph.ready(media_type="VIDEO", video_url=VIDEO, **ITEM),
        graph.created(image_url=media.put("square.jpg", square), alt_text="A square", **ITEM),
        graph.created(image_url=PHOTO, **ITEM),
    ]
    parent = graph.created(media_type="CAROUSEL", children=",".join(items), caption="Three", share_to_feed=True)
    name = graph.published(parent)
    [post] = driver.ledger()
    assert (post["kind"], post["post_id"], post["container_id"]) == ("carousel", name, parent)
    assert (post["caption"], post["alt_text"]) == ("Three", None)
    assert post["media_sha256"] == [sha256(samples.video), sha256(square), sha256(samples.photo)]
    assert post["options"]["alt_texts"] == [None, "A square", None]


@pytest.mark.parametrize("shape", ["array", "comma", "form"])
def test_children_are_a_comma_list_or_an_array(graph: Graph, driver: Driver, shape: str) -> None:
    items = graph.items(2)
    body = {"media_type": "CAROUSEL", "children": items if shape == "array" else ", ".join(items)}
    if shape == "form":
        form = {**body, "children": json.dumps(items)}
        answer = driver.graph("POST", f"{ACME}/media", graph.token, data=form)
    else:
        answer = driver.graph("POST", f"{ACME}/media", graph.token, json=body)
    graph.published(answer.json()["id"])
    assert len(driver.ledger()[0]["media_sha256"]) == 2


def test_a_carousel_is_read_with_its_items(graph: Graph) -> None:
    name = graph.published(graph.created(media_type="CAROUSEL", children=graph.items(2), caption="Two"))
    album = graph.get(name, f"{READ},caption,children").json()
    assert (album["media_type"], album["media_product_type"], album["caption"]) == ("CAROUSEL_ALBUM", "FEED", "Two")
    assert album["permalink"].startswith("https://www.instagram.com/p/")
    assert "media_url" not in album
    items = graph.get(f"{name}/children", "media_type").json()["data"]
    assert [item["id"] for item in items] == [item["id"] for item in album["children"]["data"]]
    assert [item["media_type"] for item in items] == ["IMAGE", "IMAGE"]
    assert graph.get(items[0]["id"], "permalink").status_code == 200
    assert graph.get(f"{ACME}/media").json()["data"] == [{"id": name}]


@pytest.mark.parametrize("number", [0, 1, 11])
def test_a_carousel_has_two_to_ten_items(graph: Graph, number: int) -> None:
    assert problem(graph.asked(media_type="CAROUSEL", children=graph.items(number))) == (100, 2207028)


def test_ten_items_count_as_eleven_containers_and_one_post(graph: Graph, driver: Driver) -> None:
    driver.control("settings", instagram={"containers_per_day": 11})
    graph.published(graph.created(media_type="CAROUSEL", children=graph.items(10)))
    assert graph.get(f"{ACME}/content_publishing_limit", "quota_usage").json()["data"] == [{"quota_usage": 1}]
    assert problem(graph.asked(image_url=PHOTO)) == (4, None)
    assert graph.asked(image_url=PHOTO).status_code == 403


def test_only_items_of_ones_own_that_are_ready_make_a_carousel(
    graph: Graph, driver: Driver, eventually: Eventually
) -> None:
    [item, other] = graph.items(2)
    foreign = Graph(driver, eventually, LENA).items(1)[0]
    refusals = {
        foreign: (24, 2207008),
        "18000000000000000": (24, 2207006),
        item: (100, None),
        graph.created(image_url=PHOTO): (100, None),
        graph.ready(**REEL): (100, None),
    }
    for name, expected in refusals.items():
        assert problem(graph.asked(media_type="CAROUSEL", children=[item, name])) == expected, name
    driver.control("settings", instagram={"child_ready_after": 30.0})
    [late] = graph.items(1)
    assert problem(graph.asked(media_type="CAROUSEL", children=[item, late])) == (9007, 2207027)
    driver.advance(86400)
    assert problem(graph.asked(media_type="CAROUSEL", children=[other, late])) == (24, 2207008)


def test_an_item_that_is_posted_is_used_up(graph: Graph) -> None:
    items = graph.items(2)
    graph.published(graph.created(media_type="CAROUSEL", children=items))
    assert graph.status(items[0]) == "PUBLISHED"
    assert problem(graph.asked(media_type="CAROUSEL", children=items)) == (9007, 2207027)


def test_an_item_is_never_a_post_of_its_own(graph: Graph, driver: Driver) -> None:
    assert problem(graph.publishing(graph.items(1)[0])) == (100, None)
    assert driver.ledger() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"image_url": PHOTO, "caption": "No"}, (100, None)),
        ({"image_url": PHOTO, "is_ai_generated": True}, (100, None)),
        ({"image_url": PHOTO, "collaborators": ["lena.paints"]}, (100, None)),
        ({"image_url": PHOTO, "alt_text": "x" * 1001}, (100, None)),
        ({"image_url": PHOTO, "media_type": "IMAGE"}, (100, 2207023)),
        ({"video_url": VIDEO}, (100, None)),
        ({"video_url": VIDEO, "media_type": "VIDEO", "alt_text": "No"}, (100, None)),
        ({"video_url": VIDEO, "media_type": "REELS"}, (100, None)),
        ({"children": "1,2", "media_type": "CAROUSEL"}, (100, None)),
        ({"image_url": "https://media.sandbox.test/gone.jpg"}, (9004, 2207052)),
    ],
)
def test_what_cannot_be_an_item_is_refused(
    graph: Graph, changes: dict[str, Any], expected: tuple[int, int | None]
) -> None:
    assert problem(graph.asked(**ITEM, **changes)) == expected


@pytest.mark.parametrize(
    "changes", [{"alt_text": "No"}, {"image_url": PHOTO}, {"children": "[1"}, {"children": {"a": 1}}]
)
def test_a_carousel_itself_has_no_media(graph: Graph, changes: dict[str, Any]) -> None:
    body = {"media_type": "CAROUSEL", "children": graph.items(2), **changes}
    assert problem(graph.asked(**body)) == (100, None)


def test_an_item_can_fail_or_hang_on_demand(graph: Graph, driver: Driver) -> None:
    driver.fault("instagram.media", kind="media_error", subcode=2207053)
    failed, good = graph.items(2)
    assert graph.get(failed, "status_code,status").json()["status"].endswith("2207053")
    driver.fault("instagram.media", kind="stuck")
    [stuck] = graph.items(1)
    for name in (failed, stuck):
        assert problem(graph.asked(media_type="CAROUSEL", children=[good, name])) == (9007, 2207027)


def test_each_kind_of_container_can_have_its_own_waiting_time(
    graph: Graph, driver: Driver, eventually: Eventually
) -> None:
    times = {"child_ready_after": 0.0, "carousel_ready_after": 20.0, "video_ready_after": 10.0}
    driver.control("settings", instagram=times)
    parent, reel = graph.created(media_type="CAROUSEL", children=graph.items(2)), graph.created(**REEL)
    assert (graph.status(parent), graph.status(reel)) == ("IN_PROGRESS", "IN_PROGRESS")
    driver.advance(11)
    eventually(lambda: graph.status(reel) == "FINISHED")
    assert graph.status(parent) == "IN_PROGRESS"
    driver.advance(10)
    assert graph.status(parent) == "FINISHED"


# Reels: cover and place


def test_a_reel_is_shared_to_the_feed_unless_told_otherwise(graph: Graph, driver: Driver) -> None:
    shown = graph.published(graph.ready(**REEL))
    hidden = graph.published(graph.ready(**REEL, share_to_feed="false", thumb_offset="1500", is_ai_generated=True))
    assert [post["options"] for post in driver.ledger()] == [
        {"share_to_feed": True},
        {"share_to_feed": False, "thumb_offset": 1500, "is_ai_generated": True},
    ]
    assert graph.get(shown, READ).json()["is_shared_to_feed"] is True
    reel = graph.get(hidden, READ).json()
    assert (reel["is_shared_to_feed"], reel["media_product_type"]) == (False, "REELS")
    assert reel["permalink"].startswith("https://www.instagram.com/reel/")


def test_a_cover_is_really_fetched_and_wins_over_the_offset(graph: Graph, driver: Driver, media: MediaHost) -> None:
    cover = jpeg((360, 640))
    name = graph.ready(**REEL, cover_url=media.put("cover.jpg", cover), thumb_offset=999_000)
    graph.published(name)
    assert driver.ledger()[0]["options"] == {"share_to_feed": True, "cover_sha256": sha256(cover)}


def test_a_bad_cover_is_refused_at_once(graph: Graph, media: MediaHost, samples: Samples) -> None:
    large = media.put("large.jpg", samples.photo.read_bytes() + bytes(8 * 1024 * 1024))
    png = media.put("cover.png", samples.png_named_jpg)
    refusals = {large: (36000, 2207004), png: (36001, 2207005), "https://localhost/c.jpg": (9004, 2207052)}
    for url, expected in refusals.items():
        assert problem(graph.asked(**REEL, cover_url=url)) == expected


def test_the_cover_moment_must_be_inside_the_video(graph: Graph) -> None:
    graph.ready(**REEL, thumb_offset=3900)
    assert graph.failed(**REEL, thumb_offset=5000).endswith("2207057")
    assert problem(graph.asked(**REEL, thumb_offset=-1)) == (1, 2207057)
    assert problem(graph.asked(**REEL, thumb_offset="soon")) == (100, None)


# Photos and the rest


def test_the_shape_of_an_image_is_the_one_people_see(graph: Graph, media: MediaHost) -> None:
    upright = media.put("upright.jpg", jpeg((1000, 1250), orientation=6))
    graph.created(image_url=upright)
    sideways = media.put("sideways.jpg", jpeg((1900, 1000), orientation=6))
    assert problem(graph.asked(image_url=sideways)) == (36003, 2207009)


@pytest.mark.parametrize(
    "changes",
    [
        {"share_to_feed": True},
        {"thumb_offset": 5},
        {"cover_url": PHOTO},
        {"children": "1,2"},
        {"upload_type": "resumable"},
        {"is_ai_generated": "perhaps"},
        {"collaborators": ["a", "b", "c", "d"]},
        {"collaborators": "a,b"},
        {"user_tags": [{"username": "a"}]},
        {"user_tags": [{"username": "a", "x": 0.5, "y": 1.5}]},
        {"user_tags": '[{"username": "\\ud83d", "x": 0.5, "y": 0.5}]'},
        {"user_tags": "[" * 100_000},
    ],
)
def test_a_photo_takes_only_its_own_parameters(graph: Graph, changes: dict[str, Any]) -> None:
    assert problem(graph.asked(image_url=PHOTO, **changes)) == (100, None)


def test_tags_and_collaborators_are_kept_with_the_post(graph: Graph, driver: Driver) -> None:
    tags = [{"username": "lena.paints", "x": 0.5, "y": 0.25}]
    graph.published(graph.created(image_url=PHOTO, user_tags=json.dumps(tags), collaborators=["lena.paints"]))
    assert driver.ledger()[0]["options"] == {"collaborators": ["lena.paints"], "user_tags": tags}
    assert problem(graph.asked(**REEL, user_tags=tags)) == (100, None)


@pytest.mark.parametrize(("counts", "status"), [(True, 403), (False, 200)])
def test_whether_stories_fill_the_quota_is_a_switch(graph: Graph, driver: Driver, counts: bool, status: int) -> None:
    driver.control("settings", instagram={"quota_total": 1, "stories_count": counts})
    graph.published(graph.created(**STORY, image_url=PHOTO))
    assert graph.publishing(graph.created(image_url=PHOTO)).status_code == status


@pytest.mark.parametrize("media_type", [None, "VIDEO", "CAROUSEL", "REELS", "STORIES"])
@pytest.mark.parametrize("name", ["image_url", "video_url", "cover_url", "children", "thumb_offset", "trial_params"])
def test_junk_is_never_a_crash(graph: Graph, media_type: str | None, name: str) -> None:
    junk: list[Any] = [{}, [], [None], [{"a": 1}], 7, -7, "[", "https://[", "ä", "9" * 99, {"a": []}]
    for value in junk:
        for item in (False, True):
            answer = graph.asked(media_type=media_type, is_carousel_item=item, **{"video_url": VIDEO, name: value})
            assert answer.status_code < 500, (value, answer.text)
    assert graph.get(f"{ACME}/media").json()["data"] == []
