"""What TikTok tells of a post and of an access: at least once, in any order, and binding."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.tiktok.webhooks import signature
from shared.platforms.tiktok import TikTok
from tests.shared.connecting.endings import Judge
from tests.shared.publishing.clicks import Click, Database, MakeClick, RuntimeAt
from tests.shared.publishing.tiktok_side import (
    COMPLETE,
    FAILED,
    NO_LONGER_PUBLIC,
    POST_ID,
    PUBLIC,
    body_of,
    control,
    deliver,
    jobs,
    send,
    tell,
    wait_for_jobs,
)

pytest_plugins = ["tests.shared.publishing.desk"]

REVOKED = "revoked_on_platform"


def removal(made: Click, **parts: Any) -> bytes:
    return body_of(made, "authorization.removed", {"reason": 1}, **parts)


def judge_of(made: Click) -> Judge:
    return Judge(made.db, made.sandbox, made.connected)


@pytest.fixture
def under_way(click: MakeClick) -> Callable[..., Click]:
    """A video that TikTok has taken, and is not through with."""

    def make(**options: Any) -> Click:
        made = click("tiktok", **options)
        made.fault("video_init", "stuck")
        made.step()
        assert made.row()["state"] == "processing"
        return made

    return make


@pytest.fixture
def doubtful(click: MakeClick) -> Callable[[], Click]:
    """A video whose init was answered, and the answer lost."""

    def make() -> Click:
        made = click("tiktok")
        made.fault("video_init", "drop_after")
        made.step()
        assert made.row()["state"] == "unknown"
        return made

    return make


@pytest.fixture
def another(db: Database) -> Callable[..., str]:
    """A second publication of the same account, in a state that a worker left it in."""

    def make(made: Click, state: str) -> str:
        reason = "outcome_unclear" if state == "unknown" else None
        values = {"id": str(uuid.uuid4()), "idempotency_key": uuid.uuid4().hex, "state": state, "reason": reason}
        copied = "project_id, content_id, connection_id, platform, kind, caption, options, request_hash, created_by"
        query = (
            f"insert into public.publications ({copied}, {', '.join(values)}, intent_at)"
            f" select {copied}, {', '.join(f'%({name})s' for name in values)}, now()"
            " from public.publications where id = %(copied)s"
        )
        db.execute(query, values | {"copied": made.id})
        return str(values["id"])

    return make


@pytest.mark.parametrize(
    ("name", "content", "outcome", "post_id"),
    [
        (COMPLETE, {}, ("published", None), None),
        (PUBLIC, {"post_id": POST_ID}, ("published", None), POST_ID),
        (FAILED, {"reason": "spam_risk"}, ("failed", "content_refused"), None),
        (FAILED, {"reason": "a_reason_of_next_year"}, ("failed", "refused_unmapped"), None),
        (FAILED, {}, ("failed", "refused_unmapped"), None),
    ],
)
def test_what_tiktok_tells_ends_a_publication(
    under_way: Callable[..., Click],
    name: str,
    content: dict[str, Any],
    outcome: tuple[str, str | None],
    post_id: str | None,
) -> None:
    made = under_way()
    assert tell(made, name, **content) == 200
    assert made.outcome() == outcome
    row = made.row()
    assert (row["post_id"], row["next_step_at"], row["lease_expires_at"]) == (post_id, None, None)
    assert made.calls("tiktok.status") == []


def test_a_post_that_is_no_longer_public_stays_published(under_way: Callable[..., Click]) -> None:
    made = under_way()
    tell(made, PUBLIC, post_id=POST_ID)
    assert tell(made, NO_LONGER_PUBLIC, post_id=POST_ID) == 200
    assert made.outcome() == ("published", None)
    assert (made.row()["post_id"], made.events()[-1]) == (POST_ID, "webhook_no_longer_public")


def test_an_event_that_decides_nothing_makes_us_ask(under_way: Callable[..., Click]) -> None:
    made = under_way()
    assert tell(made, NO_LONGER_PUBLIC, post_id=POST_ID) == 200
    assert made.outcome() == ("processing", None)
    assert len(made.calls("tiktok.status")) == 1


def test_the_same_event_again_changes_nothing(under_way: Callable[..., Click]) -> None:
    made, now = under_way(), time.time()
    for _ in range(3):
        assert tell(made, COMPLETE, at=now) == 200
    assert made.events().count("webhook_complete") == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((PUBLIC, {"post_id": POST_ID}), (COMPLETE, {})),
        ((COMPLETE, {}), (PUBLIC, {"post_id": POST_ID})),
        ((PUBLIC, {"post_id": POST_ID}), (FAILED, {"reason": "spam_risk"})),
        ((PUBLIC, {"post_id": POST_ID}), (FAILED, {"reason": "internal"})),
        ((PUBLIC, {"post_id": POST_ID}), (PUBLIC, {"post_id": "7512345678901234568"})),
    ],
)
def test_events_come_in_any_order(
    under_way: Callable[..., Click], first: tuple[str, dict[str, Any]], second: tuple[str, dict[str, Any]]
) -> None:
    made = under_way()
    for name, content in (first, second):
        assert tell(made, name, **content) == 200
    assert made.outcome() == ("published", None)
    assert made.row()["post_id"] == POST_ID
    assert len(made.calls("tiktok.video_init")) == 1


def test_a_failure_that_was_told_is_not_undone(under_way: Callable[..., Click]) -> None:
    made = under_way()
    tell(made, FAILED, reason="spam_risk")
    assert tell(made, COMPLETE) == 200
    assert made.outcome() == ("failed", "content_refused")


def test_a_stranger_cannot_speak_of_the_post_of_another(under_way: Callable[..., Click], click: MakeClick) -> None:
    made, other = under_way(), click("tiktok")
    content = {"publish_id": made.row()["publish_id"], "publish_type": "DIRECT_PUBLISH"}
    for open_id in ("-000nobody", other.connected.account):
        before = made.row(), other.row()
        assert deliver(made, body_of(made, COMPLETE, content, open_id=open_id)).status_code == 200
        assert (made.row(), other.row()) == before


def test_another_app_cannot_speak_of_our_post(under_way: Callable[..., Click]) -> None:
    made = under_way()
    content = {"publish_id": made.row()["publish_id"], "publish_type": "DIRECT_PUBLISH"}
    assert deliver(made, body_of(made, COMPLETE, content, client_key="another_app")).status_code == 200
    assert made.outcome() == ("processing", None)


def test_a_post_that_nobody_waits_for_is_not_given_to_one_that_has_its_own(under_way: Callable[..., Click]) -> None:
    made = under_way()
    assert tell(made, COMPLETE, publish_id="v_pub_url~v2-1.7000000000000000001") == 200
    assert made.outcome() == ("processing", None)


def test_an_init_whose_answer_was_lost_is_recognised_by_its_webhook(doubtful: Callable[[], Click]) -> None:
    made = doubtful()
    (job,) = wait_for_jobs(made)
    assert tell(made, COMPLETE, publish_id=job["publish_id"]) == 200
    assert made.outcome() == ("published", None)
    assert made.row()["publish_id"] == job["publish_id"]
    assert (len(made.posts()), len(made.calls("tiktok.video_init"))) == (1, 1)


def test_a_lost_init_that_failed_for_a_while_is_asked_about_and_sent_again(click: MakeClick) -> None:
    """Its webhook gives it the id to ask about; TikTok says that the job is over, and only then there is another."""
    made = click("tiktok")
    made.fault("video_init", "drop_after")
    made.step()
    (job,) = jobs(made)
    wait_for_jobs(made)
    assert tell(made, FAILED, publish_id=job["publish_id"], reason="internal") == 200
    assert made.outcome() == ("published", None)
    assert len(made.posts()) == 1


@pytest.mark.parametrize(
    ("publish_id", "at"),
    [
        ("p_pub_url~v2-1.7000000000000000002", 0.0),
        ("v_pub_url~v2-1.7000000000000000003", -120.0),
        ("v_pub_url~v2-1.7000000000000000004", 7300.0),
    ],
    ids=["photos", "before the init", "long after it"],
)
def test_what_cannot_be_the_lost_post_is_not_given_to_it(
    doubtful: Callable[[], Click], publish_id: str, at: float
) -> None:
    made = doubtful()
    assert tell(made, COMPLETE, publish_id=publish_id, at=time.time() + at) == 200
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.row()["publish_id"] is None


def test_only_the_end_of_a_job_names_a_lost_post(doubtful: Callable[[], Click]) -> None:
    """What became public may have been posted hours before, by a click that is forgotten."""
    made = doubtful()
    assert tell(made, PUBLIC, publish_id="v_pub_url~v2-1.79", post_id=POST_ID) == 200
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.row()["publish_id"] is None


def test_a_late_word_about_a_job_that_failed_is_not_about_the_one_after_it(click: MakeClick) -> None:
    made = click("tiktok")
    made.fault("video_init", "media_error", reason="internal")
    made.step()
    first = made.row()["publish_id"]
    made.step()
    assert (made.row()["state"], made.row()["publish_id"]) == ("preparing", None)
    made.fault("video_init", "drop_after")
    made.step()
    assert made.row()["state"] == "unknown"
    assert tell(made, FAILED, publish_id=first, reason="spam_risk") == 200
    assert made.outcome() == ("unknown", "outcome_unclear")


def test_a_word_about_a_post_that_its_user_has_settled_is_not_given_to_the_next(
    doubtful: Callable[[], Click], another: Callable[..., str]
) -> None:
    made = doubtful()
    made.put(state="published", reason="confirmed_by_user", finished_at=made.row()["created_at"])
    other = another(made, "unknown")
    assert tell(made, COMPLETE, publish_id="v_pub_url~v2-1.77") == 200
    row = made.db.execute("select state::text, publish_id from public.publications where id = %s", (other,)).fetchone()
    assert row == ("unknown", None)


def test_a_word_about_a_post_of_a_disconnected_account_is_not_given_to_the_next(
    doubtful: Callable[[], Click], another: Callable[..., str]
) -> None:
    made = doubtful()
    other = another(made, "unknown")
    made.put(connection_id=None)
    assert tell(made, COMPLETE, publish_id="v_pub_url~v2-1.78") == 200
    row = made.db.execute("select state::text, publish_id from public.publications where id = %s", (other,)).fetchone()
    assert row == ("unknown", None)


def test_of_two_lost_posts_neither_is_guessed(doubtful: Callable[[], Click], another: Callable[..., str]) -> None:
    made = doubtful()
    second = another(made, "unknown")
    (job,) = wait_for_jobs(made)
    assert tell(made, COMPLETE, publish_id=job["publish_id"]) == 200
    assert made.outcome() == ("unknown", "outcome_unclear")
    found = made.db.execute("select state, publish_id from public.publications where id = %s", (second,)).fetchone()
    assert found == ("unknown", None)


def test_while_one_of_two_is_still_being_sent_tiktok_is_asked_to_deliver_again(
    doubtful: Callable[[], Click], another: Callable[..., str]
) -> None:
    made, now = doubtful(), time.time()
    second = another(made, "committing")
    (job,) = wait_for_jobs(made)
    assert tell(made, COMPLETE, publish_id=job["publish_id"], at=now) == 503
    assert made.outcome() == ("unknown", "outcome_unclear")
    made.db.execute("update public.publications set publish_id = 'v_pub_url~own' || id where id = %s", (second,))
    assert tell(made, COMPLETE, publish_id=job["publish_id"], at=now) == 200
    assert made.outcome() == ("published", None)


def test_a_reason_that_deserves_another_try_is_asked_about_and_tried(click: MakeClick) -> None:
    made = click("tiktok")
    made.fault("video_init", "media_error", reason="internal")
    made.step()
    wait_for_jobs(made)
    assert made.row()["state"] == "processing"
    assert tell(made, FAILED, reason="internal") == 200
    assert made.outcome() == ("preparing", None)
    assert made.row()["publish_id"] is None
    made.step()
    wait_for_jobs(made)
    assert made.settle() == ("published", None)
    assert (len(made.posts()), len(made.calls("tiktok.video_init"))) == (1, 2)


def test_a_webhook_alone_brings_a_publication_to_its_end(click: MakeClick) -> None:
    made = click("tiktok")
    made.step()
    wait_for_jobs(made)
    waiting = control(made, "GET", "webhooks")["webhooks"]
    ours = [entry["id"] for entry in waiting if made.connected.account in entry["body"]]
    sent = control(made, "POST", "webhooks/deliver", ids=ours, timestamp=int(time.time()))["sent"]
    assert [entry["status"] for entry in sent] == [200]
    assert made.outcome() == ("published", None)
    assert made.calls("tiktok.status") == []


def test_a_worker_that_holds_the_lease_is_overtaken(
    click: MakeClick, runtime_at: RuntimeAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The webhook comes before the answer to the init that it is about."""
    made = click("tiktok")
    init = TikTok.init_video_pull

    async def told_before_the_answer(tiktok: TikTok, *args: Any, **parts: Any) -> str:
        publish_id = await init(tiktok, *args, **parts)
        status = await asyncio.to_thread(tell, made, COMPLETE, publish_id=publish_id)
        assert status == 200
        return publish_id

    monkeypatch.setattr(TikTok, "init_video_pull", told_before_the_answer)
    assert made.step_with(runtime_at()) is None
    assert made.outcome() == ("published", None)
    assert made.events()[-1] == "webhook_complete"
    assert len(made.calls("tiktok.video_init")) == 1


