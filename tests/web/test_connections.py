"""Connecting and disconnecting accounts by clicks, and what a project sees of how they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from sandbox.creator import instagram_photo
from sandbox.stack.clients import SandboxControl, local_client
from sandbox.stack.stack import Stack
from tests.people import Connected, Project
from tests.web.conftest import MakeVisitor
from tests.web.consent import agree, refuse
from tests.web.visitor import Visitor
from tests.web.words import speak_brackets, unbracketed

Connect = Callable[..., Connected]
Db = psycopg.Connection[Any]

NAMES = {"instagram": "Instagram", "tiktok": "TikTok"}
SHOWN = {"instagram": "@hill.walks", "tiktok": "Hill Walks"}
NEW: dict[str, dict[str, object]] = {
    "instagram": {"username": "hill.walks", "name": "Hill Walks", "account_type": "BUSINESS"},
    "tiktok": {"username": "hill.walks", "nickname": "Hill Walks"},
}
PUBLISH = {"instagram": "instagram_business_content_publish", "tiktok": "video.publish"}
BOTH = pytest.mark.parametrize("platform", ["instagram", "tiktok"])


@pytest.fixture(autouse=True)
def as_before(sandbox: SandboxControl) -> Iterator[None]:
    before = sandbox.settings()
    yield
    sandbox.clear_faults()
    sandbox.settings(instagram=before["instagram"], tiktok=before["tiktok"])


@pytest.fixture
def new_account(sandbox: SandboxControl) -> Callable[..., str]:
    """A simulated account that nobody has connected, by its id."""

    def make(platform: str, **properties: object) -> str:
        added = sandbox.add_account(platform, **NEW[platform] | properties)
        return str(added["user_id" if platform == "instagram" else "open_id"])

    return make


def card(visitor: Visitor, platform: str) -> Locator:
    return visitor.page.get_by_role("region", name=NAMES[platform], exact=True)


def account(visitor: Visitor, name: str) -> Locator:
    return visitor.page.locator("li.account").filter(has_text=name)


def notices(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Needs your attention")


def at_connections(visitor: Visitor, project: Project) -> Visitor:
    visitor.open(f"/p/{project.id}/connections")
    visitor.heading("Connections").wait_for()
    return visitor


def connected(db: Db, project: Project) -> list[tuple[str, str]]:
    return db.execute(
        "select platform::text, status::text from public.connections where project_id = %s order by platform",
        (project.id,),
    ).fetchall()


def tokens(db: Db, connection_id: str) -> int:
    found = db.execute("select count(*) from private.connection_tokens where connection_id = %s", (connection_id,))
    return int(found.fetchall()[0][0])


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
    visitor.sees("Owners and editors of the project connect and disconnect.")
    assert visitor.button(re.compile("onnect")).count() == 0
    visitor.sees_not("Needs your attention")


def test_whoever_became_a_viewer_meanwhile_is_refused_and_nothing_is_deleted(
    visit: MakeVisitor, project: Project, connect: Connect, db: Db
) -> None:
    held = connect(project, "instagram")
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


# An access that ended elsewhere


def end_elsewhere(sandbox: SandboxControl, stack: Stack, held: Connected) -> None:
    """The creator removes itoms inside the platform, and the platform tells us."""
    if held.platform == "instagram":
        sandbox.instagram_callback("deauthorize", held.account)
        return
    sandbox.disconnect(held.account)
    with local_client(base_url=f"{stack.addresses.sandbox}/control") as control:
        waiting = control.get("/webhooks").raise_for_status().json()["webhooks"]
        ours = [delivery["id"] for delivery in waiting if held.account in delivery["body"]]
        control.post("/webhooks/deliver", json={"ids": ours}).raise_for_status()


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


# Disconnecting


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
