from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.samples import Samples
from sandbox.tiktok.uploads import ChunkPlan
from tests.sandbox.tiktok_calls import (
    CHUNK,
    DRAFT_INIT,
    VIDEO_INIT,
    accepted,
    answer_of,
    padded,
    plan,
    put,
    state,
    token_of,
    video_body,
)

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver

Eventually = Callable[[Callable[[], bool]], None]
SIZE = 2 * CHUNK + 1000


@pytest.fixture
def video(samples: Samples) -> bytes:
    return padded(samples.video.read_bytes(), SIZE)


def begin(driver: Driver, token: str, size: int = SIZE, chunk: int | None = CHUNK) -> tuple[str, str]:
    data = accepted(driver.tiktok(VIDEO_INIT, token, video_body(plan(size, chunk))))
    return data["publish_id"], data["upload_url"]


def test_chunks_become_one_post_with_the_bytes_that_were_sent(
    driver: Driver, video: bytes, eventually: Eventually
) -> None:
    token = token_of(driver)
    publish_id, url = begin(driver, token)
    assert publish_id.startswith("v_pub_file~")
    assert len(url) <= 256
    assert url.startswith(f"{driver.base}/tiktok-upload/")
    assert state(driver, token, publish_id)["status"] == "PROCESSING_UPLOAD"
    first = put(url, video[:CHUNK], 0, SIZE)
    assert (first.status_code, first.headers["content-range"]) == (206, f"bytes 0-{CHUNK}/{SIZE}")
    assert state(driver, token, publish_id)["uploaded_bytes"] == CHUNK
    last = put(url, video[CHUNK:], CHUNK, SIZE)
    assert (last.status_code, last.headers["content-range"]) == (201, f"bytes 0-{SIZE}/{SIZE}")
    eventually(lambda: state(driver, token, publish_id)["status"] == "PUBLISH_COMPLETE")
    [post] = driver.ledger()
    assert (post["container_id"], post["kind"]) == (publish_id, "video")
    assert post["media_sha256"] == [hashlib.sha256(video).hexdigest()]
    assert "downloaded_bytes" not in state(driver, token, publish_id)


def test_the_time_of_processing_begins_with_the_last_chunk(driver: Driver, samples: Samples) -> None:
    driver.control("settings", tiktok={"ready_after": 30.0})
    token, content = token_of(driver), samples.video.read_bytes()
    publish_id, url = begin(driver, token, len(content), None)
    driver.advance(600)
    assert put(url, content, 0, len(content)).status_code == 201
    driver.advance(20)
    assert state(driver, token, publish_id)["status"] == "PROCESSING_UPLOAD"


def test_a_video_that_is_not_one_fails_after_its_upload(driver: Driver, eventually: Eventually) -> None:
    token, content = token_of(driver), b"no video at all" * 100
    publish_id, url = begin(driver, token, len(content), None)
    assert put(url, content, 0, len(content)).status_code == 201
    eventually(lambda: state(driver, token, publish_id)["status"] == "FAILED")
    assert state(driver, token, publish_id)["fail_reason"] == "file_format_check_failed"
    assert driver.ledger() == []


@pytest.mark.parametrize(
    ("size", "chunk", "count"),
    [
        (1, 1, 1),
        (64_000_000, 64_000_000, 1),
        (64_000_001, 10_000_000, 6),
        (127_000_000, 63_000_000, 2),
        (4_000_000_000, 10_000_000, 400),
    ],
)
def test_a_plan_by_the_rules_is_accepted(size: int, chunk: int, count: int) -> None:
    assert ChunkPlan(size, chunk, count).problem() is None


@pytest.mark.parametrize(
    ("size", "chunk", "count"),
    [
        (64_000_001, 64_000_001, 1),
        (94_000_000, 64_000_000, 1),
        (20_000_000, 10_000_000, 3),
        (25_000_000, 10_000_000, 3),
        (20_000_000, 5_000_000, 4),
        (200_000_000, 65_000_000, 3),
        (10_000_000, 9_000_000, 1),
        (10_000_000, 0, 1),
        (10_000_000, 10_000_000, 0),
        (0, 0, 0),
        (4_000_000_001, 10_000_000, 400),
    ],
)
def test_a_plan_against_the_rules_is_refused(driver: Driver, size: int, chunk: int, count: int) -> None:
    body = video_body(plan(size, chunk or 1, count) | {"chunk_size": chunk})
    answer = driver.tiktok(VIDEO_INIT, token_of(driver), body)
    assert answer_of(answer) == (400, "invalid_params")
    assert driver.http.get("/control/jobs").json() == {"jobs": []}


def test_a_thousand_chunks_are_the_most() -> None:
    assert ChunkPlan(1000 * CHUNK, CHUNK, 1000).problem() == "The video size is invalid"
    assert ChunkPlan(3_999_999_999, CHUNK, 3_999_999_999 // CHUNK).problem() is None


def test_the_sequence_is_strict_and_the_answer_says_where_it_is(driver: Driver, video: bytes) -> None:
    _, url = begin(driver, token_of(driver))
    assert put(url, video[CHUNK:], CHUNK, SIZE).status_code == 416
    assert put(url, video[:CHUNK], 0, SIZE).status_code == 206
    again = put(url, video[:CHUNK], 0, SIZE)
    assert (again.status_code, again.headers["content-range"]) == (416, f"bytes 0-{CHUNK}/{SIZE}")
    driver.control("settings", tiktok={"upload_range": "last"})
    assert put(url, video[:CHUNK], 0, SIZE).headers["content-range"] == f"bytes 0-{CHUNK - 1}/{SIZE}"
    assert put(url, video[CHUNK:], CHUNK, SIZE).status_code == 201
    assert put(url, video[CHUNK:], CHUNK, SIZE).status_code == 416


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/octet-stream"},
        {"content-range": f"bytes 0-{CHUNK}/{SIZE}"},
        {"content-range": f"bytes 0-{CHUNK - 1}/{SIZE + 1}"},
        {"content-range": "bytes */*"},
        {"authorization": "Bearer act.secret"},
    ],
)
def test_a_malformed_chunk_is_refused_and_not_stored(driver: Driver, video: bytes, headers: dict[str, str]) -> None:
    _, url = begin(driver, token_of(driver))
    assert put(url, video[:CHUNK], 0, SIZE, **headers).status_code == 400
    assert put(url, video[:CHUNK], 0, SIZE).status_code == 206