def test_a_creator_who_removed_us_has_no_token_here_any_more(click: MakeClick) -> None:
    made = click("tiktok")
    calls = len(made.sandbox.journal())
    body = removal(made, at=time.time() + 1)
    assert deliver(made, body).status_code == 200
    assert len(made.sandbox.journal()) == calls
    judge = judge_of(made)
    assert (made.token_rows(), judge.receipts()) == (0, [(REVOKED, 2)])
    assert judge.told() == [(made.owner.user.id, "access_ended", REVOKED)]
    assert made.connection_status() == ("needs_reconnect", REVOKED)
    made.step()
    assert made.outcome() == ("failed", "access_ended")
    assert made.posts() == []


@pytest.mark.parametrize(
    "content",
    [
        "", "null", "[]", "{", "7", "[" * 50_000, '{"reason": true}', '{"reason": {"code": 1}}', '{"publish_id": []}',
        {"reason": 1}, {}, [], 7, True, None,
    ],
    ids=lambda content: repr(content)[:30],
)  # fmt: skip
def test_a_removal_ends_the_access_whatever_else_it_says(click: MakeClick, content: object) -> None:
    """It is answered with 200, so it is not told again: a token that stays now would stay."""
    made = click("tiktok")
    body = json.dumps(json.loads(removal(made, at=time.time() + 1)) | {"content": content}).encode()
    assert deliver(made, body).status_code == 200
    judge = judge_of(made)
    assert (made.token_rows(), judge.receipts()) == (0, [(REVOKED, 2)])
    assert made.connection_status() == ("needs_reconnect", REVOKED)


