"""POST /api/media/parts: a large file arrives in parts, goes on where it was interrupted, and is one file or none."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import botocore.auth
import httpx
import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.stack.clients import local_client
from sandbox.stack.environment import BUCKET
from sandbox.stack.ports import free_ports
from sandbox.stack.stack import Stack
from shared.media import upload as uploading
from shared.media.plan import PART_BYTES, Plan, Span
from shared.media.storage import Storage
from tests.functions.media.uploads import (
    announcement,
    begin,
    complete,
    is_stored,
    piece,
    public_url,
    put_bytes,
    put_part,
    reserve,
    store_of,
    under_way,
)
from tests.limits import LIMITS, leave, told_to_wait
from tests.people import Project

MP4 = "video/mp4"
LAST = b"The third and last part."
HEADERS = {
    "an_acl": {"x_amz_acl": "public-read-write"},
    "metadata": {"x_amz_meta_owner": "somebody"},
    "a_copy_of_another_file": {"x_amz_copy_source": f"/{BUCKET}/media/secret.mp4"},
    "a_checksum": {"x_amz_checksum_sha256": "A" * 43 + "="},
}


@cache
def text() -> bytes:
    """Three parts of what is no video."""
    return b"No video. " * (2 * PART_BYTES // 10) + b"!" * (2 * PART_BYTES % 10) + LAST


@pytest.fixture
def content_id(project: Project) -> str:
    return project.owner.create_content(project.id, type="video")


@pytest.fixture
def asset_id(project: Project, content_id: str) -> str:
    return begin(project.owner, content_id, text())


@pytest.fixture
def key(asset_id: str, db: psycopg.Connection[Any]) -> str:
    return key_of(db, asset_id)


def key_of(db: psycopg.Connection[Any], asset_id: str) -> str:
    found = db.execute("select object_key from public.media_assets where id = %s", (asset_id,)).fetchone()
    assert found is not None
    return str(found[0])


def state_of(db: psycopg.Connection[Any], asset_id: str) -> str:
    found = db.execute("select state from public.media_assets where id = %s", (asset_id,)).fetchone()
    return str(found[0]) if found else "gone"


def ask(person: Creator, asset_id: str) -> httpx.Response:
    return person.post("media/parts", {"media_asset_id": asset_id})


def to_send(person: Creator, asset_id: str) -> list[dict[str, Any]]:
    return list(person.parts(asset_id)["to_send"])


def send(person: Creator, asset_id: str, data: bytes, *numbers: int) -> None:
    for part in to_send(person, asset_id):
        if part["number"] in numbers:
            put_part(part, data).raise_for_status()


def place_part(stack: Stack, key: str, number: int, data: bytes) -> None:
    (upload_id,) = under_way(stack, key)
    store_of(stack).upload_part(Bucket=BUCKET, Key=key, UploadId=upload_id, PartNumber=number, Body=data)


# What the signature fixes


@pytest.mark.parametrize("change", ["longer", "shorter", "empty", "the_last_parts"])
def test_the_store_refuses_a_part_of_another_length(project: Project, asset_id: str, change: str) -> None:
    first, *_ = to_send(project.owner, asset_id)
    data = piece(first, text())
    body = {"longer": data + b"!", "shorter": data[:-1], "empty": b"", "the_last_parts": LAST}[change]

    assert put_bytes(first["url"], body).status_code == 403
    assert project.owner.parts(asset_id)["arrived"] == []


def test_an_address_takes_no_part_of_another_number_upload_or_file(
    project: Project, content_id: str, asset_id: str, key: str, db: psycopg.Connection[Any]
) -> None:
    other = begin(project.owner, content_id, text()[:-1])
    first, theirs = to_send(project.owner, asset_id)[0], to_send(project.owner, other)[0]
    upload_id, their_upload_id = (httpx.URL(part["url"]).params["uploadId"] for part in (first, theirs))
    forged = [
        first["url"].replace("partNumber=1", "partNumber=2"),
        first["url"].replace("partNumber=1", "partNumber=4"),
        first["url"].replace(upload_id, their_upload_id),
        first["url"].replace(key, key_of(db, other)),
        first["url"].replace(key, key_of(db, other)).replace(upload_id, their_upload_id),
        first["url"].replace("&partNumber=1", ""),
        first["url"].replace(f"uploadId={upload_id}&partNumber=1&", ""),
    ]

    assert first["url"] not in forged
    assert {put_part(first, text(), url=url).status_code for url in forged} == {403}
    assert project.owner.parts(asset_id)["arrived"] == project.owner.parts(other)["arrived"] == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "POST"])
def test_an_address_neither_lists_nor_joins_nor_gives_up(
    stack: Stack, project: Project, asset_id: str, key: str, method: str
) -> None:
    first, *_ = to_send(project.owner, asset_id)
    without_number = first["url"].replace("&partNumber=1", "")
    with local_client() as browser:
        assert {browser.request(method, url).status_code for url in (first["url"], without_number)} == {403}

    assert len(under_way(stack, key)) == 1


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
def test_the_store_refuses_other_headers(project: Project, asset_id: str, headers: dict[str, str]) -> None:
    first, *_ = to_send(project.owner, asset_id)

    assert put_part(first, text(), **headers).status_code in (400, 403)
    assert project.owner.parts(asset_id)["arrived"] == []


def test_an_address_lasts_fifteen_minutes(project: Project, asset_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    presign = Storage.presign_parts

    def signed(ago: timedelta) -> dict[str, Any]:
        moment = (datetime.now(UTC) - ago).replace(tzinfo=None)

        async def signed_then(self: Storage, *place: Any) -> list[str]:
            """The addresses only: our own calls must be signed in time."""
            with monkeypatch.context() as clock:
                clock.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: moment)
                return await presign(self, *place)

        with monkeypatch.context() as patch:
            patch.setattr(Storage, "presign_parts", signed_then)
            return to_send(project.owner, asset_id)[-1]

    late, in_time = signed(timedelta(seconds=903)), signed(timedelta(seconds=890))

    assert "Request has expired" in put_part(late, text()).text
    assert put_part(in_time, text()).status_code == 200


def test_a_part_that_comes_after_the_file_was_completed_changes_nothing(
    stack: Stack, project: Project, content_id: str, large_video: Path, db: psycopg.Connection[Any]
) -> None:
    data = large_video.read_bytes()
    asset_id = begin(project.owner, content_id, data)
    parts = to_send(project.owner, asset_id)
    for part in parts:
        put_part(part, data).raise_for_status()
    assert complete(project.owner, asset_id).json()["state"] == "ready"

    for part in parts:
        assert put_bytes(part["url"], secrets.token_bytes(part["byte_size"])).status_code == 404
    key = key_of(db, asset_id)
    assert under_way(stack, key) == []
    stored = httpx.get(public_url(stack, key), trust_env=False)
    assert hashlib.sha256(stored.content).digest() == hashlib.sha256(data).digest()


# Who may ask


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [("owner", 200, None), ("editor", 200, None), ("viewer", 403, "role_too_low"), ("stranger", 404, "not_found")],
)
def test_who_may_send_parts(
    stack: Stack, project: Project, asset_id: str, key: str, who: str, status: int, code: str | None
) -> None:
    answer = ask(getattr(project, who), asset_id)

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert len(under_way(stack, key)) == (1 if status == 200 else 0)


def test_the_anonymous_sends_none(api: httpx.Client, asset_id: str) -> None:
    answer = api.post("/api/media/parts", json={"media_asset_id": asset_id})

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_an_unknown_file_looks_like_a_strangers(project: Project, asset_id: str) -> None:
    unknown, strangers = ask(project.owner, str(uuid4())), ask(project.stranger, asset_id)

    assert (unknown.status_code, unknown.json()) == (strangers.status_code, strangers.json())


@pytest.mark.parametrize("function", ["media_upload", "note_media_upload"])
def test_a_user_reaches_no_function_that_names_the_upload(project: Project, asset_id: str, function: str) -> None:
    noted = {"p_upload_id": "mine", "p_instead_of": None} if function == "note_media_upload" else {}
    with project.owner.supabase.as_user(project.owner.user) as rest:
        answer = rest.post(f"/rpc/{function}", json={"p_media_asset_id": asset_id, **noted})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "media_asset_id"),
        ({"media_asset_id": None}, "media_asset_id"),
        ({"media_asset_id": "media/abc.mp4"}, "media_asset_id"),
        ({"media_asset_id": "6f1c1ac8-0000-4000-8000-000000000000", "number": 1}, "number"),
        ({"media_asset_id": "6f1c1ac8-0000-4000-8000-000000000000", "upload_id": "x"}, "upload_id"),
    ],
)
def test_a_bad_request_names_the_field(project: Project, body: dict[str, Any], field: str) -> None:
    answer = project.owner.post("media/parts", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_beyond_the_limit_there_are_no_addresses(
    stack: Stack, project: Project, asset_id: str, key: str, db: psycopg.Connection[Any]
) -> None:
    leave(db, project.owner.user, "parts", 0)
    answer = ask(project.owner, asset_id)

    assert 1 <= told_to_wait(answer, "too_many_parts") <= LIMITS["parts"].step
    assert under_way(stack, key) == []
    assert ask(project.editor, asset_id).status_code == 200


def test_a_file_that_is_sent_in_one_piece_keeps_its_checksum(
    stack: Stack, project: Project, content_id: str, db: psycopg.Connection[Any]
) -> None:
    asset_id = reserve(project.owner, content_id, LAST, MP4).id
    answer = ask(project.owner, asset_id)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_in_parts")
    assert under_way(stack, key_of(db, asset_id)) == []


# What is not all of the file


def test_a_missing_part_is_a_conflict_that_costs_nothing(
    stack: Stack, project: Project, asset_id: str, key: str, db: psycopg.Connection[Any]
) -> None:
    for sent in ((), (1, 3), (2,)):
        send(project.owner, asset_id, text(), *sent)
        answer = complete(project.owner, asset_id)
        if sent != (2,):
            assert (answer.status_code, answer.json()["code"]) == (409, "upload_missing")
            assert state_of(db, asset_id) == "uploading"
            assert not is_stored(stack, key)

    assert answer.json()["state"] == "refused"


def test_nothing_was_ever_asked_and_it_is_completed_all_the_same(project: Project, asset_id: str) -> None:
    answer = complete(project.owner, asset_id)

    assert (answer.status_code, answer.json()["code"]) == (409, "upload_missing")


@pytest.mark.parametrize(("number", "size"), [(1, PART_BYTES - 1), (2, 5 << 20), (3, len(LAST) + 1)])
def test_parts_that_sum_to_another_size_are_not_the_file(
    stack: Stack, project: Project, asset_id: str, key: str, number: int, size: int
) -> None:
    """As only someone with the store's own keys could send them."""
    send(project.owner, asset_id, text(), 1, 2, 3)
    place_part(stack, key, number, bytes(size))

    assert complete(project.owner, asset_id).json()["code"] == "upload_missing"
    assert [part["number"] for part in to_send(project.owner, asset_id)] == [number]
    send(project.owner, asset_id, text(), number)
    assert complete(project.owner, asset_id).status_code == 200