def test_chunks_have_the_declared_size(driver: Driver, video: bytes) -> None:
    _, url = begin(driver, token_of(driver))
    for wrong in (video[: CHUNK - 1], video[: CHUNK + 1], video):
        assert put(url, wrong, 0, SIZE).status_code == 400


def test_a_body_of_unknown_length_is_refused(driver: Driver, video: bytes) -> None:
    _, url = begin(driver, token_of(driver))
    headers = {"content-type": "video/mp4", "content-range": f"bytes 0-{CHUNK - 1}/{SIZE}"}
    assert httpx.put(url, content=iter([video[:CHUNK]]), headers=headers).status_code == 400


def test_an_upload_url_lives_for_an_hour(driver: Driver, video: bytes) -> None:
    _, url = begin(driver, token_of(driver))
    driver.advance(3600)
    assert put(url, video[:CHUNK], 0, SIZE).status_code == 403


def test_an_unknown_or_ended_upload_is_not_found(driver: Driver, video: bytes) -> None:
    token = token_of(driver)
    publish_id, url = begin(driver, token)
    assert put(url[:-1], video[:CHUNK], 0, SIZE).status_code == 404
    assert httpx.put(f"{driver.base}/tiktok-upload/other").status_code == 404
    driver.control("disconnect", account="-000SandboxOpenId0001")
    assert put(url, video[:CHUNK], 0, SIZE).status_code == 404
    assert state(driver, token_of(driver), publish_id)["fail_reason"] == "auth_removed"


def test_a_chunk_that_broke_off_is_sent_again_from_its_beginning(
    driver: Driver, video: bytes, eventually: Eventually
) -> None:
    _, url = begin(driver, token_of(driver))

    def broken() -> bytes:
        raise ConnectionError

    headers = {"content-type": "video/mp4", "content-length": str(CHUNK)}
    headers["content-range"] = f"bytes 0-{CHUNK - 1}/{SIZE}"
    with pytest.raises(ConnectionError):
        httpx.put(url, content=(video[:1_000_000] if part == 0 else broken() for part in range(2)), headers=headers)
    assert put(url, video[:CHUNK], 0, SIZE).status_code == 206
    assert put(url, video[CHUNK:], CHUNK, SIZE).status_code == 201
    eventually(lambda: len(driver.ledger()) == 1)
    assert driver.ledger()[0]["media_sha256"] == [hashlib.sha256(video).hexdigest()]


def test_the_journal_knows_the_chunk_but_not_its_bytes(driver: Driver, video: bytes) -> None:
    _, url = begin(driver, token_of(driver))
    put(url, video[:CHUNK], 0, SIZE)
    [entry] = driver.journal("tiktok.upload")
    assert (entry["host"], entry["status"], entry["body"]) == ("open-upload.tiktokapis.com", 206, "")
    assert entry["headers"]["content-range"] == f"bytes 0-{CHUNK - 1}/{SIZE}"
    assert "authorization" not in entry["headers"]


def test_a_chunk_can_fail_once_and_then_be_taken(driver: Driver, video: bytes) -> None:
    _, url = begin(driver, token_of(driver))
    driver.fault("tiktok.upload", kind="status", status=500)
    driver.fault("tiktok.upload", kind="html_502")
    assert [put(url, video[:CHUNK], 0, SIZE).status_code for _ in range(3)] == [500, 502, 206]


def test_the_last_chunk_can_be_stored_while_its_answer_is_lost(
    driver: Driver, video: bytes, eventually: Eventually
) -> None:
    _, url = begin(driver, token_of(driver))
    driver.control("faults", endpoint="tiktok.upload", fault={"kind": "drop_after"}, skip=1)
    assert put(url, video[:CHUNK], 0, SIZE).status_code == 206
    with pytest.raises(httpx.TransportError):
        put(url, video[CHUNK:], CHUNK, SIZE)
    eventually(lambda: len(driver.ledger()) == 1)


def test_a_connection_cut_before_the_chunk_stores_nothing(driver: Driver, video: bytes) -> None:
    token = token_of(driver)
    publish_id, url = begin(driver, token)
    driver.fault("tiktok.upload", kind="drop_before")
    with pytest.raises(httpx.TransportError):
        put(url, video[:CHUNK], 0, SIZE)
    assert state(driver, token, publish_id)["uploaded_bytes"] == 0
    assert put(url, video[:CHUNK], 0, SIZE).status_code == 206


def test_a_draft_can_be_uploaded_too(driver: Driver, samples: Samples, eventually: Eventually) -> None:
    token, content = token_of(driver), samples.video.read_bytes()
    data = accepted(driver.tiktok(DRAFT_INIT, token, {"source_info": plan(len(content))}))
    assert data["publish_id"].startswith("v_inbox_file~")
    assert urlsplit(data["upload_url"]).path == "/tiktok-upload/video/"
    assert put(data["upload_url"], content, 0, len(content)).status_code == 201
    eventually(lambda: state(driver, token, data["publish_id"])["status"] == "SEND_TO_USER_INBOX")
    assert driver.ledger() == []
