"""What TikTok's Content Sharing Guidelines ask about commercial content and about consent, a test for each line.

Source: TikTok for Developers, Content Sharing Guidelines (2026). Words in quotation marks there appear as they are.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from shared.publishing.tiktok_options import BRANDED_CONTENT_CONFIRMATION, MUSIC_USAGE_CONFIRMATION
from tests.web.tiktok_form import (
    BRANDED_CONTENT_POLICY,
    MUSIC_USAGE,
    MUST_DISCLOSE,
    NOT_PRIVATE,
    PARTNERSHIP,
    PROMOTIONAL,
    Form,
    MakeForm,
    is_blocked,
    is_ready,
)

pytest_plugins = ["tests.shared.publishing.desk", "tests.web.tiktok_form"]


# Commercial content


def test_the_disclosure_is_off_and_offers_both_kinds_once_it_is_on(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("PUBLIC_TO_EVERYONE")
    expect(at.switch("Disclose commercial content")).not_to_be_checked()
    expect(at.box("Your brand")).to_have_count(0)
    at.switch("Disclose commercial content").check()
    for name in ("Your brand", "Branded content"):
        expect(at.box(name)).not_to_be_checked()
        at.box(name).check()
    options = at.publish()["options"]

    assert (options["brand_organic_toggle"], options["brand_content_toggle"]) == (True, True)


def test_nothing_is_disclosed_by_whoever_left_it_off(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("PUBLIC_TO_EVERYONE")
    at.switch("Disclose commercial content").check()
    at.box("Your brand").check()
    at.switch("Disclose commercial content").uncheck()
    options = at.publish()["options"]

    assert (options["brand_organic_toggle"], options["brand_content_toggle"]) == (False, False)


def test_a_disclosure_that_says_nothing_stops_the_click_with_the_prescribed_words(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("PUBLIC_TO_EVERYONE")
    is_ready(at.button)
    at.switch("Disclose commercial content").check()

    is_blocked(at.button)
    expect(at.button).to_have_attribute("title", re.compile(re.escape(MUST_DISCLOSE)))
    at.button.dispatch_event("click")
    assert at.clicks() == []


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (["Your brand"], PROMOTIONAL),
        (["Branded content"], PARTNERSHIP),
        (["Your brand", "Branded content"], PARTNERSHIP),
    ],
    ids=str,
)
def test_the_label_of_the_post_is_said_once_a_choice_is_made(form: MakeForm, chosen: list[str], words: str) -> None:
    at = form()
    at.audience.select_option("PUBLIC_TO_EVERYONE")
    at.switch("Disclose commercial content").check()
    at.visitor.sees_not(re.compile("will be labeled"))
    for name in chosen:
        at.box(name).check()

    expect(at.visitor.page.get_by_text(re.compile("will be labeled"))).to_have_text(words)


def test_branded_content_cannot_be_made_private(form: MakeForm) -> None:
    at = form()
    at.switch("Disclose commercial content").check()
    at.box("Branded content").check()
    only_me = at.audience.locator("option[value=SELF_ONLY]")
    expect(only_me).to_have_attribute("disabled", "")

    expect(only_me).to_have_attribute("title", NOT_PRIVATE)
    expect(at.audience).to_have_accessible_description(NOT_PRIVATE)
    at.audience.click()
    only_me.hover(force=True)
    assert only_me.evaluate("option => option.matches(':hover')"), "a pointer that rests on it sees the words"


def test_a_private_post_cannot_be_made_branded_content(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("SELF_ONLY")
    at.switch("Disclose commercial content").check()
    branded = at.box("Branded content")
    expect(branded).to_be_disabled()
    expect(branded.locator("..")).to_have_attribute("title", NOT_PRIVATE)
    expect(branded).to_have_accessible_description(NOT_PRIVATE)
    at.audience.select_option("PUBLIC_TO_EVERYONE")

    expect(branded).to_be_enabled()


# The consent


CASES: list[tuple[list[str], str, dict[str, str]]] = [
    ([], MUSIC_USAGE_CONFIRMATION, {"Music Usage Confirmation": MUSIC_USAGE}),
    (["Your brand"], MUSIC_USAGE_CONFIRMATION, {"Music Usage Confirmation": MUSIC_USAGE}),
    (
        ["Branded content"],
        BRANDED_CONTENT_CONFIRMATION,
        {"Branded Content Policy": BRANDED_CONTENT_POLICY, "Music Usage Confirmation": MUSIC_USAGE},
    ),
    (
        ["Your brand", "Branded content"],
        BRANDED_CONTENT_CONFIRMATION,
        {"Branded Content Policy": BRANDED_CONTENT_POLICY, "Music Usage Confirmation": MUSIC_USAGE},
    ),
]


def consent_line(at: Form) -> Locator:
    return at.visitor.page.get_by_role("paragraph").filter(has_text="By posting, you agree to TikTok's")


def as_seen(line: Locator) -> str:
    """Without what is only spoken."""
    spoken = "line => { const seen = line.cloneNode(true);"
    return str(line.evaluate(spoken + "seen.querySelectorAll('.only-spoken').forEach(one => one.remove());"
                             "return seen.textContent; }"))  # fmt: skip


@pytest.mark.parametrize(("chosen", "sentence", "links"), CASES, ids=["none", "own", "branded", "both"])
def test_the_consent_has_the_prescribed_words_and_links(
    form: MakeForm, chosen: list[str], sentence: str, links: dict[str, str]
) -> None:
    at = form()
    expect(at.audience).to_be_enabled()
    if chosen:
        at.switch("Disclose commercial content").check()
    for name in chosen:
        at.box(name).check()
    line = consent_line(at)
    expect(line.get_by_role("link")).to_have_count(len(links))

    assert as_seen(line) == sentence
    for name, address in links.items():
        expect(line.get_by_role("link", name=name)).to_have_attribute("href", address)


def test_the_consent_is_seen_before_anything_is_chosen_and_stands_directly_before_the_button(form: MakeForm) -> None:
    at = form()
    expect(consent_line(at)).to_be_visible()
    expect(at.button).to_be_visible()

    between = consent_line(at).evaluate(
        """(line) => {
          const button = [...document.querySelectorAll('main button')].find((one) => /^Publish/.test(one.textContent));
          const range = document.createRange();
          range.setStartAfter(line);
          range.setEndBefore(button);
          return range.toString().trim();
        }"""
    )
    assert between == ""


def test_the_click_leaves_a_proof_of_the_consent_and_of_what_was_chosen(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("MUTUAL_FOLLOW_FRIENDS")
    at.box("Allow Comment").check()
    at.switch("Disclose commercial content").check()
    at.box("Branded content").check()
    at.switch("AI-generated content").check()
    at.publish()

    ((user, subject, version, is_dated, options),) = at.db.execute(
        "select c.user_id::text, c.subject, c.text_version, c.given_at = p.created_at, p.options"
        " from public.consents c join public.publications p on p.id = c.publication_id where p.project_id = %s",
        (at.project_id,),
    ).fetchall()
    assert (user, subject, version) == (at.owner.user.id, "tiktok_branded_content_and_music_usage", "2026-03-09")
    assert is_dated
    assert (
        options
        | {
            "privacy_level": "MUTUAL_FOLLOW_FRIENDS",
            "allow_comment": True,
            "allow_duet": False,
            "allow_stitch": False,
            "your_brand": False,
            "branded_content": True,
            "ai_generated": True,
        }
        == options
    )
