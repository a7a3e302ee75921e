"""What TikTok's Content Sharing Guidelines ask of whoever posts directly, a test for each line of them.

Source: TikTok for Developers, Content Sharing Guidelines (2026). Words in quotation marks there appear as they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from sandbox.creator import Creator
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from shared.publishing.tiktok_options import BRANDED_CONTENT_CONFIRMATION, MUSIC_USAGE_CONFIRMATION
from tests.people import Connected, Project
from tests.web.conftest import MakeVisitor
from tests.web.visitor import Visitor

pytest_plugins = ["tests.shared.publishing.desk"]

PUBLISH = re.compile("^Publish")
MUST_DISCLOSE = "You need to indicate if your content promotes yourself, a third party, or both."
NOT_PRIVATE = "Branded content visibility cannot be set to private."
PROMOTIONAL = "Your photo/video will be labeled as 'Promotional content'"
PARTNERSHIP = "Your photo/video will be labeled as 'Paid partnership'"
MUSIC_USAGE = "https://www.tiktok.com/legal/page/global/music-usage-confirmation/en"
BRANDED_CONTENT_POLICY = "https://www.tiktok.com/legal/page/global/bc-policy/en"


@dataclass(frozen=True, slots=True)
class Form:
    """The open Publish screen of somebody with one TikTok account and one content."""

    visitor: Visitor
    owner: Creator
    connected: Connected
    project_id: str
    uploaded: tuple[str, ...]
    sandbox: SandboxControl
    db: psycopg.Connection[Any]

    @property
    def audience(self) -> Locator:
        return self.visitor.field("Who can see this post")

    @property
    def button(self) -> Locator:
        return self.visitor.button(PUBLISH)

    def box(self, name: str) -> Locator:
        return self.visitor.page.get_by_role("checkbox", name=name)

    def switch(self, name: str) -> Locator:
        return self.visitor.page.get_by_role("switch", name=name)

    def heard(self) -> list[str]:
        """Every endpoint of TikTok that heard from this account, and the app's own callback before it."""
        return [call["endpoint"] for call in self.sandbox.journal() if call["account"] == self.connected.account]

    def posts(self) -> list[dict[str, Any]]:
        return self.sandbox.ledger("tiktok", self.connected.account)

    def clicks(self) -> list[tuple[str]]:
        query = "select id::text from public.publications where project_id = %s"
        return self.db.execute(query, (self.project_id,)).fetchall()

    def publish(self) -> dict[str, Any]:
        """Clicks, and waits for the one post that it makes."""
        self.button.click()
        self.visitor.comes_to(re.compile("/history/[0-9a-f-]{36}$"))
        for _ in range(20):
            self.owner.advance(self.visitor.page.url.rsplit("/", 1)[-1])
            if posts := self.posts():
                assert len(posts) == 1
                return posts[0]
        raise AssertionError("nothing was posted")


MakeForm = Callable[..., Form]


@pytest.fixture
def form(
    *,
    prompt: None,
    visit: MakeVisitor,
    project: Project,
    connect: Callable[..., Connected],
    samples: Samples,
    sandbox: SandboxControl,
    db: psycopg.Connection[Any],
) -> MakeForm:
    """`form("photo", private=True)`: a post of this kind, and an account with these properties."""

    def make(kind: str = "video", scheme: str = "light", width: int = 1280, **account: Any) -> Form:
        owner = project.owner
        connected = connect(project, "tiktok", **account)
        content_id = owner.create_content(project.id, type="video" if kind == "video" else "image")
        files = [(samples.video, "video/mp4")] if kind == "video" else [(one, "image/jpeg") for one in samples.photos]
        for file, media_type in files:
            assert owner.upload(content_id, file, media_type)["state"] == "ready"
        uploaded = tuple(hashlib.sha256(file.read_bytes()).hexdigest() for file, _ in files)
        # Its first call loads Anthropic's library: nobody has to look on.
        owner.post("caption", {"content_id": content_id, "preview": True}).raise_for_status()
        visitor = visit(owner, color_scheme=scheme, viewport={"width": width, "height": 900})
        visitor.open(f"/p/{project.id}/publish?content={content_id}")
        return Form(visitor, owner, connected, project.id, uploaded, sandbox, db)

    return make


def is_blocked(button: Locator) -> None:
    expect(button).to_have_attribute("aria-disabled", "true")


