"""One publication as people see it: how it ended or what it waits for, and the one thing to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import expect

from sandbox.creator import Creator
from tests.shared.publishing.clicks import Click, MakeClick
from tests.web.conftest import MakeVisitor
from tests.web.watching import no_barriers, show, standing
from tests.web.words import speak_brackets, unbracketed

pytest_plugins = ["tests.shared.publishing.desk"]

Db = psycopg.Connection[Any]


@pytest.fixture(autouse=True)
def as_it_was(db: Db) -> Iterator[None]:
    yield
    db.execute("update private.platform_switches set switched_off_at = null, confirm_before = null")


def let_click_age(made: Click, hours: float) -> None:
    made.db.execute(
        "update public.publications set created_at = created_at - make_interval(hours => %(h)s),"
        " state_since = state_since - make_interval(hours => %(h)s) where id = %(id)s",
        {"h": hours, "id": made.id},
    )


def switch(made: Click, *, on: bool) -> None:
    """What an operator's command asks of the database; the command itself cannot run inside Playwright's loop."""
    made.db.execute("select public.switch_platform(%s, %s, 'Ops', 'drill')", (made.platform, on))


def test_a_publication_of_another_project_is_not_there(
    visit: MakeVisitor, click: MakeClick, make_creator: Callable[[], Creator]
) -> None:
    made, stranger = click("instagram"), make_creator()
    visitor = visit(stranger)

    visitor.open(f"/p/{stranger.create_project('Elsewhere')}/history/{made.id}")

    visitor.heading("This page does not exist").wait_for()
    assert made.row()["state"] == "queued"


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


@pytest.mark.parametrize(("platform", "reason"), [("instagram", "image_ratio_invalid"), ("tiktok", "request_invalid")])
def test_every_word_of_ours_can_be_translated(visit: MakeVisitor, click: MakeClick, platform: str, reason: str) -> None:
    made = click(platform)
    made.put(state="failed", reason=reason, next_step_at=None, finished_at=made.row()["created_at"])
    visitor = visit(made.owner)
    speak_brackets(visitor)
    for query in (f"/{made.id}", f"?of={made.id}"):
        visitor.open(f"/p/{made.row()['project_id']}/history{query}")
        visitor.sees(re.compile("Not published"))

        assert (
            unbracketed(visitor, "Hello from the hills", "Hills", "A quiet morning", "@hill.walks", "Hill Walks") == []
        )
