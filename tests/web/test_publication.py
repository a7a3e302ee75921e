"""One publication as people see it: live, honest in every doubt, and with the one thing to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import expect

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl
from tests.shared.publishing.clicks import Click, MakeClick
from tests.web.conftest import MakeVisitor
from tests.web.watching import no_barriers, show, standing, with_viewer

pytest_plugins = ["tests.shared.publishing.desk"]

Db = psycopg.Connection[Any]


@pytest.fixture(autouse=True)
def as_it_was(db: Db, sandbox: SandboxControl) -> Iterator[None]:
    yield
    db.execute("update private.platform_switches set switched_off_at = null, confirm_before = null")
    sandbox.clear_faults()


@pytest.fixture
def doubtful(click: MakeClick, sandbox: SandboxControl) -> Callable[[], Click]:
    """TikTok took it, its answer was lost an hour ago, and it tells nothing by itself."""

    def make() -> Click:
        sandbox.settings(tiktok={"webhooks": "held"})
        made = click("tiktok")
        made.fault("video_init", "drop_after")
        made.step()
        assert made.outcome() == ("unknown", "outcome_unclear")
        let_age(made, 66 * 60)
        return made

    return make


def let_age(made: Click, seconds: float) -> None:
    """The call that may have posted, and what the timeline says of it."""
    made.let_intent_age(seconds)
    made.db.execute(
        "update public.publication_events set at = at - make_interval(secs => %s) where publication_id = %s",
        (seconds, made.id),
    )


def let_click_age(made: Click, hours: float) -> None:
    made.db.execute(
        "update public.publications set created_at = created_at - make_interval(hours => %(h)s),"
        " state_since = state_since - make_interval(hours => %(h)s) where id = %(id)s",
        {"h": hours, "id": made.id},
    )


def switch(made: Click, *, on: bool) -> None:
    """What an operator's command asks of the database; the command itself cannot run inside Playwright's loop."""
    made.db.execute("select public.switch_platform(%s, %s, 'Ops', 'drill')", (made.platform, on))


# Doubts


def test_a_publication_of_another_project_is_not_there(
    visit: MakeVisitor, click: MakeClick, make_creator: Callable[[], Creator]
) -> None:
    made, stranger = click("instagram"), make_creator()
    visitor = visit(stranger)

    visitor.open(f"/p/{stranger.create_project('Elsewhere')}/history/{made.id}")

    visitor.heading("This page does not exist").wait_for()
    assert made.row()["state"] == "queued"


def test_after_a_lost_answer_the_platform_is_asked_and_nothing_is_sent_again(
    visit: MakeVisitor, click: MakeClick
) -> None:
    made = click("instagram")
    made.fault("media_publish", "drop_after")
    made.fault("container", "drop_before", times=2)
    visitor = visit(made.owner)
    show(visitor, made)

    standing(visitor, "Published")

    visitor.sees("No clear answer: it may be posted, or not")
    visitor.sees("Instagram says that it is published")
    assert len(made.posts()) == len(made.calls("instagram.media_publish")) == 1


@pytest.mark.parametrize(
    ("button", "yes", "shown", "outcome"),
    [
        ("It is there", "Yes, I saw it", "Published", ("published", "confirmed_by_user")),
        ("It is not there", "No, it is not there", "Not published", ("failed", "denied_by_user")),
    ],
)
def test_a_doubt_is_settled_by_the_word_of_who_looked(
    visit: MakeVisitor,
    doubtful: Callable[[], Click],
    button: str,
    yes: str,
    shown: str,
    outcome: tuple[str, str],
) -> None:
    made = doubtful()
    visitor = visit(made.owner)
    show(visitor, made)
    standing(visitor, "Outcome unknown")
    visitor.sees("We sent it to TikTok once and got no clear answer")
    visitor.button(button).click()
    assert made.outcome() == ("unknown", "outcome_unclear"), "a first click says nothing yet"
    visitor.button(yes).click()

    standing(visitor, shown)
    expect(visitor.heading(shown)).to_be_focused()
    assert made.outcome() == outcome
    assert len(made.posts()) == len(made.calls("tiktok.video_init")) == 1


def test_whoever_changes_their_mind_has_said_nothing(visit: MakeVisitor, doubtful: Callable[[], Click]) -> None:
    made = doubtful()
    visitor = visit(made.owner)
    show(visitor, made)
    visitor.button("It is there").press("Enter")
    no_barriers(visitor)
    visitor.page.keyboard.press("Escape")

    expect(visitor.button("It is there")).to_be_focused()
    assert made.outcome() == ("unknown", "outcome_unclear")


def test_nobody_can_answer_while_the_platform_may_still_be_at_it(
    visit: MakeVisitor, doubtful: Callable[[], Click]
) -> None:
    made = doubtful()
    let_age(made, -64 * 60)
    visitor = visit(made.owner)
    show(visitor, made)

    expect(visitor.button("It is there")).to_have_attribute("aria-disabled", "true")
    visitor.button("It is not there").click(force=True)
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    visitor.sees("until then TikTok may still fetch and post it")


def test_a_word_that_comes_too_early_is_refused_in_words(visit: MakeVisitor, doubtful: Callable[[], Click]) -> None:
    """The database has the last say, whatever this browser's clock shows."""
    made = doubtful()
    made.let_intent_age(60)
    visitor = visit(made.owner)
    visitor.expect_problem("409")
    show(visitor, made)
    visitor.button("It is there").click()
    visitor.button("Yes, I saw it").click()

    visitor.sees("Too early to say")
    assert made.outcome() == ("unknown", "outcome_unclear")


