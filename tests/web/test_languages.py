"""Another language needs no change of a screen: with a language that brackets every text, none is left without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from sandbox.creator import instagram_photo
from sandbox.seed import follow
from tests.people import Connected, Project
from tests.web.conftest import MakeVisitor
from tests.web.words import speak_brackets, unbracketed

# What people wrote or are called, and what permissions are called.
DATA = (
    "Hills",
    "A quiet morning",
    "@hill.walks",
    "Hill Walks",
    "Hello from the hills",
    "instagram_business_basic",
    "instagram_business_content_publish",
    "user.info.basic",
    "video.publish",
)
SCREENS = ("publish", "library", "history", "connections", "members")
BRACKETS = re.compile(r"\[.*\]")


@pytest.fixture
def busy_project(project: Project, connect: Callable[..., Connected], photo: dict[str, str]) -> Project:
    """With an account, a file and a post, so that its screens have something to say."""
    account = connect(project, "instagram")
    connect(project, "tiktok")
    follow(project.owner, instagram_photo(photo["content_id"], account.id, photo["media_asset_id"]))
    return project


def test_every_screen_of_a_project_can_be_translated(visit: MakeVisitor, busy_project: Project) -> None:
    visitor = visit(busy_project.owner)
    speak_brackets(visitor)

    left = {}
    for screen in SCREENS:
        visitor.open(f"/p/{busy_project.id}/{screen}")
        visitor.heading(BRACKETS).first.wait_for()
        left[screen] = unbracketed(visitor, *DATA)
    assert {screen: texts for screen, texts in left.items() if texts} == {}


@pytest.mark.parametrize("path", ["/projects", "/account", "/account/privacy"])
def test_the_screens_of_a_person_can_be_translated(visit: MakeVisitor, project: Project, path: str) -> None:
    visitor = visit(project.owner)
    speak_brackets(visitor)
    visitor.open(path)

    visitor.heading(BRACKETS).first.wait_for()
    assert unbracketed(visitor, project.owner.user.email, *DATA) == []


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-up", "/forgot-password"])
def test_the_front_door_can_be_translated(visit: MakeVisitor, path: str) -> None:
    visitor = visit()
    speak_brackets(visitor)
    visitor.open(path)

    visitor.heading(BRACKETS).first.wait_for()
    assert unbracketed(visitor, *DATA) == []


def test_words_of_a_screen_that_no_language_has_would_be_found(visit: MakeVisitor) -> None:
    visitor = visit()
    speak_brackets(visitor)
    visitor.open("/")
    visitor.heading(BRACKETS).first.wait_for()

    visitor.page.evaluate("() => document.querySelector('main').append('Click here')")

    assert unbracketed(visitor) == ["Click here"]
