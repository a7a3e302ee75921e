"""The history of a project: everything that was clicked, a page at a time, found again by its filters."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from sandbox.creator import instagram_photo, tiktok_video
from tests.people import Connected, Project
from tests.shared.publishing.clicks import Click, MakeClick
from tests.web.conftest import MakeVisitor
from tests.web.visitor import Visitor
from tests.web.watching import no_barriers, standing

pytest_plugins = ["tests.shared.publishing.desk"]

Db = psycopg.Connection[Any]


def open_history(visitor: Visitor, project_id: str, query: str = "") -> None:
    visitor.open(f"/p/{project_id}/history{query}")


def rows(visitor: Visitor) -> Locator:
    return visitor.page.locator("ul.publications > li")


def add(db: Db, project: Project, count: int, *, state: str = "published", **columns: Any) -> None:
    """Old publications, four of them in every moment: no trigger has a say. The local Data API tells milliseconds."""
    given = {"content_id": None, "connection_id": None, "platform": "instagram", "reason": None} | columns
    ended = state in ("published", "failed")
    with db.transaction():
        db.execute("set local session_replication_role = replica")
        for number in range(count):
            db.execute(
                "insert into public.publications (project_id, content_id, connection_id, platform, kind, caption,"
                " state, reason, post_id, idempotency_key, request_hash, created_by, created_at, finished_at,"
                " next_step_at) values (%(project)s, %(content_id)s, %(connection_id)s, %(platform)s, 'photo',"
                " %(caption)s, %(state)s, %(reason)s, '1', %(key)s, repeat('0', 64), %(person)s,"
                " date_trunc('second', now()) - make_interval(mins => %(age)s),"
                " case when %(ended)s then now() end, null)",
                {
                    "project": project.id,
                    "caption": f"Walk number {number}",
                    "state": state,
                    "key": uuid.uuid4().hex,
                    "person": project.owner.user.id,
                    "age": 10 + number // 4,
                    "ended": ended,
                    **given,
                },
            )


def test_only_what_belongs_to_the_project_is_shown(
    visit: MakeVisitor, project: Project, click: MakeClick, db: Db
) -> None:
    click("instagram")
    add(db, project, 1)
    visitor = visit(project.owner)
    open_history(visitor, project.id)

    expect(rows(visitor)).to_have_count(1)
    visitor.sees("Walk number 0")


def test_an_empty_history_leads_to_publish_who_may(visit: MakeVisitor, project: Project) -> None:
    editor, viewer = visit(project.editor), visit(project.viewer)
    open_history(editor, project.id)
    open_history(viewer, project.id)

    editor.sees("Nothing published yet")
    expect(editor.link("Publish something")).to_have_attribute("href", f"/p/{project.id}/publish")
    viewer.sees("Nothing published yet")
    expect(viewer.link("Publish something")).to_have_count(0)
    no_barriers(editor)


def test_pages_follow_one_another_without_gap_or_repetition(visit: MakeVisitor, project: Project, db: Db) -> None:
    """Four share a moment, so the end of a page lies between rows of the same time."""
    add(db, project, 65)
    visitor = visit(project.viewer)
    open_history(visitor, project.id)
    expect(rows(visitor)).to_have_count(30)
    no_barriers(visitor)
    visitor.button("Show more").click()
    expect(rows(visitor)).to_have_count(60)
    visitor.button("Show more").press("Enter")
    expect(rows(visitor)).to_have_count(65)

    expect(visitor.button("Show more")).to_have_count(0)
    expect(rows(visitor).nth(60).get_by_role("link")).to_be_focused()
    seen = visitor.page.locator("ul.publications a.whole").all_text_contents()
    assert sorted(seen) == sorted(f"Walk number {number}" for number in range(65))
    newest_first = [int(name.split()[-1]) // 4 for name in seen]
    assert newest_first == sorted(newest_first)


@pytest.mark.parametrize(
    ("field", "choice", "found"),
    [
        ("State", "Published", {"Posted on Instagram", "Of an account that is gone"}),
        ("State", "Not published", {"Refused"}),
        ("State", "Needs you", {"In doubt"}),
        ("State", "Under way", {"On its way"}),
        ("Platform", "TikTok", {"In doubt"}),
        ("Account", "@hill.walks · Instagram", {"Posted on Instagram", "Refused", "On its way"}),
        ("Account", "Disconnected accounts", {"Of an account that is gone"}),
        ("Content", "A quiet morning", {"Posted on Instagram"}),
    ],
)
def test_a_filter_shows_what_fits_and_survives_a_reload(
    *,
    visit: MakeVisitor,
    project: Project,
    connect: Callable[..., Connected],
    db: Db,
    field: str,
    choice: str,
    found: set[str],
) -> None:
    instagram, tiktok = connect(project, "instagram").id, connect(project, "tiktok").id
    content = project.owner.create_content(project.id)
    add(db, project, 1, caption="Posted on Instagram", connection_id=instagram, content_id=content)
    add(db, project, 1, caption="Refused", state="failed", reason="daily_limit", connection_id=instagram)
    add(db, project, 1, caption="On its way", state="processing", connection_id=instagram)
    add(
        db, project, 1, caption="In doubt", state="unknown", reason="outcome_unclear", platform="tiktok",
        connection_id=tiktok,
    )  # fmt: skip
    add(db, project, 1, caption="Of an account that is gone")
    visitor = visit(project.viewer)
    open_history(visitor, project.id)
    expect(rows(visitor)).to_have_count(5)
    visitor.page.get_by_role("group", name="Filters").get_by_label(field).select_option(label=choice)
    expect(rows(visitor)).to_have_count(len(found))
    visitor.page.reload()

    expect(rows(visitor)).to_have_count(len(found))
    assert set(visitor.page.locator("ul.publications a.whole").all_text_contents()) == found


def test_filters_that_fit_nothing_say_how_to_see_everything_again(visit: MakeVisitor, project: Project, db: Db) -> None:
    add(db, project, 1)
    visitor = visit(project.owner)
    open_history(visitor, project.id, "?state=failed&platform=tiktok")
    visitor.sees("Nothing fits these filters")
    visitor.link("Show everything").click()

    expect(rows(visitor)).to_have_count(1)


def test_a_click_that_waits_for_a_word_needs_its_creator(visit: MakeVisitor, click: MakeClick, db: Db) -> None:
    made = click("instagram")
    db.execute(
        "insert into public.notices (user_id, project_id, kind, platform, cause, publication_id)"
        " values (%s, %s, 'confirmation_needed', 'instagram', 'platform_switched_off', %s)",
        (made.owner.user.id, made.row()["project_id"], made.id),
    )
    visitor = visit(made.owner)
    open_history(visitor, made.row()["project_id"], "?state=needs_you")

    expect(rows(visitor)).to_have_count(1)


def test_one_click_for_several_accounts_is_shown_side_by_side_until_each_has_ended(
    *,
    visit: MakeVisitor,
    project: Project,
    connect: Callable[..., Connected],
    photo: dict[str, str],
    video: dict[str, str],
    prompt: None,
) -> None:
    instagram, tiktok = connect(project, "instagram"), connect(project, "tiktok")
    clicked = [
        project.owner.publish(instagram_photo(photo["content_id"], instagram.id, photo["media_asset_id"])).json()["id"],
        project.owner.publish(tiktok_video(video["content_id"], tiktok.id, video["media_asset_id"])).json()["id"],
    ]
    visitor = visit(project.owner)
    open_history(visitor, project.id, f"?of={','.join(clicked)},{uuid.uuid4()}")
    cards = visitor.page.get_by_role("region", name="Your click on Publish")

    for platform in ("Instagram", "TikTok"):
        card = cards.get_by_role("listitem").filter(has_text=platform)
        expect(card.get_by_text("Published", exact=True)).to_be_visible()
    no_barriers(visitor)


def test_a_line_says_what_it_is_and_leads_to_all_of_it(visit: MakeVisitor, click: MakeClick) -> None:
    made: Click = click("instagram")
    made.step()
    visitor = visit(made.owner)
    open_history(visitor, made.row()["project_id"])
    line = rows(visitor).first

    for words in ("@hill.walks", "Photo", "Published"):
        expect(line).to_contain_text(words)
    expect(line.get_by_role("link", name=re.compile("^Open it on Instagram"))).to_have_attribute(
        "href", made.row()["permalink"]
    )
    expect(line.locator("img")).to_be_visible()
    line.get_by_role("link", name="Hello from the hills").click()
    visitor.comes_to(re.compile(f"/history/{made.id}$"))
    standing(visitor, "Published")
    no_barriers(visitor)