def test_a_part_too_many_is_not_in_the_file(
    stack: Stack, project: Project, content_id: str, large_video: Path, db: psycopg.Connection[Any]
) -> None:
    data = large_video.read_bytes()
    asset_id = begin(project.owner, content_id, data)
    project.owner.send_parts(asset_id, data)
    key = key_of(db, asset_id)
    place_part(stack, key, 4, LAST)

    assert project.owner.parts(asset_id)["arrived"] == [1, 2, 3]
    assert complete(project.owner, asset_id).json()["state"] == "ready"
    assert int(httpx.head(public_url(stack, key), trust_env=False).headers["content-length"]) == len(data)


def test_what_lies_there_and_was_not_announced_is_refused_and_goes_with_all_its_parts(
    stack: Stack, project: Project, asset_id: str, key: str
) -> None:
    send(project.owner, asset_id, text(), 1)
    store_of(stack).put_object(Bucket=BUCKET, Key=key, Body=text()[:-1], ContentType=MP4)

    assert complete(project.owner, asset_id).json()["state"] == "refused"
    assert not is_stored(stack, key)
    assert under_way(stack, key) == []


def test_what_is_no_video_is_refused_and_deleted(stack: Stack, project: Project, asset_id: str, key: str) -> None:
    project.owner.send_parts(asset_id, text())

    assert complete(project.owner, asset_id).json()["state"] == "refused"
    assert not is_stored(stack, key)
    assert under_way(stack, key) == []
    assert project.owner.parts(asset_id)["to_send"] == []
    assert under_way(stack, key) == []


