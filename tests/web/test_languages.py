"""Another language needs no change of a screen: with a language that brackets every text, none is left without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from sandbox.creator import instagram_photo
from sandbox.seed import follow
from tests.people import Connected, Project
from tests.web.conftest import MakeVisitor
from tests.web.visitor import Visitor

BRACKETED = "localStorage.setItem('itoms-language', 'en-XA')"
# Texts that are seen or read out, but for those of a moment, which the browser itself puts into words.
TEXTS = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const around = node.parentElement;
    if (!around.closest('script, noscript, time')) found.push(node.data);
  }
  for (const element of document.querySelectorAll('[aria-label], [alt], [placeholder], [title]')) {
    if (element.closest('time')) continue;
    for (const name of ['aria-label', 'alt', 'placeholder', 'title']) found.push(element.getAttribute(name) ?? '');
  }
  return [document.title, ...found];
}"""
SCREENS = ("publish", "library", "history", "connections", "members")
# What people wrote or are called, what languages and code are called, and what numbers are written with.
DATA = re.compile(
    r"Hills|A quiet morning|@?hill\.walks|Hello from the hills|Hill Walks|u[0-9a-f-]+@itoms\.test|privacy@[a-z.]+"
    r"|instagram_business_\w+|user\.info\.basic|video\.publish|English|\b(kB|MB|GB|byte|px|fps|AM|PM)\b"
    r"|\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b|[0-9a-f]{8}-[0-9a-f-]{27}"
)


def unbracketed(visitor: Visitor) -> list[str]:
    visitor.page.locator(".skeleton").first.wait_for(state="detached")
    texts: list[str] = visitor.page.evaluate(TEXTS)
    return [text for text in texts if re.search("[A-Za-z]", DATA.sub("", without_brackets(text)))]


def without_brackets(text: str) -> str:
    """Words may hold other words, so from the innermost on."""
    shorter = re.sub(r"\[[^\[\]]*\]", "", text)
    return shorter if shorter == text else without_brackets(shorter)


@pytest.fixture
def busy_project(project: Project, connect: Callable[..., Connected], photo: dict[str, str]) -> Project:
    """With an account, a file and a post, so that its screens have something to say."""
    account = connect(project, "instagram")
    connect(project, "tiktok")
    follow(project.owner, instagram_photo(photo["content_id"], account.id, photo["media_asset_id"]))
    return project


def test_every_screen_of_a_project_can_be_translated(visit: MakeVisitor, busy_project: Project) -> None:
    visitor = visit(busy_project.owner)
    visitor.page.add_init_script(BRACKETED)

    left = {}
    for screen in SCREENS:
        visitor.open(f"/p/{busy_project.id}/{screen}")
        visitor.heading(re.compile(r"\[.*\]")).first.wait_for()
        left[screen] = unbracketed(visitor)
    assert {screen: texts for screen, texts in left.items() if texts} == {}


@pytest.mark.parametrize("path", ["/projects", "/account", "/account/privacy"])
def test_the_screens_of_a_person_can_be_translated(visit: MakeVisitor, project: Project, path: str) -> None:
    visitor = visit(project.owner)
    visitor.page.add_init_script(BRACKETED)
    visitor.open(path)

    visitor.heading(re.compile(r"\[.*\]")).first.wait_for()
    assert unbracketed(visitor) == []


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-up", "/forgot-password"])
def test_the_front_door_can_be_translated(visit: MakeVisitor, path: str) -> None:
    visitor = visit()
    visitor.page.add_init_script(BRACKETED)
    visitor.open(path)

    visitor.heading(re.compile(r"\[.*\]")).first.wait_for()
    assert unbracketed(visitor) == []


def test_words_of_a_screen_that_no_language_has_would_be_found(visit: MakeVisitor) -> None:
    visitor = visit()
    visitor.page.add_init_script(BRACKETED)
    visitor.open("/")
    visitor.heading(re.compile(r"\[.*\]")).first.wait_for()

    visitor.page.evaluate("() => document.querySelector('main').append('Click here')")

    assert unbracketed(visitor) == ["Click here"]
