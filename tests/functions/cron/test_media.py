"""GET /api/cron/media: a file whose row is gone goes too, and no other."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sandbox.stack.clients import Supabase
from sandbox.stack.ports import free_ports
from sandbox.stack.stack import Stack
from tests.functions.cron.crons import report, run
from tests.functions.media.uploads import begin, complete, is_stored, put, put_part, reserve, under_way, upload
from tests.people import Project

JPEG = "image/jpeg"
TEXT = b"This is not a picture.\n"


@dataclass(frozen=True, slots=True)
class HalfSent:
    """`rest` are the parts that have not been sent, with their addresses."""

    content_id: str
    asset_id: str
    key: str
    data: bytes
    rest: tuple[dict[str, Any], ...]


@pytest.fixture
def photo_key(photo: dict[str, str], db: psycopg.Connection[Any]) -> str:
    return key_of(db, photo["media_asset_id"])


def key_of(db: psycopg.Connection[Any], asset_id: str) -> str:
    found = db.execute("select object_key from public.media_assets where id = %s", (asset_id,)).fetchone()
    assert found is not None
    return str(found[0])


def is_queued(db: psycopg.Connection[Any], key: str) -> bool:
    return db.execute("select 1 from private.object_deletions where object_key = %s", (key,)).fetchone() is not None


def delete_content(project: Project, content_id: str) -> None:
    with project.owner.supabase.as_user(project.owner.user) as rest:
        rest.delete("/contents", params={"id": f"eq.{content_id}"}).raise_for_status()


def let_time_pass(db: psycopg.Connection[Any]) -> None:
    db.execute("update private.object_deletions set due_at = due_at - interval '7 hours'")


def test_a_deleted_contents_file_is_really_gone(
    stack: Stack, project: Project, photo: dict[str, str], photo_key: str, db: psycopg.Connection[Any]
) -> None:
    assert is_stored(stack, photo_key)
    delete_content(project, photo["content_id"])
    assert is_queued(db, photo_key)
    let_time_pass(db)

    assert report(stack, "media")["deleted"] >= 1
    assert not is_stored(stack, photo_key)
    assert not is_queued(db, photo_key)


def test_a_deleted_projects_files_are_really_gone(
    stack: Stack, project: Project, photo_key: str, db: psycopg.Connection[Any]
) -> None:
    db.execute("delete from public.projects where id = %s", (project.id,))
    let_time_pass(db)
    report(stack, "media")

    assert not is_stored(stack, photo_key)


def test_files_in_use_are_left_alone(stack: Stack, photo_key: str) -> None:
    report(stack, "media")

    assert is_stored(stack, photo_key)


def test_a_store_that_does_not_answer_loses_nothing(
    stack: Stack,
    project: Project,
    photo: dict[str, str],
    photo_key: str,
    db: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delete_content(project, photo["content_id"])
    let_time_pass(db)
    monkeypatch.setenv("R2_ENDPOINT", f"http://127.0.0.1:{free_ports(1)[0]}")
    failed = run(stack, "media")
    monkeypatch.undo()

    assert (failed.status_code, failed.json()["code"]) == (503, "storage_unavailable")
    assert is_queued(db, photo_key)
    report(stack, "media")
    assert not is_stored(stack, photo_key)


def test_an_upload_that_arrives_after_its_content_was_deleted_goes_too(
    stack: Stack, project: Project, db: psycopg.Connection[Any]
) -> None:
    """The signature is good for fifteen minutes, whatever became of the row."""
    content_id = project.owner.create_content(project.id)
    reserved = reserve(project.owner, content_id, TEXT, JPEG)
    key = key_of(db, reserved.id)
    delete_content(project, content_id)
    report(stack, "media")
    put(reserved, TEXT).raise_for_status()
    let_time_pass(db)
    report(stack, "media")

    assert not is_stored(stack, key)


@pytest.fixture
def half_sent(project: Project, large_video: Path, db: psycopg.Connection[Any]) -> HalfSent:
    content_id, data = project.owner.create_content(project.id, type="video"), large_video.read_bytes()
    asset_id = begin(project.owner, content_id, data)
    first, *rest = project.owner.parts(asset_id)["to_send"]
    put_part(first, data).raise_for_status()
    return HalfSent(content_id, asset_id, key_of(db, asset_id), data, tuple(rest))


def test_of_an_upload_whose_content_was_deleted_no_part_is_left(
    stack: Stack, project: Project, half_sent: HalfSent, db: psycopg.Connection[Any]
) -> None:
    """Its addresses are good for fifteen minutes, whatever became of the row."""
    delete_content(project, half_sent.content_id)
    report(stack, "media")
    for part in half_sent.rest:
        put_part(part, half_sent.data).raise_for_status()
    assert len(under_way(stack, half_sent.key)) == 1
    let_time_pass(db)
    report(stack, "media")

    assert under_way(stack, half_sent.key) == []
    assert {put_part(part, half_sent.data).status_code for part in half_sent.rest} == {404}
    assert not is_queued(db, half_sent.key)
    assert complete(project.owner, half_sent.asset_id).status_code == 404
    assert not is_stored(stack, half_sent.key)


def test_of_an_upload_that_was_given_up_no_part_is_left(
    stack: Stack, half_sent: HalfSent, db: psycopg.Connection[Any]
) -> None:
    db.execute(
        "update public.media_assets set addressed_at = now() - interval '24 hours' where id = %s", (half_sent.asset_id,)
    )
    assert report(stack, "purge")["removed"]["abandoned_uploads"] >= 1
    report(stack, "media")

    assert under_way(stack, half_sent.key) == []
    assert not is_queued(db, half_sent.key)


def test_an_upload_in_use_is_left_alone(stack: Stack, project: Project, half_sent: HalfSent) -> None:
    report(stack, "purge")
    report(stack, "media")

    assert project.owner.parts(half_sent.asset_id)["arrived"] == [1]


def test_a_file_waits_for_the_last_address_that_was_given_and_not_for_the_first(
    project: Project, half_sent: HalfSent, db: psycopg.Connection[Any]
) -> None:
    db.execute(
        "update public.media_assets set created_at = now() - interval '3 days' where id = %s", (half_sent.asset_id,)
    )
    delete_content(project, half_sent.content_id)

    ((waits,),) = db.execute(
        "select due_at > now() + interval '5 hours 59 minutes' from private.object_deletions where object_key = %s",
        (half_sent.key,),
    )
    assert waits is True


def test_a_refused_file_goes_even_when_its_deletion_was_interrupted(
    stack: Stack, project: Project, supabase: Supabase, db: psycopg.Connection[Any]
) -> None:
    """The function that refused it was killed between the verdict and the deletion."""
    content_id = project.owner.create_content(project.id)
    asset_id = upload(project.owner, content_id, TEXT, JPEG)
    verdict = {"p_media_asset_id": asset_id, "p_facts": {}, "p_refusal": "This is not a JPEG image."}
    with supabase.as_service() as rest:
        rest.post("/rpc/complete_media", json=verdict).raise_for_status()
    assert is_stored(stack, key_of(db, asset_id))

    complete(project.owner, asset_id)
    let_time_pass(db)
    report(stack, "media")

    assert not is_stored(stack, key_of(db, asset_id))


def test_a_long_queue_is_worked_off_by_several_runs_at_once(stack: Stack, db: psycopg.Connection[Any]) -> None:
    keys = [f"media/{secrets.token_hex(32)}.jpg" for _ in range(450)]
    with db.cursor() as cursor:
        cursor.executemany(
            "insert into private.object_deletions (object_key, due_at) values (%s, now() - interval '8 days')",
            [(key,) for key in keys],
        )
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: run(stack, "media"), range(4)))

    assert {answer.status_code for answer in answers} == {200}
    while report(stack, "media")["deleted"]:
        pass
    assert not any(is_queued(db, key) for key in keys)
