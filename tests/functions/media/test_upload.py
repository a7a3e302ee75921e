"""POST /api/media/upload: a place for exactly one file, and for nothing else."""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import botocore.auth
import httpx
import psycopg
import pytest

from sandbox.samples import Samples
from sandbox.stack.clients import local_client
from sandbox.stack.environment import BUCKET
from sandbox.stack.stack import Stack
from tests.functions.media.uploads import (
    Reserved,
    announcement,
    checksum,
    complete,
    is_stored,
    public_url,
    put,
    reserve,
    upload,
)
from tests.limits import LIMITS, leave, told_to_wait, wait
from tests.people import Project

JPEG = "image/jpeg"
DATA = b"\xff\xd8\xff\xe0 not much of a photo"
OTHER = b"\xff\xd8\xff\xe0 another file, here."
SIZES = {"a_longer_body": DATA + b"!", "a_shorter_body": DATA[:-1], "an_empty_body": b""}
HEADERS: dict[str, dict[str, str | None]] = {
    "another_type": {"content_type": "text/html"},
    "no_type": {"content_type": None},
    "no_checksum": {"x_amz_checksum_sha256": None},
    "the_checksum_of_other_bytes": {"x_amz_checksum_sha256": checksum(OTHER)},
    "no_create_only": {"if_none_match": None},
    "another_condition": {"if_none_match": "something"},
    "an_acl": {"x_amz_acl": "public-read-write"},
    "metadata": {"x_amz_meta_owner": "somebody"},
    "a_copy_of_another_file": {"x_amz_copy_source": f"/{BUCKET}/media/secret.jpg"},
}


@pytest.fixture
def content_id(project: Project) -> str:
    return project.owner.create_content(project.id)


@pytest.fixture
def reserved(project: Project, content_id: str) -> Reserved:
    return reserve(project.owner, content_id, DATA, JPEG)


@pytest.fixture
def key(reserved: Reserved, db: psycopg.Connection[Any]) -> str:
    return object_key(db, reserved.id)


def object_key(db: psycopg.Connection[Any], asset_id: str) -> str:
    found = db.execute("select object_key from public.media_assets where id = %s", (asset_id,)).fetchone()
    assert found is not None
    return str(found[0])


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
def test_the_store_refuses_other_headers(
    stack: Stack, reserved: Reserved, key: str, headers: dict[str, str | None]
) -> None:
    assert put(reserved, DATA, **headers).status_code in (400, 403)
    assert not is_stored(stack, key)


@pytest.mark.parametrize("body", SIZES.values(), ids=SIZES.keys())
def test_the_store_refuses_another_length(stack: Stack, reserved: Reserved, key: str, body: bytes) -> None:
    assert put(reserved, body).status_code == 403
    assert not is_stored(stack, key)


def test_the_store_refuses_other_bytes_of_the_same_length(stack: Stack, reserved: Reserved, key: str) -> None:
    assert len(OTHER) == len(DATA)

    assert put(reserved, OTHER).status_code == 400
    assert not is_stored(stack, key)


def test_a_second_put_changes_nothing(stack: Stack, reserved: Reserved, key: str) -> None:
    assert put(reserved, DATA).status_code == 200

    assert put(reserved, DATA).status_code == 412
    assert httpx.get(public_url(stack, key), trust_env=False).content == DATA


def test_the_signature_opens_no_other_key(stack: Stack, reserved: Reserved, key: str) -> None:
    other = f"media/{'0' * 64}.jpg"

    assert put(reserved, DATA, url=reserved.url.replace(key, other)).status_code == 403
    assert not is_stored(stack, other)


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "POST"])
def test_the_signature_opens_no_other_method(stack: Stack, reserved: Reserved, key: str, method: str) -> None:
    put(reserved, DATA).raise_for_status()

    with local_client() as browser:
        assert browser.request(method, reserved.url, headers=reserved.headers).status_code == 403
    assert is_stored(stack, key)


