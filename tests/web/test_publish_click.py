"""At most one post for one click, whatever happens between the browser and the server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from sandbox.samples import Samples
from tests.web.publishing import (
    CAPTION,
    DOUBT,
    ONE_PUBLICATION,
    PUBLISH,
    SEVERAL_PUBLICATIONS,
    Desk,
    MakeDesk,
    answer_lost,
    blocked,
)

pytest_plugins = ["tests.shared.publishing.desk", "tests.web.publish_desk"]

ASK_AGAIN = re.compile("^Ask again$")
LOST = "ERR_FAILED|ERR_INTERNET_DISCONNECTED|ERR_ABORTED"


def one_post(at: Desk) -> None:
    """Of one key, however often it was sent."""
    at.until_posted(1)
    assert len(set(at.keys())) == 1
    assert [key for key, _ in at.publications()] == [at.keys()[0]]


def test_nothing_is_sent_to_be_published_before_the_click(desk: MakeDesk, samples: Samples) -> None:
    at = desk("instagram", files=samples.photos)
    at.visitor.open(f"/p/{at.project.id}/publish")
    at.visitor.link("A quiet morning").click()
    at.visitor.field(CAPTION).fill("Hello")
    at.page.keyboard.press("Enter")
    at.visitor.button("Move Photo 1 down").click()
    at.visitor.button("Check again").click()
    at.ready()

    assert (at.clicks, at.publications()) == ([], [])


def test_a_double_click_is_one_post(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.open()
    at.ready().dblclick()

    at.visitor.comes_to(ONE_PUBLICATION)
    assert len(at.clicks) == 1
    one_post(at)


@pytest.mark.parametrize("arrives", [True, False])
def test_when_the_answer_is_lost_asking_again_posts_once(desk: MakeDesk, arrives: bool) -> None:
    at = desk("instagram")
    at.visitor.expect_problem(LOST)
    at.page.route(PUBLISH, answer_lost if arrives else lambda route: route.abort(), times=1)
    at.open()
    at.ready().click()

    at.visitor.sees(DOUBT)
    at.visitor.sees("Asking again is safe: it cannot post twice.")
    expect(at.visitor.field(CAPTION)).to_be_disabled()
    at.visitor.button(ASK_AGAIN).click()
    at.visitor.comes_to(ONE_PUBLICATION)
    assert len(at.clicks) == 2
    one_post(at)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_an_error_of_the_server_says_nothing_about_the_post(desk: MakeDesk, status: int) -> None:
    at = desk("instagram")
    at.visitor.expect_problem(str(status))

    def fail(route: Route) -> None:
        route.fetch()
        route.fulfill(status=status, content_type="text/html", body="<h1>Bad gateway</h1>")

    at.page.route(PUBLISH, fail, times=1)
    at.open()
    at.ready().click()
    at.visitor.sees(DOUBT)
    at.visitor.sees_not("Bad gateway")
    at.visitor.button(ASK_AGAIN).click()

    at.visitor.comes_to(ONE_PUBLICATION)
    one_post(at)


def test_storage_that_does_not_answer_leaves_the_click_in_doubt(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.visitor.expect_problem("503")
    body = '{"code": "database_unavailable", "status": 503, "title": "Storage is not answering", "detail": "."}'
    at.page.route(
        PUBLISH, lambda route: route.fulfill(status=503, content_type="application/problem+json", body=body), times=1
    )
    at.open()
    at.ready().click()
    at.visitor.sees(DOUBT)
    at.visitor.button(ASK_AGAIN).click()

    at.visitor.comes_to(ONE_PUBLICATION)
    one_post(at)


def test_a_click_without_a_network_goes_out_once_when_it_is_back(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.visitor.expect_problem(LOST)
    at.open()
    at.ready()
    at.page.context.set_offline(True)
    at.button.click()
    at.visitor.sees(DOUBT)
    assert at.posts() == []
    at.page.context.set_offline(False)

    at.visitor.comes_to(ONE_PUBLICATION)
    one_post(at)


def test_a_reload_in_the_middle_finds_the_click_again(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.visitor.expect_problem(LOST)
    at.page.route(PUBLISH, lambda route: void(route.fetch()), times=1)
    at.open()
    at.ready().click()
    at.visitor.sees("Your click is noted.")
    at.page.reload()

    at.visitor.comes_to(ONE_PUBLICATION)
    assert len(at.clicks) == 2
    one_post(at)


def void(_: object) -> None:
    """No answer at all."""


def test_a_click_of_yesterday_waits_for_a_word(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.visitor.expect_problem(LOST)
    at.page.route(PUBLISH, lambda route: route.abort(), times=1)
    at.open()
    at.ready().click()
    at.visitor.sees(DOUBT)
    at.page.evaluate(
        """() => { for (const key of Object.keys(localStorage)) if (key.startsWith("itoms-click.")) {
          const click = JSON.parse(localStorage.getItem(key));
          localStorage.setItem(key, JSON.stringify({ ...click, at: click.at - 86400000 }));
        } }"""
    )
    at.page.reload()
    at.visitor.sees("You clicked yesterday.")
    at.visitor.sees(DOUBT)
    assert len(at.clicks) == 1
    at.visitor.button(ASK_AGAIN).click()

    at.visitor.comes_to(ONE_PUBLICATION)
    one_post(at)


def test_who_comes_back_another_way_is_led_to_the_open_click(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.visitor.expect_problem(LOST)
    at.page.route(PUBLISH, answer_lost, times=1)
    at.open()
    at.ready().click()
    at.visitor.sees(DOUBT)
    at.visitor.open(f"/p/{at.project.id}/publish")
    at.visitor.sees("A click of yours has no answer yet")
    at.visitor.link("Open it").click()

    at.visitor.comes_to(ONE_PUBLICATION)
    one_post(at)


def test_a_second_tab_shows_that_it_is_being_published_and_sends_nothing(desk: MakeDesk) -> None:
    at = desk("instagram")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    at.page.route(PUBLISH, hold, times=1)
    at.open()
    other = at.second_tab()
    other.sees("Nothing stands in the way.")
    at.ready().click()

    other.sees("This post is being published just now")
    expect(other.field(CAPTION)).to_be_disabled()
    expect(other.button(re.compile("^Publish"))).to_have_count(0)
    held[0].continue_()
    at.visitor.comes_to(ONE_PUBLICATION)
    other.sees("This post was settled in another tab or window")
    assert len(at.clicks) == 1
    one_post(at)


def test_a_tab_that_slept_meanwhile_cannot_publish_the_same_draft_again(desk: MakeDesk) -> None:
    """It hears of nothing: what another tab has stored decides."""
    at = desk("instagram")
    at.open()
    other = at.second_tab(asleep=True)
    other.sees("Nothing stands in the way.")
    at.ready().click()
    at.visitor.comes_to(ONE_PUBLICATION)
    other.button(re.compile("^Publish to")).click()

    other.sees(re.compile("This post (has changed|was settled) in another tab or window"))
    one_post(at)


def test_a_refusal_posts_nothing_and_gives_the_form_back(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.visitor.expect_problem("409")
    at.open()
    at.visitor.field(CAPTION).fill("Hello from the hills")
    at.ready()
    end_access(at, 0)
    at.button.click()

    at.visitor.sees("Nothing was posted")
    at.visitor.sees("Reconnect the account")
    expect(at.visitor.field(CAPTION)).to_have_value("Hello from the hills")
    expect(at.page.get_by_role("checkbox", name="@hill.walks")).to_be_disabled()
    expect(at.visitor.link("Reconnect").last).to_have_attribute("href", f"/p/{at.project.id}/connections")
    assert (at.posts(), at.publications()) == ([], [])


def end_access(at: Desk, account: int) -> None:
    at.db.execute(
        "update public.connections set status = 'needs_reconnect', status_reason = 'access_ended' where id = %s",
        (at.accounts[account].id,),
    )


def test_what_one_of_two_accounts_refused_is_shown_beside_what_the_other_took(desk: MakeDesk) -> None:
    at = desk("instagram", "instagram")
    at.visitor.expect_problem("409")
    at.open()
    for box in at.page.get_by_role("checkbox", name="@hill.walks").all():
        box.check()
    at.ready()
    end_access(at, 1)
    at.button.click()

    at.visitor.sees("1 of 2 accounts took the post")
    at.visitor.sees("Reconnect the account")
    at.until_posted(1)
    assert len(at.publications()) == 1


def test_both_platforms_get_exactly_one_post_each(desk: MakeDesk) -> None:
    at = desk("instagram", "tiktok")
    at.open()
    at.page.get_by_role("checkbox", name="@hill.walks").check()
    at.page.get_by_role("checkbox", name="Hill Walks TikTok").check()
    at.visitor.field(CAPTION).fill("Hello from the hills")
    blocked(at.button)
    at.visitor.field("Who can see this post").select_option("SELF_ONLY")
    expect(at.ready()).to_have_text("Publish to 2 accounts")
    at.button.dblclick()

    at.visitor.comes_to(SEVERAL_PUBLICATIONS)
    posts = at.until_posted(2)
    assert sorted(post["platform"] for post in posts) == ["instagram", "tiktok"]
    assert len(set(at.keys())) == len(at.clicks) == 2


def test_a_click_that_is_let_go_unlocks_the_form_and_says_what_that_means(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.visitor.expect_problem(LOST)
    at.page.route(PUBLISH, lambda route: route.abort(), times=1)
    at.open()
    at.ready().click()
    at.visitor.button("Do not ask again").click()
    at.visitor.sees("Look in History first")
    at.visitor.button("Forget the click").click()

    expect(at.visitor.field(CAPTION)).to_be_enabled()
    at.page.reload()
    at.ready()
    assert (len(at.clicks), at.posts()) == (1, [])


def test_a_browser_that_notes_nothing_sends_nothing(desk: MakeDesk) -> None:
    at = desk("instagram")
    at.open()
    at.ready()
    at.page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); } }"
    )
    at.button.click()

    at.visitor.sees("Your click was not sent")
    assert (at.clicks, at.posts()) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whoever_cannot_see_finds_their_way_while_a_click_is_in_doubt(desk: MakeDesk, scheme: str) -> None:
    at = desk("instagram", color_scheme=scheme)
    at.visitor.expect_problem(LOST)
    at.page.route(PUBLISH, lambda route: route.abort(), times=1)
    at.open()
    at.ready().click()
    at.visitor.sees(DOUBT)

    assert at.visitor.barriers() == []