def test_a_removal_that_is_told_again_leaves_one_receipt_and_one_notice(click: MakeClick) -> None:
    """The same event, and the same news in another one."""
    made, now = click("tiktok"), time.time()
    for later in (1, 1, 2):
        assert deliver(made, removal(made, at=now + later)).status_code == 200
    judge = judge_of(made)
    assert (len(judge.receipts()), len(judge.told())) == (1, 1)


@pytest.mark.parametrize(("given", "ends"), [(-0.999, True), (0.0, True), (0.999, True), (1.0, False), (60.0, False)])
def test_a_removal_counts_from_the_second_in_which_the_access_was_given(
    click: MakeClick, given: float, ends: bool
) -> None:
    made, removed_at = click("tiktok"), int(time.time()) - 100
    query = "update public.connections set connected_at = to_timestamp(%s) where id = %s"
    made.db.execute(query, (removed_at + given, made.connected.id))
    assert deliver(made, removal(made, at=removed_at)).status_code == 200
    assert made.token_rows() == (0 if ends else 1)
    assert made.connection_status() == (("needs_reconnect", REVOKED) if ends else ("active", None))
    assert len(judge_of(made).told()) == (1 if ends else 0)


def test_a_removal_that_is_replayed_later_does_not_end_the_access_that_was_given_after_it(click: MakeClick) -> None:
    """Also when we have long forgotten that we have seen it."""
    made = click("tiktok")
    made.db.execute(
        "update public.connections set connected_at = now() - interval '1 hour' where id = %s", (made.connected.id,)
    )
    body = removal(made, at=time.time() - 5)
    assert deliver(made, body).status_code == 200
    assert made.token_rows() == 0
    made.owner.connect("tiktok", str(made.row()["project_id"]), account=made.connected.account)
    made.db.execute("delete from private.webhook_deliveries")
    before = judge_of(made).everything()
    assert deliver(made, body).status_code == 200
    assert judge_of(made).everything() == before
    assert made.token_rows() == 1