def test_the_signature_lasts_fifteen_minutes(
    stack: Stack, project: Project, content_id: str, db: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def signed(ago: timedelta) -> Reserved:
        moment = (datetime.now(UTC) - ago).replace(tzinfo=None)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: moment)
        made = reserve(project.owner, content_id, DATA, JPEG)
        monkeypatch.undo()
        return made

    late, in_time = signed(timedelta(seconds=903)), signed(timedelta(seconds=890))

    assert late.id == in_time.id
    assert "Request has expired" in put(late, DATA).text
    assert not is_stored(stack, object_key(db, late.id))
    assert put(in_time, DATA).status_code == 200


def test_a_stretched_expiry_breaks_the_signature(stack: Stack, reserved: Reserved, key: str) -> None:
    stretched = reserved.url.replace("X-Amz-Expires=900", "X-Amz-Expires=90000")

    assert stretched != reserved.url
    assert put(reserved, DATA, url=stretched).status_code == 403
    assert not is_stored(stack, key)


def test_the_key_tells_nothing_and_cannot_be_guessed(
    project: Project, content_id: str, db: psycopg.Connection[Any]
) -> None:
    keys = [object_key(db, reserve(project.owner, content_id, DATA + bytes([n]), JPEG).id) for n in range(20)]

    assert len({key[:20] for key in keys}) == 20
    known = (project.id, content_id, project.owner.user.id, project.owner.user.email, hashlib.sha256(DATA).hexdigest())
    for key in keys:
        assert re.fullmatch(r"media/[0-9a-f]{64}\.jpg", key)
        assert not any(fact.replace("-", "")[:12] in key for fact in known)


@pytest.mark.parametrize(
    ("media_type", "extension"),
    [
        (JPEG, "jpg"),
        ("image/webp", "webp"),
        ("video/mp4", "mp4"),
        ("video/quicktime", "mov"),
        ("video/webm", "webm"),
    ],
)
def test_every_format_is_kept_under_the_name_it_is_served_by(
    stack: Stack, project: Project, content_id: str, db: psycopg.Connection[Any], media_type: str, extension: str
) -> None:
    made = reserve(project.owner, content_id, DATA, media_type)
    put(made, DATA).raise_for_status()
    key = object_key(db, made.id)

    assert re.fullmatch(rf"media/[0-9a-f]{{64}}\.{extension}", key)
    assert httpx.head(public_url(stack, key), trust_env=False).headers["content-type"] == media_type


def test_the_answer_names_no_bucket_credentials(stack: Stack, reserved: Reserved) -> None:
    assert stack.keys["R2_SECRET_ACCESS_KEY"] not in reserved.url
    assert set(reserved.headers) == {"content-type", "x-amz-checksum-sha256", "if-none-match"}


def test_the_public_address_serves_the_bytes_in_ranges(stack: Stack, project: Project, samples: Samples) -> None:
    content_id = project.owner.create_content(project.id)
    data = samples.photo.read_bytes()
    made = reserve(project.owner, content_id, data, JPEG)
    put(made, data).raise_for_status()
    url = made.url.partition("?")[0]

    whole = httpx.get(url, trust_env=False)
    part = httpx.get(url, headers={"range": "bytes=100-199"}, trust_env=False)

    assert (whole.content, whole.headers["content-type"]) == (data, JPEG)
    assert (part.status_code, part.content) == (206, data[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(data)}"


@pytest.mark.parametrize("path", ["", "?list-type=2", "?versions", "media/", "media/?list-type=2"])
def test_the_public_address_lists_nothing(stack: Stack, reserved: Reserved, key: str, path: str) -> None:
    put(reserved, DATA).raise_for_status()

    answer = httpx.get(f"{stack.addresses.r2}/{BUCKET}/{path}", trust_env=False)

    assert answer.status_code in (403, 404)
    assert key.rpartition("/")[2] not in answer.text


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_the_public_address_takes_nothing(stack: Stack, reserved: Reserved, key: str, method: str) -> None:
    put(reserved, DATA).raise_for_status()

    with local_client() as browser:
        assert browser.request(method, public_url(stack, key), content=OTHER).status_code == 403
    assert httpx.get(public_url(stack, key), trust_env=False).content == DATA


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [("owner", 201, None), ("editor", 201, None), ("viewer", 403, "role_too_low"), ("stranger", 404, "not_found")],
)
def test_who_may_reserve(
    project: Project, content_id: str, db: psycopg.Connection[Any], who: str, status: int, code: str | None
) -> None:
    answer = getattr(project, who).post("media/upload", announcement(content_id, DATA, JPEG))

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert count(db, content_id) == (1 if status == 201 else 0)


