"""Help with the caption: what would leave is shown first, one click sends it, and what comes back is only offered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from sandbox.creator import Creator
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from tests.limits import leave
from tests.people import Connected, Project
from tests.web.conftest import MakeVisitor
from tests.web.visitor import Visitor

MESSAGES = "anthropic.messages"
OPEN = "Suggest a caption with AI"
SEND = "Send this and get captions"
USE = "Use this caption"
FIELDS = {
    "Title": "title",
    "Description": "description",
    "Type": "type",
    "Tags": "tags",
    "Project name": "project_name",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody on the Publish screen with a content; `mark` stands in its title and nowhere else."""

    visitor: Visitor
    owner: Creator
    mark: str
    sandbox: SandboxControl
    db: psycopg.Connection[Any]

    @property
    def caption(self) -> Locator:
        return self.visitor.field("Caption for all accounts")

    def look(self) -> None:
        self.visitor.button(OPEN).click()
        self.visitor.sees("What Anthropic would get")

    def ask(self) -> None:
        self.look()
        self.visitor.button(SEND).click()

    def shown(self) -> dict[str, str]:
        names, texts = (self.visitor.page.locator(f".sent {tag}").all_text_contents() for tag in ("dt", "dd"))
        return {FIELDS[name]: text for name, text in zip(names, texts, strict=True)}

    def calls(self) -> list[dict[str, Any]]:
        """The requests that reached Anthropic about this content."""
        return [entry for entry in self.sandbox.journal(MESSAGES) if self.mark in entry["body"]]

    def used(self) -> int:
        query = "select coalesce(sum(used), 0) from private.caption_usage where user_id = %s"
        return int(self.db.execute(query, (self.owner.user.id,)).fetchone()[0])  # type: ignore[index]


MakeDesk = Callable[..., Desk]


@pytest.fixture
def desk(
    *,
    visit: MakeVisitor,
    project: Project,
    connect: Callable[..., Connected],
    samples: Samples,
    sandbox: SandboxControl,
    db: psycopg.Connection[Any],
) -> Iterator[MakeDesk]:
    """`desk(description="…", scheme="dark")`: an owner whose project has an Instagram account and one photo."""

    def make(scheme: str = "light", **fields: Any) -> Desk:
        mark = uuid4().hex
        fields = {"title": f"Fog {mark}", "description": "Two hours up, one down.", "tags": ["hills", "fog"]} | fields
        connect(project, "instagram")
        content_id = project.owner.create_content(project.id, **fields)
        project.owner.upload(content_id, samples.photo, "image/jpeg")
        # Its first call loads Anthropic's library: nobody has to look on.
        project.owner.post("caption", {"content_id": content_id, "preview": True}).raise_for_status()
        visitor = visit(project.owner, color_scheme=scheme)
        visitor.open(f"/p/{project.id}/publish?content={content_id}")
        return Desk(visitor, project.owner, mark, sandbox, db)

    yield make
    sandbox.clear_faults()


# What leaves


def test_nothing_leaves_before_the_click(desk: MakeDesk) -> None:
    at = desk()
    at.look()

    expect(at.visitor.button(SEND)).to_be_visible()
    assert at.shown()["title"] == f"Fog {at.mark}"
    assert at.calls() == []
    assert at.used() == 0


def test_what_is_shown_is_what_anthropic_gets(desk: MakeDesk) -> None:
    at = desk()
    at.look()
    shown = at.shown()
    at.visitor.button(SEND).click()
    at.visitor.sees("What Anthropic got")

    (call,) = at.calls()
    got = json.loads(json.loads(call["body"])["messages"][0]["content"])
    assert shown == at.shown() == got | {"tags": ", ".join(got["tags"])}


def test_personal_data_is_taken_out_before_the_eyes_of_its_owner(desk: MakeDesk) -> None:
    told = "ada@example.com @ada.walks +49 170 1234567"
    at = desk(description=f"Ask me: {told}")
    at.ask()
    at.visitor.sees("What Anthropic got")

    assert at.shown()["description"] == "Ask me: [e-mail] [handle] [phone]"
    (call,) = at.calls()
    assert not [word for word in told.split() if len(word) > 4 and word in call["body"]]


def test_a_double_click_sends_once(desk: MakeDesk) -> None:
    at = desk()
    at.look()
    at.visitor.button(SEND).dblclick()
    at.visitor.sees("Captions left today: 49.")

    assert (len(at.calls()), at.used()) == (1, 1)


def test_two_clicks_within_one_moment_send_once(desk: MakeDesk) -> None:
    at = desk()
    at.look()
    at.visitor.button(SEND).evaluate("button => { button.click(); button.click(); }")
    at.visitor.sees("Captions left today: 49.")

    assert (len(at.calls()), at.used()) == (1, 1)