# Going on


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


# At once, and dying in between


def test_of_many_who_ask_first_one_upload_is_left_and_all_send_to_it(
    stack: Stack, project: Project, asset_id: str, key: str
) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: to_send(project.owner, asset_id), range(8)))

    (upload_id,) = under_way(stack, key)
    assert {httpx.URL(part["url"]).params["uploadId"] for parts in found for part in parts} == {upload_id}


@pytest.mark.parametrize("is_video", [True, False])
def test_eight_completions_at_once_agree(
    stack: Stack,
    project: Project,
    content_id: str,
    large_video: Path,
    db: psycopg.Connection[Any],
    is_video: bool,
) -> None:
    data = large_video.read_bytes() if is_video else text()
    asset_id = begin(project.owner, content_id, data)
    project.owner.send_parts(asset_id, data)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: complete(project.owner, asset_id), range(8)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["state"] == ("ready" if is_video else "refused")
    assert under_way(stack, key_of(db, asset_id)) == []


class Died(Exception):
    """Of the process, as far as the request can tell."""


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    with monkeypatch.context() as patch:
        yield patch


def test_who_dies_between_joining_and_the_verdict_is_followed_by_another(
    stack: Stack,
    project: Project,
    content_id: str,
    large_video: Path,
    db: psycopg.Connection[Any],
    dying: pytest.MonkeyPatch,
) -> None:
    data = large_video.read_bytes()
    asset_id = begin(project.owner, content_id, data)
    project.owner.send_parts(asset_id, data)

    def die(*_: object, **__: object) -> None:
        raise Died

    dying.setattr(uploading, "probe", die)
    assert complete(project.owner, asset_id).status_code == 500
    dying.undo()

    key = key_of(db, asset_id)
    assert (state_of(db, asset_id), is_stored(stack, key), under_way(stack, key)) == ("uploading", True, [])
    assert project.owner.parts(asset_id)["to_send"] == []
    assert under_way(stack, key) == []
    assert complete(project.owner, asset_id).json()["state"] == "ready"


