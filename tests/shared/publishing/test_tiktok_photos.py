"""Photo posts on TikTok, from the click to the post: one init, whose answer is never asked for twice."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from sandbox.creator import TIKTOK_CHOICES
from sandbox.samples import Samples
from tests.shared.publishing.clicks import Click, MakeClick
from tests.shared.publishing.tiktok_side import wait_for_jobs

pytest_plugins = ["tests.shared.publishing.desk"]

CAPTION = "Crème brûlée 🍮\n#hills  @mia \u200d\t“quoted” \\ \u0301 "
TITLE = " Hügel 🌄 “früh” "


def inits(made: Click) -> list[dict[str, Any]]:
    return [json.loads(call["body"]) for call in made.calls("tiktok.content_init")]


def posted(made: Click) -> tuple[str, str | None]:
    made.step()
    wait_for_jobs(made)
    return made.settle()


def digests(samples: Samples, items: int) -> list[str]:
    files = (samples.photo, samples.photos[1], samples.webp)[:items]
    return [hashlib.sha256(files[number % len(files)].read_bytes()).hexdigest() for number in range(items)]


@pytest.mark.parametrize("items", [1, 2, 35])
def test_photos_are_posted_once_and_in_their_order(click: MakeClick, samples: Samples, items: int) -> None:
    made = click("tiktok", kind="photo", items=items)
    assert made.row()["kind"] == "photo"
    assert posted(made) == ("published", None)
    (post,) = made.posts()
    assert post["kind"] == "photo"
    assert post["media_sha256"] == digests(samples, items)
    assert post["container_id"] == made.row()["publish_id"]
    assert len(inits(made)) == 1
    assert made.calls("tiktok.video_init") == []


def test_a_photo_post_is_what_the_user_wrote_byte_for_byte(click: MakeClick) -> None:
    choices = {
        "title": TITLE,
        "privacy_level": "MUTUAL_FOLLOW_FRIENDS",
        "allow_comment": True,
        "your_brand": True,
        "branded_content": True,
        "ai_generated": True,
        "auto_add_music": True,
        "cover_index": 2,
    }
    made = click("tiktok", kind="photo", items=3, caption=CAPTION, tiktok=TIKTOK_CHOICES | choices)
    assert posted(made) == ("published", None)
    (init,) = inits(made)
    assert init.pop("source_info").keys() == {"source", "photo_images", "photo_cover_index"}
    assert init == {
        "media_type": "PHOTO",
        "post_mode": "DIRECT_POST",
        "is_aigc": True,
        "post_info": {
            "title": TITLE,
            "description": CAPTION,
            "privacy_level": "MUTUAL_FOLLOW_FRIENDS",
            "disable_comment": False,
            "auto_add_music": True,
            "brand_organic_toggle": True,
            "brand_content_toggle": True,
        },
    }
    (post,) = made.posts()
    assert post["caption"] == CAPTION
    assert (post["options"]["title"], post["options"]["photo_cover_index"]) == (TITLE, 2)


def test_what_was_not_chosen_is_off_and_empty(click: MakeClick) -> None:
    made = click("tiktok", kind="photo", items=2, caption="")
    made.step()
    (init,) = inits(made)
    post = init["post_info"]
    assert (post["title"], post["description"], post["auto_add_music"], init["is_aigc"]) == ("", "", False, False)
    assert init["source_info"]["photo_cover_index"] == 0


@pytest.mark.parametrize(
    ("caption", "title", "reason"),
    [("🌄" * 2000, "🌄" * 45, None), ("a" * 4000, "", None), ("", "🌄" * 46, "title_too_long")],
    ids=["pairs", "letters", "one too many"],
)
def test_texts_are_counted_in_utf_16_units(click: MakeClick, caption: str, title: str, reason: str | None) -> None:
    made = click("tiktok", kind="photo", caption=caption, tiktok=TIKTOK_CHOICES | {"title": title})
    assert posted(made) == (("failed", reason) if reason else ("published", None))
    assert len(inits(made)) == (0 if reason else 1)


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ({"cover_index": 2}, "cover_index_invalid"),
        ({"cover_timestamp_ms": 10}, "option_not_for_kind"),
        ({"allow_duet": True}, "interaction_unavailable"),
        ({"allow_stitch": True}, "interaction_unavailable"),
        ({"privacy_level": "FOLLOWER_OF_CREATOR"}, "audience_unavailable"),
    ],
)
def test_choices_that_photos_do_not_take_are_refused_before_init(
    click: MakeClick, choices: dict[str, Any], reason: str
) -> None:
    made = click("tiktok", kind="photo", items=2, tiktok=TIKTOK_CHOICES | choices)
    made.step()
    assert made.outcome() == ("failed", reason)
    assert inits(made) == []


def test_comments_that_the_creator_has_switched_off_are_refused_before_init(click: MakeClick) -> None:
    choices = TIKTOK_CHOICES | {"allow_comment": True}
    made = click("tiktok", kind="photo", account={"comment_disabled": True}, tiktok=choices)
    made.step()
    assert made.outcome() == ("failed", "interaction_unavailable")
    assert inits(made) == []


@pytest.mark.parametrize(
    ("fault", "posts"),
    [
        ({"kind": "drop_after"}, 1),
        ({"kind": "malformed_json"}, 1),
        ({"kind": "html_200"}, 0),
        ({"kind": "html_502"}, 0),
        ({"kind": "drop_before"}, 0),
        ({"kind": "error", "code": "internal_error"}, 0),
    ],
    ids=str,
)
def test_after_a_lost_answer_to_init_there_is_never_another(
    click: MakeClick, fault: dict[str, Any], posts: int
) -> None:
    made = click("tiktok", kind="photo", items=2)
    made.fault("content_init", **fault)
    for _ in range(3):
        made.step()
        made.cron()
    wait_for_jobs(made)
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.row()["next_step_at"] is None
    assert len(inits(made)) == 1
    assert len(made.posts()) == posts


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("url_ownership_unverified", "media_domain_unverified"),
        ("spam_risk_too_many_posts", "daily_limit"),
        ("unaudited_client_can_only_post_to_private_accounts", "account_must_be_private"),
        ("invalid_params", "request_invalid"),
    ],
)
def test_a_clear_refusal_of_photos_fails_with_its_reason(click: MakeClick, code: str, reason: str) -> None:
    made = click("tiktok", kind="photo")
    made.fault("content_init", "error", code=code)
    made.step()
    assert made.outcome() == ("failed", reason)
    assert made.posts() == []


@pytest.mark.parametrize(
    ("fail_reason", "reason"),
    [("file_format_check_failed", "media_format_invalid"), ("picture_size_check_failed", "image_size_invalid")],
)
def test_photos_that_tiktok_cannot_use_are_a_failure(click: MakeClick, fail_reason: str, reason: str) -> None:
    made = click("tiktok", kind="photo")
    made.fault("content_init", "media_error", reason=fail_reason)
    assert posted(made) == ("failed", reason)
    assert len(inits(made)) == 1


def test_photos_that_could_not_be_fetched_are_sent_again_and_posted_once(click: MakeClick) -> None:
    """TikTok has ended that job: nothing of it can appear any more."""
    made = click("tiktok", kind="photo", items=2)
    made.fault("content_init", "media_error", reason="photo_pull_failed")
    made.step()
    wait_for_jobs(made)
    made.step()
    assert made.row()["state"] == "preparing"
    assert posted(made) == ("published", None)
    assert (len(made.posts()), len(inits(made))) == (1, 2)