def test_who_objected_sends_nothing_and_is_led_to_where_it_is_taken_back(desk: MakeDesk) -> None:
    at = desk()
    at.visitor.expect_problem("403")
    with at.owner.supabase.as_user(at.owner.user) as rest:
        rest.post("/objections", json={"purpose": "ai_captions"}).raise_for_status()
    at.ask()

    at.visitor.sees("You switched AI captions off")
    assert (at.calls(), at.used()) == ([], 0)
    at.visitor.link("Open your privacy settings").click()
    at.visitor.comes_to("/account/privacy")


def test_a_used_up_day_is_said_and_the_own_text_stays(desk: MakeDesk) -> None:
    at = desk()
    at.visitor.expect_problem("429")
    at.db.execute(
        "insert into private.caption_usage (user_id, day, used) values (%s, (now() at time zone 'utc')::date, 50)",
        (at.owner.user.id,),
    )
    at.caption.fill("My own words")
    at.ask()

    at.visitor.sees("Daily limit of AI captions reached")
    at.visitor.sees("You can try again")
    assert at.calls() == []
    expect(at.caption).to_have_value("My own words")


def test_too_many_in_one_minute_says_when_the_next_one_is_possible(desk: MakeDesk) -> None:
    at = desk()
    at.visitor.expect_problem("429")
    leave(at.db, at.owner.user, "caption", 0)
    at.ask()

    at.visitor.sees("You asked for many captions")
    at.visitor.sees("You can try again")
    assert (at.calls(), at.used()) == ([], 0)


def test_an_ai_that_declines_is_quoted_as_that(desk: MakeDesk) -> None:
    at = desk()
    at.visitor.expect_problem("422")
    at.sandbox.fault(MESSAGES, "refusal")
    at.ask()

    at.visitor.sees("No caption for this content")
    expect(at.visitor.button(USE)).to_have_count(0)


def test_an_ai_that_is_down_can_be_asked_again(desk: MakeDesk) -> None:
    at = desk()
    at.visitor.expect_problem("503")
    at.sandbox.fault(MESSAGES, {"kind": "status", "status": 529}, times=2)
    at.ask()
    at.visitor.sees("AI captions are not available right now")
    at.visitor.button(SEND).click()

    expect(at.visitor.button(USE)).to_have_count(3)
    at.visitor.sees_not("AI captions are not available right now")


# What comes back


def test_a_suggestion_goes_into_the_caption_with_its_hashtags_and_stays_editable(desk: MakeDesk) -> None:
    at = desk()
    at.ask()
    at.visitor.button(USE).nth(1).click()

    expect(at.caption).to_have_value(f"New from Hills: Fog {at.mark}\n\n#hills #fog #Hills")
    at.caption.press("Control+End")
    at.caption.press_sequentially(" More")
    expect(at.caption).to_have_value(f"New from Hills: Fog {at.mark}\n\n#hills #fog #Hills More")


def test_choosing_publishes_nothing(desk: MakeDesk) -> None:
    at = desk()
    asked: list[str] = []
    at.visitor.page.on("request", lambda request: asked.append(request.url))
    at.ask()
    at.visitor.button(USE).first.click()
    expect(at.caption).not_to_have_value("")

    assert not [url for url in asked if url.endswith("/api/publish")]
    clicks = at.db.execute("select 1 from public.publications where created_by = %s", (at.owner.user.id,))
    assert clicks.fetchall() == []


def test_the_own_text_can_be_had_back(desk: MakeDesk) -> None:
    at = desk()
    at.caption.fill("My own words")
    at.ask()
    at.visitor.button(USE).first.click()
    at.visitor.button(USE).nth(2).click()
    at.visitor.button("Put my own text back").click()

    expect(at.caption).to_have_value("My own words")


def test_suggestions_nobody_chose_are_kept_nowhere(desk: MakeDesk) -> None:
    at = desk()
    at.ask()
    at.visitor.sees(f"New from Hills: Fog {at.mark}")

    kept = at.visitor.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "New from Hills" not in kept
    at.visitor.page.reload()
    expect(at.caption).to_have_value("")
    at.visitor.sees_not("New from Hills")
    at.look()
    at.visitor.sees_not("New from Hills")


# For everybody


def test_a_keyboard_gets_through_it(desk: MakeDesk) -> None:
    at = desk()
    keys = at.visitor.page.keyboard
    at.visitor.button(OPEN).focus()
    keys.press("Enter")
    at.visitor.sees("What Anthropic would get")
    at.visitor.button(SEND).focus()
    keys.press("Enter")
    expect(at.visitor.page.get_by_text("Suggestions", exact=True)).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(at.caption).not_to_have_value("")
    at.visitor.button("Close").focus()
    keys.press("Enter")

    expect(at.visitor.button(OPEN)).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_a_screen_reader(desk: MakeDesk, scheme: str) -> None:
    at = desk(scheme)
    at.look()
    assert at.visitor.barriers() == []
    at.visitor.button(SEND).click()
    at.visitor.button(USE).first.click()

    assert at.visitor.barriers() == []
