"""Connecting accounts by clicks, and what a project sees of them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from tests.people import Project
from tests.web.conftest import MakeVisitor
from tests.web.connecting import (
    BOTH,
    NAMES,
    PUBLISH,
    SHOWN,
    Connect,
    Db,
    account,
    at_connections,
    card,
    connected,
    end_elsewhere,
    notices,
    tokens,
)
from tests.web.consent import agree, refuse
from tests.web.words import speak_brackets, unbracketed

pytest_plugins = ["tests.web.connecting"]
pytestmark = pytest.mark.usefixtures("as_before")


# What somebody makes of the address


def test_an_address_that_says_connected_proves_nothing(visit: MakeVisitor, project: Project) -> None:
    visitor = visit(project.owner)

    visitor.open(f"/settings/connections?project={project.id}&platform=instagram&connect=connected")

    visitor.sees("Instagram: something went wrong on our side")
    visitor.sees_not(re.compile("^Instagram: .* is connected$"))


@pytest.mark.parametrize(
    "code", ["__proto__", "constructor", "of", "publish", "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"]
)
def test_only_known_words_come_from_the_address(visit: MakeVisitor, project: Project, code: str) -> None:
    visitor = visit(project.owner)

    visitor.open(f"/settings/connections?project={project.id}&platform=tiktok&connect={code}")

    visitor.sees("TikTok: something went wrong on our side")
    assert visitor.page.locator("#content img").count() == 0


def test_a_project_of_others_in_the_address_shows_nothing_of_it(
    visit: MakeVisitor, project: Project, connect: Connect
) -> None:
    connect(project, "instagram")
    visitor = visit(project.stranger)

    visitor.open(f"/settings/connections?project={project.id}&platform=instagram&connect=connected")

    visitor.heading("This project is not there").wait_for()
    visitor.sees_not(re.compile("hill"))


def test_the_link_of_a_mail_leads_to_the_current_project(visit: MakeVisitor, project: Project) -> None:
    visitor = visit(project.editor)

    visitor.open("/settings/connections")

    visitor.comes_to(f"/p/{project.id}/connections")


# A viewer, and whoever became one


def test_a_viewer_sees_everything_and_changes_nothing(
    visit: MakeVisitor, project: Project, connect: Connect, sandbox: SandboxControl
) -> None:
    sandbox.disconnect(connect(project, "tiktok").account)
    connect(project, "instagram")
    visitor = at_connections(visit(project.viewer), project)

    account(visitor, "@hill.walks").wait_for()
    visitor.sees(
        "Owners and editors of the project connect and disconnect; what you connected yourself, you can disconnect."
    )
    assert visitor.button(re.compile("onnect")).count() == 0
    visitor.sees_not("Needs your attention")


def test_whoever_became_a_viewer_meanwhile_is_refused_and_nothing_is_deleted(
    visit: MakeVisitor, project: Project, connect: Connect, db: Db
) -> None:
    held = connect(project, "instagram")
    db.execute("update public.connections set connected_by = %s where id = %s", (project.owner.user.id, held.id))
    visitor = at_connections(visit(project.editor), project)
    visitor.expect_problem("403")
    visitor.button("Disconnect @hill.walks").click()
    db.execute(
        "update public.project_members set role = 'viewer' where project_id = %s and user_id = %s",
        (project.id, project.editor.user.id),
    )

    visitor.page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()

    visitor.sees("Your role does not allow this")
    assert tokens(db, held.id) == 1


# Connecting


@BOTH
def test_before_connecting_it_says_what_is_read_and_what_never(
    visit: MakeVisitor, project: Project, platform: str
) -> None:
    visitor = at_connections(visit(project.owner), project)

    shown = card(visitor, platform)
    expect(shown.get_by_text(PUBLISH[platform])).to_be_visible()
    expect(shown.get_by_text("Never read: followers, messages")).to_be_visible()
    expect(shown.get_by_text("Encrypted; deleted when you disconnect.").first).to_be_visible()
    expect(shown.get_by_role("button", name=f"Connect {NAMES[platform]}")).to_be_visible()


@BOTH
def test_an_account_is_connected_by_clicks_and_a_reload_tells_it_only_once(
    visit: MakeVisitor, project: Project, new_account: Callable[..., str], db: Db, platform: str
) -> None:
    there = new_account(platform)
    visitor = at_connections(visit(project.editor), project)
    visitor.button(f"Connect {NAMES[platform]}").click()
    agree(visitor, there)

    visitor.sees(f"{NAMES[platform]}: {SHOWN[platform]} is connected")
    row = account(visitor, SHOWN[platform])
    expect(row.get_by_text("Renews by itself before")).to_be_visible()
    expect(row.get_by_text("by you")).to_be_visible()
    assert connected(db, project) == [(platform, "active")]

    visitor.page.reload()
    account(visitor, SHOWN[platform]).wait_for()
    visitor.sees_not(f"{SHOWN[platform]} is connected")


def test_a_double_click_starts_one_connect(
    visit: MakeVisitor, project: Project, new_account: Callable[..., str], db: Db
) -> None:
    there = new_account("instagram")
    visitor = at_connections(visit(project.owner), project)

    visitor.button("Connect Instagram").dblclick()
    agree(visitor, there)

    visitor.sees("@hill.walks is connected")
    started = db.execute("select count(*) from private.oauth_states where project_id = %s", (project.id,)).fetchall()
    assert started == [(1,)]


def test_coming_back_by_the_browsers_button_one_can_connect_again(visit: MakeVisitor, project: Project) -> None:
    visitor = at_connections(visit(project.owner), project)
    visitor.expect_problem(r"404.*/favicon\.ico")
    visitor.button("Connect TikTok").click()
    visitor.button("Allow").wait_for()

    visitor.page.go_back()
    visitor.button("Connect TikTok").click()

    visitor.button("Allow").wait_for()


@BOTH
def test_a_refused_consent_leaves_nothing_and_offers_the_way_again(
    visit: MakeVisitor, project: Project, new_account: Callable[..., str], db: Db, platform: str
) -> None:
    there = new_account(platform)
    visitor = at_connections(visit(project.owner), project)
    visitor.button(f"Connect {NAMES[platform]}").click()
    refuse(visitor)
    visitor.sees("You cancelled. Nothing was stored.")
    assert connected(db, project) == []

    visitor.button("Try again").click()
    agree(visitor, there)

    visitor.sees(f"{SHOWN[platform]} is connected")


@BOTH
def test_without_the_permission_to_post_nothing_is_connected(
    visit: MakeVisitor, project: Project, new_account: Callable[..., str], db: Db, platform: str
) -> None:
    there = new_account(platform)
    visitor = at_connections(visit(project.owner), project)
    visitor.button(f"Connect {NAMES[platform]}").click()

    agree(visitor, there, leave_out=PUBLISH[platform])

    visitor.sees(f"{NAMES[platform]}: permission to post is missing")
    assert connected(db, project) == []


def test_an_account_that_cannot_publish_says_what_to_change(
    visit: MakeVisitor, project: Project, new_account: Callable[..., str], db: Db
) -> None:
    there = new_account("instagram", account_type="PERSONAL")
    visitor = at_connections(visit(project.owner), project)
    visitor.button("Connect Instagram").click()

    agree(visitor, there)

    visitor.sees("Switch it to Business or Creator")
    assert connected(db, project) == []


def test_an_account_of_another_project_stays_there(
    visit: MakeVisitor, project: Project, connect: Connect, db: Db
) -> None:
    held = connect(project, "instagram")
    elsewhere = project.stranger.create_project("Valleys")
    visitor = visit(project.stranger)
    visitor.open(f"/p/{elsewhere}/connections")
    visitor.button("Connect Instagram").click()

    agree(visitor, held.account)

    visitor.sees("Instagram: already connected elsewhere")
    assert connected(db, project) == [("instagram", "active")]
    assert db.execute("select count(*) from public.connections where project_id = %s", (elsewhere,)).fetchall() == [
        (0,)
    ]


def test_a_platform_that_does_not_answer_leaves_nothing(
    visit: MakeVisitor, project: Project, new_account: Callable[..., str], sandbox: SandboxControl, db: Db
) -> None:
    there = new_account("tiktok")
    sandbox.fault("tiktok.token", {"kind": "status", "status": 503}, account=there, times=9)
    visitor = at_connections(visit(project.owner), project)
    visitor.button("Connect TikTok").click()

    agree(visitor, there)

    visitor.sees("The platform is not answering. Nothing was stored")
    assert connected(db, project) == []


def test_offline_nothing_starts_and_the_screen_stays(visit: MakeVisitor, project: Project, db: Db) -> None:
    visitor = at_connections(visit(project.owner), project)
    visitor.button("Connect Instagram").wait_for()
    visitor.expect_problem("ERR_INTERNET_DISCONNECTED")
    visitor.page.context.set_offline(True)

    visitor.button("Connect Instagram").click()

    expect(card(visitor, "instagram").get_by_role("alert")).to_contain_text("You are offline")
    assert db.execute("select 1 from private.oauth_states where project_id = %s", (project.id,)).fetchall() == []


def test_whoever_objects_to_publishing_is_told_so_and_goes_nowhere(
    visit: MakeVisitor, project: Project, db: Db
) -> None:
    db.execute("insert into public.objections (user_id, purpose) values (%s, 'publishing')", (project.owner.user.id,))
    visitor = at_connections(visit(project.owner), project)
    visitor.expect_problem("403")

    visitor.button("Connect Instagram").click()

    visitor.sees("You switched publishing off")
    visitor.comes_to(f"/p/{project.id}/connections")


# For everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_the_screen_bars_anybody(
    visit: MakeVisitor, project: Project, connect: Connect, sandbox: SandboxControl, stack: Stack, scheme: str
) -> None:
    end_elsewhere(sandbox, stack, connect(project, "instagram"))
    visitor = at_connections(visit(project.owner, color_scheme=scheme), project)
    account(visitor, "@hill.walks").wait_for()
    notices(visitor).wait_for()
    assert visitor.barriers() == []

    visitor.button("Disconnect @hill.walks").click()
    visitor.page.get_by_role("dialog").wait_for()
    assert visitor.barriers() == []


def test_it_fits_on_the_narrowest_phone(visit: MakeVisitor, project: Project, connect: Connect) -> None:
    connect(project, "instagram", username="a.very.long.name.of.thirty.sign")
    visitor = at_connections(visit(project.owner, viewport={"width": 360, "height": 740}), project)
    account(visitor, "a.very.long").wait_for()

    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_word_is_of_the_chosen_language(
    visit: MakeVisitor, project: Project, connect: Connect, sandbox: SandboxControl, stack: Stack
) -> None:
    end_elsewhere(sandbox, stack, connect(project, "instagram"))
    visitor = visit(project.owner)
    speak_brackets(visitor)
    visitor.open(f"/p/{project.id}/connections")
    account(visitor, "@hill.walks").wait_for()
    notices(visitor).or_(visitor.page.locator(".notices")).first.wait_for()
    visitor.page.locator(".past").first.wait_for()

    moments = visitor.page.locator("time").all_inner_texts()
    assert unbracketed(visitor, "Hills", "@hill.walks", *moments) == []
