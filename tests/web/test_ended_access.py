"""An access that ended elsewhere: what a project is told, and how it is healed."""

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
    SHOWN,
    Connect,
    Db,
    account,
    at_connections,
    connected,
    end_elsewhere,
    notices,
    tokens,
)
from tests.web.consent import agree

pytest_plugins = ["tests.web.connecting"]
pytestmark = pytest.mark.usefixtures("as_before")


@BOTH
def test_an_ended_access_says_why_everywhere_and_reconnecting_heals_it(
    visit: MakeVisitor, project: Project, connect: Connect, sandbox: SandboxControl, stack: Stack, db: Db, platform: str
) -> None:
    held = connect(project, platform)
    end_elsewhere(sandbox, stack, held)
    visitor = visit(project.editor)

    visitor.open(f"/p/{project.id}/history")
    expect(notices(visitor)).to_contain_text(f"itoms has no access to {SHOWN[platform]} any more")
    at_connections(visitor, project)
    row = account(visitor, SHOWN[platform])
    expect(row).to_contain_text(f"itoms was removed in {NAMES[platform]}'s settings.")
    expect(row).to_contain_text("Reconnect needed")
    row.get_by_role("button", name="Reconnect").click()
    agree(visitor, held.account)

    visitor.sees(f"{SHOWN[platform]} is connected")
    expect(account(visitor, SHOWN[platform])).to_contain_text("Renews by itself before")
    expect(notices(visitor)).to_have_count(0)
    assert connected(db, project) == [(platform, "active")]
    assert tokens(db, held.id) == 1


def test_the_notice_itself_leads_to_the_platform(
    visit: MakeVisitor, project: Project, connect: Connect, sandbox: SandboxControl, stack: Stack, db: Db
) -> None:
    held = connect(project, "instagram")
    end_elsewhere(sandbox, stack, held)
    visitor = visit(project.owner)
    visitor.open(f"/p/{project.id}/library")

    notices(visitor).get_by_role("button", name="Reconnect @hill.walks").click()
    agree(visitor, held.account)

    visitor.sees("@hill.walks is connected")
    assert connected(db, project) == [("instagram", "active")]


def test_who_reconnects_another_account_is_told_which_one_is_still_out(
    visit: MakeVisitor,
    project: Project,
    connect: Connect,
    new_account: Callable[..., str],
    sandbox: SandboxControl,
    stack: Stack,
) -> None:
    end_elsewhere(sandbox, stack, connect(project, "instagram"))
    there = new_account("instagram", username="valley.walks")
    visitor = at_connections(visit(project.owner), project)

    account(visitor, "@hill.walks").get_by_role("button", name="Reconnect").click()
    agree(visitor, there)

    visitor.sees("@valley.walks is connected")
    visitor.sees("Still to be reconnected: @hill.walks.")


def test_tokens_that_run_out_by_themselves_say_when_the_account_goes(
    visit: MakeVisitor, project: Project, connect: Connect, db: Db
) -> None:
    held = connect(project, "instagram")
    db.execute("select private.end_access(%s, 'token_expired')", (held.id,))

    visitor = at_connections(visit(project.owner), project)

    row = account(visitor, "@hill.walks")
    expect(row).to_contain_text("The access ran out before it was renewed.")
    expect(row).to_contain_text("at the earliest")


def test_an_access_that_nobody_renews_says_when_it_ends(
    visit: MakeVisitor, project: Project, connect: Connect, db: Db
) -> None:
    connect(project, "instagram")
    for person in (project.owner, project.editor):
        db.execute("insert into public.objections (user_id, purpose) values (%s, 'publishing')", (person.user.id,))

    visitor = at_connections(visit(project.viewer), project)

    expect(account(visitor, "@hill.walks")).to_contain_text("Runs out on")


def test_a_dismissed_notice_stays_away_from_this_person_alone(
    visit: MakeVisitor, project: Project, connect: Connect, sandbox: SandboxControl, stack: Stack, db: Db
) -> None:
    end_elsewhere(sandbox, stack, connect(project, "instagram"))
    visitor = visit(project.owner)
    visitor.open(f"/p/{project.id}/publish")

    notices(visitor).get_by_role("button", name=re.compile("^Dismiss")).click()

    expect(notices(visitor)).to_have_count(0)
    unread = db.execute(
        "select user_id::text from public.notices where project_id = %s and read_at is null", (project.id,)
    ).fetchall()
    assert unread == [(project.editor.user.id,)]
    visitor.page.reload()
    visitor.button("Sign out").or_(visitor.link("Account")).first.wait_for()
    expect(notices(visitor)).to_have_count(0)


def test_a_removed_account_is_told_where_there_is_nothing_left_to_see(
    visit: MakeVisitor, project: Project, connect: Connect, sandbox: SandboxControl
) -> None:
    held = connect(project, "instagram")
    sandbox.instagram_callback("data_deletion", held.account)

    visitor = at_connections(visit(project.owner), project)

    expect(notices(visitor)).to_contain_text("Its owner asked Instagram to have it deleted.")
    visitor.sees("Removed: its owner asked Instagram to have it deleted")
    visitor.sees("No Instagram account is connected.")


def test_what_happened_in_another_project_is_told_with_its_name(visit: MakeVisitor, project: Project, db: Db) -> None:
    other = project.owner.create_project("Valleys")
    db.execute(
        "insert into public.notices (user_id, project_id, kind, platform, cause)"
        " values (%s, %s, 'account_removed', 'tiktok', 'not_reconnected')",
        (project.owner.user.id, other),
    )
    visitor = visit(project.owner)
    visitor.open(f"/p/{project.id}/publish")

    expect(notices(visitor)).to_contain_text("Valleys: A TikTok account was removed here")
    notices(visitor).get_by_role("link", name="Look at the connections").click()

    visitor.comes_to(f"/p/{other}/connections")
