"""Disconnecting an account by clicks: what goes, the receipt, and what the platform is left with."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from sandbox.creator import instagram_photo
from sandbox.stack.clients import SandboxControl
from tests.people import Project
from tests.web.conftest import MakeVisitor
from tests.web.connecting import (
    BOTH,
    NAMES,
    SHOWN,
    Connect,
    Db,
    at_connections,
    connected,
    tokens,
)

pytest_plugins = ["tests.web.connecting"]
pytestmark = pytest.mark.usefixtures("as_before")


@BOTH
def test_disconnecting_deletes_the_tokens_and_shows_the_receipt_that_is_kept(
    visit: MakeVisitor, project: Project, connect: Connect, sandbox: SandboxControl, db: Db, platform: str
) -> None:
    held = connect(project, platform)
    visitor = at_connections(visit(project.editor), project)
    visitor.button(f"Disconnect {SHOWN[platform]}").click()
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog).to_contain_text("deleted here at once and for good")
    dialog.get_by_role("button", name="Disconnect").click()

    expect(dialog).to_contain_text("Tokens deleted here")
    expect(dialog).to_contain_text("Remove itoms")
    kept = db.execute(
        "select id::text, tokens_deleted, disconnected_by::text from public.disconnections where connection_id = %s",
        (held.id,),
    ).fetchall()
    assert [(count, who) for _, count, who in kept] == [(1 if platform == "instagram" else 2, project.editor.user.id)]
    expect(dialog).to_contain_text(kept[0][0])
    assert tokens(db, held.id) == 0
    assert connected(db, project) == []
    if platform == "tiktok":
        expect(dialog).to_contain_text("TikTok confirmed that the access is over there, too.")
        assert not any(token["live"] for token in sandbox.tokens(held.account))

    dialog.get_by_role("button", name="Close").click()
    expect(visitor.heading(NAMES[platform])).to_be_focused()
    visitor.sees("Disconnected by you")


def test_a_platform_that_does_not_answer_keeps_no_token_here_and_the_receipt_says_what_to_do(
    visit: MakeVisitor, project: Project, connect: Connect, sandbox: SandboxControl, db: Db
) -> None:
    held = connect(project, "tiktok")
    sandbox.fault("tiktok.revoke", {"kind": "status", "status": 503}, account=held.account, times=9)
    visitor = at_connections(visit(project.owner), project)
    visitor.button("Disconnect Hill Walks").click()

    visitor.page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()

    visitor.sees("TikTok did not answer. Remove itoms there as well.")
    assert tokens(db, held.id) == 0


def test_posts_under_way_are_named_before_anybody_disconnects(
    visit: MakeVisitor,
    project: Project,
    connect: Connect,
    photo: dict[str, str],
    sandbox: SandboxControl,
    db: Db,
) -> None:
    held = connect(project, "instagram")
    sandbox.settings(instagram={"ready_after": 3600.0})
    post = project.owner.publish(instagram_photo(photo["content_id"], held.id, photo["media_asset_id"])).json()
    visitor = at_connections(visit(project.owner), project)
    visitor.button("Disconnect @hill.walks").click()

    visitor.sees("1 post is under way.")
    visitor.page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    visitor.sees("Tokens deleted here")
    found = db.execute("select state::text, reason from public.publications where id = %s", (post["id"],)).fetchall()
    assert found == [("failed", "disconnected")]
    assert sandbox.ledger("instagram", held.account) == []


def test_a_viewer_is_offered_to_disconnect_what_they_connected_and_nothing_else(
    visit: MakeVisitor, project: Project, connect: Connect, db: Db
) -> None:
    theirs, other = connect(project, "instagram"), connect(project, "tiktok")
    db.execute("update public.connections set connected_by = %s where id = %s", (project.viewer.user.id, theirs.id))
    visitor = at_connections(visit(project.viewer), project)
    visitor.button("Disconnect @hill.walks").wait_for()
    assert visitor.button("Disconnect Hill Walks").count() == 0
    assert visitor.button(re.compile("^Connect|^Reconnect")).count() == 0
    visitor.button("Disconnect @hill.walks").click()

    visitor.page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()

    visitor.sees("Tokens deleted here")
    assert (tokens(db, theirs.id), tokens(db, other.id)) == (0, 1)


def test_whoever_keeps_the_account_loses_nothing_and_goes_on_where_they_were(
    visit: MakeVisitor, project: Project, connect: Connect, db: Db
) -> None:
    held = connect(project, "instagram")
    visitor = at_connections(visit(project.owner), project)
    visitor.button("Disconnect @hill.walks").focus()
    visitor.page.keyboard.press("Enter")
    expect(visitor.button("Keep it")).to_be_focused()

    visitor.page.keyboard.press("Escape")

    expect(visitor.button("Disconnect @hill.walks")).to_be_focused()
    assert tokens(db, held.id) == 1
