"""A large file goes on where it was interrupted, and is byte for byte what was sent."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.stack.environment import BUCKET
from sandbox.stack.stack import Stack
from shared.media.plan import PART_BYTES, Plan, Span
from tests.functions.media.sending import MP4, key_of, send, to_send
from tests.functions.media.uploads import (
    announcement,
    begin,
    complete,
    public_url,
    put_bytes,
    put_part,
    store_of,
    under_way,
)
from tests.people import Project


def test_a_large_video_is_sent_in_parts_and_is_byte_for_byte_the_same(
    stack: Stack, project: Project, content_id: str, large_video: Path, db: psycopg.Connection[Any]
) -> None:
    verdict = project.owner.upload(content_id, large_video, MP4)

    assert (verdict["state"], verdict["width"], verdict["height"]) == ("ready", 360, 640)
    key = key_of(db, verdict["id"])
    stored = httpx.get(public_url(stack, key), trust_env=False)
    assert hashlib.sha256(stored.content).digest() == hashlib.sha256(large_video.read_bytes()).digest()
    assert stored.headers["content-type"] == MP4
    assert under_way(stack, key) == []
    assert project.owner.parts(verdict["id"]) == {
        "media_asset_id": verdict["id"], "parts": 3, "arrived": [1, 2, 3], "to_send": [],
    }  # fmt: skip


def test_after_half_of_it_only_the_other_half_is_sent(
    project: Project, content_id: str, large_video: Path, db: psycopg.Connection[Any]
) -> None:
    """After a reload the client knows nothing but the file, and asks as if it began."""
    data = large_video.read_bytes()
    asset_id = begin(project.owner, content_id, data)
    send(project.owner, asset_id, data, 1, 3)
    db.execute("update public.media_assets set addressed_at = now() - interval '23 hours' where id = %s", (asset_id,))

    again = begin(project.owner, content_id, data)
    found = project.owner.parts(again)

    assert again == asset_id
    assert (found["arrived"], [part["number"] for part in found["to_send"]]) == ([1, 3], [2])
    project.owner.send_parts(again, data)
    assert complete(project.owner, again).json()["state"] == "ready"


def test_whoever_asks_keeps_the_upload_from_being_abandoned(
    project: Project, asset_id: str, db: psycopg.Connection[Any]
) -> None:
    db.execute("update public.media_assets set addressed_at = now() - interval '23 hours' where id = %s", (asset_id,))
    to_send(project.owner, asset_id)

    ((is_fresh,),) = db.execute(
        "select addressed_at > now() - interval '1 minute' from public.media_assets where id = %s", (asset_id,)
    )
    assert is_fresh is True


def test_the_same_part_again_replaces_itself(project: Project, content_id: str, large_video: Path) -> None:
    data = large_video.read_bytes()
    asset_id = begin(project.owner, content_id, data)
    first, *rest = to_send(project.owner, asset_id)
    put_bytes(first["url"], bytes(first["byte_size"])).raise_for_status()
    for part in (first, *rest):
        put_part(part, data).raise_for_status()

    assert complete(project.owner, asset_id).json()["state"] == "ready"


def test_the_parts_of_the_largest_file_are_asked_for_a_few_at_a_time(
    project: Project, content_id: str, db: psycopg.Connection[Any]
) -> None:
    largest = announcement(content_id, b"", MP4, byte_size=4_000_000_000)
    reserved = project.owner.post("media/upload", largest).json()
    found = project.owner.parts(reserved["media_asset_id"])

    assert reserved["upload"] == {"method": "PARTS", "part_bytes": PART_BYTES, "parts": 239}
    assert (found["parts"], found["arrived"]) == (239, [])
    assert [part["number"] for part in found["to_send"]] == list(range(1, 25))
    assert {part["expires_in"] for part in found["to_send"]} == {900}
    db.execute("delete from public.media_assets where id = %s", (reserved["media_asset_id"],))


@pytest.mark.parametrize("size", [1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES, 4_000_000_000])
def test_every_byte_is_in_exactly_one_part_and_all_but_the_last_are_of_one_size(size: int) -> None:
    plan = Plan(size)
    spans = plan.spans()

    assert [span.number for span in spans] == list(range(1, plan.count + 1))
    assert [span.first_byte for span in spans] == [sum(s.byte_size for s in spans[:n]) for n in range(len(spans))]
    assert sum(span.byte_size for span in spans) == size
    assert {span.byte_size for span in spans[:-1]} <= {PART_BYTES}
    assert 0 < spans[-1].byte_size <= PART_BYTES
    assert plan.in_parts is (size > PART_BYTES)


def test_a_file_of_just_one_part_goes_in_one_piece_and_a_byte_more_in_two(project: Project, content_id: str) -> None:
    def method(byte_size: int) -> Any:
        body = announcement(content_id, b"", MP4, byte_size=byte_size)
        return project.owner.post("media/upload", body).json()["upload"]

    assert method(PART_BYTES)["method"] == "PUT"
    assert method(PART_BYTES + 1) == {"method": "PARTS", "part_bytes": PART_BYTES, "parts": 2}
    assert Plan(PART_BYTES + 1).spans()[-1] == Span(2, PART_BYTES, 1)


def test_an_upload_that_storage_gave_up_begins_anew(
    stack: Stack, project: Project, content_id: str, large_video: Path, db: psycopg.Connection[Any]
) -> None:
    """R2 keeps parts for a week."""
    data = large_video.read_bytes()
    asset_id = begin(project.owner, content_id, data)
    send(project.owner, asset_id, data, 1, 2)
    key = key_of(db, asset_id)
    (upload_id,) = under_way(stack, key)
    store_of(stack).abort_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload_id)

    assert complete(project.owner, asset_id).json()["code"] == "upload_missing"
    assert project.owner.parts(asset_id)["arrived"] == []
    assert under_way(stack, key) != [upload_id]
    project.owner.send_parts(asset_id, data)
    assert complete(project.owner, asset_id).json()["state"] == "ready"
