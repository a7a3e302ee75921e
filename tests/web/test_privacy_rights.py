"""One's own data at a browser: taking it along, saying what must not be done with it, and what became of it all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from playwright.sync_api import Page, Route, expect

from sandbox.creator import Creator, instagram_photo
from sandbox.stack.clients import SandboxControl, Supabase, browser
from sandbox.stack.stack import Stack
from shared.analytics import ADDRESS_HEADER
from tests.functions.account.export.belongings import Names, counted
from tests.functions.account.export.desk import everything  # noqa: F401
from tests.functions.account.export.exports import Archive, ask, expire, make_stale
from tests.functions.cron.crons import report
from tests.people import Connected, Project
from tests.web.conftest import MakeVisitor
from tests.web.newcomers import PASSWORD, address
from tests.web.visitor import Visitor
from tests.web.words import speak_brackets, unbracketed

Db = psycopg.Connection[Any]
PAGE = "/account/privacy"


@pytest.fixture
def ada(supabase: Supabase, stack: Stack) -> Iterator[Creator]:
    """Somebody with a password."""
    with browser(stack.addresses) as api:
        yield Creator(supabase.sign_up(address(), PASSWORD), api, supabase)


@pytest.fixture
def slow(sandbox: SandboxControl) -> Iterator[None]:
    """Instagram takes an hour for what it is sent."""
    before = sandbox.settings()
    sandbox.settings(instagram={"ready_after": 3600})
    yield
    sandbox.settings(**before)


def at_own_data(visit: MakeVisitor, creator: Creator, **options: object) -> Visitor:
    visitor = visit(creator, **options)
    visitor.open(PAGE)
    visitor.button(re.compile("archive")).or_(visitor.page.get_by_text("being made")).first.wait_for()
    return visitor


def rows_of(db: Db, table: str, creator: Creator) -> int:
    found = db.execute(f"select count(*) from {table} where user_id = %s", (creator.user.id,)).fetchone()
    return int(found[0]) if found else 0


def confirm_password(visitor: Visitor, password: str = PASSWORD) -> None:
    dialog = visitor.page.get_by_role("dialog", name="Is it you?")
    dialog.get_by_label("Your password").fill(password)
    dialog.get_by_role("button", name="Go on").click()


def downloaded(page: Page, folder: Path, click: Callable[[], None]) -> Archive:
    with page.expect_download() as download:
        click()
    assert re.fullmatch(r"itoms-export-\d{4}-\d\d-\d\d\.zip", download.value.suggested_filename)
    download.value.save_as(folder / "archive.zip")
    return Archive.of((folder / "archive.zip").read_bytes())


# Taking it along


def test_what_another_person_asked_for_is_not_there(visit: MakeVisitor, project: Project, stack: Stack) -> None:
    ask(project.owner)
    report(stack, "exports")
    visitor = at_own_data(visit, project.editor)

    visitor.button("Make the archive").wait_for()
    visitor.sees("You have not asked for anything yet.")
    expect(visitor.button("Download")).to_have_count(0)


def test_an_open_browser_is_not_enough_and_what_was_begun_goes_on_with_the_password(
    visit: MakeVisitor, ada: Creator, db: Db
) -> None:
    make_stale(db, ada)
    visitor = at_own_data(visit, ada)
    visitor.expect_problem("403|400")
    visitor.field("With my photos and videos").uncheck()
    visitor.button("Make the archive").click()
    confirm_password(visitor, "not the right one")
    visitor.sees("Address or password is wrong.")
    assert rows_of(db, "public.exports", ada) == 0
    confirm_password(visitor)

    visitor.sees("Your archive is ready")
    assert db.execute("select with_media from public.exports where user_id = %s", (ada.user.id,)).fetchall() == [
        (False,)
    ]


def test_whoever_cancels_has_asked_for_nothing_and_is_where_they_were(visit: MakeVisitor, ada: Creator, db: Db) -> None:
    make_stale(db, ada)
    visitor = at_own_data(visit, ada)
    visitor.expect_problem("403")
    visitor.button("Make the archive").click()
    visitor.page.get_by_label("Your password").wait_for()
    assert visitor.barriers() == []
    visitor.page.keyboard.press("Escape")

    visitor.sees("Your password is needed once more")
    expect(visitor.button("Make the archive")).to_be_focused()
    assert rows_of(db, "public.exports", ada) == 0


def test_everything_of_a_person_is_in_the_archive_that_their_browser_downloads(
    *,
    visit: MakeVisitor,
    project: Project,
    everything: Names,  # noqa: F811
    db: Db,
    stack: Stack,
    tmp_path: Path,
) -> None:
    """Asked for, left, made by the system alone, and found again."""
    visitor = visit(project.owner)
    visitor.page.route("**/api/account/export/status", lambda route: route.abort())
    visitor.expect_problem("ERR_FAILED")
    visitor.open(PAGE)
    visitor.button("Make the archive").click()
    visitor.sees("Your archive is being made")
    visitor.open("/account")
    while report(stack, "exports")["advanced"]:
        pass
    visitor.open(PAGE)
    visitor.sees("Your archive is ready")
    archive = downloaded(visitor.page, tmp_path, visitor.button("Download").click)

    wanted = counted(db, everything)
    found = {table: len(archive.rows(table)) for table in wanted if table != "media_files"}
    assert found == {table: count for table, count in wanted.items() if table != "media_files"}
    assert len([name for name in archive.files if name.startswith("media/")]) == wanted["media_files"]
    hashed = db.execute("select content_hash from public.exports where user_id = %s", (everything["user"],)).fetchone()
    assert hashed
    visitor.sees(hashed[0])


def test_progress_is_there_again_after_a_reload(visit: MakeVisitor, project: Project) -> None:
    ask(project.owner)
    visitor = visit(project.owner)
    visitor.open(PAGE)
    visitor.page.get_by_role("progressbar").wait_for()
    visitor.page.reload()

    visitor.sees("Your archive is ready")
    visitor.sees(re.compile("Done .*(second|now)"))


def test_a_download_asks_for_the_password_when_the_sign_in_is_old(
    visit: MakeVisitor, ada: Creator, db: Db, stack: Stack, tmp_path: Path
) -> None:
    ask(ada, with_media=False)
    report(stack, "exports")
    make_stale(db, ada)
    visitor = at_own_data(visit, ada)
    visitor.expect_problem("403")
    visitor.button("Download").click()

    archive = downloaded(visitor.page, tmp_path, lambda: confirm_password(visitor))
    assert [row["email"] for row in archive.rows("account")] == [ada.user.email]
    visitor.sees("The download has begun.")


def test_an_archive_whose_day_is_over_is_history(visit: MakeVisitor, project: Project, db: Db, stack: Stack) -> None:
    export_id = ask(project.owner, with_media=False)
    report(stack, "exports")
    expire(db, export_id)
    visitor = at_own_data(visit, project.owner)

    expect(visitor.button("Download")).to_have_count(0)
    visitor.page.get_by_text("Earlier archives").click()
    visitor.sees("Deleted: its 24 hours were over")


# What must not be done with it


def caption(project: Project, content_id: str) -> httpx.Response:
    return project.owner.post("caption", {"content_id": content_id})


def switch(visitor: Visitor, name: str) -> Any:
    return visitor.page.get_by_role("switch", name=name)


def test_after_an_objection_nothing_is_sent_for_a_caption(
    visit: MakeVisitor, project: Project, sandbox: SandboxControl
) -> None:
    content_id = project.owner.create_content(project.id, title="Fog over the ridge")
    visitor = at_own_data(visit, project.owner)
    switch(visitor, "AI captions").click()
    expect(switch(visitor, "AI captions")).not_to_be_checked()
    visitor.sees(re.compile("You object since"))
    before = len(sandbox.journal("anthropic.messages"))
    refused = caption(project, content_id)

    assert (refused.status_code, refused.json()["code"]) == (403, "captions_objected")
    assert len(sandbox.journal("anthropic.messages")) == before
    switch(visitor, "AI captions").click()
    visitor.sees(re.compile("AI captions: allowed again"))
    assert caption(project, content_id).status_code == 200


def test_two_clicks_are_one_objection(visit: MakeVisitor, project: Project, db: Db) -> None:
    visitor = at_own_data(visit, project.owner)
    switch(visitor, "Counting page views").dblclick()
    visitor.sees("Counting page views: turned off")

    expect(switch(visitor, "Counting page views")).not_to_be_checked()
    assert rows_of(db, "public.objections", project.owner) == 1


def test_without_a_network_a_switch_stays_as_it_was(visit: MakeVisitor, project: Project, db: Db) -> None:
    visitor = at_own_data(visit, project.owner)
    visitor.expect_problem("ERR_INTERNET_DISCONNECTED")
    visitor.page.context.set_offline(True)
    switch(visitor, "AI captions").click()

    visitor.sees("Nothing is lost.")
    expect(switch(visitor, "AI captions")).to_be_checked()
    assert rows_of(db, "public.objections", project.owner) == 0


def test_publishing_is_turned_off_after_a_word_of_warning_and_what_waits_does_not_go_out(
    *,
    visit: MakeVisitor,
    project: Project,
    connect: Callable[..., Connected],
    photo: dict[str, str],
    slow: None,
    sandbox: SandboxControl,
    db: Db,
) -> None:
    connected = connect(project, "instagram")
    clicked = project.owner.publish(instagram_photo(connection_id=connected.id, **photo))
    assert clicked.status_code == 202
    visitor = at_own_data(visit, project.owner)
    switch(visitor, "Publishing").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(switch(visitor, "Publishing")).to_be_checked()
    assert rows_of(db, "public.objections", project.owner) == 0
    switch(visitor, "Publishing").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Turn it off").click()

    visitor.sees("1 post that waited did not go out.")
    sandbox.advance(3600)
    project.owner.advance(clicked.json()["id"])
    assert sandbox.ledger(account=connected.account) == []
    again = project.owner.publish(instagram_photo(connection_id=connected.id, **photo))
    assert (again.status_code, again.json()["code"]) == (403, "publishing_objected")


def test_a_restriction_stops_everything_until_it_is_lifted(visit: MakeVisitor, project: Project, db: Db) -> None:
    content_id = project.owner.create_content(project.id)
    visitor = at_own_data(visit, project.owner)
    visitor.button("Stop all use of my data").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Stop all use of my data").click()
    visitor.sees("Your data is kept and not used")
    assert rows_of(db, "public.restrictions", project.owner) == 1
    assert caption(project, content_id).json()["code"] == "processing_restricted"
    visitor.button("Lift the restriction").click()
    visitor.button("Stop all use of my data").wait_for()

    assert rows_of(db, "public.restrictions", project.owner) == 0
    assert caption(project, content_id).status_code == 200


def view_public_page(visitor: Visitor) -> int:
    """Opens a public page, and waits until our server has answered to its view: what it answered."""
    with visitor.page.expect_response("**/api/analytics/view") as answer:
        visitor.open("/privacy")
    return answer.value.status


def behind_vercel(visitor: Visitor) -> Visitor:
    """Which adds the address that it has seen: without one nobody is counted."""

    def hand_on(route: Route) -> None:
        route.continue_(headers={**route.request.headers, ADDRESS_HEADER: "203.0.113.77"})

    visitor.page.route("**/api/analytics/view", hand_on)
    return visitor


def assert_not_counted(visitor: Visitor, elsewhere: Visitor, sandbox: SandboxControl) -> None:
    """This browser tells nothing any more, also when nobody is signed in; elsewhere our server knows who it is."""
    before, asked = sandbox.views(), []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open("/privacy")
    visitor.page.evaluate("() => localStorage.removeItem('itoms-session')")
    visitor.open("/")
    visitor.link("I have an account").wait_for()
    visitor.page.wait_for_load_state("networkidle")
    assert [url for url in asked if "analytics" in url] == []
    assert view_public_page(elsewhere) == 204
    assert sandbox.views() == before


def test_whoever_objects_to_being_counted_is_not_counted_on_a_public_page(
    visit: MakeVisitor, project: Project, sandbox: SandboxControl
) -> None:
    elsewhere = behind_vercel(visit(project.owner))
    before = len(sandbox.views())
    view_public_page(elsewhere)
    assert len(sandbox.views()) == before + 1
    visitor = behind_vercel(at_own_data(visit, project.owner))
    switch(visitor, "Counting page views").click()
    visitor.sees("Counting page views is turned off")
    assert_not_counted(visitor, elsewhere, sandbox)

    elsewhere.open(PAGE)
    switch(elsewhere, "Counting page views").click()
    elsewhere.sees("Counting page views is allowed again")
    view_public_page(elsewhere)
    assert len(sandbox.views()) == before + 2


def test_whoever_restricts_the_use_of_their_data_is_not_counted_on_a_public_page(
    visit: MakeVisitor, project: Project, sandbox: SandboxControl
) -> None:
    elsewhere = behind_vercel(visit(project.owner))
    visitor = behind_vercel(at_own_data(visit, project.owner))
    visitor.button("Stop all use of my data").click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Stop all use of my data").click()
    visitor.sees("Your data is kept and not used")
    assert_not_counted(visitor, elsewhere, sandbox)


# What was asked


def test_a_request_by_mail_is_there_with_its_clock(visit: MakeVisitor, project: Project, db: Db) -> None:
    for kind, person, days in (("rectification", project.owner, 25), ("access", project.editor, 1)):
        db.execute(
            "select private.open_mailed_request(%s, %s, now() - make_interval(days => %s), 'olga')",
            (kind, person.user.email, days),
        )
    visitor = at_own_data(visit, project.owner)

    visitor.sees("A correction")
    visitor.sees("Due in 5 days")
    visitor.sees(re.compile("asked by mail"))
    visitor.sees_not("A copy of your data")


def test_a_request_that_nobody_answered_in_time_is_called_late(visit: MakeVisitor, project: Project, db: Db) -> None:
    query = "select private.open_mailed_request('access', %s, now() - interval '31 days', 'olga')"
    db.execute(query, (project.owner.user.email,))

    at_own_data(visit, project.owner).sees("Overdue")


# For everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out(visit: MakeVisitor, project: Project, stack: Stack, scheme: str) -> None:
    ask(project.owner, with_media=False)
    report(stack, "exports")
    project.owner.post("account/erasure/preview", {})
    visitor = at_own_data(visit, project.owner, color_scheme=scheme, viewport={"width": 360, "height": 740})
    visitor.button("Download").wait_for()
    visitor.button("See what would be erased").click()
    visitor.sees("This stays, and why")
    visitor.page.get_by_text("Its history").first.click()

    assert visitor.barriers() == []
    assert fits(visitor)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/privacy", "/privacy/data", "/privacy/permissions", "/privacy/subprocessors"])
def test_the_public_pages_keep_nobody_out(visit: MakeVisitor, path: str, scheme: str) -> None:
    visitor = visit(color_scheme=scheme, viewport={"width": 360, "height": 740})
    visitor.open(path)

    assert visitor.barriers() == []
    assert fits(visitor)
    visitor.link("Your own data").click()
    visitor.heading("Sign in").wait_for()


def fits(visitor: Visitor) -> bool:
    return bool(visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_every_word_comes_from_the_language(visit: MakeVisitor, project: Project, stack: Stack) -> None:
    ask(project.owner, with_media=False)
    report(stack, "exports")
    visitor = visit(project.owner)
    speak_brackets(visitor)
    visitor.open(PAGE)
    visitor.button("[See what would be erased]").click()
    visitor.sees("[This stays, and why]")
    visitor.button("[Download]").wait_for()

    assert unbracketed(visitor, "Hills") == []


def test_the_front_page_is_counted_by_its_path_alone(visit: MakeVisitor) -> None:
    visitor = visit()
    with visitor.page.expect_request("**/api/analytics/view") as sent:
        visitor.open("/?from=mail")

    assert sent.value.post_data_json == {"path": "/"}
    headers = sent.value.headers
    assert not {"cookie", "authorization"} & headers.keys()
    assert headers.get("referer", "") == ""
