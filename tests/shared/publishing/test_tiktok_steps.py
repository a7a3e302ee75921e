"""TikTok, step by step, under every fault we know: init is sent once, and after a doubt never again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from sandbox.creator import TIKTOK_CHOICES
from sandbox.samples import Samples
from tests.shared.publishing.clicks import Click, MakeClick, RuntimeAt
from tests.shared.publishing.network import one_call_then_refused

pytest_plugins = ["tests.shared.publishing.desk"]

Answer = dict[str, Any]
MakeVideo = Callable[..., Click]

LOST_AFTER = ["drop_after", "malformed_json", "empty_body", "huge_body", "wrong_shape"]
LOST_BEFORE: list[Answer] = [
    {"kind": "drop_before"},
    {"kind": "html_502"},
    {"kind": "redirect"},
    {"kind": "error", "code": "internal_error"},
    {"kind": "error", "code": "", "status": 500},
    {"kind": "error", "code": "access_token_invalid", "status": 503},
    {"kind": "status", "status": 200, "body": {"data": {}, "error": {"code": "ok"}}},
    {"kind": "status", "status": 200, "body": {"data": {"publish_id": "p"}}},
    {"kind": "status", "status": 400, "body": {"code": "invalid_params", "message": "", "log_id": "x"}},
]
# Codes that end the publication, wherever they arrive before there is a job.
REFUSALS = [
    ("app_version_check_failed", "request_invalid"),
    ("invalid_file_upload", "media_format_invalid"),
    ("invalid_param", "request_invalid"),
    ("invalid_params", "request_invalid"),
    ("privacy_level_option_mismatch", "audience_unavailable"),
    ("reached_active_user_cap", "app_limit"),
    ("scope_not_authorized", "permission_missing"),
    ("scope_permission_missed", "permission_missing"),
    ("spam_risk", "content_refused"),
    ("spam_risk_text", "content_refused"),
    ("spam_risk_too_many_pending_share", "daily_limit"),
    ("spam_risk_too_many_posts", "daily_limit"),
    ("spam_risk_user_banned_from_posting", "account_blocked"),
    ("unaudited_client_can_only_post_to_private_accounts", "account_must_be_private"),
    ("url_ownership_unverified", "media_domain_unverified"),
    ("a_code_of_next_year", "refused_unmapped"),
    # A word that only begins like a known one.
    ("internal_error_but_longer", "refused_unmapped"),
]
FAIL_REASONS = [
    ("auth_removed", "access_ended"),
    ("duration_check_failed", "duration_invalid"),
    ("file_format_check_failed", "media_format_invalid"),
    ("frame_rate_check_failed", "frame_rate_invalid"),
    ("picture_size_check_failed", "image_size_invalid"),
    ("publish_cancelled", "post_cancelled"),
    ("spam_risk", "content_refused"),
    ("spam_risk_text", "content_refused"),
    ("spam_risk_too_many_posts", "daily_limit"),
    ("spam_risk_user_banned_from_posting", "account_blocked"),
    ("a_reason_of_next_year", "refused_unmapped"),
]
WORTH_ANOTHER_TRY = [
    ("internal", "platform_error"),
    ("photo_pull_failed", "media_unreachable"),
    ("video_pull_failed", "media_unreachable"),
]


@pytest.fixture
def video_click(click: MakeClick) -> MakeVideo:
    return partial(click, "tiktok")


def inits(made: Click) -> list[dict[str, Any]]:
    return [json.loads(call["body"]) for call in made.calls("tiktok.video_init")]


def ask_often(made: Click) -> None:
    """Everybody who could carry on tries to."""
    for _ in range(3):
        made.step()
        made.cron()


def test_a_video_is_posted_once_with_the_choices_of_the_user(video_click: MakeVideo, samples: Samples) -> None:
    choices = TIKTOK_CHOICES | {"privacy_level": "MUTUAL_FOLLOW_FRIENDS", "allow_comment": True, "your_brand": True}
    made = video_click(tiktok=choices, caption="Crème brûlée 🍮\n#hills  @mia ")
    assert made.settle() == ("published", None)
    (init,) = inits(made)
    assert init["post_info"] == {
        "title": "Crème brûlée 🍮\n#hills  @mia ",
        "privacy_level": "MUTUAL_FOLLOW_FRIENDS",
        "disable_comment": False,
        "disable_duet": True,
        "disable_stitch": True,
        "brand_organic_toggle": True,
        "brand_content_toggle": False,
        "is_aigc": False,
    }
    assert init["source_info"].keys() == {"source", "video_url"}
    (post,) = made.posts()
    assert post["media_sha256"] == [hashlib.sha256(samples.video.read_bytes()).hexdigest()]
    assert post["container_id"] == made.row()["publish_id"]


@pytest.mark.parametrize("switch", ["allow_comment", "allow_duet", "allow_stitch", "branded_content", "ai_generated"])
def test_each_switch_reaches_tiktok_in_its_own_sense(video_click: MakeVideo, switch: str) -> None:
    sent = {
        "allow_comment": ("disable_comment", False),
        "allow_duet": ("disable_duet", False),
        "allow_stitch": ("disable_stitch", False),
        "branded_content": ("brand_content_toggle", True),
        "ai_generated": ("is_aigc", True),
    }
    made = video_click(tiktok=TIKTOK_CHOICES | {"privacy_level": "PUBLIC_TO_EVERYONE", switch: True})
    made.step()
    (init,) = inits(made)
    untouched = {name: init["post_info"][name] for name, _ in sent.values() if name != sent[switch][0]}
    assert init["post_info"][sent[switch][0]] is sent[switch][1]
    assert untouched == {name: not changed for name, changed in sent.values() if name in untouched}


@pytest.mark.parametrize("kind", LOST_AFTER)
def test_after_a_lost_answer_to_init_there_is_never_another(video_click: MakeVideo, kind: str) -> None:
    made = video_click()
    made.fault("video_init", kind)
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    ask_often(made)
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.row()["next_step_at"] is None
    assert len(inits(made)) == 1
    assert len(made.posts()) <= 1


@pytest.mark.parametrize("answer", LOST_BEFORE, ids=str)
def test_what_we_cannot_read_may_have_been_posted(video_click: MakeVideo, answer: Answer) -> None:
    made = video_click()
    made.fault("video_init", **answer)
    ask_often(made)
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert len(inits(made)) == 1
    assert made.posts() == []


def test_an_answer_to_init_that_does_not_come_in_time_is_a_doubt(video_click: MakeVideo, runtime_at: RuntimeAt) -> None:
    made = video_click()
    made.fault("video_init", "slow", when="after", seconds=0.9)
    made.step_with(runtime_at(call_seconds=0.6))
    ask_often(made)
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert len(inits(made)) == 1


def test_a_connection_refused_at_init_was_not_sent_and_is_made_again(
    video_click: MakeVideo, runtime_at: RuntimeAt
) -> None:
    made = video_click()
    with one_call_then_refused(made.stack.addresses.sandbox) as address:
        made.step_with(runtime_at(TIKTOK_API_URL=f"{address}/tiktok-api"))
    assert made.events()[-2:] == ["init_started", "init_refused"]
    assert made.row()["state"] == "preparing"
    assert inits(made) == []
    assert made.settle() == ("published", None)
    assert len(made.posts()) == len(inits(made)) == 1


@pytest.mark.parametrize("endpoint", ["creator_info", "video_init"])
@pytest.mark.parametrize(("code", "reason"), REFUSALS)
def test_a_clear_refusal_fails_with_its_reason(video_click: MakeVideo, code: str, reason: str, endpoint: str) -> None:
    """A code that nobody knows refuses a question clearly; of an init it proves nothing."""
    unmapped_init = endpoint == "video_init" and reason == "refused_unmapped"
    made = video_click()
    made.fault(endpoint, "error", code=code, status=200 if endpoint == "creator_info" else 403)
    made.step()
    assert made.outcome() == (("unknown", "outcome_unclear") if unmapped_init else ("failed", reason))
    ask_often(made)
    assert len(inits(made)) == (1 if endpoint == "video_init" else 0)
    assert made.posts() == []


@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize("code", ["internal_error", "a_code_of_next_year", ""])
def test_an_init_that_posted_and_calls_it_an_error_is_never_repeated(
    video_click: MakeVideo, code: str, status: int
) -> None:
    made = video_click()
    made.fault("video_init", "error", code=code, status=status, when="after")
    made.step()
    ask_often(made)
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert len(inits(made)) == 1


def test_an_unrelated_failure_before_costs_no_connection(video_click: MakeVideo) -> None:
    made = video_click()
    made.put(attempts=3)
    made.fault("creator_info", "error", code="access_token_invalid")
    assert made.settle() == ("published", None)
    assert made.token_rows() == 1


def test_nobody_is_told_in_progress_for_ever(video_click: MakeVideo) -> None:
    made = video_click()
    made.fault("video_init", "stuck")
    made.step()
    made.db.execute("update public.publications set created_at = now() - interval '26 hours' where id = %s", (made.id,))
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.row()["next_step_at"] is None


@pytest.mark.parametrize("endpoint", ["creator_info", "video_init"])
def test_a_dead_token_is_renewed_once_and_the_video_posted_once(video_click: MakeVideo, endpoint: str) -> None:
    made = video_click()
    made.fault(endpoint, "error", code="access_token_invalid")
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


@pytest.mark.parametrize("endpoint", ["creator_info", "video_init"])
def test_a_token_that_stays_dead_ends_in_a_reconnect(video_click: MakeVideo, endpoint: str) -> None:
    made = video_click()
    made.fault(endpoint, "error", times=50, code="access_token_invalid")
    assert made.settle() == ("failed", "access_ended")
    assert made.token_rows() == 0
    assert made.connection_status() == ("needs_reconnect", "access_ended")
    assert made.posts() == []


def test_the_user_removed_the_app_inside_tiktok(video_click: MakeVideo) -> None:
    made = video_click()
    made.sandbox.disconnect(made.connected.account)
    assert made.settle() == ("failed", "access_ended")
    assert made.token_rows() == 0
    assert inits(made) == []


@pytest.mark.parametrize("endpoint", ["creator_info", "video_init"])
def test_a_rate_limit_waits_out_its_minute_and_posts_once(video_click: MakeVideo, endpoint: str) -> None:
    made = video_click()
    made.fault(endpoint, "error", code="rate_limit_exceeded")
    made.step()
    row = made.row()
    assert (row["state"], row["reason"]) == ("preparing", None)
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1
    # TikTok counts calls in windows of one minute: an earlier try is refused as well, and uses up our tries.
    assert (row["next_step_at"] - datetime.now(UTC)).total_seconds() > 45


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "html_502", "malformed_json", "empty_body"])
def test_a_creator_info_that_fails_is_asked_again(video_click: MakeVideo, kind: str) -> None:
    made = video_click()
    made.fault("creator_info", kind)
    made.step()
    assert made.row()["state"] == "preparing"
    assert inits(made) == []
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


def test_a_creator_info_that_always_fails_ends_after_four_tries(video_click: MakeVideo) -> None:
    made = video_click()
    made.fault("creator_info", "html_502", times=50)
    assert made.settle() == ("failed", "platform_error")
    assert len(made.calls("tiktok.creator_info")) == 4


def test_an_audience_the_creator_no_longer_offers_is_refused_before_init(video_click: MakeVideo) -> None:
    made = video_click(account={"private": True}, tiktok=TIKTOK_CHOICES | {"privacy_level": "PUBLIC_TO_EVERYONE"})
    made.step()
    assert made.outcome() == ("failed", "audience_unavailable")
    assert inits(made) == []


def test_a_video_longer_than_this_creator_may_post_is_refused_before_init(video_click: MakeVideo) -> None:
    made = video_click(account={"max_seconds": 3})
    made.step()
    assert made.outcome() == ("failed", "duration_invalid")
    assert inits(made) == []


def test_settings_that_changed_after_the_form_are_seen(video_click: MakeVideo) -> None:
    made = video_click(tiktok=TIKTOK_CHOICES | {"privacy_level": "PUBLIC_TO_EVERYONE"})
    made.sandbox.change_account(made.connected.account, private=True)
    made.step()
    assert made.outcome() == ("failed", "audience_unavailable")
    assert inits(made) == []


@pytest.mark.parametrize(("fail_reason", "reason"), FAIL_REASONS)
def test_a_failed_job_gives_its_reason_and_is_not_sent_again(
    video_click: MakeVideo, fail_reason: str, reason: str
) -> None:
    made = video_click()
    made.fault("video_init", "media_error", reason=fail_reason)
    assert made.settle() == ("failed", reason)
    ask_often(made)
    assert len(inits(made)) == 1
    assert made.posts() == []


@pytest.mark.parametrize(("fail_reason", "reason"), WORTH_ANOTHER_TRY)
def test_a_job_that_failed_by_no_fault_of_the_post_is_made_anew(
    video_click: MakeVideo, fail_reason: str, reason: str
) -> None:
    """FAILED is TikTok's word that nothing was posted."""
    made = video_click()
    made.fault("video_init", "media_error", reason=fail_reason)
    assert made.settle() == ("published", None)
    assert (len(inits(made)), len(made.posts())) == (2, 1)
    assert "job_failed" in made.events()


