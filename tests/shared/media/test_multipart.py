"""Uploads in parts against the local R2: whole lists, and one answer for what is gone."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from sandbox.stack.ports import free_ports
from sandbox.stack.stack import Stack
from shared.errors import Refused
from shared.media import multipart
from shared.media.multipart import Multipart, StoredPart
from shared.media.storage import Storage
from shared.settings import Settings

DATA = b"a part"


@pytest.fixture
def storage(stack: Stack) -> Storage:
    return Storage(Settings(stack.env))


@pytest.fixture
def key() -> str:
    return f"media/{secrets.token_hex(32)}.mp4"


def begun(storage: Storage, key: str, *numbers: int) -> str:
    async def begin() -> str:
        return await storage.uploads.begin(key, media_type="video/mp4")

    upload_id = anyio.run(begin)
    for number in numbers:
        storage._client.upload_part(
            Bucket=storage._bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=DATA * number
        )
    return upload_id


def complete(storage: Storage, key: str, upload_id: str, parts: list[StoredPart]) -> bool:
    async def join() -> bool:
        return await storage.uploads.complete(key, upload_id, parts, create_only=True)

    return anyio.run(join)


@pytest.mark.parametrize("page", [1, 2, 3, 4, 100])
def test_every_part_is_listed_however_many_pages_they_take(
    storage: Storage, key: str, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(multipart, "_PAGE", page)
    upload_id = begun(storage, key, 7, 1, 4)

    found = anyio.run(storage.uploads.parts, key, upload_id)

    assert [(part.number, part.byte_size) for part in found or ()] == [(1, 6), (4, 24), (7, 42)]


def test_without_parts_the_list_is_empty_and_of_what_is_gone_there_is_none(storage: Storage, key: str) -> None:
    upload_id = begun(storage, key)
    assert anyio.run(storage.uploads.parts, key, upload_id) == []

    anyio.run(storage.uploads.abort, key, upload_id)

    assert anyio.run(storage.uploads.parts, key, upload_id) is None
    anyio.run(storage.uploads.abort, key, upload_id)


def test_a_second_completion_and_one_onto_a_file_change_nothing(storage: Storage, key: str) -> None:
    upload_id, other = begun(storage, key, 1), begun(storage, key, 2)
    parts, others = anyio.run(storage.uploads.parts, key, upload_id), anyio.run(storage.uploads.parts, key, other)

    assert complete(storage, key, upload_id, parts or []) is True
    assert complete(storage, key, upload_id, parts or []) is False
    assert complete(storage, key, other, others or []) is False
    found = anyio.run(storage.head, key)
    assert found is not None
    assert (found.byte_size, found.media_type, found.sha256) == (len(DATA), "video/mp4", None)


def test_deleting_a_file_ends_every_upload_of_it_and_of_no_other(storage: Storage, key: str) -> None:
    other = f"media/{secrets.token_hex(32)}.mp4"
    for _ in range(3):
        begun(storage, key, 1)
    kept = begun(storage, other, 1)

    assert anyio.run(storage.is_gone, key) is False
    anyio.run(storage.delete, key)

    assert anyio.run(storage.is_gone, key) is True
    assert anyio.run(storage.uploads.begun, other) == [(other, kept)]
    anyio.run(storage.delete, other)


def test_a_store_that_does_not_answer_is_a_typed_refusal(stack: Stack, key: str) -> None:
    nowhere = Storage(Settings(stack.env | {"R2_ENDPOINT": f"http://127.0.0.1:{free_ports(1)[0]}"})).uploads
    part = StoredPart(1, 1, "a")
    calls: list[Callable[[Multipart], Any]] = [
        lambda uploads: uploads.begin(key, media_type="video/mp4"),
        lambda uploads: uploads.parts(key, "id"),
        lambda uploads: uploads.complete(key, "id", [part]),
        lambda uploads: uploads.abort_all(key),
    ]

    for call in calls:
        with pytest.raises(Refused) as refused:
            anyio.run(call, nowhere)
        assert refused.value.code == "storage_unavailable"
