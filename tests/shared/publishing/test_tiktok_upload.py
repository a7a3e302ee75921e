"""FILE_UPLOAD: the bytes of a video, over as many function calls as it takes, posted once whatever breaks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.samples import Samples
from shared.egress import CallFailed, Egress
from shared.platforms.failures import Certainty, PlatformFailure
from shared.platforms.tiktok import PostStatus, TikTok
from tests.shared.publishing.clicks import MakeClick, RuntimeAt
from tests.shared.publishing.tiktok_side import fault_later, jobs
from tests.shared.publishing.uploads import (
    CHUNK,
    MakeUploading,
    Uploading,
    one_chunk_a_call,
    padded,
    small_chunks,
)

pytest_plugins = ["tests.shared.publishing.desk"]

# The last chunk takes what is left over.
SIZE = 3 * CHUNK + 1000
RANGES = [
    f"bytes 0-{CHUNK - 1}/{SIZE}",
    f"bytes {CHUNK}-{2 * CHUNK - 1}/{SIZE}",
    f"bytes {2 * CHUNK}-{SIZE - 1}/{SIZE}",
]
EACH_CHUNK = pytest.mark.parametrize("number", [0, 1, 2])


class Killed(BaseException):
    """A worker that dies: nothing in the product catches it."""


@pytest.fixture
def uploading(
    click: MakeClick, runtime_at: RuntimeAt, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> MakeUploading:
    """`uploading(size=SIZE)`: cut in three. Without a size it is one chunk."""

    def make(*, size: int | None = None, **options: Any) -> Uploading:
        video = samples.video.read_bytes()
        small_chunks(monkeypatch)
        made = Uploading(click("tiktok", **options), padded(video, size) if size else video, runtime_at)
        if size:
            made.swap()
        return made

    return make


def test_a_small_video_goes_in_one_chunk(uploading: MakeUploading) -> None:
    made = uploading(caption="Crème brûlée 🍮\n#hills  @mia ")
    assert made.settle() == ("published", None)
    size = len(made.file)
    assert made.chunks() == [(f"bytes 0-{size - 1}/{size}", 201)]
    (init,) = (json.loads(call["body"]) for call in made.made.calls("tiktok.video_init"))
    assert init["post_info"]["title"] == "Crème brûlée 🍮\n#hills  @mia "
    assert init["source_info"] == {
        "source": "FILE_UPLOAD",
        "video_size": size,
        "chunk_size": size,
        "total_chunk_count": 1,
    }
    assert made.is_posted_once()
    (post,) = made.made.posts()
    assert post["container_id"] == made.made.row()["publish_id"]


def test_a_chunk_carries_no_token_and_its_own_type_and_length(uploading: MakeUploading) -> None:
    made = uploading()
    made.settle()
    (call,) = made.made.calls("tiktok.upload")
    assert "authorization" not in call["headers"]
    assert call["headers"]["content-type"] == "video/mp4"
    assert call["headers"]["content-length"] == str(len(made.file))


def test_a_large_video_takes_several_function_calls(uploading: MakeUploading, monkeypatch: pytest.MonkeyPatch) -> None:
    one_chunk_a_call(monkeypatch)
    made = uploading(size=SIZE)
    seen = []
    for _ in range(3):
        made.step()
        seen.append((made.made.row()["state"], len(made.chunks())))
    assert seen == [("preparing", 1), ("preparing", 2), ("processing", 3)]
    assert made.settle() == ("published", None)
    assert made.chunks() == [(RANGES[0], 206), (RANGES[1], 206), (RANGES[2], 201)]
    assert (made.inits(), made.is_posted_once()) == (1, True)


def test_one_function_call_sends_as_many_chunks_as_there_is_time_for(uploading: MakeUploading) -> None:
    made = uploading(size=SIZE)
    made.step()
    assert [content_range for content_range, _ in made.chunks()] == RANGES
    assert made.made.row()["state"] in ("processing", "published")


def kill(monkeypatch: pytest.MonkeyPatch, *, at: int, after: bool) -> None:
    """The worker dies with its chunk number `at`, before it left or after TikTok stored it."""
    put, sent = TikTok.put_chunk, []

    async def put_or_die(tiktok: TikTok, *args: Any, **parts: Any) -> int:
        sent.append(1)
        strikes = len(sent) == at + 1
        if strikes and not after:
            raise Killed
        status = await put(tiktok, *args, **parts)
        if strikes:
            raise Killed
        return status

    monkeypatch.setattr(TikTok, "put_chunk", put_or_die)


@EACH_CHUNK
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_worker_that_dies_with_a_chunk_costs_nothing(
    uploading: MakeUploading, monkeypatch: pytest.MonkeyPatch, number: int, after: bool
) -> None:
    made = uploading(size=SIZE)
    kill(monkeypatch, at=number, after=after)
    with pytest.raises(Killed):
        made.step()
    assert made.made.row()["state"] == ("committing" if number == 2 else "preparing")
    made.after_a_crash()
    assert made.settle() == ("published", None)
    assert (made.inits(), made.is_posted_once()) == (1, True)
    last = [status for content_range, status in made.chunks() if content_range == RANGES[2]]
    assert last == [201]


@EACH_CHUNK
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "error", "status": 500},
        {"kind": "error", "status": 503},
        {"kind": "error", "status": 429},
        {"kind": "error", "status": 503, "when": "after"},
        {"kind": "redirect"},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_a_chunk_without_a_clear_answer_is_never_lost_and_never_posted_twice(
    uploading: MakeUploading, number: int, fault: dict[str, Any]
) -> None:
    made = uploading(size=SIZE)
    fault_later(made.made, "upload", skip=number, **fault)
    made.step()
    assert made.made.row()["state"] == ("committing" if number == 2 else "preparing")
    made.made.let_intent_age(61)
    assert made.settle() == ("published", None)
    assert (made.inits(), made.is_posted_once()) == (1, True)


def test_the_last_chunk_is_not_sent_again_while_it_may_be_under_way(uploading: MakeUploading) -> None:
    made = uploading(size=SIZE)
    fault_later(made.made, "upload", "drop_before", skip=2)
    for _ in range(4):
        made.step()
    assert made.made.row()["state"] == "committing"
    assert [content_range for content_range, _ in made.chunks()] == RANGES
    made.made.let_intent_age(61)
    made.step()
    assert [content_range for content_range, _ in made.chunks()] == [*RANGES, RANGES[2]]


def test_after_a_second_try_of_the_last_chunk_the_first_may_still_have_arrived(
    uploading: MakeUploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So even a second try that certainly did not leave does not take the doubt back."""
    made = uploading(size=SIZE)
    fault_later(made.made, "upload", "drop_before", skip=2)
    made.step()
    made.made.let_intent_age(61)

    async def not_sent(tiktok: TikTok, *args: object, **parts: object) -> int:
        raise PlatformFailure(Certainty.NOT_SENT, code="no_answer")

    with monkeypatch.context() as cut_off:
        cut_off.setattr(TikTok, "put_chunk", not_sent)
        made.step()
        assert made.made.row()["state"] == "committing"
    made.made.let_intent_age(61)
    assert made.settle() == ("published", None)
    assert (made.inits(), made.is_posted_once()) == (1, True)


