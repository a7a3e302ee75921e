"""Storage against the local R2: exact ranges, and one typed refusal for everything that goes wrong."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import partial

import anyio
import pytest

from sandbox.stack.ports import free_ports
from sandbox.stack.stack import Stack
from shared.errors import Refused
from shared.media.storage import Storage, StoredObject
from shared.settings import Settings
from tests.functions.media.uploads import Reserved, put

DATA = bytes(range(256)) * 4


@pytest.fixture
def storage(stack: Stack) -> Storage:
    return Storage(Settings(stack.env))


@pytest.fixture
def key(storage: Storage) -> str:
    return stored(storage, DATA)


def new_key() -> str:
    return f"media/{secrets.token_hex(32)}.mp4"


def stored(storage: Storage, data: bytes) -> str:
    name, checksum = new_key(), hashlib.sha256(data).hexdigest()
    presign = partial(storage.presign_put, name, media_type="video/mp4", byte_size=len(data), sha256=checksum)
    made = anyio.run(presign)
    put(Reserved("", made.url, made.headers), data).raise_for_status()
    return name


@pytest.mark.parametrize(("first", "last"), [(0, 0), (0, 1023), (10, 19), (1023, 1023)])
def test_a_range_is_read_exactly(storage: Storage, key: str, first: int, last: int) -> None:
    assert storage.read_range(key, first, last) == DATA[first : last + 1]


def test_what_is_stored_is_described_with_its_checksum(storage: Storage, key: str) -> None:
    found = anyio.run(storage.head, key)

    assert found == StoredObject(len(DATA), "video/mp4", hashlib.sha256(DATA).hexdigest())


def test_what_is_not_stored_is_none(storage: Storage) -> None:
    assert anyio.run(storage.head, new_key()) is None


def test_deleting_twice_is_a_success(storage: Storage, key: str) -> None:
    anyio.run(storage.delete, key)
    anyio.run(storage.delete, key)

    assert anyio.run(storage.head, key) is None


def unreachable(stack: Stack) -> Storage:
    return Storage(Settings(stack.env | {"R2_ENDPOINT": f"http://127.0.0.1:{free_ports(1)[0]}"}))


def with_a_wrong_key(stack: Stack) -> Storage:
    return Storage(Settings(stack.env | {"R2_SECRET_ACCESS_KEY": "0" * 64}))


@pytest.mark.parametrize("broken", [unreachable, with_a_wrong_key])
def test_a_store_that_does_not_answer_is_a_typed_refusal(stack: Stack, broken: Callable[[Stack], Storage]) -> None:
    storage = broken(stack)
    calls: list[Callable[[], object]] = [
        lambda: anyio.run(storage.head, new_key()),
        lambda: anyio.run(storage.delete, new_key()),
        lambda: storage.read_range(new_key(), 0, 9),
    ]

    for call in calls:
        with pytest.raises(Refused) as refused:
            call()
        assert (refused.value.code, refused.value.retry_after) == ("storage_unavailable", 5)