def test_the_anonymous_reserves_nothing(api: httpx.Client, content_id: str, db: psycopg.Connection[Any]) -> None:
    answer = api.post("/api/media/upload", json=announcement(content_id, DATA, JPEG))

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert count(db, content_id) == 0


def test_an_unknown_content_looks_like_a_strangers(project: Project, content_id: str) -> None:
    unknown = project.owner.post("media/upload", announcement(str(uuid4()), DATA, JPEG))
    strangers = project.stranger.post("media/upload", announcement(content_id, DATA, JPEG))

    assert (unknown.status_code, unknown.json()) == (strangers.status_code, strangers.json())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"byte_size": 0}, "byte_size"),
        ({"byte_size": -1}, "byte_size"),
        ({"byte_size": 20_000_001}, "byte_size"),
        ({"byte_size": 20_000_001, "media_type": "image/webp"}, "byte_size"),
        ({"byte_size": 4_000_000_001, "media_type": "video/mp4"}, "byte_size"),
        ({"byte_size": 10**30}, "byte_size"),
        ({"byte_size": "12"}, "byte_size"),
        ({"byte_size": 12.5}, "byte_size"),
        ({"byte_size": True}, "byte_size"),
        ({"byte_size": None}, "byte_size"),
        ({"media_type": "image/png"}, "media_type"),
        ({"media_type": "IMAGE/JPEG"}, "media_type"),
        ({"media_type": "image/jpeg; charset=x"}, "media_type"),
        ({"media_type": "video/x-matroska"}, "media_type"),
        ({"media_type": None}, "media_type"),
        ({"sha256": "A" * 64}, "sha256"),
        ({"sha256": "a" * 63}, "sha256"),
        ({"sha256": "a" * 64 + "\n"}, "sha256"),
        ({"sha256": ""}, "sha256"),
        ({"content_id": "not-a-uuid"}, "content_id"),
        ({"object_key": "media/mine.jpg"}, "object_key"),
        ({"state": "ready"}, "state"),
    ],
)
def test_a_bad_announcement_is_refused(
    project: Project, content_id: str, db: psycopg.Connection[Any], changes: dict[str, Any], field: str
) -> None:
    answer = project.owner.post("media/upload", announcement(content_id, DATA, JPEG, **changes))

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert count(db, content_id) == 0


@pytest.mark.parametrize(
    ("media_type", "byte_size"),
    [(JPEG, 1), (JPEG, 20_000_000), ("image/webp", 20_000_000), ("video/mp4", 4_000_000_000), ("video/webm", 2**31)],
)
def test_the_limits_themselves_are_allowed(project: Project, content_id: str, media_type: str, byte_size: int) -> None:
    body = announcement(content_id, DATA, media_type, byte_size=byte_size)

    assert project.owner.post("media/upload", body).status_code == 201


def test_the_reservation_holds_what_was_announced_and_no_facts(
    project: Project, content_id: str, reserved: Reserved, db: psycopg.Connection[Any]
) -> None:
    row = db.execute(
        "select project_id::text, content_id::text, media_type, byte_size, sha256, state, created_by::text,"
        " width, height, duration_ms, video_codec from public.media_assets where id = %s",
        (reserved.id,),
    ).fetchone()

    announced = (JPEG, len(DATA), hashlib.sha256(DATA).hexdigest(), "uploading")
    assert row == (project.id, content_id, *announced, project.owner.user.id, None, None, None, None)


