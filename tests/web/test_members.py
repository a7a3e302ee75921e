"""Who gets into a project and out of it, by clicks and by links."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from sandbox.creator import Creator
from sandbox.stack.clients import Supabase
from tests.people import Project
from tests.web.conftest import MakeVisitor
from tests.web.newcomers import PASSWORD, address
from tests.web.visitor import Visitor
from tests.web.words import speak_brackets, unbracketed

Db = psycopg.Connection[Any]


def at_members(visitor: Visitor, project: Project) -> Visitor:
    visitor.open(f"/p/{project.id}/members")
    visitor.heading("People").wait_for()
    return visitor


def name(db: Db, person: Creator, called: str) -> None:
    db.execute("insert into public.profiles (user_id, display_name) values (%s, %s)", (person.user.id, called))


def roles(db: Db, project: Project) -> dict[str, str]:
    found = db.execute(
        "select user_id::text, role::text from public.project_members where project_id = %s", (project.id,)
    )
    return dict(found.fetchall())


def invitations(db: Db, project: Project) -> list[tuple[str, bool]]:
    return db.execute(
        "select role::text, accepted_at is not null from public.invitations where project_id = %s", (project.id,)
    ).fetchall()


def person(visitor: Visitor, called: str) -> Locator:
    return visitor.page.locator("li.person").filter(has_text=called)


def make_link(visitor: Visitor, role: str) -> str:
    """Through the form. Returns what is to be copied."""
    visitor.page.get_by_role("region", name="Invitations").get_by_label(role).check()
    visitor.button("Make a link").click()
    return visitor.field("Invitation link").input_value()


def path_of(visitor: Visitor, link: str) -> str:
    return link.removeprefix(visitor.addresses.app)


# Links that let nobody in


def test_a_withdrawn_link_says_so_and_lets_nobody_in(visit: MakeVisitor, project: Project, db: Db) -> None:
    owner = at_members(visit(project.owner), project)
    link = make_link(owner, "Editor")
    owner.button("I have the link").click()
    owner.button(re.compile("^Withdraw")).click()
    owner.sees("The invitation is withdrawn. Its link does not work any more.")
    expect(owner.heading("Invitations")).to_be_focused()

    stranger = visit(project.stranger)
    stranger.expect_problem("404")
    stranger.open(path_of(stranger, link))

    stranger.sees("This invitation does not work")
    assert stranger.button("Join").count() == 0
    assert project.stranger.user.id not in roles(db, project)


def test_a_link_that_is_withdrawn_while_somebody_looks_at_it_lets_nobody_in(
    visit: MakeVisitor, project: Project, db: Db
) -> None:
    made = project.owner.invite(project.id, "editor")
    stranger = visit(project.stranger)
    stranger.open(f"/join#{made['code']}")
    stranger.button("Join").wait_for()
    stranger.expect_problem("404")
    project.owner.call("withdraw_invitation", invitation_id=made["id"]).raise_for_status()

    stranger.button("Join").click()

    stranger.sees("This invitation does not work")
    assert project.stranger.user.id not in roles(db, project)


def test_a_link_works_for_the_first_only(
    visit: MakeVisitor, project: Project, make_creator: Callable[[], Creator], db: Db
) -> None:
    code, second = project.owner.invite(project.id, "viewer")["code"], make_creator()
    project.stranger.accept(code).raise_for_status()
    late = visit(second)
    late.expect_problem("404")

    late.open(f"/join#{code}")

    late.sees("This invitation does not work")
    assert second.user.id not in roles(db, project)


@pytest.mark.parametrize("fragment", ["", "#", "#content", "#" + "a" * 42, "#" + "a" * 44, "#" + "<" * 43])
def test_half_a_link_asks_nobody_and_says_what_to_do(visit: MakeVisitor, project: Project, fragment: str) -> None:
    visitor = visit(project.stranger)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))

    visitor.open(f"/join{fragment}")

    visitor.heading("Part of this link is missing").wait_for()
    assert not [url for url in asked if "invitation" in url]


def test_only_an_owner_is_offered_to_change_anything(visit: MakeVisitor, project: Project) -> None:
    for who in (project.editor, project.viewer):
        visitor = at_members(visit(who), project)

        assert visitor.page.locator("li.person").count() == 3
        assert visitor.button(re.compile("Change role|Remove|Make a link|Save")).count() == 0
        visitor.sees("Only owners invite people, change roles and rename the project.")


def test_an_owner_who_is_none_any_more_is_refused(visit: MakeVisitor, project: Project, db: Db) -> None:
    name(db, project.editor, "Eve")
    visitor = at_members(visit(project.owner), project)
    visitor.button("Remove Eve").click()
    visitor.expect_problem("40[36]")
    db.execute(
        "update public.project_members set role = 'owner' where project_id = %s and user_id = %s",
        (project.id, project.viewer.user.id),
    )
    db.execute(
        "update public.project_members set role = 'editor' where project_id = %s and user_id = %s",
        (project.id, project.owner.user.id),
    )

    visitor.page.get_by_role("dialog").get_by_role("button", name="Remove").click()

    visitor.page.get_by_role("dialog").get_by_role("alert").wait_for()
    assert roles(db, project)[project.editor.user.id] == "editor"


# Inviting and joining


def test_a_person_who_is_invited_joins_in_their_own_browser(visit: MakeVisitor, project: Project, db: Db) -> None:
    name(db, project.owner, "Ada")
    owner = at_members(visit(project.owner), project)
    link = make_link(owner, "Editor")
    stranger = visit(project.stranger)

    stranger.open(path_of(stranger, link))
    offered = stranger.page.locator("#content")
    for word in ("Hills", "Editor", "Ada"):
        expect(offered).to_contain_text(word)
    assert project.stranger.user.id not in roles(db, project)
    stranger.button("Join").click()

    stranger.comes_to(f"/p/{project.id}/publish")
    assert roles(db, project)[project.stranger.user.id] == "editor"
    assert invitations(db, project) == [("editor", True)]
    stranger.page.reload()
    stranger.comes_to(f"/p/{project.id}/publish")


def test_somebody_without_an_account_makes_one_and_comes_back_to_the_invitation(
    visit: MakeVisitor, project: Project, db: Db
) -> None:
    code, email = project.owner.invite(project.id, "viewer")["code"], address()
    visitor = visit()
    visitor.open(f"/join#{code}")
    visitor.sees("You were invited.")
    visitor.link("Create an account").click()
    visitor.field("E-mail address").fill(email)
    visitor.field("Password").fill(PASSWORD)
    visitor.button("Create account").click()

    visitor.button("Join").click()

    visitor.comes_to(f"/p/{project.id}/publish")
    found = db.execute(
        "select m.role::text from public.project_members m join auth.users u on u.id = m.user_id"
        " where m.project_id = %s and u.email = %s",
        (project.id, email),
    ).fetchall()
    assert found == [("viewer",)]


def test_somebody_who_signs_in_first_comes_back_to_the_invitation(
    visit: MakeVisitor, project: Project, supabase: Supabase
) -> None:
    code, email = project.owner.invite(project.id, "viewer")["code"], address()
    supabase.sign_up(email, PASSWORD)
    visitor = visit()
    visitor.open(f"/join#{code}")
    visitor.link("Create an account").click()
    visitor.link("I have an account").click()
    visitor.field("E-mail address").fill(email)
    visitor.field("Password").fill(PASSWORD)

    visitor.button("Sign in").click()

    visitor.button("Join").wait_for()


def test_a_code_is_in_no_request_but_the_one_that_asks_about_it(visit: MakeVisitor, project: Project) -> None:
    code = project.owner.invite(project.id, "viewer")["code"]
    visitor = visit(project.stranger)
    seen: list[str] = []
    visitor.page.on("request", lambda request: seen.append(request.url + str(request.headers)))

    visitor.open(f"/join#{code}")
    visitor.button("Join").click()
    visitor.comes_to(f"/p/{project.id}/publish")

    assert not [request for request in seen if code in request]
    kept = visitor.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert code not in kept


def test_the_link_is_shown_once_and_a_double_click_makes_one(visit: MakeVisitor, project: Project, db: Db) -> None:
    visitor = at_members(visit(project.owner), project)
    visitor.button("Make a link").dblclick()
    code = visitor.field("Invitation link").input_value().split("#")[1]
    assert invitations(db, project) == [("editor", False)]

    visitor.page.reload()
    visitor.button(re.compile("^Withdraw")).wait_for()

    assert code not in visitor.page.content()


def test_the_link_is_copied(visit: MakeVisitor, project: Project) -> None:
    visitor = at_members(visit(project.owner, permissions=["clipboard-read", "clipboard-write"]), project)
    link = make_link(visitor, "Viewer")

    visitor.button("Copy").click()

    visitor.sees("Copied")
    assert visitor.page.evaluate("navigator.clipboard.readText()") == link


# Roles, leaving, the name


def test_an_owner_changes_a_role(visit: MakeVisitor, project: Project, db: Db) -> None:
    name(db, project.viewer, "Vic")
    visitor = at_members(visit(project.owner), project)
    visitor.button("Change role of Vic").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_label("Editor").check()
    dialog.get_by_role("button", name="Save").click()

    expect(person(visitor, "Vic")).to_contain_text("Editor")
    expect(visitor.button("Change role of Vic")).to_be_focused()
    assert roles(db, project)[project.viewer.user.id] == "editor"


def test_the_last_owner_can_neither_step_down_nor_leave(visit: MakeVisitor, project: Project, db: Db) -> None:
    visitor = at_members(visit(project.owner), project)
    visitor.expect_problem("409")
    visitor.button("Leave the project").click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Leave the project").click()
    expect(dialog).to_contain_text("A project needs an owner")
    dialog.get_by_role("button", name="Cancel").click()

    person(visitor, "you").get_by_role("button", name=re.compile("^Change role")).click()
    dialog.get_by_label("Viewer").check()
    dialog.get_by_role("button", name="Save").click()

    expect(dialog).to_contain_text("A project needs an owner")
    assert roles(db, project)[project.owner.user.id] == "owner"


def test_an_owner_removes_a_person_who_then_sees_nothing(visit: MakeVisitor, project: Project, db: Db) -> None:
    name(db, project.editor, "Eve")
    visitor = at_members(visit(project.owner), project)
    visitor.button("Remove Eve").click()
    visitor.sees("Accounts they connected have to be connected again.")
    visitor.page.get_by_role("dialog").get_by_role("button", name="Remove").click()

    expect(person(visitor, "Eve")).to_have_count(0)
    expect(visitor.heading("People")).to_be_focused()
    assert project.editor.user.id not in roles(db, project)
    gone = visit(project.editor)
    gone.open(f"/p/{project.id}/members")
    gone.heading("This page does not exist").wait_for()


def test_anybody_may_leave(visit: MakeVisitor, project: Project, db: Db) -> None:
    visitor = at_members(visit(project.viewer), project)
    visitor.button("Leave the project").click()
    visitor.sees("Accounts you connected have to be connected again by somebody who stays.")

    visitor.page.get_by_role("dialog").get_by_role("button", name="Leave the project").click()

    visitor.comes_to("/projects")
    assert visitor.link("Hills").count() == 0
    assert project.viewer.user.id not in roles(db, project)


def test_an_owner_renames_the_project_everywhere(visit: MakeVisitor, project: Project, db: Db) -> None:
    visitor = at_members(visit(project.owner), project)
    visitor.field("Name of the project").fill("  Hills and valleys ")
    visitor.button("Save").click()

    expect(visitor.page.locator(".project-switch option:checked")).to_have_text("Hills and valleys")
    assert db.execute("select name from public.projects where id = %s", (project.id,)).fetchall() == [
        ("Hills and valleys",)
    ]


# For everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_the_screens_bars_anybody(visit: MakeVisitor, project: Project, scheme: str) -> None:
    visitor = at_members(visit(project.owner, color_scheme=scheme), project)
    link = make_link(visitor, "Viewer")
    visitor.button(re.compile("^Withdraw")).wait_for()
    assert visitor.barriers() == []

    person(visitor, "you").get_by_role("button", name=re.compile("^Change role")).click()
    visitor.page.get_by_role("dialog").wait_for()
    assert visitor.barriers() == []

    invited = visit(project.stranger, color_scheme=scheme)
    invited.open(path_of(invited, link))
    invited.button("Join").wait_for()
    assert invited.barriers() == []


def test_it_fits_on_the_narrowest_phone(visit: MakeVisitor, project: Project, db: Db) -> None:
    name(db, project.editor, "Bartholomew-Maximilian Featherstonehaugh")
    visitor = at_members(visit(project.owner, viewport={"width": 360, "height": 740}), project)
    make_link(visitor, "Viewer")

    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_word_of_another_language_would_be_seen(visit: MakeVisitor, project: Project) -> None:
    visitor = at_members(visit(project.owner), project)

    assert "Members" in unbracketed(visitor)


def test_every_word_is_of_the_chosen_language(visit: MakeVisitor, project: Project, db: Db) -> None:
    name(db, project.editor, "Eve")
    visitor = visit(project.owner)
    speak_brackets(visitor)
    visitor.open(f"/p/{project.id}/members")
    visitor.button("[Make a link]").click()
    visitor.button(re.compile("Withdraw")).wait_for()

    assert unbracketed(visitor, "Hills", "Eve") == []

    invited = visit(project.stranger)
    speak_brackets(invited)
    invited.open(f"/join#{project.owner.invite(project.id, 'viewer')['code']}")
    invited.button("[Join]").wait_for()
    moments = re.findall(r"[A-Z][a-z]{2} \d+, \d{4}, \d+:\d+\s[AP]M", invited.page.locator("#content").inner_text())
    assert unbracketed(invited, "Hills", *moments) == []
