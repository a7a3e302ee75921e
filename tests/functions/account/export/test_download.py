"""POST /api/account/export/download: for its owner, freshly signed in, for a day. Then it is gone."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sandbox.creator import Creator
from sandbox.stack.environment import BUCKET, PRIVATE_BUCKET
from sandbox.stack.stack import Stack
from tests.functions.account.export.exports import (
    Db,
    ask,
    download,
    expire,
    folder_of,
    let_leases_end,
    make_deletions_due,
    make_stale,
    status,
    storage,
    stored,
    value,
    wait,
)
from tests.functions.cron.crons import report
from tests.people import Project


@pytest.fixture
def ready(project: Project, photo: dict[str, str]) -> str:
    export_id = ask(project.owner)
    assert wait(project.owner, export_id)["state"] == "ready"
    return export_id


def test_the_export_of_another_is_not_there(project: Project, ready: str) -> None:
    for other in (project.editor, project.viewer, project.stranger):
        for answer in (download(other, ready), status(other, ready)):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert other.read("exports", select="id") == []


def test_an_open_browser_that_somebody_finds_downloads_nothing(project: Project, ready: str, db: Db) -> None:
    make_stale(db, project.owner)
    answer = download(project.owner, ready)

    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")
    assert value(db, "select downloaded_at is null from public.exports where id = %s", ready)


def test_what_is_not_ready_is_not_there(project: Project) -> None:
    export_id = ask(project.owner)

    assert download(project.owner, export_id).status_code == 404


def test_after_a_day_it_is_not_there_and_its_file_is_gone(stack: Stack, project: Project, ready: str, db: Db) -> None:
    url = download(project.owner, ready).json()["url"]
    folder = folder_of(db, ready)
    assert f"{folder}archive.zip" in stored(stack, folder)
    expire(db, ready)

    assert download(project.owner, ready).status_code == 404
    assert status(project.owner, ready).json()["state"] == "expired"
    assert report(stack, "exports")["expired"] >= 1
    assert stored(stack, folder) == []
    assert httpx.get(url, trust_env=False).status_code == 404
    assert value(db, "select state from public.exports where id = %s", ready) == "expired"


def test_the_queue_of_deletions_alone_ends_it_too(stack: Stack, project: Project, ready: str, db: Db) -> None:
    """Whatever became of the cron of exports."""
    folder = folder_of(db, ready)
    due = "select due_at = (select expires_at from public.exports where folder = %s) from private.object_deletions"
    assert value(db, f"{due} where object_key = %s", folder, folder)
    expire(db, ready)
    report(stack, "media")

    assert stored(stack, folder) == []


def test_the_address_is_good_for_minutes_and_for_this_file_alone(
    stack: Stack, project: Project, ready: str, db: Db
) -> None:
    link = download(project.owner, ready).json()
    asked = parse_qs(urlsplit(link["url"]).query)

    assert asked["X-Amz-Expires"] == ["300"] == [str(link["expires_in"])]
    found = httpx.get(link["url"], trust_env=False)
    assert found.headers["content-disposition"] == f'attachment; filename="{link["file_name"]}"'
    assert httpx.get(link["url"].replace("archive", "other"), trust_env=False).status_code == 403
    assert httpx.put(link["url"], content=b"x", trust_env=False).status_code == 403


def test_no_public_address_leads_to_it(stack: Stack, project: Project, ready: str, db: Db) -> None:
    key = f"{folder_of(db, ready)}archive.zip"
    for bucket in (PRIVATE_BUCKET, BUCKET):
        assert httpx.get(f"{stack.addresses.r2}/{bucket}/{key}", trust_env=False).status_code in (403, 404)
    # Nor do the words of the Data API to its own owner.
    with pytest.raises(httpx.HTTPStatusError):
        project.owner.read("exports", select="folder", id=f"eq.{ready}")


def test_the_first_download_answers_the_request_and_each_is_audited(project: Project, ready: str, db: Db) -> None:
    for _ in range(2):
        assert download(project.owner, ready).status_code == 200
    answered = (
        "select count(*) from public.privacy_requests as r inner join public.exports as e"
        " on r.request_id = e.request_id where e.id = %s and r.event = 'answered'"
    )

    assert value(db, answered, ready) == 1
    audited = "select count(*) from private.audit_log where subject_id = %s and action = 'export_downloaded'"
    assert value(db, audited, ready) == 2


def test_a_person_who_is_erased_leaves_no_archive(stack: Stack, make_creator: Callable[[], Creator], db: Db) -> None:
    """Not one that is ready, and none that is being made."""
    person = make_creator()
    ready = ask(person)
    wait(person, ready)
    making = ask(person)
    folders = [folder_of(db, export_id) for export_id in (ready, making)]
    storage(stack).create_multipart_upload(Bucket=PRIVATE_BUCKET, Key=f"{folders[1]}archive.zip")
    assert stored(stack, folders[1]) == [f"upload of {folders[1]}archive.zip"]
    db.execute("delete from auth.users where id = %s", (person.user.id,))
    make_deletions_due(db)
    report(stack, "media")

    assert value(db, "select count(*) from public.exports where id in (%s, %s)", ready, making) == 0
    assert [stored(stack, folder) for folder in folders] == [[], []]


def test_a_day_after_it_was_asked_what_could_not_be_made_is_given_up(stack: Stack, project: Project, db: Db) -> None:
    export_id = ask(project.owner)
    let_leases_end(db, export_id)
    db.execute("update public.exports set created_at = now() - interval '25 hours' where id = %s", (export_id,))

    assert report(stack, "exports")["failed"] >= 1
    assert status(project.owner, export_id).json()["state"] == "failed"


def test_after_thirty_days_nothing_is_known_of_it_but_the_request(
    stack: Stack, project: Project, ready: str, db: Db
) -> None:
    db.execute("update public.exports set created_at = now() - interval '30 days' where id = %s", (ready,))
    report(stack, "purge")

    assert value(db, "select count(*) from public.exports where id = %s", ready) == 0
    assert value(db, "select count(*) > 0 from public.privacy_requests where user_id = %s", project.owner.user.id)
