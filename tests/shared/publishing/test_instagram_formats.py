"""Reels and stories on Instagram: what was chosen is what is posted, and what cannot be posted posts nothing."""

from __future__ import annotations

import hashlib
import json
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from sandbox.creator import Creator
from sandbox.samples import Samples
from sandbox.stack.clients import Supabase
from tests.shared.publishing.clicks import Click, MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]

KINDS = ["photo", "reel", "story", "carousel"]


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def creations(made: Click) -> list[dict[str, str]]:
    """The fields of each container, in the order they were asked for."""
    return [{name: values[0] for name, values in parse_qs(c["body"]).items()} for c in made.calls("instagram.media")]


def add_cover(made: Click, samples: Samples) -> str:
    """Uploads a cover for the content, and chooses it as a click would have."""
    cover_id = str(made.owner.upload(made.body["content_id"], samples.cover, "image/jpeg")["id"])
    made.db.execute(
        "update public.publications set cover_asset_id = %s,"
        " options = options || jsonb_build_object('cover_asset_id', %s::text) where id = %s",
        (cover_id, cover_id, made.id),
    )
    return cover_id


def publish_again(made: Click, **changes: Any) -> httpx.Response:
    """Another click of the same person, on the same content and account."""
    return made.owner.publish(made.body | changes)


