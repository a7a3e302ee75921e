"""After a doubt: only what is known is said, nothing is sent again, and a person who looked has the last word."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl
from tests.shared.publishing.clicks import Click, MakeClick
from tests.web.conftest import MakeVisitor
from tests.web.watching import no_barriers, show, standing, with_viewer

pytest_plugins = ["tests.shared.publishing.desk"]


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


def test_after_a_lost_answer_the_platform_is_asked_and_nothing_is_sent_again(
    visit: MakeVisitor, click: MakeClick
) -> None:
    made = click("instagram")
    made.fault("media_publish", "drop_after")
    made.sandbox.fault("instagram.container", "drop_before", times=50, account=made.connected.account, skip=1)
    visitor = visit(made.owner)
    show(visitor, made)
    standing(visitor, "Outcome unknown")
    visitor.sees("We keep asking Instagram what became of it")
    made.sandbox.clear_faults()
    made.make_due()

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


def test_a_viewer_sees_what_is_to_be_decided_and_decides_nothing(
    visit: MakeVisitor, doubtful: Callable[[], Click], make_creator: Callable[[], Creator]
) -> None:
    made = doubtful()
    visitor = visit(with_viewer(made, make_creator()))
    show(visitor, made)
    standing(visitor, "Outcome unknown")

    visitor.sees("Somebody who may edit this project can look on the platform")
    expect(visitor.page.get_by_role("main").get_by_role("button")).to_have_count(0)
