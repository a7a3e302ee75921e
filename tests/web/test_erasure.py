"""Erasing one's account at a browser: what it takes, what it does, and what is left in the hand afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, Route, expect

from sandbox.creator import Creator
from sandbox.samples import Samples
from sandbox.stack.clients import Supabase, browser
from sandbox.stack.stack import Stack
from tests.erasing import add_member, finish, rows_with
from tests.functions.account.export.exports import make_stale
from tests.people import Project
from tests.web.conftest import MakeVisitor
from tests.web.newcomers import PASSWORD, address
from tests.web.visitor import Visitor
from tests.web.words import speak_brackets, unbracketed

Db = psycopg.Connection[Any]
WORDS = "erase my account"


@pytest.fixture
def ada(supabase: Supabase, stack: Stack) -> Iterator[Creator]:
    """Somebody with a password, and a project that nobody else is in."""
    with browser(stack.addresses) as api:
        creator = Creator(supabase.sign_up(address(), PASSWORD), api, supabase)
        creator.create_content(creator.create_project("Alone"))
        yield creator


def at_the_preview(visit: MakeVisitor, creator: Creator, **options: object) -> Visitor:
    visitor = visit(creator, **options)
    visitor.open("/account/privacy")
    visitor.button("See what would be erased").click()
    visitor.heading("This stays, and why").wait_for()
    return visitor


def words(visitor: Visitor) -> Locator:
    return visitor.field(f"To go on, type: {WORDS}")


def erase(visitor: Visitor) -> Locator:
    return visitor.button("Erase my account for good")


def erasures_of(db: Db, creator: Creator) -> int:
    found = db.execute("select count(*) from private.erasures where user_id = %s", (creator.user.id,)).fetchone()
    return int(found[0]) if found else 0


def is_alive(db: Db, creator: Creator) -> bool:
    return db.execute("select 1 from auth.users where id = %s", (creator.user.id,)).fetchone() is not None


def kept_in(visitor: Visitor) -> dict[str, str]:
    return dict(json.loads(visitor.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")))


def receipt_in(visitor: Visitor) -> dict[str, str]:
    found = re.search(r"#receipt=([0-9a-f-]{36})&code=([0-9a-f]{32})$", visitor.page.url)
    assert found, visitor.page.url
    return {"receipt": found[1], "code": found[2]}


# What it takes


@pytest.mark.parametrize("typed", ["", "yes", "Erase my account", "erase my accounts"])
def test_nothing_but_the_words_will_do(visit: MakeVisitor, project: Project, db: Db, typed: str) -> None:
    visitor = at_the_preview(visit, project.stranger)
    words(visitor).fill(typed)
    erase(visitor).click()

    visitor.sees(f"Type exactly: {WORDS}")
    expect(words(visitor)).to_have_attribute("aria-invalid", "true")
    assert erasures_of(db, project.stranger) == 0


def test_a_project_with_others_in_it_has_to_be_decided_about(visit: MakeVisitor, project: Project, db: Db) -> None:
    visitor = at_the_preview(visit, project.owner)
    visitor.sees("You are its only owner, and 2 other people are in it.")
    words(visitor).fill(WORDS)
    erase(visitor).click()

    visitor.sees("Decide about each project first.")
    assert erasures_of(db, project.owner) == 0
    assert project.owner.read("projects", id=f"eq.{project.id}")


def test_who_came_into_a_project_meanwhile_is_not_overlooked(
    visit: MakeVisitor, ada: Creator, project: Project, db: Db
) -> None:
    visitor = at_the_preview(visit, ada)
    (own,) = ada.read("projects")
    add_member(db, own["id"], project.stranger, "viewer")
    visitor.expect_problem("409")
    words(visitor).fill(WORDS)
    erase(visitor).click()

    visitor.sees("You are the only owner of a project with others in it")
    visitor.sees("You are its only owner, and 1 other person is in it.")
    assert erasures_of(db, ada) == 0
    assert project.stranger.read("projects", id=f"eq.{own['id']}")


def test_a_project_that_was_handed_over_stays_with_the_others(visit: MakeVisitor, project: Project, db: Db) -> None:
    visitor = at_the_preview(visit, project.owner)
    visitor.link("Make one of them an owner").click()
    visitor.comes_to(f"/p/{project.id}/members")
    db.execute(
        "update public.project_members set role = 'owner' where project_id = %s and user_id = %s",
        (project.id, project.editor.user.id),
    )
    visitor = at_the_preview(visit, project.owner)
    visitor.sees("Stays with the others")
    words(visitor).fill(WORDS)
    erase(visitor).click()
    visitor.heading("Your account is being erased").wait_for()

    assert not is_alive(db, project.owner)
    assert project.editor.read("projects", id=f"eq.{project.id}")


def test_an_open_browser_is_not_enough(visit: MakeVisitor, ada: Creator, db: Db) -> None:
    make_stale(db, ada)
    visitor = at_the_preview(visit, ada)
    visitor.expect_problem("403|400")
    words(visitor).fill(WORDS)
    erase(visitor).click()
    dialog = visitor.page.get_by_role("dialog", name="Is it you?")
    dialog.get_by_label("Your password").fill("not the right one")
    dialog.get_by_role("button", name="Go on").click()
    visitor.sees("Address or password is wrong.")
    assert erasures_of(db, ada) == 0
    assert is_alive(db, ada)
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name="Go on").click()
    visitor.heading("Your account is being erased").wait_for()

    assert not is_alive(db, ada)


def test_without_a_network_nothing_is_begun(visit: MakeVisitor, ada: Creator, db: Db) -> None:
    visitor = at_the_preview(visit, ada)
    visitor.expect_problem("ERR_INTERNET_DISCONNECTED")
    visitor.page.context.set_offline(True)
    words(visitor).fill(WORDS)
    erase(visitor).click()

    visitor.sees("Nothing is lost. Try again when")
    expect(words(visitor)).to_have_value(WORDS)
    assert erasures_of(db, ada) == 0
    assert is_alive(db, ada)


# What it does


def test_it_is_all_gone_and_what_is_left_in_the_hand_tells_the_truth(
    visit: MakeVisitor, project: Project, photo: dict[str, str], db: Db, stack: Stack
) -> None:
    visitor = at_the_preview(visit, project.owner)
    for line in ("1 project", "1 content", "1 file"):
        visitor.page.get_by_role("listitem").filter(has_text=re.compile(f"^{line}$")).wait_for()
    visitor.field(re.compile("Delete it with everything in it")).check()
    words(visitor).fill(WORDS)
    erase(visitor).dblclick()
    visitor.heading("Your account is being erased").wait_for()
    kept = receipt_in(visitor)
    status = f"{stack.addresses.app}/api/erasures/status?code={kept['code']}"
    visitor.sees(status)
    visitor.sees(kept["receipt"])
    assert kept_in(visitor) == {}
    assert not is_alive(db, project.owner)
    assert not project.editor.read("projects", id=f"eq.{project.id}")
    visitor.page.reload()
    visitor.sees(status)

    finish(db, stack, kept["receipt"])
    assert list(rows_with(db, project.owner.user.id, project.owner.user.email)) == []
    visitor.link("See how far it is").click()
    visitor.sees(re.compile("Everything was erased on"))
    assert visitor.barriers() == []
    visitor.sees(kept["receipt"])


def test_an_answer_that_was_lost_is_given_again(visit: MakeVisitor, ada: Creator, samples: Samples, db: Db) -> None:
    (content,) = ada.read("contents")
    ada.upload(content["id"], samples.photo, "image/jpeg")
    visitor = at_the_preview(visit, ada)
    visitor.expect_problem("ERR_FAILED")
    visitor.page.route("**/api/account/erasure/start", lost_once())
    words(visitor).fill(WORDS)
    erase(visitor).click()
    visitor.sees("itoms is not answering")
    erase(visitor).click()
    visitor.heading("Your account is being erased").wait_for()

    query = "select count(*) from private.erasures where code = %s"
    assert db.execute(query, (receipt_in(visitor)["code"],)).fetchone() == (1,)
    assert not is_alive(db, ada)


def test_where_all_was_done_before_the_second_attempt_nobody_is_kept_waiting(
    visit: MakeVisitor, project: Project, db: Db
) -> None:
    visitor = at_the_preview(visit, project.stranger)
    visitor.expect_problem("ERR_FAILED|410")
    visitor.page.route("**/api/account/erasure/start", lost_once())
    words(visitor).fill(WORDS)
    erase(visitor).click()
    visitor.sees("itoms is not answering")
    erase(visitor).click()

    visitor.sees(re.compile("it is erased all the same"))
    assert kept_in(visitor) == {}
    assert not is_alive(db, project.stranger)


def lost_once() -> Any:
    lost: list[bool] = []

    def answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(True)
        route.fetch()
        route.abort()

    return answer


def test_another_tab_is_signed_out_too(visit: MakeVisitor, ada: Creator) -> None:
    visitor = at_the_preview(visit, ada)
    tab = visitor.page.context.new_page()
    tab.goto("/account")
    tab.get_by_role("heading", name="Account").wait_for()
    words(visitor).fill(WORDS)
    erase(visitor).click()
    visitor.heading("Your account is being erased").wait_for()

    tab.get_by_role("heading", name="Sign in").wait_for()


# For everybody


def test_whoever_decides_otherwise_is_back_where_it_began(visit: MakeVisitor, project: Project) -> None:
    visitor = at_the_preview(visit, project.owner)
    expect(visitor.heading("This goes")).to_be_focused()
    visitor.button("Keep my account").click()

    expect(visitor.button("See what would be erased")).to_be_focused()


def test_an_address_with_nothing_in_it_promises_nothing(visit: MakeVisitor) -> None:
    visitor = visit()
    visitor.open("/erased#receipt=1&code=<b>")

    visitor.sees(re.compile("There is no number in this address."))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out(visit: MakeVisitor, project: Project, scheme: str) -> None:
    visitor = at_the_preview(visit, project.owner, color_scheme=scheme, viewport={"width": 360, "height": 740})
    assert visitor.barriers() == []
    visitor.field(re.compile("Delete it with everything in it")).check()
    words(visitor).fill(WORDS)
    erase(visitor).click()
    visitor.heading("Your account is being erased").wait_for()

    assert visitor.barriers() == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_word_comes_from_the_language(visit: MakeVisitor) -> None:
    visitor = visit()
    speak_brackets(visitor)
    visitor.open(f"/erased#receipt=11111111-2222-4333-8444-555555555555&code={'0' * 32}")
    visitor.heading("[Your account is being erased]").wait_for()

    assert unbracketed(visitor) == []