def test_an_upload_that_nobody_noted_is_gone_with_the_completion(
    stack: Stack, project: Project, content_id: str, large_video: Path, db: psycopg.Connection[Any]
) -> None:
    """Its process died between the store's answer and ours."""
    data = large_video.read_bytes()
    asset_id = begin(project.owner, content_id, data)
    key = key_of(db, asset_id)
    store_of(stack).create_multipart_upload(Bucket=BUCKET, Key=key)
    project.owner.send_parts(asset_id, data)
    assert len(under_way(stack, key)) == 2

    assert complete(project.owner, asset_id).json()["state"] == "ready"
    assert under_way(stack, key) == []


@pytest.mark.parametrize("call", [ask, complete])
def test_a_store_that_does_not_answer_loses_nothing(
    project: Project, content_id: str, large_video: Path, call: Any, dying: pytest.MonkeyPatch
) -> None:
    data = large_video.read_bytes()
    asset_id = begin(project.owner, content_id, data)
    project.owner.send_parts(asset_id, data)
    dying.setenv("R2_ENDPOINT", f"http://127.0.0.1:{free_ports(1)[0]}")
    answer = call(project.owner, asset_id)
    dying.undo()

    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert complete(project.owner, asset_id).json()["state"] == "ready"


@pytest.mark.parametrize("state", ["deleted", "refused"])
def test_what_is_not_wanted_any_more_while_its_upload_begins_leaves_none_behind(
    stack: Stack, project: Project, asset_id: str, key: str, db: psycopg.Connection[Any], dying: pytest.MonkeyPatch,
    state: str,
) -> None:  # fmt: skip
    head = Storage.head

    async def meanwhile(self: Any, object_key: str) -> Any:
        if state == "deleted":
            db.execute("delete from public.media_assets where id = %s", (asset_id,))
        else:
            db.execute(
                "update public.media_assets set state = 'refused', refusal = 'No.', completed_at = now() where id = %s",
                (asset_id,),
            )
        return await head(self, object_key)

    dying.setattr(Storage, "head", meanwhile)
    answer = ask(project.owner, asset_id)

    assert (answer.status_code, answer.json()["to_send"]) == (200, [])
    assert under_way(stack, key) == []
