"""The library: what is in it and who may change it, the words of a content, and where its files fit."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Route, expect

from sandbox.creator import instagram_photo
from sandbox.samples import Samples
from tests.people import Connected, Project
from tests.web.conftest import MakeVisitor
from tests.web.uploading import choose, drop
from tests.web.visitor import Visitor

SAVED = "All changes are saved."
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])
Db = psycopg.Connection[Any]


@pytest.fixture
def content_id(project: Project) -> str:
    return project.owner.create_content(project.id, description="Over the hills", tags=["hills"])


@pytest.fixture
def library(visit: MakeVisitor, project: Project) -> Visitor:
    visitor = visit(project.owner)
    visitor.open(f"/p/{project.id}/library")
    visitor.heading("Library").wait_for()
    return visitor


@pytest.fixture
def content(visit: MakeVisitor, project: Project, content_id: str) -> Visitor:
    visitor = visit(project.owner)
    visitor.open(f"/p/{project.id}/library/{content_id}")
    visitor.sees(SAVED)
    return visitor


def words(db: Db, content_id: str) -> tuple[Any, ...] | None:
    return db.execute(
        "select title, description, type::text, tags from public.contents where id = %s", (content_id,)
    ).fetchone()


def add_contents(db: Db, project: Project, count: int) -> None:
    """The first one is the oldest."""
    db.execute(
        "insert into public.contents (project_id, type, title, created_at)"
        " select %s, 'image', 'Walk ' || lpad(n::text, 4, '0'), now() - (%s - n) * interval '1 minute'"
        " from generate_series(1, %s) as n",
        (project.id, count + 1, count),
    )


# Who may


def test_a_content_of_another_project_is_not_there(
    visit: MakeVisitor, project: Project, content_id: str, db: Db
) -> None:
    stranger = visit(project.stranger)
    own = project.stranger.create_project("Valleys")
    for place in (f"/p/{project.id}/library/{content_id}", f"/p/{own}/library/{content_id}"):
        stranger.open(place)
        stranger.heading(re.compile("is not there any more|does not exist")).wait_for()
        stranger.sees_not("Over the hills")


def test_who_may_only_look_sees_everything_and_changes_nothing(
    visit: MakeVisitor, project: Project, photo: dict[str, str]
) -> None:
    viewer = visit(project.viewer)
    viewer.open(f"/p/{project.id}/library")
    viewer.sees("You can look at this project and not change it.")
    expect(viewer.button("New content")).to_have_count(0)
    viewer.link("A quiet morning").click()
    viewer.sees("4:5, upright")
    viewer.sees("Fits")

    for control in ("Add files", "Delete content"):
        expect(viewer.button(control)).to_have_count(0)
    expect(viewer.page.get_by_role("textbox")).to_have_count(0)


# What is in it


@pytest.mark.parametrize("way", [choose, drop])
def test_files_become_a_content_that_is_called_as_the_first_one(
    *, library: Visitor, project: Project, samples: Samples, db: Db, way: Any
) -> None:
    way(library, samples.video, samples.photo)

    library.heading("video").wait_for()
    expect(library.page.locator(".medium")).to_have_count(2)
    made = db.execute("select title, type::text from public.contents where project_id = %s", (project.id,)).fetchall()
    assert made == [("video", "video")]
    probed = db.execute(
        "select state::text, media_type, width, height, duration_ms, video_codec from public.media_assets"
        " where project_id = %s order by created_at",
        (project.id,),
    ).fetchall()
    assert probed == [
        ("ready", "video/mp4", 720, 1280, 4000, "h264"),
        ("ready", "image/jpeg", 1080, 1350, None, None),
    ]
    library.sees("H.264, 30 frames a second")


def test_a_content_without_files_can_be_begun(library: Visitor, project: Project, db: Db) -> None:
    library.button("New content").click()

    library.heading("Untitled").wait_for()
    library.sees("No file yet.")
    assert db.execute("select title from public.contents where project_id = %s", (project.id,)).fetchall() == [
        ("Untitled",)
    ]


def test_fifty_are_shown_at_once_and_the_oldest_of_a_thousand_is_found(
    library: Visitor, project: Project, db: Db
) -> None:
    add_contents(db, project, 1005)
    library.page.reload()
    library.sees("1,005 contents")
    cards = library.page.locator(".content-card")
    expect(cards).to_have_count(50)
    expect(cards.first).to_contain_text("Walk 1005")
    library.button("Show 50 more").click()
    expect(cards).to_have_count(100)

    library.field("Search in titles and tags").fill("0001 walk")
    library.sees("1 content")
    library.link("Walk 0001").wait_for()


def test_tags_and_types_narrow_it_down_and_nothing_found_says_what_to_do(
    library: Visitor, project: Project, content_id: str
) -> None:
    project.owner.create_content(project.id, type="video", title="Evening", tags=["Séa"])
    library.page.reload()
    library.sees("2 contents")
    library.field("Search in titles and tags").fill("#sea")
    library.sees("1 content")
    library.link("Evening").wait_for()

    library.field("Type").select_option("Image")
    library.sees("Nothing matches.")
    library.button("Show all").click()
    library.sees("2 contents")


# Its words


def test_words_are_saved_while_they_are_typed(content: Visitor, content_id: str, db: Db) -> None:
    content.field("Title").fill("Above the fog")
    content.field("Description").fill("Filmed in the morning light.")
    content.field("Type").select_option("Article")
    content.sees("Not saved yet.")
    content.sees(SAVED)

    assert words(db, content_id) == ("Above the fog", "Filmed in the morning light.", "article", ["hills"])
    content.heading("Above the fog").wait_for()


def test_what_has_just_been_typed_is_saved_when_somebody_goes_on(content: Visitor, content_id: str, db: Db) -> None:
    content.field("Title").fill("Above the fog")
    content.page.get_by_role("main").get_by_role("link", name="Library").click()

    content.link("Above the fog").wait_for()
    assert words(db, content_id) == ("Above the fog", "Over the hills", "image", ["hills"])


def test_a_list_that_is_just_being_read_does_not_show_the_words_from_before(content: Visitor) -> None:
    """What it would be answered was read before the words were saved."""
    slow: list[Route] = []
    saving: list[Route] = []

    def read(route: Route) -> None:
        if slow:
            route.continue_()
            return
        slow.append(route)
        saving[0].continue_()

    content.page.route(re.compile("/rest/v1/contents.*project_id=eq"), read)
    content.page.route(
        re.compile("/rest/v1/contents"),
        lambda route: saving.append(route) if route.request.method == "PATCH" else route.fallback(),
    )
    content.field("Title").fill("Above the fog")
    content.page.get_by_role("main").get_by_role("link", name="Library").click()

    content.link("Above the fog").wait_for()
    slow[0].continue_()


@pytest.mark.parametrize(
    ("title", "told"),
    [("", "A content needs a title."), ("   ", "A content needs a title."), ("x" * 301, "this has 301")],
)
def test_a_title_that_cannot_be_is_never_called_saved(
    *, content: Visitor, content_id: str, db: Db, title: str, told: str
) -> None:
    content.field("Title").fill(title)

    content.sees(told)
    content.sees("Your changes are not saved.")
    content.page.wait_for_timeout(1500)
    content.sees_not(SAVED)
    assert words(db, content_id) == ("A quiet morning", "Over the hills", "image", ["hills"])
    content.field("Title").fill("Above the fog")
    content.sees(SAVED)


def test_a_title_of_300_characters_is_one_whatever_they_are(content: Visitor, content_id: str, db: Db) -> None:
    title = "\N{CUSTARD}" * 300
    content.field("Title").fill(title)
    content.sees("Not saved yet.")
    content.sees(SAVED)

    assert words(db, content_id) == (title, "Over the hills", "image", ["hills"])


def test_what_could_not_be_saved_is_kept_and_tried_again(content: Visitor, content_id: str, db: Db) -> None:
    content.expect_problem("ERR_|503")
    content.page.route("**/rest/v1/contents?*", lambda route: route.abort("connectionreset"))
    content.field("Title").fill("Above the fog")
    content.sees("Your changes are not saved.")
    content.sees("itoms is not answering")
    content.page.unroute_all()
    content.button("Try again").click()

    content.sees(SAVED)
    assert words(db, content_id) == ("Above the fog", "Over the hills", "image", ["hills"])


def test_two_who_change_different_words_at_once_both_keep_theirs(
    content: Visitor, visit: MakeVisitor, project: Project, content_id: str, db: Db
) -> None:
    other = visit(project.editor)
    other.open(f"/p/{project.id}/library/{content_id}")
    other.field("Description").fill("By Eve")
    other.sees("Not saved yet.")
    other.sees(SAVED)
    content.field("Title").fill("By Ada")
    content.sees("Not saved yet.")
    content.sees(SAVED)

    assert words(db, content_id) == ("By Ada", "By Eve", "image", ["hills"])


def test_tags_need_no_mouse(content: Visitor, content_id: str, db: Db) -> None:
    tags, keys = content.page.get_by_role("textbox", name="Tags"), content.page.keyboard
    tags.focus()
    keys.type("#sea,Hills,")
    keys.type("long walk")
    keys.press("Enter")
    keys.press("Backspace")
    keys.type("evening")
    keys.press("Enter")
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(tags).to_be_focused()
    content.sees("sea removed")
    content.sees(SAVED)

    assert words(db, content_id) == ("A quiet morning", "Over the hills", "image", ["hills", "evening"])
    tags.fill("x" * 101)
    keys.press("Enter")
    content.sees("A tag has at most 100 characters.")


# Where its files fit


def test_what_stands_in_the_way_of_a_file_is_said_with_what_helps(
    content: Visitor, samples: Samples, content_id: str, db: Db
) -> None:
    choose(content, samples.photo)
    content.sees("4:5, upright")
    fit = content.page.locator("section", has=content.heading("Where it fits"))
    expect(fit.get_by_text("Fits", exact=True)).to_have_count(3)
    db.execute("update public.media_assets set height = 3000 where content_id = %s", (content_id,))
    content.page.reload()

    expect(fit.get_by_text("Does not fit")).to_have_count(2)
    expect(fit).to_contain_text("The shape of the image is 0.4:1; it must be between 4:5 upright and 1.91:1 wide.")
    expect(fit).to_contain_text("Crop it")


def test_several_files_fit_together_and_alone(content: Visitor, samples: Samples) -> None:
    choose(content, samples.photo, samples.video)
    fit = content.page.locator("section", has=content.heading("Where it fits"))

    expect(fit).to_contain_text("The 2 files together, in this order")
    expect(fit.get_by_role("listitem")).to_have_count(1)
    expect(fit).to_contain_text("Instagram Carousel")
    content.page.get_by_text("Where this file fits alone").nth(1).click()
    content.sees("How long it may be, TikTok says for each account.")


# Its end


def test_deleting_says_what_goes_and_what_stays_and_takes_no_more(
    *, visit: MakeVisitor, project: Project, photo: dict[str, str], connect: Any, db: Db
) -> None:
    connected: Connected = connect(project, "instagram")
    published = project.owner.publish(instagram_photo(connection_id=connected.id, **photo)).json()
    visitor = visit(project.owner)
    visitor.open(f"/p/{project.id}/library/{photo['content_id']}")
    visitor.button("Delete content").click()
    visitor.sees("“A quiet morning” goes at once, with its words and 1 file.")
    visitor.sees("What was published stays on Instagram and TikTok.")
    visitor.page.keyboard.press("Escape")
    expect(visitor.button("Delete content")).to_be_focused()
    visitor.button("Delete content").click()
    visitor.button("Delete it").click()

    visitor.comes_to(f"/p/{project.id}/library")
    visitor.sees("Nothing here yet")
    expect(visitor.heading("Library")).to_be_focused()
    left = db.execute(
        "select (select count(*) from public.contents where project_id = %(project)s),"
        " (select count(*) from public.media_assets where project_id = %(project)s),"
        " (select count(*) from public.publications where id = %(publication)s)",
        {"project": project.id, "publication": published["id"]},
    ).fetchone()
    assert left == (0, 0, 1)


def test_a_content_that_somebody_else_deletes_meanwhile_is_not_pretended(
    content: Visitor, project: Project, content_id: str, db: Db
) -> None:
    db.execute("delete from public.contents where id = %s", (content_id,))
    content.field("Title").fill("Above the fog")

    content.sees("Your changes are not saved.")
    content.sees("There is no such thing, or it is not shared with you.")
    content.page.reload()
    content.heading("This content is not there any more").wait_for()


# For everybody


@THEMES
@pytest.mark.parametrize("width", [360, 1280])
def test_the_library_has_no_barrier(
    *, library: Visitor, project: Project, photo: dict[str, str], theme: Any, width: int
) -> None:
    fits_the_screen(library, theme, width)
    library.page.reload()
    library.link("A quiet morning").wait_for()
    fits_the_screen(library, theme, width)


@THEMES
@pytest.mark.parametrize("width", [360, 1280])
def test_a_content_has_no_barrier(
    *, visit: MakeVisitor, project: Project, video: dict[str, str], theme: Any, width: int
) -> None:
    visitor = visit(project.owner)
    visitor.open(f"/p/{project.id}/library/{video['content_id']}")
    visitor.field("Title").fill("")
    visitor.sees("A content needs a title.")
    visitor.sees("How long it may be")
    fits_the_screen(visitor, theme, width)
    visitor.button("Delete content").click()
    visitor.sees("Delete this content?")
    assert visitor.barriers() == []


def fits_the_screen(visitor: Visitor, theme: Any, width: int) -> None:
    visitor.page.set_viewport_size({"width": width, "height": 800})
    visitor.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    assert visitor.barriers() == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