def is_ready(button: Locator) -> None:
    expect(button).not_to_have_attribute("aria-disabled", "true")


# The creator


def test_tiktok_is_asked_each_time_the_form_opens_and_the_nickname_is_shown(form: MakeForm) -> None:
    at = form(nickname="Mia of the hills")
    at.visitor.sees("Mia of the hills")
    before = at.heard().count("tiktok.creator_info")
    at.sandbox.change_account(at.connected.account, nickname="Mia of the sea")
    at.visitor.page.reload()
    expect(at.visitor.page.locator(".posting-as")).to_have_text("Posting on TikTok as Mia of the sea")

    assert at.heard().count("tiktok.creator_info") > before


def test_no_picture_of_the_account_is_fetched(form: MakeForm) -> None:
    """The Data Policy lets us read its display name, and nothing else of it."""
    at = form(nickname="Mia of the hills")
    asked: list[str] = []
    at.visitor.page.on("request", lambda request: asked.append(request.url))
    at.visitor.page.reload()
    at.visitor.sees("Mia of the hills")

    assert asked
    assert not [url for url in asked if "tiktok" in url]


@pytest.mark.parametrize(
    ("account", "words"), [({"posts_cap": 0}, "limit of posts for 24 hours"), ({"banned": True}, "blocked")], ids=str
)
def test_an_account_that_may_not_post_now_stops_the_click_and_is_told_so(
    form: MakeForm, account: dict[str, Any], words: str
) -> None:
    at = form(**account)

    expect(at.visitor.page.get_by_role("alert").filter(has_text=words).first).to_be_visible()
    is_blocked(at.button)
    at.button.dispatch_event("click")
    assert at.clicks() == []


def test_a_video_longer_than_the_account_may_post_is_said_before_anything_is_sent(form: MakeForm) -> None:
    at = form(max_seconds=3)
    at.audience.select_option("SELF_ONLY")

    at.visitor.sees("This video lasts 0:04. TikTok lets this account post at most 0:03.")
    is_blocked(at.button)


# The metadata


def test_every_text_is_the_creators_to_edit_also_what_an_ai_wrote(form: MakeForm) -> None:
    at = form("photo")
    at.visitor.button("Suggest a caption with AI").click()
    at.visitor.button("Send this and get captions").click()
    at.visitor.button("Use this caption").first.click()
    caption = at.visitor.field("Caption for all accounts")
    expect(caption).not_to_have_value("")
    caption.fill("My own words #hills")
    at.visitor.field("Title").fill("My own title")
    at.audience.select_option("SELF_ONLY")
    post = at.publish()

    assert (post["caption"], post["options"]["title"]) == ("My own words #hills", "My own title")


@pytest.mark.parametrize(
    ("private", "offered"), [(False, ["Everyone", "Friends", "Only me"]), (True, ["Followers", "Friends", "Only me"])]
)
def test_the_audiences_are_exactly_those_that_tiktok_offers(form: MakeForm, private: bool, offered: list[str]) -> None:
    at = form(private=private)
    expect(at.audience).to_be_enabled()

    assert at.audience.locator("option:not([value=''])").all_inner_texts() == offered


def test_no_audience_is_chosen_for_anybody_and_one_must_be_chosen(form: MakeForm) -> None:
    at = form()
    expect(at.audience).to_be_enabled()
    expect(at.audience).to_have_value("")
    is_blocked(at.button)
    expect(at.button).to_have_attribute("title", re.compile("Choose who can see the post on TikTok"))
    at.audience.select_option("MUTUAL_FOLLOW_FRIENDS")
    is_ready(at.button)

    assert at.publish()["options"]["privacy_level"] == "MUTUAL_FOLLOW_FRIENDS"