@pytest.mark.parametrize("how", ["another secret", "no signature", "too old", "another body"])
def test_a_removal_that_tiktok_did_not_sign_changes_nothing(click: MakeClick, how: str) -> None:
    made, now = click("tiktok"), int(time.time())
    secret, body = made.stack.keys["TIKTOK_CLIENT_SECRET"], removal(made, at=time.time() + 1)
    headers = {
        "another secret": [signature(made.stack.keys["INSTAGRAM_APP_SECRET"], now, body)],
        "no signature": [],
        "too old": [signature(secret, now - 301, body)],
        "another body": [signature(secret, now, removal(made, at=time.time() + 2))],
    }[how]
    before = judge_of(made).everything()
    assert send(made, body, *headers).status_code == 401
    assert judge_of(made).everything() == before


@pytest.mark.parametrize("deliveries", [1, 2])
def test_an_old_removal_does_not_end_an_access_that_was_given_after_it(click: MakeClick, deliveries: int) -> None:
    made = click("tiktok")
    removed, before = removal(made, at=time.time() - 60), judge_of(made).everything()
    for _ in range(deliveries):
        assert deliver(made, removed).status_code == 200
    assert judge_of(made).everything() == before
    assert made.token_rows() == 1
    assert made.connection_status() == ("active", None)
    assert made.settle() == ("published", None)


def test_a_removal_of_another_creator_ends_nothing_of_ours(click: MakeClick) -> None:
    made = click("tiktok")
    before = judge_of(made).everything()
    assert deliver(made, removal(made, open_id="-000nobody", at=time.time() + 1)).status_code == 200
    assert judge_of(made).everything() == before
    assert made.token_rows() == 1


def test_a_signature_of_another_event_does_not_carry_over(under_way: Callable[..., Click]) -> None:
    made = under_way()
    harmless = body_of(made, "video.upload.failed", {})
    header = signature(made.stack.keys["TIKTOK_CLIENT_SECRET"], int(time.time()), harmless)
    content = {"publish_id": made.row()["publish_id"], "publish_type": "DIRECT_PUBLISH"}
    assert send(made, body_of(made, COMPLETE, content), header).status_code == 401
    assert made.outcome() == ("processing", None)
