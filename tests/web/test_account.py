"""The account: a name, an address, a password, how itoms looks, signing out; and the way back in without a password."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Page, Route, expect

from sandbox.stack.clients import Supabase, User
from sandbox.stack.stack import Stack
from tests.people import Project
from tests.web.conftest import MakeVisitor
from tests.web.mailbox import link_to
from tests.web.newcomers import PASSWORD, address
from tests.web.visitor import Visitor
from tests.web.words import speak_brackets, unbracketed

Db = psycopg.Connection
OTHER = "eight blue lakes"


def enter(visitor: Visitor, email: str, password: str = PASSWORD) -> None:
    visitor.field("E-mail address").fill(email)
    visitor.field("Password").fill(password)
    visitor.button("Sign in").click()


@pytest.fixture
def ada(supabase: Supabase) -> User:
    return supabase.sign_up(address(), PASSWORD)


@pytest.fixture
def at_account(visit: MakeVisitor, ada: User) -> Visitor:
    visitor = visit()
    visitor.open("/account")
    enter(visitor, ada.email)
    visitor.heading("Account").wait_for()
    return visitor


def name_of(db: Db, email: str) -> object:
    query = "select p.display_name from public.profiles p join auth.users u on u.id = p.user_id where u.email = %s"
    found = db.execute(query, (email,)).fetchone()
    return found and found[0]


def sessions_of(db: Db, user: User) -> int:
    found = db.execute("select count(*) from auth.sessions where user_id = %s", (user.id,)).fetchone()
    return int(found[0]) if found else 0


# Links of mails, and what somebody may have made of them


def test_a_session_that_a_link_brings_along_signs_nobody_in(visit: MakeVisitor, ada: User) -> None:
    """Whoever could make somebody sign in to the account of another would read what they write there."""
    visitor = visit()
    visitor.open(f"/sign-in#access_token={ada.token}&refresh_token=x&expires_in=3600&token_type=bearer&type=recovery")

    visitor.heading("Sign in").wait_for()
    visitor.page.reload()
    visitor.heading("Sign in").wait_for()


def test_an_old_link_says_so_in_our_words_and_leaves_nothing_in_the_address(visit: MakeVisitor) -> None:
    visitor = visit()
    visitor.open("/#error=access_denied&error_code=otp_expired&error_description=Call+0900+123+now")

    visitor.sees("This link does not work any more")
    visitor.sees_not(re.compile("0900"))
    visitor.comes_to("/sign-in")
    visitor.link("Ask for a new link").click()
    visitor.heading("Choose a new password").wait_for()


def test_a_link_that_is_opened_in_another_browser_says_where_it_works(
    visit: MakeVisitor, ada: User, stack: Stack
) -> None:
    asking, other = visit(), visit()
    ask_for_new_password(asking, ada.email)
    other.open(link_to(stack, ada.email, "recovery"))

    other.sees("This link belongs to another browser")
    other.comes_to("/new-password")
    assert other.barriers() == []


def test_a_link_works_once(visit: MakeVisitor, ada: User, stack: Stack) -> None:
    visitor = visit()
    ask_for_new_password(visitor, ada.email)
    link = link_to(stack, ada.email, "recovery")
    visitor.open(link)
    visitor.field("New password").wait_for()
    again = visit()
    again.open(link)

    again.sees("This link does not work any more")


def ask_for_new_password(visitor: Visitor, email: str) -> None:
    visitor.open("/forgot-password")
    visitor.field("E-mail address").fill(email)
    visitor.button("Send the link").click()
    visitor.sees("If an account has this address, a link is on its way to it.")


def test_a_forgotten_password_is_replaced_and_whoever_knew_it_is_out(
    visit: MakeVisitor, ada: User, stack: Stack, supabase: Supabase, db: Db
) -> None:
    visitor = visit()
    ask_for_new_password(visitor, ada.email)
    visitor.open(link_to(stack, ada.email, "recovery"))
    visitor.comes_to("/new-password")
    assert visitor.barriers() == []
    visitor.field("New password").fill(OTHER)
    visitor.button("Set the password").click()
    visitor.sees("Your password is changed.")

    assert sessions_of(db, ada) == 1, "the one that was begun by the link"
    assert supabase.sign_in(ada.email, OTHER).id == ada.id
    visitor.link("Go to the start").click()
    visitor.heading("Projects").wait_for()


def test_whether_an_address_has_an_account_is_not_told(visit: MakeVisitor) -> None:
    ask_for_new_password(visit(), address())


def test_a_confirmation_leads_on_with_the_name_that_was_given(
    visit: MakeVisitor, stack: Stack, db: Db, supabase: Supabase
) -> None:
    """As where addresses are confirmed first: the answer to the sign-up has no session, the mail a link."""
    email = address()
    visitor = visit()
    visitor.page.route("**/auth/v1/signup*", confirm_first)
    sign_up(visitor, email, name="Ada Hills")
    visitor.sees("Look into your mailbox")
    assert name_of(db, email) is None
    visitor.open(issue_code(visitor, db, email))

    visitor.heading("Projects").wait_for()
    visitor.comes_to("/projects")
    visitor.open("/account")
    expect(visitor.field("Your name")).to_have_value("Ada Hills")
    assert name_of(db, email) == "Ada Hills"


def sign_up(visitor: Visitor, email: str, *, name: str) -> None:
    visitor.open("/sign-up")
    visitor.field(re.compile("Your name")).fill(name)
    visitor.field("E-mail address").fill(email)
    visitor.field("Password").fill(PASSWORD)
    visitor.button("Create account").click()


def confirm_first(route: Route) -> None:
    """The account is made, and only its address is answered."""
    answer = route.fetch()
    user = answer.json()["user"]
    route.fulfill(response=answer, json={key: user[key] for key in ("id", "aud", "role", "email", "created_at")})


def issue_code(visitor: Visitor, db: Db, email: str) -> str:
    """What a click on the link of a mail does: a code for the browser that has the other half of it."""
    challenge = visitor.page.evaluate(
        """async () => {
          const kept = JSON.parse(localStorage.getItem('itoms-session-code-verifier'));
          const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(kept.split('/')[0]));
          return btoa(String.fromCharCode(...new Uint8Array(digest)))
            .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
        }"""
    )
    code = str(uuid.uuid4())
    db.execute(
        "insert into auth.flow_state (id, user_id, auth_code, authentication_method, code_challenge,"
        " code_challenge_method, provider_type, created_at, updated_at)"
        " select gen_random_uuid(), u.id, %s, 'email/signup', %s, 's256', 'email', now(), now()"
        " from auth.users u where u.email = %s",
        (code, challenge, email),
    )
    return f"/sign-in?code={code}"


# Name


def test_without_a_network_a_name_stays_in_the_field(at_account: Visitor, ada: User, db: Db) -> None:
    at_account.expect_problem("ERR_INTERNET_DISCONNECTED")
    at_account.page.context.set_offline(True)
    at_account.field("Your name").fill("Ada Hills")
    at_account.button("Save").click()
    at_account.sees("Nothing is lost.")
    expect(at_account.field("Your name")).to_have_value("Ada Hills")
    assert name_of(db, ada.email) is None
    at_account.page.context.set_offline(False)
    at_account.button("Save").click()

    at_account.sees("Saved")
    assert name_of(db, ada.email) == "Ada Hills"


def test_a_name_is_kept_changed_and_taken_back(at_account: Visitor, ada: User, db: Db) -> None:
    for name in ("Ada", "Ada  Hills ", ""):
        at_account.field("Your name").fill(name)
        at_account.button("Save").click()
        at_account.sees("Saved")
        assert (name_of(db, ada.email) or "") == " ".join(name.split())


# Address


def test_the_address_changes_when_its_link_is_opened_and_not_before(
    at_account: Visitor, ada: User, stack: Stack, db: Db
) -> None:
    new = address()
    at_account.field("New e-mail address").fill(new)
    at_account.button("Change the address").click()
    at_account.sees("Two mails are on their way")
    at_account.sees(f"{new} is not confirmed yet")
    assert email_of(db, ada) == ada.email
    at_account.open(link_to(stack, new, "email_change"))

    at_account.sees("Your address is changed")
    at_account.sees(new)
    assert email_of(db, ada) == new


def test_an_address_of_somebody_else_is_not_taken(at_account: Visitor, ada: User, supabase: Supabase, db: Db) -> None:
    taken = supabase.sign_up(address(), PASSWORD).email
    at_account.expect_problem("422")
    at_account.field("New e-mail address").fill(taken)
    at_account.button("Change the address").click()

    at_account.sees("An account with this address exists already.")
    assert email_of(db, ada) == ada.email


def test_half_a_confirmation_is_called_half(visit: MakeVisitor, project: Project) -> None:
    visitor = visit(project.owner)
    visitor.open("/account?message=You+won#message=You+won&sb=")

    visitor.sees("One of two addresses is confirmed")
    visitor.sees_not("You won")
    visitor.comes_to("/account")


def email_of(db: Db, user: User) -> str:
    found = db.execute("select email from auth.users where id = %s", (user.id,)).fetchone()
    assert found
    return str(found[0])


# Password


def test_where_auth_wants_a_fresh_sign_in_the_change_goes_on_by_itself(
    at_account: Visitor, ada: User, supabase: Supabase
) -> None:
    at_account.expect_problem("400")
    at_account.page.route("**/auth/v1/user", not_fresh_once())
    at_account.field("New password").fill(OTHER)
    at_account.button("Change the password").click()
    dialog = at_account.page.get_by_role("dialog", name="Is it you?")
    dialog.get_by_label("Your password").fill("not the right one")
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog.get_by_text("Address or password is wrong.")).to_be_visible()
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name="Go on").click()

    at_account.sees("Your password is changed")
    assert supabase.sign_in(ada.email, OTHER).id == ada.id


def not_fresh_once() -> Callable[[Route], None]:
    """As hosted Supabase answers a session of more than a day."""
    refused: list[bool] = []

    def answer(route: Route) -> None:
        if route.request.method != "PUT" or refused:
            route.continue_()
            return
        refused.append(True)
        body = {
            "code": 400,
            "error_code": "reauthentication_needed",
            "msg": "Password update requires reauthentication",
        }
        route.fulfill(status=400, json=body, headers={"access-control-allow-origin": "*"})

    return answer


def test_a_changed_password_ends_every_other_session(
    at_account: Visitor, ada: User, supabase: Supabase, db: Db
) -> None:
    supabase.sign_in(ada.email, PASSWORD)
    at_account.field("New password").fill(OTHER)
    at_account.button("Change the password").click()
    at_account.sees("Your password is changed")

    assert sessions_of(db, ada) == 1
    assert at_account.field("New password").input_value() == ""


# How it looks, and the way out


def test_the_appearance_is_chosen_and_kept(at_account: Visitor) -> None:
    at_account.field("Dark").check()
    dark = background(at_account.page)
    at_account.page.reload()
    assert background(at_account.page) == dark
    at_account.field("Light").check()

    assert background(at_account.page) != dark


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_signing_out_here_leaves_other_devices_alone(
    at_account: Visitor, ada: User, supabase: Supabase, db: Db
) -> None:
    supabase.sign_in(ada.email, PASSWORD)
    before = sessions_of(db, ada)
    with at_account.page.expect_response("**/auth/v1/logout*"):
        at_account.button("Sign out here").click()
    at_account.heading("Sign in").wait_for()

    assert sessions_of(db, ada) == before - 1
    at_account.page.reload()
    at_account.heading("Sign in").wait_for()


def test_signing_out_everywhere_ends_every_session(at_account: Visitor, ada: User, supabase: Supabase, db: Db) -> None:
    supabase.sign_in(ada.email, PASSWORD)
    at_account.button("Sign out on all devices").click()
    at_account.heading("Sign in").wait_for()

    assert sessions_of(db, ada) == 0


def test_without_a_network_nobody_is_told_that_all_devices_are_out(at_account: Visitor, ada: User, db: Db) -> None:
    at_account.expect_problem("ERR_INTERNET_DISCONNECTED")
    before = sessions_of(db, ada)
    at_account.page.context.set_offline(True)
    at_account.button("Sign out on all devices").click()

    at_account.sees("Nothing is lost. Try again when")
    at_account.heading("Account").wait_for()
    assert sessions_of(db, ada) == before


def test_other_tabs_are_signed_out_with_this_one(at_account: Visitor) -> None:
    tab = at_account.page.context.new_page()
    tab.goto("/account")
    tab.get_by_role("heading", name="Account").wait_for()
    at_account.button("Sign out here").click()

    tab.get_by_role("heading", name="Sign in").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out(visit: MakeVisitor, project: Project, scheme: str) -> None:
    visitor = visit(project.owner, color_scheme=scheme)
    visitor.open("/account")
    visitor.field("New e-mail address").wait_for()
    visitor.field("Your name").wait_for()

    assert visitor.barriers() == []
    stranger = visit(color_scheme=scheme)
    for path in ("/sign-up", "/forgot-password", "/new-password", "/sign-in"):
        stranger.open(path)
        stranger.page.get_by_role("heading", level=1).wait_for()
        assert stranger.barriers() == [], path


def test_every_word_comes_from_the_language(visit: MakeVisitor, project: Project) -> None:
    visitor = visit(project.owner)
    speak_brackets(visitor)
    visitor.open("/account")
    visitor.page.get_by_label("[New e-mail address]").wait_for()
    visitor.page.get_by_label("[Your name]").wait_for()

    assert unbracketed(visitor, project.owner.user.email, "Hills") == []