def test_the_audience_of_one_post_is_not_remembered_for_the_next(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("SELF_ONLY")
    is_ready(at.button)
    at.visitor.page.reload()
    expect(at.audience).to_be_enabled()

    expect(at.audience).to_have_value("")


def test_every_interaction_is_off_until_it_is_allowed_by_hand(form: MakeForm) -> None:
    at = form()
    for name in ("Allow Comment", "Allow Duet", "Allow Stitch"):
        expect(at.box(name)).to_be_enabled()
        expect(at.box(name)).not_to_be_checked()
    at.audience.select_option("PUBLIC_TO_EVERYONE")
    at.box("Allow Duet").check()
    options = at.publish()["options"]

    assert (options["disable_comment"], options["disable_duet"], options["disable_stitch"]) == (True, False, True)


@pytest.mark.parametrize("name", ["Comment", "Duet", "Stitch"])
def test_what_the_account_has_switched_off_is_grey_and_says_why(form: MakeForm, name: str) -> None:
    at = form(**{f"{name.lower()}_disabled": True})
    boxes = {one: at.box(f"Allow {one}") for one in ("Comment", "Duet", "Stitch")}
    expect(boxes[name]).to_be_disabled()
    for other in boxes.keys() - {name}:
        expect(boxes[other]).to_be_enabled()

    expect(boxes[name]).not_to_be_checked()
    expect(boxes[name].locator("..")).to_have_attribute("title", "Off in this account's settings on TikTok.")


def test_photos_can_be_commented_on_and_nothing_else(form: MakeForm) -> None:
    at = form("photo")
    expect(at.box("Allow Comment")).to_be_enabled()

    expect(at.visitor.page.get_by_role("checkbox", name=re.compile("^Allow"))).to_have_count(1)


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


# Control


def test_the_content_is_shown_before_it_is_posted(form: MakeForm) -> None:
    at = form()

    preview = at.visitor.page.get_by_role("region", name="Preview")
    expect(preview.locator("video")).to_be_visible()


@pytest.mark.parametrize("kind", ["video", "photo"])
def test_nothing_is_added_to_the_media_or_the_words(form: MakeForm, kind: str) -> None:
    at = form(kind)
    at.visitor.field("Caption for all accounts").fill("Hello from the hills")
    at.audience.select_option("SELF_ONLY")
    post = at.publish()

    assert (tuple(post["media_sha256"]), post["caption"]) == (at.uploaded, "Hello from the hills")


def test_nothing_of_the_post_is_sent_to_tiktok_before_the_click(form: MakeForm) -> None:
    at = form()
    connecting = {"tiktok.consent", "tiktok.token", "tiktok.user_info", "tiktok.authorize"}
    at.visitor.field("Caption for all accounts").fill("Hello from the hills")
    at.audience.select_option("SELF_ONLY")
    at.box("Allow Comment").check()
    is_ready(at.button)
    before = set(at.heard())
    at.publish()

    assert before - connecting == {"tiktok.creator_info"}
    assert "tiktok.video_init" in at.heard()


def test_that_it_may_take_a_few_minutes_is_said_before_the_click(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("SELF_ONLY")
    is_ready(at.button)

    at.visitor.sees("Processing may take a few minutes.")


def test_what_became_of_it_is_shown_without_a_reload(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("SELF_ONLY")
    at.publish()

    at.visitor.sees("Published")


# What makes it a form for everybody


def test_the_cover_of_a_video_is_the_moment_that_was_chosen(form: MakeForm) -> None:
    at = form()
    at.audience.select_option("SELF_ONLY")
    at.visitor.page.get_by_role("slider", name="Cover").fill("2500")
    post = at.publish()

    assert post["options"]["video_cover_timestamp_ms"] == 2500


def test_the_cover_of_photos_is_the_photo_that_was_chosen(form: MakeForm) -> None:
    at = form("photo")
    at.audience.select_option("SELF_ONLY")
    at.visitor.page.get_by_role("group", name="Cover").get_by_role("radio", name="Photo 2").check(force=True)
    at.box("Add music").check()
    post = at.publish()

    assert (post["options"]["photo_cover_index"], post["options"]["auto_add_music"]) == (1, True)


def test_a_tiktok_that_does_not_answer_can_be_asked_again(form: MakeForm) -> None:
    at = form()
    expect(at.audience).to_be_enabled()
    at.sandbox.fault("tiktok.creator_info", "html_502", account=at.connected.account, times=2)
    at.visitor.page.reload()
    at.visitor.sees("TikTok did not say what this account may post right now.")
    is_blocked(at.button)
    at.sandbox.clear_faults()
    at.visitor.button("Ask TikTok again").click()

    expect(at.audience).to_be_enabled()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_a_screen_reader(form: MakeForm, scheme: str, width: int) -> None:
    at = form("photo", scheme, width, comment_disabled=True)
    at.audience.select_option("PUBLIC_TO_EVERYONE")
    at.switch("Disclose commercial content").check()
    at.box("Branded content").check()

    assert at.visitor.barriers() == []
    assert at.visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
