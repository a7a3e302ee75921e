"""Files on their way from a browser to storage: what is refused, what a bad network costs, and what is left alone."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from playwright.sync_api import Dialog, expect

from sandbox.samples import Samples
from sandbox.stack.environment import BUCKET
from tests.people import Project
from tests.web.conftest import MakeVisitor
from tests.web.uploading import WayToStorage, choose, drop, paste
from tests.web.visitor import Visitor

NO_NETWORK = r"Failed to load resource|ERR_|Failed to fetch"
MOST_LOOKS = 300
Db = psycopg.Connection[Any]


@pytest.fixture
def content_id(project: Project) -> str:
    return project.owner.create_content(project.id)


@pytest.fixture
def visitor(visit: MakeVisitor, project: Project, content_id: str) -> Visitor:
    """The owner, at a content without files."""
    owner = visit(project.owner)
    owner.open(f"/p/{project.id}/library/{content_id}")
    owner.sees("No file yet.")
    return owner


def files(db: Db, content_id: str) -> list[tuple[str, str, int | None]]:
    return db.execute(
        "select state::text, media_type, width from public.media_assets where content_id = %s order by created_at",
        (content_id,),
    ).fetchall()


def addresses(db: Db, visitor: Visitor, content_id: str) -> list[str]:
    """The public ones, whatever is there."""
    keys = db.execute(
        "select object_key from public.media_assets where content_id = %s order by created_at", (content_id,)
    ).fetchall()
    return [f"{visitor.addresses.r2}/{BUCKET}/{key}" for (key,) in keys]


def stored(db: Db, visitor: Visitor, content_id: str) -> list[str]:
    """What is really at each of them, as SHA-256."""
    found = [httpx.get(url, timeout=60).raise_for_status() for url in addresses(db, visitor, content_id)]
    return [hashlib.sha256(answer.content).hexdigest() for answer in found]


def arrived(project: Project, db: Db, content_id: str) -> list[int]:
    """The parts that storage has, as it says itself."""
    ids = db.execute("select id::text from public.media_assets where content_id = %s", (content_id,)).fetchall()
    return [number for (asset_id,) in ids for number in project.owner.parts(asset_id)["arrived"]]


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def shows(visitor: Visitor, name: str) -> None:
    """Not a broken picture: it has a width of its own."""
    picture = visitor.page.get_by_role("img", name=name)
    picture.wait_for()
    expect(picture).not_to_have_js_property("naturalWidth", 0)


# What is refused


def test_a_file_that_lies_about_its_type_is_refused_in_words_and_not_kept(
    visitor: Visitor, samples: Samples, content_id: str, db: Db
) -> None:
    choose(visitor, samples.text_named_jpg)

    visitor.sees("This is not a JPEG image.")
    assert files(db, content_id) == [("refused", "image/jpeg", None)]
    visitor.button("Remove text.jpg from this list").click()
    visitor.sees("1 file was refused")


def test_what_no_platform_takes_is_refused_before_a_byte_is_sent(
    *, visitor: Visitor, samples: Samples, content_id: str, tmp_path: Path, db: Db
) -> None:
    way = WayToStorage(visitor)
    screenshot, huge, nothing = tmp_path / "shot.png", tmp_path / "huge.jpg", tmp_path / "nothing.jpg"
    screenshot.write_bytes(samples.png_named_jpg.read_bytes())
    huge.write_bytes(bytes(20_000_001))
    nothing.touch()

    choose(visitor, screenshot, huge, nothing)

    visitor.sees("This kind of file cannot be published. Use JPEG, WebP, MP4, MOV, and WebM.")
    visitor.sees("An image may have 20 MB. Export it smaller.")
    visitor.sees("The file is empty. Choose another one.")
    assert (files(db, content_id), way.sent) == ([], [])


def test_who_may_only_look_adds_nothing(
    *, visit: MakeVisitor, project: Project, samples: Samples, content_id: str, db: Db
) -> None:
    viewer = visit(project.viewer)
    for place in (f"/p/{project.id}/library/{content_id}", f"/p/{project.id}/library"):
        viewer.open(place)
        viewer.sees("You can look at this project and not change it.")
        drop(viewer, samples.photo)
        paste(viewer, samples.photo)
        expect(viewer.button("Add files")).to_have_count(0)

    assert files(db, content_id) == []
    assert db.execute("select count(*) from public.contents where project_id = %s", (project.id,)).fetchone() == (1,)


def test_the_limit_of_an_hour_is_waited_for_and_not_run_into(
    visitor: Visitor, project: Project, samples: Samples, content_id: str, db: Db
) -> None:
    visitor.expect_problem("429")
    db.execute(
        "insert into private.rate_limits (user_id, action, arrival_at)"
        " values (%s, 'upload', now() + interval '1 hour' - interval '9 seconds')",
        (project.owner.user.id,),
    )
    choose(visitor, samples.photo)
    visitor.sees("No answer. Trying again in a moment.")

    shows(visitor, "Photo, file 1")
    assert [state for state, *_ in files(db, content_id)] == ["ready"]


# What a bad network costs


def test_offline_it_waits_and_goes_on_by_itself(visitor: Visitor, samples: Samples, content_id: str, db: Db) -> None:
    visitor.expect_problem(NO_NETWORK)
    visitor.page.context.set_offline(True)
    choose(visitor, samples.photo)
    visitor.sees("Waiting for your connection. It goes on by itself.")

    visitor.page.context.set_offline(False)

    shows(visitor, "Photo, file 1")
    assert stored(db, visitor, content_id) == [sha256(samples.photo)]


def test_a_network_that_is_lost_on_the_way_to_storage_costs_nothing(
    visitor: Visitor, samples: Samples, content_id: str, db: Db
) -> None:
    visitor.expect_problem(NO_NETWORK)
    visitor.page.route(f"{visitor.addresses.r2}/**", lambda route: route.abort("connectionreset"), times=2)
    choose(visitor, samples.photo)

    shows(visitor, "Photo, file 1")
    assert [state for state, *_ in files(db, content_id)] == ["ready"]
    assert stored(db, visitor, content_id) == [sha256(samples.photo)]


def test_storage_that_is_busy_is_asked_again(visitor: Visitor, samples: Samples, content_id: str, db: Db) -> None:
    visitor.expect_problem("503")
    WayToStorage(visitor).answer(503)
    choose(visitor, samples.photo)

    shows(visitor, "Photo, file 1")
    assert stored(db, visitor, content_id) == [sha256(samples.photo)]


def test_an_address_that_is_too_old_is_asked_for_anew(
    visitor: Visitor, samples: Samples, content_id: str, db: Db
) -> None:
    visitor.expect_problem("403")
    WayToStorage(visitor).answer(403)
    choose(visitor, samples.photo)

    shows(visitor, "Photo, file 1")
    assert [state for state, *_ in files(db, content_id)] == ["ready"]


def test_a_lost_answer_of_storage_does_not_make_two_files(
    visitor: Visitor, samples: Samples, content_id: str, db: Db
) -> None:
    """The file is there already, and storage says so: it takes none in its place."""
    visitor.expect_problem(NO_NETWORK)

    def send_and_forget(route: Any) -> None:
        if route.request.method == "PUT":
            route.fetch()
        route.abort("connectionreset")

    visitor.page.route(f"{visitor.addresses.r2}/**", send_and_forget, times=1)
    choose(visitor, samples.photo)

    shows(visitor, "Photo, file 1")
    assert stored(db, visitor, content_id) == [sha256(samples.photo)]


def test_after_a_reload_the_same_file_goes_on_where_it_was(
    *, visitor: Visitor, project: Project, large_video: Path, content_id: str, db: Db
) -> None:
    way = WayToStorage(visitor)
    way.hold_after(2)
    choose(visitor, large_video)
    for _ in range(MOST_LOOKS):
        if len(arrived(project, db, content_id)) == 2:
            break
        visitor.page.wait_for_timeout(200)
    assert [state for state, *_ in files(db, content_id)] == ["uploading"]
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    visitor.page.reload()
    visitor.sees("Choose the same file again and it goes on")
    before = len(way.sent)
    way.lose()

    choose(visitor, large_video)

    visitor.page.locator(".medium video").wait_for()
    assert len(way.sent) - before == 1, "only the part that was missing"
    assert [state for state, *_ in files(db, content_id)] == ["ready"]
    assert stored(db, visitor, content_id) == [sha256(large_video)]


def test_a_large_file_goes_on_through_a_lost_network(
    visitor: Visitor, large_video: Path, content_id: str, db: Db
) -> None:
    visitor.expect_problem(NO_NETWORK)
    way = WayToStorage(visitor)
    way.hold_after(1)
    choose(visitor, large_video)
    visitor.sees("Uploading")
    visitor.page.context.set_offline(True)
    way.go_on()
    visitor.sees("Waiting for your connection. It goes on by itself.")
    visitor.page.context.set_offline(False)

    visitor.page.locator(".medium video").wait_for()
    assert stored(db, visitor, content_id) == [sha256(large_video)]


# What goes on, and what ends


def test_files_stand_in_the_order_in_which_they_were_chosen(
    visitor: Visitor, samples: Samples, content_id: str, db: Db
) -> None:
    chosen = (samples.video, samples.photo, samples.photos[1], samples.photos[2])
    drop(visitor, *chosen)

    expect(visitor.page.locator(".medium")).to_have_count(4)
    assert stored(db, visitor, content_id) == [sha256(file) for file in chosen]


def test_a_picture_can_be_pasted(visitor: Visitor, samples: Samples, content_id: str, db: Db) -> None:
    paste(visitor, samples.webp)

    shows(visitor, "Photo, file 1")
    assert stored(db, visitor, content_id) == [sha256(samples.webp)]


def test_it_goes_on_while_somebody_looks_at_something_else(
    *, visitor: Visitor, project: Project, samples: Samples, content_id: str, db: Db
) -> None:
    way = WayToStorage(visitor)
    way.hold_after(0)
    choose(visitor, samples.photo)
    visitor.link("Library").first.click()
    visitor.heading("Library").wait_for()
    visitor.sees("Uploading 1 file")
    way.go_on()

    visitor.sees("All uploads are done")
    assert stored(db, visitor, content_id) == [sha256(samples.photo)]
    visitor.link("All uploads are done").click()
    visitor.comes_to(f"/p/{project.id}/library/{content_id}")


def test_whoever_leaves_the_page_meanwhile_is_asked(visitor: Visitor, samples: Samples) -> None:
    WayToStorage(visitor).hold_after(0)
    choose(visitor, samples.photo)
    visitor.sees("Uploading 1 file")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    visitor.page.on("dialog", stay)
    visitor.page.close(run_before_unload=True)
    visitor.page.wait_for_timeout(500)

    assert asked == ["beforeunload"]
    visitor.sees("Uploading 1 file")


def test_what_is_cancelled_is_not_sent(visitor: Visitor, samples: Samples, content_id: str, db: Db) -> None:
    visitor.expect_problem(NO_NETWORK)
    way = WayToStorage(visitor)
    way.answer(503, 503, 503)
    choose(visitor, samples.photo)
    visitor.sees("No answer. Trying again in a moment.")
    visitor.button("Cancel the upload of photo.jpg").click()

    visitor.sees_not("photo.jpg")
    assert [state for state, *_ in files(db, content_id)] == ["uploading"]
    assert way.sent == []


def test_the_end_of_a_session_is_the_end_of_its_uploads(
    visitor: Visitor, samples: Samples, content_id: str, db: Db
) -> None:
    visitor.expect_problem("401")
    way = WayToStorage(visitor)
    refusal = {"code": "not_signed_in", "title": "Not signed in", "detail": "Sign in.", "status": 401}
    visitor.page.route("**/api/media/complete", lambda route: route.fulfill(status=401, json=refusal))
    way.hold_after(1)
    choose(visitor, samples.photo, samples.photos[1])
    visitor.heading("Sign in").wait_for()
    way.go_on()
    visitor.page.wait_for_timeout(500)

    assert [httpx.head(url).status_code for url in addresses(db, visitor, content_id)] == [200, 404]
    assert [state for state, *_ in files(db, content_id)] == ["uploading", "uploading"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_of_it_is_a_barrier(visitor: Visitor, samples: Samples, theme: Any) -> None:
    visitor.page.emulate_media(color_scheme=theme)
    way = WayToStorage(visitor)
    way.hold_after(1)
    choose(visitor, samples.text_named_jpg, samples.photo)
    visitor.sees("This is not a JPEG image.")
    visitor.sees("Uploading 1 file")

    assert visitor.barriers() == []
    way.go_on()
    shows(visitor, "Photo, file 1")
