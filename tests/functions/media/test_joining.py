"""Parts become one file or none, whoever completes it, however often, and whoever dies."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.stack.environment import BUCKET
from sandbox.stack.ports import free_ports
from sandbox.stack.stack import Stack
from shared.media import upload as uploading
from shared.media.plan import PART_BYTES
from shared.media.storage import Storage
from tests.functions.media.sending import LAST, MP4, ask, key_of, place_part, send, state_of, text, to_send
from tests.functions.media.uploads import (
    begin,
    complete,
    is_stored,
    public_url,
    store_of,
    under_way,
)
from tests.people import Project


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