def test_a_store_that_is_not_set_up_is_our_fault_and_says_so(
    project: Project, content_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("R2_BUCKET", "No Bucket")

    answer = project.owner.post("media/upload", announcement(content_id, DATA, JPEG))

    assert (answer.status_code, answer.json()["code"]) == (500, "misconfigured")
    assert "No Bucket" not in answer.text


def count(db: psycopg.Connection[Any], content_id: str) -> int:
    row = db.execute("select count(*) from public.media_assets where content_id = %s", (content_id,)).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    "changes",
    [{"sha256": hashlib.sha256(OTHER).hexdigest()}, {"byte_size": len(DATA) + 1}, {"media_type": "image/webp"}],
)
def test_another_file_is_another_place(
    project: Project, content_id: str, db: psycopg.Connection[Any], changes: dict[str, Any]
) -> None:
    first = reserve(project.owner, content_id, DATA, JPEG).id
    answer = project.owner.post("media/upload", announcement(content_id, DATA, JPEG, **changes))
    second = answer.json()["media_asset_id"]

    assert first != second
    assert object_key(db, first) != object_key(db, second)


def test_the_same_file_of_somebody_else_or_in_another_content_is_another_place(
    project: Project, content_id: str
) -> None:
    another = project.owner.create_content(project.id)
    asked = ((project.owner, content_id), (project.editor, content_id), (project.owner, another))

    assert len({reserve(person, content, DATA, JPEG).id for person, content in asked}) == 3


def test_the_same_file_again_is_the_upload_that_is_under_way(
    stack: Stack, project: Project, content_id: str, db: psycopg.Connection[Any]
) -> None:
    """The address is a new one: the first may have run out."""
    first = reserve(project.owner, content_id, DATA, JPEG)
    db.execute("update public.media_assets set addressed_at = now() - interval '23 hours' where id = %s", (first.id,))
    again = reserve(project.owner, content_id, DATA, JPEG)

    assert again.id == first.id
    assert count(db, content_id) == 1
    (is_fresh,) = db.execute(
        "select addressed_at > now() - interval '1 minute' from public.media_assets where id = %s", (first.id,)
    ).fetchone() or (None,)
    assert is_fresh is True
    assert put(again, DATA).status_code == 200
    assert put(first, DATA).status_code == 412


def test_of_the_same_file_asked_for_many_times_at_once_there_is_one(
    project: Project, content_id: str, db: psycopg.Connection[Any]
) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: reserve(project.owner, content_id, DATA, JPEG).id, range(8)))

    assert len(set(made)) == 1
    assert count(db, content_id) == 1


@pytest.mark.parametrize("data", [DATA, None], ids=["refused", "ready"])
def test_a_file_that_has_its_verdict_is_not_taken_up_again(
    project: Project, content_id: str, samples: Samples, data: bytes | None
) -> None:
    data = data or samples.photo.read_bytes()
    first = upload(project.owner, content_id, data, JPEG)
    complete(project.owner, first).raise_for_status()

    assert reserve(project.owner, content_id, data, JPEG).id != first


def test_beyond_the_limit_no_place_is_reserved(project: Project, content_id: str, db: psycopg.Connection[Any]) -> None:
    body = announcement(content_id, DATA, JPEG)
    leave(db, project.owner.user, "upload", 0)
    answer = project.owner.post("media/upload", body)

    assert 1 <= told_to_wait(answer, "too_many_uploads") <= LIMITS["upload"].step
    assert "upload" not in answer.json()
    assert project.owner.read("media_assets", select="id") == []

    wait(db, project.owner.user, told_to_wait(answer, "too_many_uploads"))

    assert project.owner.post("media/upload", body).status_code == 201
    assert project.editor.post("media/upload", body).status_code == 201