@pytest.mark.parametrize(("fail_reason", "reason"), WORTH_ANOTHER_TRY)
def test_jobs_that_always_fail_end_after_four(video_click: MakeVideo, fail_reason: str, reason: str) -> None:
    made = video_click()
    made.fault("video_init", "media_error", reason=fail_reason, times=9)
    assert made.settle() == ("failed", reason)
    assert (len(inits(made)), made.posts()) == (4, [])


def test_a_job_that_is_stuck_stays_under_way(video_click: MakeVideo) -> None:
    made = video_click()
    made.fault("video_init", "stuck")
    for _ in range(6):
        made.step()
    row = made.row()
    assert (row["state"], row["reason"]) == ("processing", None)
    assert row["next_step_at"] > datetime.now(UTC)
    assert len(inits(made)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"kind": "drop_before"},
        {"kind": "html_502"},
        {"kind": "malformed_json"},
        {"kind": "empty_body"},
        {"kind": "huge_body"},
        {"kind": "wrong_shape"},
        {"kind": "error", "code": "internal_error"},
        {"kind": "error", "code": "rate_limit_exceeded"},
        {"kind": "error", "code": "invalid_publish_id"},
        {"kind": "error", "code": "token_not_authorized_for_specified_publish_id"},
        {"kind": "status", "status": 200, "body": {"error": {"code": "ok"}}},
        {"kind": "status", "status": 200, "body": {"data": {}, "error": {"code": "ok"}}},
        {"kind": "status", "status": 200, "body": {"data": None, "error": {"code": "ok"}}},
        {"kind": "status", "status": 200, "body": {"data": {"status": "NEW_STATE"}, "error": {"code": "ok"}}},
        {"kind": "status", "status": 200, "body": {"data": {"status": None}, "error": {"code": "ok"}}},
        {"kind": "status", "status": 200, "body": {"data": {"status": "SEND_TO_USER_INBOX"}, "error": {"code": "ok"}}},
    ],
    ids=str,
)
def test_a_look_that_fails_decides_nothing(video_click: MakeVideo, answer: Answer) -> None:
    made = video_click()
    made.step()
    made.fault("status", **answer)
    made.step()
    assert made.outcome() == ("processing", None)
    assert made.settle() == ("published", None)
    assert len(made.posts()) == len(inits(made)) == 1


