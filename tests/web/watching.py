"""What the tests of the history say of somebody who watches a publication."""

from __future__ import annotations

from playwright.sync_api import expect

from sandbox.creator import Creator
from tests.shared.publishing.clicks import Click
from tests.web.visitor import Visitor


def show(visitor: Visitor, made: Click) -> None:
    visitor.open(f"/p/{made.row()['project_id']}/history/{made.id}")


def standing(visitor: Visitor, words: str) -> None:
    """Where it is, as the screen says it."""
    expect(visitor.page.get_by_role("region", name=words)).to_be_visible()


def with_viewer(made: Click, viewer: Creator) -> Creator:
    made.db.execute(
        "insert into public.project_members (project_id, user_id, role) values (%s, %s, 'viewer')",
        (made.row()["project_id"], viewer.user.id),
    )
    return viewer


def no_barriers(visitor: Visitor) -> None:
    """In both themes."""
    visitor.page.emulate_media(color_scheme="dark")
    assert visitor.barriers() == [], "dark"
    visitor.page.emulate_media(color_scheme="light")
    assert visitor.barriers() == [], "light"
