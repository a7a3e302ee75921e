"""Where somebody is signed in and how many captions they asked for, at a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from sandbox.creator import Creator
from sandbox.stack.clients import Supabase, browser
from sandbox.stack.stack import Stack
from tests.people import Project
from tests.web.conftest import MakeVisitor
from tests.web.newcomers import PASSWORD, address
from tests.web.visitor import Visitor
from tests.web.words import speak_brackets, unbracketed

Db = psycopg.Connection[Any]
PAGE = "/account/privacy"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1"
KNOWN = "update auth.sessions set user_agent = %s, ip = %s where user_id = %s"


@pytest.fixture
def ada(supabase: Supabase, stack: Stack, db: Db) -> Iterator[Creator]:
    """Signed in at two places: at her desk, and on a phone three days ago."""
    email = address()
    phone = supabase.sign_up(email, PASSWORD)
    db.execute(KNOWN, (PHONE, "2001:db8::7", phone.id))
    db.execute("update auth.sessions set updated_at = now() - interval '3 days' where user_id = %s", (phone.id,))
    with browser(stack.addresses) as api:
        ada = Creator(supabase.sign_in(email, PASSWORD), api, supabase)
        db.execute(KNOWN + " and ip is null", (CHROME, "203.0.113.7", phone.id))
        yield ada


def at_sign_ins(visit: MakeVisitor, creator: Creator, **options: object) -> tuple[Visitor, Locator]:
    visitor = visit(creator, **options)
    visitor.open(PAGE)
    section = visitor.page.locator("section", has=visitor.heading("Where you are signed in"))
    section.locator("li").first.wait_for()
    return visitor, section


def sessions_of(db: Db, creator: Creator) -> list[str]:
    found = db.execute("select host(ip) from auth.sessions where user_id = %s order by ip", (creator.user.id,))
    return [ip for (ip,) in found]


def test_where_a_person_is_signed_in_is_there_with_all_that_is_known_of_it(visit: MakeVisitor, ada: Creator) -> None:
    visitor, section = at_sign_ins(visit, ada)
    here, phone = section.locator("li").all()

    for text in ("Chrome on Windows", "This browser", "203.0.113.7"):
        expect(here).to_contain_text(text)
    for text in ("Safari on iPhone", "2001:db8::7", "3 days ago"):
        expect(phone).to_contain_text(text)
    expect(phone).not_to_contain_text("This browser")
    phone.get_by_text("What it calls itself").click()
    visitor.sees(PHONE)


def test_somebody_else_is_told_of_their_own_only(visit: MakeVisitor, ada: Creator, project: Project) -> None:
    visitor, section = at_sign_ins(visit, project.stranger)

    expect(section.locator("li")).to_have_count(1)
    visitor.sees("A browser without a known name")
    visitor.sees_not("203.0.113.7")
    expect(visitor.button("Sign out everywhere else")).to_have_count(0)


def test_after_a_question_every_other_session_ends_and_this_one_does_not(
    visit: MakeVisitor, ada: Creator, db: Db
) -> None:
    visitor, section = at_sign_ins(visit, ada)
    visitor.button("Sign out everywhere else").click()
    dialog = visitor.page.get_by_role("dialog")
    assert visitor.barriers() == []
    dialog.get_by_role("button", name="Cancel").click()
    assert len(sessions_of(db, ada)) == 2
    visitor.button("Sign out everywhere else").click()
    dialog.get_by_role("button", name="Sign out everywhere else").click()

    visitor.sees("You are signed out everywhere else")
    expect(section.locator("li")).to_have_count(1)
    assert sessions_of(db, ada) == ["203.0.113.7"]
    expect(visitor.button("Sign out everywhere else")).to_have_count(0)
    visitor.page.reload()
    visitor.sees("This browser")


def test_without_a_network_nobody_is_told_that_the_others_are_out(visit: MakeVisitor, ada: Creator, db: Db) -> None:
    visitor, _ = at_sign_ins(visit, ada)
    visitor.expect_problem("ERR_INTERNET_DISCONNECTED")
    visitor.page.context.set_offline(True)
    visitor.button("Sign out everywhere else").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere else").click()

    visitor.sees("Nothing is lost.")
    visitor.sees_not("You are signed out everywhere else")
    assert len(sessions_of(db, ada)) == 2


def test_the_captions_of_a_month_are_there_by_day(visit: MakeVisitor, ada: Creator, db: Db) -> None:
    db.execute(
        "insert into private.caption_usage (user_id, day, used) values (%s, '2026-03-01', 4), (%s, '2026-03-02', 8)",
        (ada.user.id, ada.user.id),
    )
    visitor, _ = at_sign_ins(visit, ada, timezone_id="America/Los_Angeles")
    visitor.page.get_by_text("12 AI captions asked for").click()

    days = visitor.page.locator("#held dl")
    expect(days).to_have_text(re.compile(r"Mar 2, 2026\s*8\s*Mar 1, 2026\s*4"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_keeps_anybody_out(visit: MakeVisitor, ada: Creator, scheme: str, width: int) -> None:
    visitor, section = at_sign_ins(visit, ada, color_scheme=scheme, viewport={"width": width, "height": 800})
    section.get_by_text("What it calls itself").first.click()

    assert visitor.barriers() == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_word_comes_from_the_language(visit: MakeVisitor, ada: Creator) -> None:
    visitor = visit(ada)
    speak_brackets(visitor)
    visitor.open(PAGE)
    visitor.page.locator("#sign-ins li").first.wait_for()

    assert unbracketed(visitor) == []
