"""A carousel is all or nothing: every item is ready before there is a whole, and one that is not holds up all."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any
from urllib.parse import parse_qs

import pytest

from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from tests.shared.publishing.clicks import Click, MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]

DAY = 86_400
# Seconds. What begins within it was not waiting for what began before.
_LATENCY = 0.25
Fields = dict[str, str]
Post = dict[str, Any]


@pytest.fixture
def settings(sandbox: SandboxControl, prompt: None) -> Iterator[Callable[..., dict[str, Any]]]:
    """Of the sandbox, as they were again afterwards."""
    before = sandbox.settings()
    yield sandbox.settings
    sandbox.settings(**before)


def creations(made: Click) -> list[Fields]:
    return [{name: values[0] for name, values in parse_qs(c["body"]).items()} for c in made.calls("instagram.media")]


def items(made: Click) -> list[Fields]:
    return [fields for fields in creations(made) if "is_carousel_item" in fields]


def wholes(made: Click) -> list[Fields]:
    return [fields for fields in creations(made) if fields.get("media_type") == "CAROUSEL"]


def containers(made: Click) -> list[str | None]:
    """Of the items, in the order they are shown."""
    query = "select container_id from public.publication_items where publication_id = %s order by position"
    return [container for (container,) in made.db.execute(query, (made.id,))]


def failure_detail(made: Click) -> dict[str, str]:
    query = "select detail from public.publication_events where publication_id = %s order by id desc limit 1"
    found = made.db.execute(query, (made.id,)).fetchone()
    return dict(found[0]) if found else {}


def give_other_bytes(made: Click, samples: Samples, position: int, file: str) -> None:
    """What Instagram fetches is not what we probed: only Instagram can find out."""
    content_id = made.owner.create_content(made.owner.read("projects")[0]["id"])
    other = made.owner.upload(content_id, getattr(samples, file), "image/jpeg")["id"]
    moved = made.db.execute("delete from public.media_assets where id = %s returning object_key", (other,)).fetchone()
    _set_object_key(made, position, moved[0] if moved else "")


def remove_bytes(made: Click, position: int) -> None:
    _set_object_key(made, position, f"media/{uuid.uuid4().hex * 2}.jpg")


def _set_object_key(made: Click, position: int, object_key: str) -> None:
    made.db.execute(
        "update public.media_assets set object_key = %s where id = %s",
        (object_key, made.body["media"][position]["media_asset_id"]),
    )


def posted_nothing(made: Click) -> bool:
    return made.posts() == [] and made.calls("instagram.media_publish") == []


# Works


@pytest.mark.parametrize("count", [2, 3, 10])
def test_a_carousel_is_shown_in_the_order_of_the_click(click: MakeClick, samples: Samples, count: int) -> None:
    made = click("instagram", kind="carousel", items=count)
    assert made.settle() == ("published", None)
    (post,) = made.posts()
    files = [samples.photo, samples.video, samples.photos[1], samples.mov, samples.photos[2]]
    expected = [hashlib.sha256(file.read_bytes()).hexdigest() for file in islice(cycle(files), count)]
    assert (post["kind"], post["caption"]) == ("carousel", made.body["caption"])
    assert post["media_sha256"] == expected
    assert post["options"]["alt_texts"] == [item.get("alt_text") for item in made.body["media"]]
    assert len(items(made)) == count
    assert len(wholes(made)) == len(made.calls("instagram.media_publish")) == 1
    assert made.row()["permalink"].startswith("https://www.instagram.com/p/")


def test_the_words_stand_on_the_whole_and_not_on_its_items(click: MakeClick) -> None:
    made = click("instagram", kind="carousel", items=3)
    made.settle()
    assert [fields.get("caption") for fields in wholes(made)] == [made.body["caption"]]
    assert not any("caption" in fields for fields in items(made))
    assert wholes(made)[0]["children"].split(",") == containers(made)


def test_items_are_made_side_by_side(click: MakeClick, settings: Callable[..., Any]) -> None:
    made = click("instagram", kind="carousel", items=10)
    settings(latency=_LATENCY, instagram={"child_ready_after": 1000.0})
    made.step()
    times = [call["at"] for call in made.calls("instagram.media")]
    assert len(times) == 10
    assert max(times) - min(times) < _LATENCY


def test_items_are_looked_at_side_by_side(click: MakeClick, settings: Callable[..., Any]) -> None:
    made = click("instagram", kind="carousel", items=10)
    settings(instagram={"child_ready_after": 1000.0})
    made.step()
    settings(latency=_LATENCY)
    made.step()
    times = [call["at"] for call in made.calls("instagram.container")][-10:]
    assert len(times) == 10
    assert max(times) - min(times) < _LATENCY


# Waiting


def test_the_whole_waits_for_every_item_and_the_post_for_the_whole(
    click: MakeClick, sandbox: SandboxControl, settings: Callable[..., Any]
) -> None:
    settings(instagram={"child_ready_after": 30.0, "carousel_ready_after": 30.0})
    made = click("instagram", kind="carousel", items=3)
    for _ in range(3):
        made.step()
    assert (len(items(made)), wholes(made)) == (3, [])
    sandbox.advance(31)
    for _ in range(3):
        made.step()
    assert (len(items(made)), len(wholes(made))) == (3, 1)
    assert made.row()["state"] == "processing"
    assert made.calls("instagram.media_publish") == []
    sandbox.advance(31)
    assert made.settle() == ("published", None)
    assert {call["status"] for call in made.calls("instagram.media")} == {200}
    assert [call["status"] for call in made.calls("instagram.media_publish")] == [200]


def test_one_item_that_is_never_ready_holds_up_the_whole(click: MakeClick) -> None:
    made = click("instagram", kind="carousel", items=3)
    made.fault("media", "stuck")
    for _ in range(5):
        made.step()
    assert made.row()["state"] == "preparing"
    assert wholes(made) == []
    assert posted_nothing(made)


@pytest.mark.parametrize("answer", ["html_502", "malformed_json", "drop_after"])
def test_a_look_at_an_item_that_fails_decides_nothing(click: MakeClick, answer: str) -> None:
    made = click("instagram", kind="carousel", items=3)
    made.fault("container", answer, times=2)
    assert made.settle() == ("published", None)
    assert (len(items(made)), len(wholes(made)), len(made.posts())) == (3, 1, 1)


# Crashes


def test_a_crash_between_items_and_whole_keeps_the_items(click: MakeClick) -> None:
    made = click("instagram", kind="carousel", items=3)
    made.fault("container", "html_502", times=3)
    made.step()
    kept = containers(made)
    assert None not in kept
    made.leave("preparing")
    assert made.settle() == ("published", None)
    assert containers(made) == kept
    assert (len(items(made)), len(wholes(made)), len(made.posts())) == (3, 1, 1)


def test_items_that_could_be_made_are_kept_when_another_could_not(click: MakeClick) -> None:
    made = click("instagram", kind="carousel", items=3)
    made.fault("media", "html_502")
    made.step()
    kept = [container for container in containers(made) if container]
    assert len(kept) == 2
    assert made.settle() == ("published", None)
    assert [container for container in containers(made) if container in kept] == kept
    assert len(items(made)) == 4
    assert len(made.posts()) == 1


def test_a_crash_between_whole_and_post_makes_no_second_set(click: MakeClick) -> None:
    made = click("instagram", kind="carousel", items=2)
    made.fault("media", "slow", seconds=0, times=2)
    made.fault("media", "stuck")
    for _ in range(4):
        made.step()
    assert made.row()["state"] == "processing"
    made.leave("processing")
    made.step()
    assert (len(items(made)), len(wholes(made))) == (2, 1)
    assert posted_nothing(made)


# All or nothing


def test_an_item_that_instagram_refuses_fails_the_whole_and_is_named(click: MakeClick, samples: Samples) -> None:
    made = click("instagram", kind="carousel", items=3)
    give_other_bytes(made, samples, 2, "cover")
    assert made.settle() == ("failed", "image_ratio_invalid")
    assert failure_detail(made)["item"] == "3"
    assert wholes(made) == []
    assert posted_nothing(made)


def test_an_item_that_cannot_be_fetched_fails_the_whole_and_is_named(click: MakeClick) -> None:
    made = click("instagram", kind="carousel", items=3)
    remove_bytes(made, 2)
    assert made.settle() == ("failed", "media_unreachable")
    assert failure_detail(made)["item"] == "3"
    # Only what was missing was asked for again.
    assert len(items(made)) == 2 + 4
    assert posted_nothing(made)


@pytest.mark.parametrize("position", [1, 2])
def test_a_rule_that_one_item_breaks_is_found_before_anything_is_sent(click: MakeClick, position: int) -> None:
    made = click("instagram", kind="carousel", items=3)
    asset_id = made.body["media"][position]["media_asset_id"]
    made.db.execute("update public.media_assets set byte_size = 400 * 1024 * 1024 where id = %s", (asset_id,))
    assert made.settle() == ("failed", "video_too_large" if position == 1 else "image_too_large")
    assert failure_detail(made)["item"] == str(position + 1)
    assert creations(made) == []


def test_an_item_that_instagram_cannot_read_fails_the_whole(click: MakeClick) -> None:
    made = click("instagram", kind="carousel", items=3)
    made.fault("media", "media_error", subcode=2207026)
    assert made.settle() == ("failed", "media_format_invalid")
    assert failure_detail(made)["item"] in ("1", "2", "3")
    assert len(items(made)) == 3
    assert posted_nothing(made)


def test_an_item_in_trouble_is_made_anew_and_the_others_are_kept(click: MakeClick) -> None:
    made = click("instagram", kind="carousel", items=3)
    made.fault("media", "media_error", subcode=2207053)
    assert made.settle() == ("published", None)
    assert "item_lost" in made.events()
    assert (len(items(made)), len(wholes(made)), len(made.posts())) == (4, 1, 1)


def test_ten_items_in_trouble_at_once_are_one_attempt(
    click: MakeClick, sandbox: SandboxControl, settings: Callable[..., Any]
) -> None:
    settings(instagram={"child_ready_after": 30.0})
    made = click("instagram", kind="carousel", items=10)
    made.fault("media", "media_error", times=10, subcode=2207001)
    made.step()
    made.step()
    sandbox.advance(31)
    settings(instagram={"child_ready_after": 0.0})
    assert made.settle() == ("published", None)
    assert made.events().count("item_lost") == 1
    assert (len(items(made)), len(made.posts())) == (20, 1)


def test_an_item_always_in_trouble_ends_after_four(click: MakeClick) -> None:
    made = click("instagram", kind="carousel", items=2)
    made.fault("media", "media_error", times=50, subcode=2207053)
    assert made.settle() == ("failed", "platform_error")
    assert made.events().count("item_lost") == 3
    assert len(items(made)) <= 2 * 4
    assert posted_nothing(made)


def test_items_that_expired_are_made_anew(click: MakeClick, sandbox: SandboxControl) -> None:
    made = click("instagram", kind="carousel", items=2)
    made.fault("media", "stuck", times=2)
    made.step()
    sandbox.advance(DAY + 1)
    assert made.settle() == ("published", None)
    assert len(items(made)) == 4
    assert len(made.posts()) == 1


def test_a_whole_that_is_lost_is_made_anew_with_its_items(click: MakeClick) -> None:
    made = click("instagram", kind="carousel", items=2)
    made.fault("media", "slow", seconds=0, times=2)
    made.fault("media", "media_error", subcode=2207053)
    assert made.settle() == ("published", None)
    assert "container_lost" in made.events()
    assert (len(items(made)), len(wholes(made)), len(made.posts())) == (4, 2, 1)


def test_a_token_that_dies_among_the_items_posts_nothing(click: MakeClick) -> None:
    made = click("instagram", kind="carousel", items=3)
    made.fault("media", "error", times=3, code=190, subcode=463)
    made.step()
    assert made.outcome() == ("failed", "access_ended")
    assert made.connection_status() == ("needs_reconnect", "access_ended")
    assert posted_nothing(made)
