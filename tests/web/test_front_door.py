"""Signing up, signing in and out, and what somebody sees who is not signed in."""

from __future__ import annotations

import re

import psycopg
from playwright.sync_api import expect

from sandbox.creator import Creator
from sandbox.stack.clients import Supabase
from tests.people import Project
from tests.web.conftest import MakeVisitor
from tests.web.newcomers import PASSWORD, address


def test_a_stranger_gets_to_no_screen_of_a_project(visit: MakeVisitor, project: Project) -> None:
    visitor = visit()

    visitor.open(f"/p/{project.id}/publish")

    visitor.heading("Sign in").wait_for()


def test_a_project_of_others_is_not_there(visit: MakeVisitor, project: Project) -> None:
    visitor = visit(project.stranger)

    visitor.open(f"/p/{project.id}/publish")

    visitor.heading("This page does not exist").wait_for()


def test_a_wrong_password_says_what_to_do_and_keeps_the_address(visit: MakeVisitor) -> None:
    visitor = visit()
    visitor.expect_problem("400")
    visitor.open("/sign-in")

    visitor.field("E-mail address").fill(address())
    visitor.field("Password").fill("not the right one")
    visitor.button("Sign in").click()

    visitor.sees("Address or password is wrong.")
    assert visitor.field("E-mail address").input_value() != ""


def test_from_the_front_page_to_a_first_project(visit: MakeVisitor, db: psycopg.Connection) -> None:
    visitor, email = visit(), address()
    visitor.open("/")
    visitor.link("Create an account").first.click()
    visitor.field("E-mail address").fill(email)
    visitor.field("Password").fill(PASSWORD)
    visitor.button("Create account").click()
    visitor.field("Name of the project").fill("Hill walks")
    visitor.button("Create project").click()

    visitor.comes_to(re.compile("/p/[0-9a-f-]+/connections$"))
    made = db.execute(
        "select p.name, u.email from public.projects p join auth.users u on u.id = p.created_by where u.email = %s",
        (email,),
    ).fetchall()
    assert made == [("Hill walks", email)]


def test_signing_in_leads_to_where_one_wanted_to_go(visit: MakeVisitor, supabase: Supabase) -> None:
    email = address()
    supabase.sign_up(email, PASSWORD)
    visitor = visit()
    visitor.open("/account")
    visitor.field("E-mail address").fill(email)
    visitor.field("Password").fill(PASSWORD)
    visitor.button("Sign in").click()

    visitor.comes_to("/account")


def test_a_reload_keeps_one_signed_in(visit: MakeVisitor, project: Project) -> None:
    owner: Creator = project.owner
    visitor = visit(owner)
    visitor.open("/projects")
    visitor.link("Hills").wait_for()
    visitor.page.reload()

    visitor.link("Hills").wait_for()


def test_a_sign_in_service_in_trouble_signs_nobody_out(visit: MakeVisitor, project: Project) -> None:
    """The token has run out, and nobody can renew it at the moment."""
    visitor = visit(project.owner)
    visitor.expect_problem("503|Failed to load resource|AuthRetryableFetchError")
    visitor.open("/account/privacy")
    visitor.button("See what would be erased").wait_for()
    visitor.page.route("**/auth/v1/**", lambda route: route.fulfill(status=503, json={}))
    visitor.page.evaluate(
        "() => { const kept = JSON.parse(localStorage['itoms-session']); kept.expires_at = 1;"
        " localStorage['itoms-session'] = JSON.stringify(kept); }"
    )

    visitor.button("See what would be erased").click()

    visitor.sees("itoms is not answering")
    assert visitor.page.evaluate("() => localStorage['itoms-session'] !== undefined")

    visitor.page.reload()
    visitor.page.get_by_text("itoms is not answering").wait_for(timeout=20_000)
    visitor.button("Try again").wait_for()
    assert visitor.page.evaluate("() => localStorage['itoms-session'] !== undefined")


def test_a_page_whose_files_do_not_come_offers_to_load_it_again(visit: MakeVisitor) -> None:
    visitor = visit()
    visitor.expect_problem("Failed to load resource|preloaded using link preload")
    visitor.page.route("**/assets/shell-*.js", lambda route: route.abort())
    visitor.open("/sign-in")

    again = visitor.link("Load the page again")
    expect(again.locator("..")).to_have_css("opacity", "1", timeout=20_000)

    visitor.page.unroute("**/assets/shell-*.js")
    again.click()
    visitor.heading("Sign in").wait_for()


def test_a_project_that_this_browser_remembers_is_gone_with_its_membership(
    visit: MakeVisitor, project: Project, db: psycopg.Connection
) -> None:
    visitor = visit(project.editor)
    visitor.open(f"/p/{project.id}/history")
    visitor.heading("History").wait_for()
    db.execute("delete from public.project_members where user_id = %s", (project.editor.user.id,))
    visitor.page.reload()

    visitor.heading("This page does not exist").wait_for()
    assert "Hills" not in visitor.page.inner_text("body")


def test_signing_out_leaves_no_project_behind(visit: MakeVisitor, project: Project) -> None:
    visitor = visit(project.owner)
    visitor.open("/projects")
    visitor.link("Hills").wait_for()
    visitor.open("/account")
    visitor.button("Sign out here").click()
    visitor.heading("Sign in").wait_for()

    assert "Hills" not in str(visitor.page.evaluate("() => JSON.stringify({ ...localStorage })"))


def test_a_screen_that_could_not_be_loaded_is_tried_again(visit: MakeVisitor, project: Project) -> None:
    visitor = visit(project.owner)
    visitor.expect_problem("Failed to load resource|net::ERR_FAILED")
    visitor.open(f"/p/{project.id}/history")
    visitor.heading("History").wait_for()
    visitor.page.route(re.compile(r"/assets/members-.*\.js$"), lambda route: route.abort())
    visitor.link("Members").click()
    visitor.sees("itoms is not answering")
    assert visitor.heading("History").count() == 0

    visitor.page.unroute_all()
    visitor.button("Try again").click()
    visitor.heading("Members").wait_for()


def test_an_address_that_is_none_is_not_there(visit: MakeVisitor, project: Project) -> None:
    visitor = visit(project.owner)
    visitor.open(f"/p/{project.id}/library/%E0%A4%A")

    visitor.page.get_by_role("heading", level=1).wait_for()
    assert visitor.page.locator(".starting").count() == 0