def test_a_last_chunk_that_did_not_arrive_is_not_sent_again_once_the_platform_is_off(
    uploading: MakeUploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the switch was turned after the commit, while the worker was asking."""
    made, ask = uploading(size=SIZE), TikTok.post_status
    fault_later(made.made, "upload", "drop_before", skip=2)
    made.step()
    made.made.let_intent_age(61)
    switch = "update private.platform_switches set switched_off_at = {} where platform = 'tiktok'"

    async def switched_off_meanwhile(tiktok: TikTok, *args: Any, **parts: Any) -> PostStatus:
        answer = await ask(tiktok, *args, **parts)
        made.made.db.execute(switch.format("now()"))
        return answer

    with monkeypatch.context() as asking:
        asking.setattr(TikTok, "post_status", switched_off_meanwhile)
        made.step()
    made.made.db.execute(switch.format("null"))
    assert [content_range for content_range, _ in made.chunks()] == RANGES
    assert made.settle() == ("published", None)
    assert (made.inits(), made.is_posted_once()) == (1, True)


def test_a_last_chunk_of_an_old_click_is_not_sent_without_a_word(uploading: MakeUploading) -> None:
    made = uploading(size=SIZE)
    fault_later(made.made, "upload", "drop_before", skip=2)
    made.step()
    made.made.let_intent_age(61)
    switch = "update private.platform_switches set confirm_before = {} where platform = 'tiktok'"
    made.made.db.execute(switch.format("now() + interval '1 minute'"))
    try:
        made.step()
        made.made.db.execute(
            "update private.tiktok_uploads set expires_at = now() where publication_id = %s", (made.made.id,)
        )
        assert made.settle() == ("failed", "upload_expired")
    finally:
        made.made.db.execute(switch.format("null"))
    assert (len(made.chunks()), made.made.posts()) == (3, [])


def test_a_last_chunk_that_is_missing_is_not_sent_again_for_somebody_who_wants_nothing_posted_by_now(
    uploading: MakeUploading,
) -> None:
    made = uploading(size=SIZE)
    fault_later(made.made, "upload", "drop_before", skip=2)
    made.step()
    owner = made.made.owner
    with owner.supabase.as_user(owner.user) as rest:
        rest.post("/objections", json={"purpose": "publishing"}).raise_for_status()
    assert made.made.row()["state"] == "committing", "it may be posted"
    made.made.let_intent_age(61)

    assert made.settle() == ("failed", "publishing_objected")
    assert [content_range for content_range, _ in made.chunks()] == RANGES
    assert made.made.posts() == []


def test_a_last_chunk_that_arrived_is_not_sent_again(uploading: MakeUploading) -> None:
    made = uploading(size=SIZE)
    fault_later(made.made, "upload", "drop_after", skip=2)
    made.step()
    made.made.let_intent_age(61)
    assert made.settle() == ("published", None)
    assert [content_range for content_range, _ in made.chunks()] == RANGES


@pytest.mark.parametrize("status", [403, 404])
def test_an_address_that_tiktok_no_longer_knows_is_replaced_by_a_new_job(uploading: MakeUploading, status: int) -> None:
    made = uploading(size=SIZE)
    fault_later(made.made, "upload", "error", skip=1, status=status)
    made.step()
    assert (made.made.row()["publish_id"], made.row()) == (None, None)
    assert made.settle() == ("published", None)
    assert (made.inits(), made.is_posted_once()) == (2, True)


def test_an_address_older_than_an_hour_is_replaced_by_a_new_job(
    uploading: MakeUploading, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = uploading(size=SIZE)
    fault_later(made.made, "upload", "drop_before", skip=1)
    made.step()
    made.made.sandbox.advance(3601)
    try:
        assert made.settle() == ("published", None)
    finally:
        made.made.sandbox.advance(-3601)
    assert 403 in [status for _, status in made.chunks()]
    assert (made.inits(), made.is_posted_once()) == (2, True)


def test_an_address_that_is_about_to_expire_is_not_used(uploading: MakeUploading) -> None:
    made = uploading(size=SIZE)
    fault_later(made.made, "upload", "drop_before", skip=1)
    made.step()
    made.made.db.execute(
        "update private.tiktok_uploads set expires_at = now() where publication_id = %s", (made.made.id,)
    )
    made.step()
    assert len(made.chunks()) == 2
    assert made.made.events()[-1] == "upload_lost"
    assert made.settle() == ("published", None)
    assert (made.inits(), made.is_posted_once()) == (2, True)


def test_a_last_chunk_that_never_arrived_in_time_is_a_failure_without_a_post(uploading: MakeUploading) -> None:
    made = uploading(size=SIZE)
    fault_later(made.made, "upload", "drop_before", skip=2)
    made.step()
    made.made.let_intent_age(61)
    made.made.db.execute(
        "update private.tiktok_uploads set expires_at = now() where publication_id = %s", (made.made.id,)
    )
    assert made.settle() == ("failed", "upload_expired")
    assert (made.made.posts(), made.row()) == ([], None)


def test_a_lost_answer_to_init_only_leaves_an_empty_job_behind(uploading: MakeUploading) -> None:
    made = uploading()
    made.made.fault("video_init", "drop_after")
    made.step()
    assert made.made.row()["state"] == "preparing"
    assert made.settle() == ("published", None)
    assert [job["uploaded_bytes"] for job in jobs(made.made)] == [0, len(made.file)]
    assert made.is_posted_once()


def test_storage_that_nobody_can_reach_ends_after_four_tries(uploading: MakeUploading) -> None:
    made = uploading(size=SIZE)
    for _ in range(6):
        made.step(R2_ENDPOINT="http://127.0.0.1:1")
    assert made.made.outcome() == ("failed", "platform_error")
    assert (made.made.posts(), made.inits(), made.row()) == ([], 1, None)


def test_a_last_chunk_that_cannot_be_read_is_sent_to_the_same_job_later(uploading: MakeUploading) -> None:
    made = uploading()
    for _ in range(6):
        made.step(R2_ENDPOINT="http://127.0.0.1:1")
        made.made.let_intent_age(61)
    assert made.made.outcome() == ("committing", None)
    assert made.settle() == ("published", None)
    assert (made.inits(), made.is_posted_once()) == (1, True)


@EACH_CHUNK
def test_storage_that_breaks_off_in_the_middle_of_a_chunk_is_read_again(
    uploading: MakeUploading, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    read, begun = Egress.pieces, []

    async def pieces(egress: Egress, request: httpx.Request, *, length: int) -> AsyncIterator[bytes]:
        begun.append(1)
        async for piece in read(egress, request, length=length):
            yield piece
            if len(begun) == number + 1:
                raise CallFailed(request.url.host, sent=True)

    monkeypatch.setattr(Egress, "pieces", pieces)
    made = uploading(size=SIZE)
    made.step()
    assert made.made.posts() == []
    made.made.let_intent_age(61)
    assert made.settle() == ("published", None)
    assert (made.inits(), made.is_posted_once()) == (1, True)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/video/?upload_id=1",
        "https://open-upload.tiktokapis.com.evil.example/video/",
        "https://tiktokapis.com@evil.example/video/",
        "https://evil.example\\@open-upload.tiktokapis.com/video/",
        "https://evil.example/.tiktokapis.com",
        "http://open-upload.tiktokapis.com/video/",
        "https://open-upload.tiktokapis.com:8443/video/",
        "https://open-upload.tiktokapis.com:99999999/video/",
        "https://eviltiktokapis.com/video/",
        "https://[",
        "file:///etc/passwd",
        "//open-upload.tiktokapis.com/video/",
        "not an address",
    ],
)
def test_the_file_goes_to_no_foreign_address(
    uploading: MakeUploading, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(TikTok, "put_chunk", lambda *args, **parts: sent.append(address))
    made = uploading()
    body = {"data": {"publish_id": "v_pub_file~x", "upload_url": address}, "error": {"code": "ok"}}
    made.made.fault("video_init", "status", status=200, body=body)
    made.step()
    assert (sent, made.row()) == ([], None)
    assert made.made.outcome() == ("preparing", None)
    assert made.made.row()["attempts"] == 1


def test_the_address_is_sealed_shown_to_nobody_and_gone_at_the_end(
    uploading: MakeUploading, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    made = uploading(size=SIZE)
    fault_later(made.made, "upload", "drop_before", skip=1)
    made.step()
    secret = made.made.calls("tiktok.upload")[0]["query"]["upload_token"]
    stored = made.row()
    assert stored is not None
    assert stored[0].startswith("v1.")
    shown = [made.made.step().json(), made.made.row(), stored[0]]
    assert made.settle() == ("published", None)
    printed = capsys.readouterr()
    said = [printed.out, printed.err, caplog.text, made.made.owner.advance(made.made.id).text]
    details = "select detail from public.publication_events where publication_id = %s"
    told = made.made.db.execute(details, (made.made.id,)).fetchall()
    everything = json.dumps([*shown, *said, told], default=str)
    assert secret not in everything
    assert "upload_token" not in everything
    assert made.row() is None


def test_a_disconnect_in_the_middle_of_an_upload_posts_nothing(uploading: MakeUploading) -> None:
    made = uploading(size=SIZE)
    fault_later(made.made, "upload", "drop_before", skip=1)
    made.step()
    answer = made.made.owner.post("connections/disconnect", {"connection_id": made.made.connected.id})
    assert answer.status_code == 200
    assert made.settle()[0] == "failed"
    assert (made.made.posts(), made.row()) == ([], None)


@pytest.mark.parametrize(
    ("fail_reason", "outcome"),
    [("file_format_check_failed", "media_format_invalid"), ("spam_risk", "content_refused")],
)
def test_a_job_that_tiktok_ends_is_a_failure(uploading: MakeUploading, fail_reason: str, outcome: str) -> None:
    made = uploading()
    made.made.fault("video_init", "media_error", reason=fail_reason)
    assert made.settle() == ("failed", outcome)
    assert (made.made.posts(), made.row()) == ([], None)
