"""Writing a post: what may be chosen, what is checked while one writes, and what then really stands on the platform."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.creator import instagram_photo
from sandbox.samples import Samples
from tests.limits import leave
from tests.people import Project
from tests.web.conftest import MakeVisitor
from tests.web.publishing import CAPTION, ONE_PUBLICATION, Desk, MakeDesk, blocked, hash_of
from tests.web.words import speak_brackets, unbracketed

pytest_plugins = ["tests.shared.publishing.desk", "tests.web.publish_desk"]

PUBLISH_BUTTON = re.compile("^Publish to")


def publish(at: Desk) -> dict[str, Any]:
    at.ready().click()
    at.visitor.comes_to(ONE_PUBLICATION)
    (post,) = at.until_posted(1)
    return post


def change_item(at: Desk, position: int, **facts: Any) -> None:
    """As if the file had been probed to be another."""
    columns = ", ".join(f"{name} = %({name})s" for name in facts)
    at.db.execute(
        f"update public.media_assets set {columns} where id = %(asset)s", facts | {"asset": at.assets[position]}
    )


# Who cannot, and why


def test_a_viewer_is_told_why_there_is_no_button(visit: MakeVisitor, project: Project) -> None:
    visitor = visit(project.viewer)
    visitor.open(f"/p/{project.id}/publish")

    visitor.sees("Your role in this project is viewer.")
    expect(visitor.button(PUBLISH_BUTTON)).to_have_count(0)
    assert visitor.barriers() == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("insert into public.objections (user_id, purpose) values (%s, 'publishing')", "You switched publishing off"),
        ("insert into public.restrictions (user_id) values (%s)", "Your data is kept and not used"),
    ],
)
def test_who_said_no_to_publishing_finds_the_way_to_take_it_back(desk: MakeDesk, statement: str, words: str) -> None:
    at = desk("instagram")
    at.db.execute(statement, (at.owner.user.id,))
    at.visitor.open(at.address)

    at.visitor.sees(words)
    at.visitor.link("Open the privacy settings").click()
    at.visitor.comes_to("/account/privacy")


def test_without_an_account_one_is_led_to_connect_one(visit: MakeVisitor, project: Project) -> None:
    visitor = visit(project.owner)
    visitor.open(f"/p/{project.id}/publish")
    visitor.sees("Connect an account first")
    assert visitor.barriers() == []
    visitor.link("Connect an account").click()

    visitor.comes_to(f"/p/{project.id}/connections")


def test_without_a_content_and_without_a_file_one_is_led_to_the_library(desk: MakeDesk, project: Project) -> None:
    at = desk("instagram", files=[])
    at.visitor.open(at.address)
    at.visitor.sees("No file is ready yet")
    at.visitor.link("Open this content").click()
    at.visitor.comes_to(f"/p/{project.id}/library/{at.content_id}")
    at.db.execute("delete from public.contents where project_id = %s", (project.id,))
    at.visitor.open(f"/p/{project.id}/publish")
    at.visitor.sees("Add something to publish")


def test_a_content_of_another_project_cannot_be_chosen(desk: MakeDesk) -> None:
    at = desk("instagram")
    other = at.owner.create_project("Seas")
    content = at.owner.create_content(other, title="A wave")
    at.visitor.open(f"/p/{at.project.id}/publish?content={content}")

    at.visitor.sees("What to publish")
    at.visitor.sees_not("A wave")


def test_an_account_that_must_be_connected_again_is_shown_and_cannot_be_chosen(desk: MakeDesk) -> None:
    at = desk("instagram", "tiktok")
    at.db.execute(
        "update public.connections set status = 'needs_reconnect', status_reason = 'access_ended' where id = %s",
        (at.accounts[0].id,),
    )
    at.open()

    expect(at.page.get_by_role("checkbox", name="@hill.walks")).to_be_disabled()
    at.visitor.sees("Instagram does not accept the access any more")
    at.visitor.link("Reconnect @hill.walks").click()
    at.visitor.comes_to(f"/p/{at.project.id}/connections")


# What is checked


def test_a_problem_names_its_file_and_leads_there(desk: MakeDesk, samples: Samples) -> None:
    at = desk("instagram", files=samples.photos)
    change_item(at, 1, width=4000)
    at.open()

    at.visitor.sees(re.compile("Item 2: .* between 4:5 upright and 1.91:1 wide"))
    blocked(at.button)
    at.visitor.button(re.compile("^Go there: Item 2")).click()
    expect(at.page.get_by_role("checkbox", name="Use Photo 2")).to_be_focused()
    at.page.get_by_role("checkbox", name="Use Photo 2").uncheck()
    expect(at.ready()).not_to_have_attribute("aria-disabled", "true")


def test_a_used_up_quota_is_said_before_the_click(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.sandbox.settings(instagram={"quota_total": 1})
    at.owner.publish(instagram_photo(at.content_id, at.accounts[0].id, at.assets[0])).raise_for_status()
    at.open()

    at.visitor.sees("1 of 1 posts within 24 hours are used.")
    blocked(at.button)
    at.button.click(force=True)
    assert (at.clicks, len(at.posts())) == ([], 1)


def test_a_platform_that_is_switched_off_is_said_before_the_click(desk: MakeDesk) -> None:
    at = desk("instagram")
    switch = "update private.platform_switches set switched_off_at = %s where platform = 'instagram'"
    at.db.execute(switch, ("2026-11-26",))
    try:
        at.open()
        at.visitor.sees("For safety itoms makes no calls to this platform at the moment")
        blocked(at.button)
    finally:
        at.db.execute(switch, (None,))


def test_who_checked_too_often_is_told_and_can_publish_all_the_same(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.visitor.expect_problem("429")
    leave(at.db, at.owner.user, "preflight", 0)
    at.open()
    at.visitor.sees("You checked many posts.")
    at.button.click()

    at.visitor.comes_to(ONE_PUBLICATION)
    at.until_posted(1)


def test_a_platform_that_does_not_answer_the_check_stands_in_nobodys_way(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.sandbox.fault("instagram.limit", "drop_before", times=9, account=at.accounts[0].account)
    at.open()
    at.visitor.sees("Instagram did not say how many posts are left.")
    at.button.click()

    at.visitor.comes_to(ONE_PUBLICATION)
    at.until_posted(1)


def test_too_long_a_caption_is_counted_while_one_writes(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.open()
    at.visitor.field(CAPTION).fill("🍮" * 1101 + " #a" * 31)

    at.visitor.sees("Instagram: 2,295 of 2,200 characters · 31 of 30 hashtags · 0 of 20 mentions")
    blocked(at.button)
    at.visitor.field(CAPTION).fill("🍮" * 1100)
    expect(at.ready()).not_to_have_attribute("aria-disabled", "true")


def test_writing_asks_once_it_rests(desk: MakeDesk) -> None:
    at = desk("instagram")
    asked: list[str] = []
    at.page.on("request", lambda request: asked.append(request.url) if "/api/preflight" in request.url else None)
    at.open()
    at.ready()
    at.visitor.field(CAPTION).press_sequentially("Hello from the hills", delay=20)
    at.page.get_by_text("Checking", exact=True).wait_for()
    at.ready()

    assert len(asked) == 2


# What is posted


def test_a_photo_is_posted_with_its_words(desk: MakeDesk, samples: Samples) -> None:
    at = desk("instagram")
    at.open()
    at.visitor.field(CAPTION).fill("Hello from the hills")
    at.visitor.field("Alternative text").fill("Hills in the morning")
    post = publish(at)

    assert (post["kind"], post["caption"], post["alt_text"]) == (
        "photo",
        "Hello from the hills",
        "Hills in the morning",
    )
    assert post["media_sha256"] == [hash_of(samples.photo)]


def test_a_carousel_has_the_order_that_was_made_with_the_keyboard(desk: MakeDesk, samples: Samples) -> None:
    at = desk("instagram", files=samples.photos)
    at.open()
    up = at.visitor.button("Move Photo 3 up")
    up.focus()
    for _ in range(2):
        at.page.keyboard.press("Enter")
        expect(up).to_be_focused()
    at.visitor.sees("Photo 3 is now 1 of 3.")
    post = publish(at)

    first, second, third = samples.photos
    assert (post["kind"], post["media_sha256"]) == ("carousel", [hash_of(one) for one in (third, first, second)])


def test_a_carousel_has_the_order_that_was_dragged(desk: MakeDesk, samples: Samples) -> None:
    at = desk("instagram", files=samples.photos)
    at.open()
    row(at, "Photo 3").scroll_into_view_if_needed()
    drag(at, row(at, "Photo 1").locator(".handle"), row(at, "Photo 3").locator(".handle"))
    at.visitor.sees("Photo 1 is now 3 of 3.")
    post = publish(at)

    first, second, third = samples.photos
    assert post["media_sha256"] == [hash_of(one) for one in (second, third, first)]


def drag(at: Desk, source: Locator, target: Locator) -> None:
    """In steps, as a hand does: nothing is dragged by a pointer that jumps."""
    for place, then in ((source, at.page.mouse.down), (target, at.page.mouse.up)):
        box = place.bounding_box()
        assert box is not None
        at.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=8)
        then()


def row(at: Desk, name: str) -> Locator:
    return at.page.get_by_role("listitem").filter(has=at.page.get_by_role("checkbox", name=f"Use {name}")).first


def test_a_story_takes_along_no_caption(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.open()
    at.visitor.field(CAPTION).fill("Not for a story")
    at.visitor.field("Story").check()
    post = publish(at)

    assert (post["kind"], post["caption"]) == ("story", "")


def test_a_reel_has_the_cover_that_was_chosen(desk: MakeDesk, samples: Samples) -> None:
    at = desk("instagram", files=[samples.video, samples.cover])
    at.open()
    at.page.get_by_role("radio", name="Photo 1 as the cover").check(force=True)
    at.visitor.field("Also show the reel in the feed").uncheck()
    post = publish(at)

    assert (post["kind"], post["media_sha256"]) == ("reel", [hash_of(samples.video)])
    assert post["options"]["cover_sha256"] == hash_of(samples.cover)
    assert post["options"]["share_to_feed"] is False


def test_an_account_may_have_its_own_words_and_media(desk: MakeDesk, samples: Samples) -> None:
    at = desk("instagram", "tiktok", files=[samples.video, samples.photo])
    at.open()
    at.page.get_by_role("checkbox", name="@hill.walks").check()
    at.page.get_by_role("checkbox", name="Hill Walks TikTok").check()
    at.visitor.field(CAPTION).fill("For both")
    instagram = at.page.get_by_role("region", name="@hill.walks Instagram")
    instagram.get_by_label("Write another caption for this account").check()
    instagram.get_by_label("Caption for @hill.walks").fill("For Instagram")
    instagram.get_by_label("Choose other media for this account").check()
    instagram.get_by_role("checkbox", name="Use Photo 1").check()
    at.visitor.field("Who can see this post").select_option("SELF_ONLY")
    at.ready().click()

    by_platform = {post["platform"]: post for post in at.until_posted(2)}
    assert (by_platform["instagram"]["caption"], by_platform["instagram"]["kind"]) == ("For Instagram", "carousel")
    assert (by_platform["tiktok"]["caption"], by_platform["tiktok"]["kind"]) == ("For both", "video")


# What is kept


def test_a_draft_outlives_a_reload_but_for_tiktoks_audience(desk: MakeDesk, samples: Samples) -> None:
    at = desk("tiktok", files=samples.photos)
    at.open()
    at.visitor.field(CAPTION).fill("Half a thought")
    at.visitor.button("Move Photo 1 down").click()
    at.visitor.field("Who can see this post").select_option("SELF_ONLY")
    at.ready()
    at.page.reload()

    expect(at.visitor.field(CAPTION)).to_have_value("Half a thought")
    expect(at.page.get_by_role("checkbox", name="Use Photo").first).to_have_accessible_name("Use Photo 2")
    expect(at.visitor.field("Who can see this post")).to_have_value("")
    assert "SELF_ONLY" not in str(at.page.evaluate("() => JSON.stringify({ ...localStorage })"))


def test_after_publishing_nothing_of_the_draft_is_left(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.open()
    at.visitor.field(CAPTION).fill("Said once")
    publish(at)

    assert "Said once" not in str(at.page.evaluate("() => JSON.stringify({ ...localStorage })"))


def test_signing_out_leaves_no_draft_behind(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.open()
    at.visitor.field(CAPTION).fill("A secret plan")
    at.visitor.open("/account")
    at.visitor.button("Sign out here").click()
    at.visitor.heading("Sign in").wait_for()

    left = str(at.page.evaluate("() => JSON.stringify({ ...localStorage })"))
    assert "A secret plan" not in left
    assert at.project.id not in left


# Everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whoever_cannot_see_or_use_a_pointer_can_publish(desk: MakeDesk, samples: Samples, scheme: str) -> None:
    at = desk("instagram", "tiktok", files=[samples.video, *samples.photos], color_scheme=scheme)
    at.visitor.open(f"/p/{at.project.id}/publish")
    at.visitor.link("A quiet morning").wait_for()
    assert at.visitor.barriers() == []
    at.open()
    for name in ("@hill.walks", "Hill Walks TikTok"):
        at.page.get_by_role("checkbox", name=name).check()
    for box in at.page.get_by_label("Choose other media for this account").all():
        box.check()
    at.visitor.sees("Posting on TikTok as")
    at.visitor.sees("Choose who can see the post on TikTok.")

    assert at.visitor.barriers() == []


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_window(desk: MakeDesk, samples: Samples, width: int) -> None:
    at = desk("instagram", files=samples.photos, viewport={"width": width, "height": 800})
    at.open()
    at.ready()

    assert at.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_nothing_that_has_the_focus_stands_behind_the_bar(desk: MakeDesk) -> None:
    at = desk("instagram", "tiktok", viewport={"width": 360, "height": 740})
    at.open()
    at.page.get_by_role("checkbox", name="Hill Walks TikTok").check()
    at.visitor.sees("Posting on TikTok as")
    at.page.get_by_role("checkbox", name="@hill.walks").focus()

    reached = [reach_next(at.page) for _ in range(25)]

    assert [name for name, is_hidden in reached if is_hidden] == []
    assert any("Publish to" in name for name, _ in reached)


def reach_next(page: Page) -> tuple[str, bool]:
    """What the Tab key leads to, and whether more than half of it is behind the bar. A long text field only shows where
    one writes."""
    page.keyboard.press("Tab")
    name, is_hidden = page.evaluate(
        """() => {
            const [at, bar] = [document.activeElement, document.querySelector(".side .parts")];
            const { top, bottom } = at.getBoundingClientRect();
            const isHidden = (top + bottom) / 2 > bar.getBoundingClientRect().top;
            return [at.textContent || at.name || at.type, isHidden && at !== document.body && !bar.contains(at)];
        }"""
    )
    return str(name), bool(is_hidden)


def test_a_content_that_is_not_there_any_more_is_said_and_another_can_be_chosen(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.visitor.expect_problem("40[04]|406")

    for content in (str(uuid4()), "nonsense"):
        at.visitor.open(f"/p/{at.project.id}/publish?content={content}")
        at.visitor.sees("This content is not there any more.")
        at.visitor.link("A quiet morning").wait_for()
        assert at.visitor.button("Try again").count() == 0


def test_the_open_form_can_be_translated(desk: MakeDesk, samples: Samples) -> None:
    at = desk("instagram", "tiktok", files=[samples.video, samples.photo])
    speak_brackets(at.visitor)
    at.visitor.open(at.address)
    for name in ("@hill.walks", "Hill Walks"):
        at.page.get_by_role("checkbox", name=name).check()
    for box in at.page.get_by_label("Choose other media for this account").all():
        box.check()
    at.visitor.sees("Posting on TikTok as")
    at.visitor.sees("0 of 100 posts within 24 hours are used.")

    assert unbracketed(at.visitor, "A quiet morning", "@hill.walks", "Hill Walks", "Hills") == []
