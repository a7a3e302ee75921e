"""POST /api/media/parts: an address takes one part of one upload, and only who may change the project gets any."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import botocore.auth
import httpx
import psycopg
import pytest

from sandbox.stack.clients import local_client
from sandbox.stack.environment import BUCKET
from sandbox.stack.stack import Stack
from shared.media.storage import Storage
from tests.functions.media.sending import LAST, MP4, ask, key_of, text, to_send
from tests.functions.media.uploads import (
    begin,
    complete,
    piece,
    public_url,
    put_bytes,
    put_part,
    reserve,
    under_way,
)
from tests.limits import LIMITS, leave, told_to_wait
from tests.people import Project

HEADERS = {
    "an_acl": {"x_amz_acl": "public-read-write"},
    "metadata": {"x_amz_meta_owner": "somebody"},
    "a_copy_of_another_file": {"x_amz_copy_source": f"/{BUCKET}/media/secret.mp4"},
    "a_checksum": {"x_amz_checksum_sha256": "A" * 43 + "="},
}


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