# Ends


@pytest.mark.parametrize(
    ("reason", "label", "address"),
    [
        ("image_ratio_invalid", "Change it and publish again", "/publish?content="),
        ("access_ended", "Connect the account again", "/connections"),
        ("daily_limit", "Publish again later", "/publish?content="),
        ("container_expired", "Publish again", "/publish?content="),
        ("account_restricted", "Open Instagram", "https://www.instagram.com/"),
        ("request_invalid", "Write to us", "mailto:"),
    ],
)
def test_what_failed_says_why_and_what_to_do(
    visit: MakeVisitor, click: MakeClick, db: Db, reason: str, label: str, address: str
) -> None:
    made = click("instagram")
    made.put(state="failed", reason=reason, next_step_at=None, finished_at=made.row()["created_at"])
    visitor = visit(made.owner)
    show(visitor, made)
    standing(visitor, "Not published")

    link = visitor.page.get_by_role("region", name="Not published").get_by_role("link")
    expect(link).to_have_count(1)
    expect(link).to_contain_text(label)
    assert address in str(link.get_attribute("href"))
    assert made.posts() == []


def test_a_refused_picture_is_told_without_a_reload(visit: MakeVisitor, click: MakeClick) -> None:
    made = click("instagram")
    made.fault("media", "error", status=400, code=36003, subcode=2207009)
    visitor = visit(made.owner)
    show(visitor, made)

    standing(visitor, "Not published")
    visitor.sees("The image must be between 4:5 upright and 1.91:1 wide. Crop it.")
    assert made.outcome() == ("failed", "image_ratio_invalid")


def test_a_click_whose_account_is_disconnected_meanwhile_is_not_sent(visit: MakeVisitor, click: MakeClick) -> None:
    made = click("instagram")
    made.put(next_step_at=None)
    visitor = visit(made.owner)
    show(visitor, made)
    standing(visitor, "Waiting to start")
    made.owner.post("connections/disconnect", {"connection_id": made.connected.id}).raise_for_status()

    standing(visitor, "Not published")
    visitor.sees("Disconnected account")
    assert made.posts() == []


def test_a_link_that_went_with_its_account_is_said_to_be_gone(visit: MakeVisitor, click: MakeClick) -> None:
    made = click("instagram")
    made.step()
    made.owner.post("connections/disconnect", {"connection_id": made.connected.id}).raise_for_status()
    visitor = visit(made.owner)
    show(visitor, made)

    standing(visitor, "Published")
    visitor.sees("Its link went with the account when that was disconnected.")


# Held


def test_what_waits_for_its_platform_says_so(visit: MakeVisitor, click: MakeClick) -> None:
    made = click("instagram")
    switch(made, on=False)
    visitor = visit(made.owner)
    show(visitor, made)

    standing(visitor, "On hold")
    no_barriers(visitor)
    assert made.posts() == []


@pytest.mark.parametrize(
    ("button", "shown", "outcome", "posts"),
    [
        ("Publish now", "Published", ("published", None), 1),
        ("Do not publish", "Not published", ("failed", "post_cancelled"), 0),
    ],
)
def test_an_old_click_goes_out_or_not_as_its_creator_says(
    visit: MakeVisitor, click: MakeClick, button: str, shown: str, outcome: tuple[str, str | None], posts: int
) -> None:
    made = click("instagram")
    switch(made, on=False)
    let_click_age(made, 2)
    switch(made, on=True)
    visitor = visit(made.owner)
    show(visitor, made)
    standing(visitor, "Waits for your word")
    no_barriers(visitor)
    visitor.button(button).click()

    standing(visitor, shown)
    assert made.outcome() == outcome
    assert len(made.posts()) == posts


def test_a_viewer_sees_what_is_to_be_decided_and_decides_nothing(
    visit: MakeVisitor, doubtful: Callable[[], Click], make_creator: Callable[[], Creator]
) -> None:
    made = doubtful()
    visitor = visit(with_viewer(made, make_creator()))
    show(visitor, made)
    standing(visitor, "Outcome unknown")

    visitor.sees("Somebody who may edit this project can look on the platform")
    expect(visitor.page.get_by_role("main").get_by_role("button")).to_have_count(0)