def test_a_failure_without_post_ids_is_a_failure(video_click: MakeVideo) -> None:
    made = video_click()
    made.fault("video_init", "stuck")
    made.step()
    body = {
        "data": {"status": "FAILED", "fail_reason": "spam_risk"},
        "error": {"code": "ok", "message": "", "log_id": ""},
    }
    made.fault("status", "status", status=200, body=body)
    made.step()
    assert made.outcome() == ("failed", "content_refused")


@pytest.mark.parametrize("fail_reason", [None, "", 7])
def test_a_failure_without_a_usable_reason_is_a_failure(video_click: MakeVideo, fail_reason: object) -> None:
    made = video_click()
    made.fault("video_init", "stuck")
    made.step()
    body = {"data": {"status": "FAILED", "fail_reason": fail_reason}, "error": {"code": "ok"}}
    made.fault("status", "status", times=3, status=200, body=body)
    made.step()
    assert made.outcome() == ("failed", "refused_unmapped")


def test_a_success_may_carry_an_empty_reason(video_click: MakeVideo) -> None:
    made = video_click()
    made.step()
    data = {"status": "PUBLISH_COMPLETE", "fail_reason": None, "publicaly_available_post_id": None}
    made.fault("status", "status", status=200, body={"data": data, "error": {"code": "ok"}})
    made.step()
    assert made.outcome() == ("published", None)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ([7512345678901234567], "7512345678901234567"),
        (["7512345678901234567"], "7512345678901234567"),
        (7512345678901234567, "7512345678901234567"),
        ("7512345678901234567", "7512345678901234567"),
        ([7512345678901234567, 7512345678901234568], "7512345678901234567"),
        ([], None),
        ("", None),
        (None, None),
        (0, None),
    ],
)
def test_a_post_id_of_19_digits_arrives_as_text_in_whatever_shape(
    video_click: MakeVideo, sent: object, kept: str | None
) -> None:
    made = video_click()
    made.step()
    data = {"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": sent}
    made.fault(
        "status", "status", status=200, body={"data": data, "error": {"code": "ok", "message": "", "log_id": ""}}
    )
    answer = made.step().json()
    assert (answer["state"], answer["post_id"]) == ("published", kept)
    assert made.row()["post_id"] == kept


def test_access_that_ends_while_tiktok_works_leaves_a_doubt(video_click: MakeVideo) -> None:
    made = video_click()
    made.fault("video_init", "stuck")
    made.step()
    made.sandbox.disconnect(made.connected.account)
    assert made.settle() == ("unknown", "outcome_unclear")
    assert made.events()[-1] == "access_lost"
    assert made.token_rows() == 0
    ask_often(made)
    assert len(inits(made)) == 1
