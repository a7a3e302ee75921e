"""A publication that moves while somebody looks: without a reload, through lost networks, in two tabs, and once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl
from tests.shared.publishing.clicks import Click, MakeClick
from tests.web.conftest import MakeVisitor
from tests.web.watching import no_barriers, show, standing, with_viewer

pytest_plugins = ["tests.shared.publishing.desk"]


@pytest.fixture
def slow(click: MakeClick, sandbox: SandboxControl) -> Callable[[str], Click]:
    """A post that its platform goes on processing until the sandbox's clock is moved."""

    def make(platform: str) -> Click:
        made = click(platform)
        sandbox.settings(instagram={"ready_after": 600.0}, tiktok={"ready_after": 600.0, "webhooks": "held"})
        return made

    return make


def let_it_end(made: Click) -> None:
    made.sandbox.advance(601)
    made.make_due()


def published(page: Page) -> None:
    expect(page.get_by_role("region", name="Published")).to_be_visible()


@pytest.mark.parametrize("platform", ["instagram", "tiktok"])
def test_who_looks_sees_it_end(visit: MakeVisitor, slow: Callable[[str], Click], platform: str) -> None:
    made = slow(platform)
    visitor = visit(made.owner)
    show(visitor, made)
    standing(visitor, "Being processed")
    no_barriers(visitor)
    let_it_end(made)

    published(visitor.page)
    no_barriers(visitor)
    assert len(made.posts()) == 1


def test_nothing_is_asked_of_what_has_ended(visit: MakeVisitor, click: MakeClick) -> None:
    made = click("instagram")
    visitor = visit(made.owner)
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/publications/advance"):
            asked.append(request.url)

    visitor.page.on("request", note)
    visitor.page.clock.install()
    show(visitor, made)
    published(visitor.page)
    before = len(asked)
    visitor.page.clock.run_for(10 * 60 * 1000)

    assert before > 0
    assert len(asked) == before


def test_a_lost_network_loses_nothing(visit: MakeVisitor, slow: Callable[[str], Click]) -> None:
    made = slow("instagram")
    visitor = visit(made.owner)
    visitor.expect_problem("ERR_INTERNET_DISCONNECTED")
    show(visitor, made)
    standing(visitor, "Being processed")
    visitor.page.context.set_offline(True)
    visitor.sees("You are offline.")
    let_it_end(made)
    standing(visitor, "Being processed")
    visitor.page.context.set_offline(False)

    published(visitor.page)
    assert len(made.posts()) == 1


def test_a_reload_in_the_middle_goes_on_where_it_was(visit: MakeVisitor, slow: Callable[[str], Click]) -> None:
    made = slow("tiktok")
    visitor = visit(made.owner)
    show(visitor, made)
    standing(visitor, "Being processed")
    visitor.page.reload()
    standing(visitor, "Being processed")
    let_it_end(made)

    published(visitor.page)
    assert len(made.posts()) == len(made.calls("tiktok.video_init")) == 1


def test_two_tabs_and_the_cron_post_once(visit: MakeVisitor, slow: Callable[[str], Click]) -> None:
    made = slow("instagram")
    visitor = visit(made.owner)
    other = visitor.page.context.new_page()
    show(visitor, made)
    other.goto(visitor.page.url)
    standing(visitor, "Being processed")
    let_it_end(made)
    made.cron()

    published(visitor.page)
    published(other)
    assert len(made.posts()) == len(made.calls("instagram.media_publish")) == 1


def test_a_viewer_sees_it_move_and_moves_nothing(
    visit: MakeVisitor, click: MakeClick, make_creator: Callable[[], Creator]
) -> None:
    made = click("instagram")
    visitor = visit(with_viewer(made, make_creator()))
    show(visitor, made)
    standing(visitor, "Waiting to start")
    assert made.calls("instagram.media") == []
    made.step()

    published(visitor.page)
    expect(visitor.link(re.compile("^Open it on Instagram"))).to_be_visible()
    assert len(made.posts()) == 1


def test_what_was_sent_is_shown_with_what_was_agreed_to(visit: MakeVisitor, click: MakeClick) -> None:
    made = click("tiktok")
    made.step()
    visitor = visit(made.owner)
    show(visitor, made)
    sent = visitor.page.get_by_role("region", name="What was sent")

    expect(sent).to_contain_text("Hello from the hills")
    expect(sent).to_contain_text(re.compile("Who can see it\\s*Only me"))
    expect(sent).to_contain_text("TikTok's Music Usage Confirmation, text of 2026-03-09 (")