# Every kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_posted_once_with_its_permalink(click: MakeClick, kind: str) -> None:
    made = click("instagram", kind=kind)
    assert made.settle() == ("published", None)
    (post,) = made.posts()
    row = made.row()
    assert (post["kind"], row["kind"], row["post_id"]) == (kind, kind, post["post_id"])
    assert row["permalink"].startswith("https://www.instagram.com/")
    assert len(made.calls("instagram.media_publish")) == 1
    assert all(call["status"] == 200 for call in made.calls("instagram.media"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_way_of_a_post_to_its_page_is_told_by_its_kind(click: MakeClick, kind: str) -> None:
    made = click("instagram", kind=kind)
    made.settle()
    permalink = made.row()["permalink"]
    assert permalink.split("/")[3] == {"reel": "reel", "story": "stories"}.get(kind, "p")


@pytest.mark.parametrize("kind", KINDS)
def test_media_deleted_meanwhile_posts_nothing_of_the_rest(click: MakeClick, kind: str) -> None:
    made = click("instagram", kind=kind)
    made.db.execute("delete from public.media_assets where id = %s", (made.body["media"][-1]["media_asset_id"],))
    assert made.settle() == ("failed", "media_missing")
    assert creations(made) == []
    assert made.posts() == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["drop_after", "html_502"])
def test_an_unclear_answer_to_the_commit_never_makes_two_posts(click: MakeClick, kind: str, fault: str) -> None:
    made = click("instagram", kind=kind)
    made.fault("media_publish", fault, when="after")
    assert made.settle() == ("published", None)
    assert len(made.posts()) == len(made.calls("instagram.media_publish")) == 1


# Reels


def test_a_reel_without_choices_is_shared_to_the_feed(click: MakeClick, samples: Samples) -> None:
    made = click("instagram", kind="reel")
    assert made.settle() == ("published", None)
    (post,) = made.posts()
    assert (post["kind"], post["caption"]) == ("reel", made.body["caption"])
    assert post["media_sha256"] == [digest(samples.video)]
    assert post["options"]["share_to_feed"] is True
    (fields,) = creations(made)
    assert fields.keys() == {"media_type", "video_url", "caption", "share_to_feed"}


@pytest.mark.parametrize("share", [True, False])
def test_a_reel_is_shared_to_the_feed_as_its_creator_wants(click: MakeClick, share: bool) -> None:
    made = click("instagram", kind="reel", instagram={"share_to_feed": share})
    made.settle()
    assert [post["options"]["share_to_feed"] for post in made.posts()] == [share]


@pytest.mark.parametrize("moment", [0, 1500])
def test_a_reel_stands_still_at_the_chosen_moment(click: MakeClick, moment: int) -> None:
    made = click("instagram", kind="reel", instagram={"thumb_offset_ms": moment})
    made.settle()
    assert [post["options"]["thumb_offset"] for post in made.posts()] == [moment]


def test_a_moment_after_the_end_of_a_reel_fails_before_anything_is_sent(click: MakeClick) -> None:
    made = click("instagram", kind="reel", instagram={"thumb_offset_ms": 60_000})
    assert made.settle() == ("failed", "cover_moment_invalid")
    assert creations(made) == []


def test_a_reel_has_the_chosen_cover(click: MakeClick, samples: Samples) -> None:
    made = click("instagram", kind="reel")
    add_cover(made, samples)
    assert made.settle() == ("published", None)
    assert [post["options"]["cover_sha256"] for post in made.posts()] == [digest(samples.cover)]


def test_a_cover_chosen_by_the_click_is_posted(click: MakeClick, samples: Samples) -> None:
    made = click("instagram", kind="reel")
    cover = made.owner.upload(made.body["content_id"], samples.cover, "image/jpeg")["id"]
    shown = publish_again(made, instagram={"cover_asset_id": cover, "thumb_offset_ms": 900}).json()
    second = Click(shown["id"], "", made.body, made.connected, made.owner, made.db, made.sandbox, made.stack)
    assert second.settle() == ("published", None)
    assert [post["options"]["cover_sha256"] for post in made.posts()] == [digest(samples.cover)]


def test_a_cover_deleted_meanwhile_is_not_replaced_by_another(click: MakeClick, samples: Samples) -> None:
    made = click("instagram", kind="reel")
    cover_id = add_cover(made, samples)
    made.db.execute("delete from public.media_assets where id = %s", (cover_id,))
    assert made.settle() == ("failed", "media_missing")
    assert made.posts() == []


@pytest.mark.parametrize("of", ["another_content", "nobody"])
def test_a_cover_of_another_content_is_refused(click: MakeClick, samples: Samples, of: str) -> None:
    made = click("instagram", kind="reel")
    other = made.owner.create_content(made.owner.read("projects")[0]["id"])
    cover = made.owner.upload(other, samples.cover, "image/jpeg")["id"] if of == "another_content" else uuid.uuid4()
    answer = publish_again(made, instagram={"cover_asset_id": str(cover)})
    assert (answer.status_code, answer.json()["code"]) == (422, "media_not_ready")


@pytest.mark.parametrize("kind", ["photo", "story", "carousel"])
def test_only_a_reel_has_a_cover(click: MakeClick, samples: Samples, kind: str) -> None:
    made = click("instagram", kind=kind)
    add_cover(made, samples)
    assert made.settle() == ("failed", "option_not_for_kind")
    assert made.posts() == []


# Stories


def test_a_story_of_a_photo_has_no_caption(click: MakeClick, samples: Samples) -> None:
    made = click("instagram", kind="story")
    assert made.settle() == ("published", None)
    (post,) = made.posts()
    assert (post["kind"], post["caption"], post["alt_text"]) == ("story", "", None)
    assert post["media_sha256"] == [digest(samples.photo)]
    (fields,) = creations(made)
    assert fields.keys() == {"media_type", "image_url"}


def test_a_story_of_a_video_is_a_story_and_no_reel(click: MakeClick, samples: Samples) -> None:
    made = click("instagram", kind="reel", caption="", instagram={"story": True})
    assert made.settle() == ("published", None)
    (post,) = made.posts()
    assert (post["kind"], post["media_sha256"]) == ("story", [digest(samples.video)])
    (fields,) = creations(made)
    assert fields.keys() == {"media_type", "video_url"}


def test_words_for_a_story_are_not_dropped_silently(click: MakeClick) -> None:
    made = click("instagram", kind="story", caption="Good morning")
    assert made.settle() == ("failed", "caption_not_for_stories")
    assert creations(made) == []


# Rows that no click of ours made


ODD_OPTIONS: list[dict[str, Any]] = [
    {"share_to_feed": "sometimes"},
    {"share_to_feed": None},
    {"thumb_offset_ms": -1},
    {"thumb_offset_ms": "1500"},
    {"thumb_offset_ms": 1.5},
    {"story": "true"},
    {"cover_asset_id": "../../etc"},
    {"cover_asset_id": 5},
    {"collaborators": ["somebody"]},
]


def insert(supabase: Supabase, owner: Creator, body: dict[str, Any], options: object) -> httpx.Response:
    """A member's own call of the database function, past our endpoint."""
    request = {
        "platform": "instagram",
        "content_id": body["content_id"],
        "connection_id": body["connection_id"],
        "caption": "",
        "items": body["media"],
        "options": options,
    }
    with supabase.as_user(owner.user) as rest:
        return rest.post(
            "/rpc/create_publication",
            json={"p_request": request, "p_idempotency_key": uuid.uuid4().hex, "p_request_hash": "0" * 64},
        )


def inserted(made: Click, supabase: Supabase, options: object) -> Click:
    publication_id = insert(supabase, made.owner, made.body, options).raise_for_status().json()["publication"]["id"]
    return Click(publication_id, "", made.body, made.connected, made.owner, made.db, made.sandbox, made.stack)


@pytest.mark.parametrize("options", ODD_OPTIONS, ids=json.dumps)
def test_a_row_with_odd_options_fails_and_sends_nothing(
    click: MakeClick, supabase: Supabase, options: dict[str, Any]
) -> None:
    own = inserted(click("instagram", kind="reel"), supabase, options)
    assert own.settle() == ("failed", "request_invalid")
    assert creations(own) == []


def test_a_foreign_cover_among_the_options_is_not_fetched(click: MakeClick, supabase: Supabase) -> None:
    other = click("instagram")
    options = {"cover_asset_id": other.body["media"][0]["media_asset_id"]}
    own = inserted(click("instagram", kind="reel"), supabase, options)
    assert own.settle() == ("failed", "media_missing")
    assert creations(own) == []


@pytest.mark.parametrize("options", [[], "text", 5, None, {"story": "maybe"}], ids=json.dumps)
def test_options_that_are_none_make_no_row(click: MakeClick, supabase: Supabase, options: object) -> None:
    made = click("instagram", kind="reel")
    assert insert(supabase, made.owner, made.body, options).is_error
    assert [row["id"] for row in made.owner.read("publications", select="id")] == [made.id]


def test_a_row_with_the_broken_rules_of_a_member_fails_like_any_other(click: MakeClick, supabase: Supabase) -> None:
    made = click("instagram")
    (item,) = made.body["media"]
    made.db.execute("update public.media_assets set width = 4000 where id = %s", (item["media_asset_id"],))
    own = inserted(made, supabase, {})
    assert own.settle() == ("failed", "image_ratio_invalid")
    assert creations(own) == []
