"""Instagram, step by step, under every fault we know: never two posts, and a row that says what is true."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import pytest

from sandbox.samples import Samples
from tests.shared.publishing.clicks import Click, MakeClick, RuntimeAt
from tests.shared.publishing.network import one_call_then_refused

pytest_plugins = ["tests.shared.publishing.desk"]

Answer = dict[str, Any]

DAY = 86_400
UNREADABLE = ["drop_after", "malformed_json", "empty_body", "huge_body", "wrong_shape"]
# Answers that have been seen beside a live post, and a dead gateway.
DOUBTFUL: list[Answer] = [
    {"kind": "error", "code": 1},
    {"kind": "error", "code": 2, "status": 500},
    {"kind": "error", "code": -1, "subcode": 2207001},
    {"kind": "error", "code": 4, "subcode": 2207051, "status": 403},
    {"kind": "error", "code": 24, "subcode": 2207006},
    {"kind": "error", "code": 100, "subcode": 33},
    {"kind": "error", "code": 190, "status": 503},
    {"kind": "error", "code": 9_999_999},
    {"kind": "html_502"},
    {"kind": "redirect"},
    {"kind": "status", "status": 200, "body": {"id": "not a number"}},
    {"kind": "status", "status": 200, "body": None},
    {"kind": "status", "status": 400, "body": {"error": "text"}},
]


MakePhoto = Callable[..., Click]


@pytest.fixture
def photo_click(click: MakeClick) -> MakePhoto:
    return partial(click, "instagram")


def creations(made: Click) -> list[str]:
    """The container that each media_publish named."""
    return [parse_qs(call["body"])["creation_id"][0] for call in made.calls("instagram.media_publish")]


def test_a_photo_is_posted_once_and_everything_it_carries_is_the_users(
    photo_click: MakePhoto, samples: Samples
) -> None:
    made = photo_click()
    assert made.settle() == ("published", None)
    (post,) = made.posts()
    assert post["caption"] == made.body["caption"]
    assert post["alt_text"] == made.body["media"][0]["alt_text"]
    assert post["media_sha256"] == [hashlib.sha256(samples.photo.read_bytes()).hexdigest()]
    assert made.row()["post_id"] == post["post_id"]


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_answer_lost_after_the_post_is_found_by_asking_the_container(photo_click: MakePhoto, kind: str) -> None:
    made = photo_click()
    made.fault("media_publish", kind)
    assert made.settle() == ("published", None)
    assert made.events()[-3:] == ["publish_started", "outcome_unclear", "found_published"]
    assert len(made.posts()) == len(creations(made)) == 1


def test_a_doubt_is_shown_as_unknown_until_the_container_has_answered(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.fault("media_publish", "drop_after")
    made.fault_second("container", "html_502")
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.row()["next_step_at"] is not None
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


def test_an_answer_that_does_not_come_in_time_is_a_doubt(photo_click: MakePhoto, runtime_at: RuntimeAt) -> None:
    made = photo_click()
    made.fault("media_publish", "slow", when="after", seconds=0.9)
    made.step_with(runtime_at(call_seconds=0.6))
    assert "outcome_unclear" in made.events()
    assert made.settle() == ("published", None)
    assert len(made.posts()) == len(creations(made)) == 1


def test_what_was_dropped_before_its_effect_is_not_sent_again_before_180_seconds(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.fault("media_publish", "drop_before")
    for _ in range(4):
        made.step()
    made.let_intent_age(175)
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert len(creations(made)) == 1
    assert made.posts() == []


def test_after_180_seconds_the_same_container_is_published_once(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.fault("media_publish", "drop_before")
    made.step()
    made.let_intent_age(181)
    assert made.settle() == ("published", None)
    assert "found_unpublished" in made.events()
    first, second = creations(made)
    assert first == second == made.row()["container_id"]
    assert len(made.posts()) == 1


def test_every_new_doubt_waits_for_180_seconds_of_its_own(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.fault("media_publish", "drop_before", times=5)
    made.step()
    made.let_intent_age(181)
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert len(creations(made)) == 2


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("answer", DOUBTFUL, ids=str)
def test_a_doubtful_answer_never_makes_two_posts_and_never_loses_one(
    photo_click: MakePhoto, answer: Answer, when: str
) -> None:
    made = photo_click()
    made.fault("media_publish", **answer, when=when)
    made.step()
    assert "outcome_unclear" in made.events()
    assert len(creations(made)) == 1
    made.let_intent_age(181)
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1
    assert len(set(creations(made))) == 1


@pytest.mark.parametrize(("code", "subcode"), [(4, 2207051), (200, None), (100, None)])
def test_a_refusal_that_goes_on_is_not_repeated_for_ever(
    photo_click: MakePhoto, code: int, subcode: int | None
) -> None:
    made = photo_click()
    made.fault("media_publish", "error", times=50, code=code, subcode=subcode, status=403)
    for _ in range(20):
        made.step()
        made.let_intent_age(181)
    assert made.row()["state"] == "failed"
    assert len(creations(made)) <= 4
    assert made.posts() == []


def test_not_ready_waits_and_publishes_the_same_container(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.fault("media_publish", "error", code=9007, subcode=2207027)
    made.step()
    row = made.row()
    assert (row["state"], row["reason"], row["attempts"]) == ("processing", None, 1)
    assert "publish_refused" in made.events()
    assert made.settle() == ("published", None)
    assert creations(made) == [row["container_id"]] * 2
    assert len(made.posts()) == 1


def test_a_container_that_is_never_ready_ends_as_failed(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.fault("media_publish", "error", times=50, code=9007, subcode=2207027)
    assert made.settle() == ("failed", "not_ready")
    assert len(creations(made)) == 4
    assert made.posts() == []


@pytest.mark.parametrize(
    ("code", "subcode", "reason"),
    [
        (9, 2207042, "daily_limit"),
        (10, None, "permission_missing"),
        (25, 2207050, "account_restricted"),
        (352, 2207026, "media_format_invalid"),
        (36000, 2207004, "image_too_large"),
        (36001, 2207005, "media_format_invalid"),
        (36003, 2207009, "image_ratio_invalid"),
        (36004, 2207010, "caption_invalid"),
    ],
)
def test_a_clear_refusal_of_the_post_fails_and_posts_nothing(
    photo_click: MakePhoto, code: int, subcode: int | None, reason: str
) -> None:
    made = photo_click()
    made.fault("media_publish", "error", code=code, subcode=subcode, status=403)
    made.step()
    assert made.outcome() == ("failed", reason)
    made.settle()
    assert len(creations(made)) == 1
    assert made.posts() == []


@pytest.mark.parametrize("endpoint", ["media", "container", "media_publish"])
def test_a_dead_token_is_deleted_and_the_user_asked_to_reconnect(photo_click: MakePhoto, endpoint: str) -> None:
    made = photo_click()
    made.fault(endpoint, "error", code=190, subcode=463)
    made.step()
    assert made.outcome() == ("failed", "access_ended")
    assert made.token_rows() == 0
    assert made.connection_status() == ("needs_reconnect", "access_ended")
    assert made.posts() == []


def test_the_user_removed_the_app_inside_instagram(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.sandbox.disconnect(made.connected.account)
    made.step()
    assert made.outcome() == ("failed", "access_ended")
    assert made.token_rows() == 0


def test_a_token_that_dies_during_a_doubt_leaves_the_doubt_to_the_user(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.fault("media_publish", "drop_after")
    made.fault_second("container", "error", code=190)
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.events()[-1] == "access_lost"
    assert made.row()["next_step_at"] is None
    assert made.token_rows() == 0
    assert len(made.posts()) == 1


@pytest.mark.parametrize(
    ("subcode", "containers", "outcome"),
    [
        (2207053, 2, ("published", None)),
        (2207001, 2, ("published", None)),
        (2207003, 2, ("published", None)),
        (2207026, 1, ("failed", "media_format_invalid")),
        (2207009, 1, ("failed", "image_ratio_invalid")),
        (2207050, 1, ("failed", "account_restricted")),
        (2207999, 1, ("failed", "refused_unmapped")),
    ],
)
def test_a_container_in_error_is_made_anew_only_where_that_helps(
    photo_click: MakePhoto, subcode: int, containers: int, outcome: tuple[str, str | None]
) -> None:
    made = photo_click()
    made.fault("media", "media_error", subcode=subcode)
    assert made.settle() == outcome
    assert len(made.calls("instagram.media")) == containers
    assert len(made.posts()) == (1 if outcome[0] == "published" else 0)


def test_containers_that_always_fail_end_after_four(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.fault("media", "media_error", times=50, subcode=2207053)
    assert made.settle() == ("failed", "platform_error")
    assert len(made.calls("instagram.media")) == 4


def test_an_expired_container_is_replaced_before_the_commit(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.fault("media", "stuck")
    made.step()
    assert made.row()["state"] == "processing"
    made.sandbox.advance(DAY + 1)
    assert made.settle() == ("published", None)
    assert "container_lost" in made.events()
    assert len(made.posts()) == 1


def test_a_container_that_expired_during_a_doubt_was_never_published(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.fault("media_publish", "drop_before")
    made.step()
    made.sandbox.advance(DAY + 1)
    assert made.settle() == ("failed", "container_expired")
    assert made.posts() == []


@pytest.mark.parametrize(
    "answer",
    [
        {"kind": "error", "code": 100, "subcode": 33},
        {"kind": "error", "code": 4},
        {"kind": "html_502"},
        {"kind": "malformed_json"},
        {"kind": "empty_body"},
        {"kind": "huge_body"},
        {"kind": "wrong_shape"},
        {"kind": "drop_before"},
        {"kind": "redirect"},
        {"kind": "status", "status": 200, "body": {"status_code": "SOMETHING_NEW"}},
    ],
    ids=str,
)
@pytest.mark.parametrize("in_doubt", [False, True])
def test_a_look_that_fails_decides_nothing(photo_click: MakePhoto, answer: Answer, in_doubt: bool) -> None:
    made = photo_click()
    if in_doubt:
        made.step()
        made.leave("unknown", reason="outcome_unclear", post_id=None)
    before = made.outcome()
    made.fault("container", **answer)
    made.step()
    assert made.outcome() == (before if in_doubt else ("processing", None))
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


def test_a_slow_look_is_a_look(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.fault("container", "slow", seconds=0.3)
    made.step()
    assert made.row()["state"] == "published"
    assert len(made.posts()) == 1


def test_media_that_cannot_be_fetched_is_tried_four_times_and_posts_nothing(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.db.execute(
        "update public.media_assets set object_key = 'media/' || encode(sha256(id::text::bytea), 'hex') || '.jpg'"
        " where id = %s",
        (made.body["media"][0]["media_asset_id"],),
    )
    assert made.settle() == ("failed", "media_unreachable")
    assert len(made.calls("instagram.media")) == 4
    assert made.posts() == []


@pytest.mark.parametrize(
    "answer", [{"kind": "drop_after"}, {"kind": "html_502"}, {"kind": "error", "code": 2}], ids=str
)
def test_preparing_may_be_repeated_because_nothing_is_visible_yet(photo_click: MakePhoto, answer: Answer) -> None:
    made = photo_click()
    made.fault("media", **answer)
    assert made.settle() == ("published", None)
    assert len(made.calls("instagram.media")) == 2
    assert len(made.posts()) == 1


def test_a_connection_refused_at_the_commit_was_not_sent_and_is_made_again(
    photo_click: MakePhoto, runtime_at: RuntimeAt
) -> None:
    made = photo_click()
    made.fault("container", "html_502")
    made.step()
    with one_call_then_refused(made.stack.addresses.sandbox) as address:
        made.step_with(runtime_at(INSTAGRAM_GRAPH_URL=f"{address}/instagram-graph"))
    assert made.events()[-2:] == ["publish_started", "publish_refused"]
    assert creations(made) == []
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


def test_without_a_permalink_the_post_is_published_all_the_same(photo_click: MakePhoto) -> None:
    made = photo_click()
    made.fault("media_read", "error", code=100, subcode=33)
    made.step()
    row = made.row()
    assert (row["state"], row["permalink"]) == ("published", None)
    assert row["post_id"] == made.posts()[0]["post_id"]


@pytest.mark.parametrize("permalink", ["javascript:alert(1)", "https://www.instagram.com.evil.test/p/1/", "", None, 5])
def test_only_an_address_at_instagram_is_kept_as_permalink(photo_click: MakePhoto, permalink: object) -> None:
    made = photo_click()
    made.fault("media_read", "status", status=200, body={"permalink": permalink})
    made.step()
    assert made.row()["permalink"] is None
    assert made.row()["state"] == "published"
