"""What TikTok's Content Sharing Guidelines ask of whoever posts directly, a test for each line of them.

Source: TikTok for Developers, Content Sharing Guidelines (2026). Words in quotation marks there appear as they are.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.tiktok_form import (
    MakeForm,
    is_blocked,
    is_ready,
)

pytest_plugins = ["tests.shared.publishing.desk", "tests.web.tiktok_form"]


# The creator


def test_tiktok_is_asked_each_time_the_form_opens_and_the_nickname_is_shown(form: MakeForm) -> None:
    at = form(nickname="Mia of the hills")
    at.visitor.sees("Mia of the hills")
    before = at.heard().count("tiktok.creator_info")
    at.sandbox.change_account(at.connected.account, nickname="Mia of the sea")
    at.visitor.page.reload()
    expect(at.visitor.page.locator(".posting-as")).to_have_text("Posting on TikTok as Mia of the sea")

    assert at.heard().count("tiktok.creator_info") > before


def test_no_picture_of_the_account_is_fetched(form: MakeForm) -> None:
    """The Data Policy lets us read its display name, and nothing else of it."""
    at = form(nickname="Mia of the hills")
    asked: list[str] = []
    at.visitor.page.on("request", lambda request: asked.append(request.url))
    at.visitor.page.reload()
    at.visitor.sees("Mia of the hills")

    assert asked
    assert not [url for url in asked if "tiktok" in url and not url.startswith(f"{at.visitor.addresses.app}/assets/")]


@pytest.mark.parametrize(
    ("account", "words"), [({"posts_cap": 0}, "limit of posts for 24 hours"), ({"banned": True}, "blocked")], ids=str
)
def test_an_account_that_may_not_post_now_stops_the_click_and_is_told_so(
    form: MakeForm, account: dict[str, Any], words: str
) -> None:
    at = form(**account)

    expect(at.visitor.page.get_by_role("alert").filter(has_text=words).first).to_be_visible()
    is_blocked(at.button)
    at.button.dispatch_event("click")
    assert at.clicks() == []


def test_a_video_longer_than_the_account_may_post_is_said_before_anything_is_sent(form: MakeForm) -> None:
    at = form(max_seconds=3)
    at.audience.select_option("SELF_ONLY")

    at.visitor.sees("This video lasts 0:04. TikTok lets this account post at most 0:03.")
    is_blocked(at.button)


# The metadata


def test_every_text_is_the_creators_to_edit_also_what_an_ai_wrote(form: MakeForm) -> None:
    at = form("photo")
    at.visitor.button("Suggest a caption with AI").click()
    at.visitor.button("Send this and get captions").click()
    at.visitor.button("Use this caption").first.click()
    caption = at.visitor.field("Caption for all accounts")
    expect(caption).not_to_have_value("")
    caption.fill("My own words #hills")
    at.visitor.field("Title").fill("My own title")
    at.audience.select_option("SELF_ONLY")
    post = at.publish()

    assert (post["caption"], post["options"]["title"]) == ("My own words #hills", "My own title")


@pytest.mark.parametrize(
    ("private", "offered"), [(False, ["Everyone", "Friends", "Only me"]), (True, ["Followers", "Friends", "Only me"])]
)
def test_the_audiences_are_exactly_those_that_tiktok_offers(form: MakeForm, private: bool, offered: list[str]) -> None:
    at = form(private=private)
    expect(at.audience).to_be_enabled()

    assert at.audience.locator("option:not([value=''])").all_inner_texts() == offered


def test_no_audience_is_chosen_for_anybody_and_one_must_be_chosen(form: MakeForm) -> None:
    at = form()
    expect(at.audience).to_be_enabled()
    expect(at.audience).to_have_value("")
    is_blocked(at.button)
    expect(at.button).to_have_attribute("title", re.compile("Choose who can see the post on TikTok"))
    at.audience.select_option("MUTUAL_FOLLOW_FRIENDS")
    is_ready(at.button)

    assert at.publish()["options"]["privacy_level"] == "MUTUAL_FOLLOW_FRIENDS"


def test_the_audience_of_one_post_is_not_remembered_for_the_next(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("SELF_ONLY")
    is_ready(at.button)
    at.visitor.page.reload()
    expect(at.audience).to_be_enabled()

    expect(at.audience).to_have_value("")


def test_every_interaction_is_off_until_it_is_allowed_by_hand(form: MakeForm) -> None:
    at = form()
    for name in ("Allow Comment", "Allow Duet", "Allow Stitch"):
        expect(at.box(name)).to_be_enabled()
        expect(at.box(name)).not_to_be_checked()
    at.audience.select_option("PUBLIC_TO_EVERYONE")
    at.box("Allow Duet").check()
    options = at.publish()["options"]

    assert (options["disable_comment"], options["disable_duet"], options["disable_stitch"]) == (True, False, True)


@pytest.mark.parametrize("name", ["Comment", "Duet", "Stitch"])
def test_what_the_account_has_switched_off_is_grey_and_says_why(form: MakeForm, name: str) -> None:
    at = form(**{f"{name.lower()}_disabled": True})
    boxes = {one: at.box(f"Allow {one}") for one in ("Comment", "Duet", "Stitch")}
    expect(boxes[name]).to_be_disabled()
    for other in boxes.keys() - {name}:
        expect(boxes[other]).to_be_enabled()

    expect(boxes[name]).not_to_be_checked()
    expect(boxes[name].locator("..")).to_have_attribute("title", "Off in this account's settings on TikTok.")


def test_photos_can_be_commented_on_and_nothing_else(form: MakeForm) -> None:
    at = form("photo")
    expect(at.box("Allow Comment")).to_be_enabled()

    expect(at.visitor.page.get_by_role("checkbox", name=re.compile("^Allow"))).to_have_count(1)


# Control


def test_the_content_is_shown_before_it_is_posted(form: MakeForm) -> None:
    at = form()

    preview = at.visitor.page.get_by_role("region", name="Preview")
    expect(preview.locator("video")).to_be_visible()


@pytest.mark.parametrize("kind", ["video", "photo"])
def test_nothing_is_added_to_the_media_or_the_words(form: MakeForm, kind: str) -> None:
    at = form(kind)
    at.visitor.field("Caption for all accounts").fill("Hello from the hills")
    at.audience.select_option("SELF_ONLY")
    post = at.publish()

    assert (tuple(post["media_sha256"]), post["caption"]) == (at.uploaded, "Hello from the hills")


def test_nothing_of_the_post_is_sent_to_tiktok_before_the_click(form: MakeForm) -> None:
    at = form()
    connecting = {"tiktok.consent", "tiktok.token", "tiktok.user_info", "tiktok.authorize"}
    at.visitor.field("Caption for all accounts").fill("Hello from the hills")
    at.audience.select_option("SELF_ONLY")
    at.box("Allow Comment").check()
    is_ready(at.button)
    before = set(at.heard())
    at.publish()

    assert before - connecting == {"tiktok.creator_info"}
    assert "tiktok.video_init" in at.heard()


def test_that_it_may_take_a_few_minutes_is_said_before_the_click(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("SELF_ONLY")
    is_ready(at.button)

    at.visitor.sees("Processing may take a few minutes.")


def test_what_became_of_it_is_shown_without_a_reload(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("SELF_ONLY")
    at.publish()

    at.visitor.sees("Published")


# What makes it a form for everybody


def test_the_cover_of_a_video_is_the_moment_that_was_chosen(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("SELF_ONLY")
    at.visitor.page.get_by_role("slider", name="Cover").fill("2500")
    post = at.publish()

    assert post["options"]["video_cover_timestamp_ms"] == 2500


def test_the_cover_of_photos_is_the_photo_that_was_chosen(form: MakeForm) -> None:
    at = form("photo")
    at.audience.select_option("SELF_ONLY")
    at.visitor.page.get_by_role("group", name="Cover").get_by_role("radio", name="Photo 2").check(force=True)
    at.box("Add music").check()
    post = at.publish()

    assert (post["options"]["photo_cover_index"], post["options"]["auto_add_music"]) == (1, True)


def test_a_tiktok_that_does_not_answer_can_be_asked_again(form: MakeForm) -> None:
    at = form()
    expect(at.audience).to_be_enabled()
    at.sandbox.fault("tiktok.creator_info", "html_502", account=at.connected.account, times=2)
    at.visitor.page.reload()
    at.visitor.sees("TikTok did not say what this account may post right now.")
    is_blocked(at.button)
    at.sandbox.clear_faults()
    at.visitor.button("Ask TikTok again").click()

    expect(at.audience).to_be_enabled()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_a_screen_reader(form: MakeForm, scheme: str, width: int) -> None:
    at = form("photo", scheme, width, comment_disabled=True)
    at.audience.select_option("PUBLIC_TO_EVERYONE")
    at.switch("Disclose commercial content").check()
    at.box("Branded content").check()

    assert at.visitor.barriers() == []
    assert at.visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
