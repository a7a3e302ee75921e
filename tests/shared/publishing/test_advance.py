"""Whoever takes a publication over finds it as a crash, a disconnect or a lost token left it."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from shared.publishing.work import Work
from tests.shared.publishing.clicks import Click, MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]

PLATFORMS = ["instagram", "tiktok"]
IRREVERSIBLE = {"instagram": "instagram.media_publish", "tiktok": "tiktok.video_init"}


def by_a_poll(made: Click) -> None:
    made.step()


def by_the_cron(made: Click) -> None:
    made.cron()


CARRIERS = [by_a_poll, by_the_cron]


def record_step(made: Click, *, epoch: int, come_from: str, to: str) -> object:
    found = made.db.execute(
        "select public.record_step(%s, %s, %s, %s, %s, 'published', '{}', false)",
        (made.id, epoch, come_from, to, '{"post_id": "1", "reason": "disconnected"}'),
    ).fetchone()
    return found and found[0]


# Crashes


@pytest.mark.parametrize("carry_on", CARRIERS)
@pytest.mark.parametrize("state", ["queued", "preparing"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_worker_that_died_before_the_commit_is_replaced(
    click: MakeClick, platform: str, state: str, carry_on: Any
) -> None:
    made = click(platform)
    made.leave(state)
    carry_on(made)
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


@pytest.mark.parametrize("carry_on", CARRIERS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_worker_that_died_while_processing_is_replaced(click: MakeClick, platform: str, carry_on: Any) -> None:
    made = click(platform)
    made.fault("container" if platform == "instagram" else "status", "html_502")
    made.step()
    assert made.row()["state"] == "processing"
    made.leave("processing")
    carry_on(made)
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


@pytest.mark.parametrize("carry_on", CARRIERS)
def test_instagram_died_between_intent_and_call(click: MakeClick, carry_on: Any) -> None:
    made = click("instagram")
    made.fault("container", "html_502")
    made.step()
    made.leave("committing")
    made.let_intent_age(1)
    carry_on(made)
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.calls(IRREVERSIBLE["instagram"]) == []
    made.let_intent_age(181)
    carry_on(made)
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


@pytest.mark.parametrize("carry_on", CARRIERS)
@pytest.mark.parametrize("age", [1, 1000])
def test_instagram_died_between_post_and_record(click: MakeClick, carry_on: Any, age: float) -> None:
    made = click("instagram")
    made.step()
    made.leave("committing", post_id=None, permalink=None)
    made.let_intent_age(age)
    carry_on(made)
    assert made.settle() == ("published", None)
    assert made.events()[-1] == "found_published"
    assert len(made.posts()) == len(made.calls(IRREVERSIBLE["instagram"])) == 1


@pytest.mark.parametrize("carry_on", CARRIERS)
@pytest.mark.parametrize("sent", [False, True])
def test_tiktok_died_around_init_and_nobody_sends_it_again(click: MakeClick, carry_on: Any, sent: bool) -> None:
    made = click("tiktok")
    if sent:
        made.step()
    made.leave("committing", publish_id=None)
    made.let_intent_age(1000)
    for _ in range(3):
        carry_on(made)
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert len(made.calls(IRREVERSIBLE["tiktok"])) == (1 if sent else 0)


@pytest.mark.parametrize("carry_on", CARRIERS)
def test_instagram_died_while_asking_about_a_doubt(click: MakeClick, carry_on: Any) -> None:
    made = click("instagram")
    made.step()
    made.leave("unknown", reason="outcome_unclear", post_id=None, permalink=None)
    carry_on(made)
    assert made.outcome() == ("published", None)
    assert len(made.posts()) == 1


@pytest.mark.parametrize("carry_on", CARRIERS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_lease_that_still_runs_is_respected(click: MakeClick, platform: str, carry_on: Any) -> None:
    made = click(platform)
    made.leave("preparing")
    made.db.execute(
        "update public.publications set lease_expires_at = now() + interval '30 seconds' where id = %s", (made.id,)
    )
    before = made.row()
    carry_on(made)
    assert made.row() == before | {"next_step_at": made.row()["next_step_at"], "updated_at": made.row()["updated_at"]}
    assert made.calls(IRREVERSIBLE[platform]) == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_worker_that_was_overtaken_writes_nothing(click: MakeClick, platform: str) -> None:
    made = click(platform)
    made.leave("committing", container_id="1", publish_id=made.id)
    epoch = made.row()["epoch"]
    events = made.events()
    for stale in (epoch - 1, epoch + 1, 0):
        assert record_step(made, epoch=stale, come_from="committing", to="unknown") is None
    assert record_step(made, epoch=epoch, come_from="preparing", to="failed") is None
    assert (made.row()["state"], made.events()) == ("committing", events)
    assert record_step(made, epoch=epoch, come_from="committing", to="unknown") is not None


def test_a_worker_that_wakes_up_after_another_took_over_changes_nothing(click: MakeClick) -> None:
    made = click("instagram")
    made.fault("media_publish", "slow", when="after", seconds=0.8)
    sleeper = threading.Thread(target=made.step)
    sleeper.start()
    _wait_for_state(made, "committing")
    made.leave("committing")
    made.step()
    after_takeover = made.row()
    sleeper.join()
    assert made.row() == after_takeover
    assert made.settle() == ("published", None)
    assert made.events()[-1] == "found_published"
    assert len(made.posts()) == 1


def _wait_for_state(made: Click, state: str) -> None:
    for _ in range(200):
        if made.row()["state"] == state:
            return
        time.sleep(0.01)
    raise AssertionError(f"never {state}")


# Tokens


def everything_sent(made: Click) -> int:
    return len([entry for entry in made.sandbox.journal() if entry["account"] == made.connected.account])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_token_moved_to_another_row_does_not_open_and_nothing_is_sent(click: MakeClick, platform: str) -> None:
    first, second = click(platform), click(platform)
    tokens = "select access_token from private.connection_tokens where connection_id = %s"
    swapped = [first.db.execute(tokens, (made.connected.id,)).fetchone() for made in (second, first)]
    for made, token in zip((first, second), swapped, strict=True):
        assert token is not None
        made.db.execute(
            "update private.connection_tokens set access_token = %s where connection_id = %s",
            (token[0], made.connected.id),
        )
    before = [everything_sent(made) for made in (first, second)]
    for made in (first, second):
        made.step()
        assert made.outcome() == ("failed", "token_unreadable")
        assert made.token_rows() == 1
    assert [everything_sent(made) for made in (first, second)] == before


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_refresh_token_in_the_place_of_an_access_token_does_not_open(click: MakeClick, platform: str) -> None:
    made = click(platform)
    made.db.execute(
        "update private.connection_tokens set access_token = coalesce(refresh_token, overlay(access_token placing"
        " 'A' from 12)) where connection_id = %s",
        (made.connected.id,),
    )
    before = everything_sent(made)
    made.step()
    assert made.outcome() == ("failed", "token_unreadable")
    assert everything_sent(made) == before


def expire_token(made: Click) -> None:
    made.db.execute(
        "update private.connection_tokens set access_expires_at = now() where connection_id = %s", (made.connected.id,)
    )


def test_an_expired_token_that_cannot_be_renewed_is_not_sent(click: MakeClick) -> None:
    made = click("instagram")
    expire_token(made)
    before = everything_sent(made)
    made.step()
    assert made.outcome() == ("failed", "access_ended")
    assert everything_sent(made) == before


def test_an_expired_token_is_renewed_and_the_old_one_not_sent(click: MakeClick) -> None:
    made = click("tiktok")
    old = {t["token"] for t in made.sandbox.tokens(made.connected.account)}
    expire_token(made)
    assert made.settle() == ("published", None)
    sent = {call["headers"]["authorization"].removeprefix("Bearer ") for call in made.calls("tiktok.video_init")}
    assert len(sent) == 1
    assert sent.isdisjoint(old)
    assert len(made.posts()) == 1


def test_an_expired_token_whose_grant_has_ended_fails(click: MakeClick) -> None:
    made = click("tiktok")
    expire_token(made)
    made.sandbox.disconnect(made.connected.account)
    assert made.settle() == ("failed", "access_ended")
    assert made.token_rows() == 0
    assert made.posts() == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_missing_token_is_an_end_not_an_error(click: MakeClick, platform: str) -> None:
    made = click(platform)
    made.db.execute("delete from private.connection_tokens where connection_id = %s", (made.connected.id,))
    assert made.step().status_code == 200
    assert made.outcome() == ("failed", "access_ended")


def test_a_token_that_is_unreadable_during_a_doubt_leaves_the_doubt(click: MakeClick) -> None:
    made = click("instagram")
    made.step()
    made.leave("unknown", reason="outcome_unclear", post_id=None)
    made.db.execute("delete from private.connection_tokens where connection_id = %s", (made.connected.id,))
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.row()["next_step_at"] is None


def test_a_refusal_of_the_old_token_leaves_a_new_one_in_place(click: MakeClick) -> None:
    made = click("instagram")
    made.fault("media", "slow", seconds=0.5)
    made.fault("media", "error", code=190)
    worker = threading.Thread(target=made.step)
    worker.start()
    _wait_for_state(made, "preparing")
    made.db.execute(
        "update private.connection_tokens set version = default where connection_id = %s", (made.connected.id,)
    )
    worker.join()
    assert made.token_rows() == 1
    assert made.connection_status() == ("active", None)


# Media and connection


@pytest.mark.parametrize("platform", PLATFORMS)
def test_media_deleted_while_queued_fails_before_anything_is_sent(click: MakeClick, platform: str) -> None:
    made = click(platform)
    made.db.execute("delete from public.media_assets where id = %s", (made.body["media"][0]["media_asset_id"],))
    before = everything_sent(made)
    made.step()
    assert made.outcome() == ("failed", "media_missing")
    assert everything_sent(made) == before


@pytest.mark.parametrize("platform", PLATFORMS)
def test_content_deleted_while_queued_fails_before_anything_is_sent(click: MakeClick, platform: str) -> None:
    made = click(platform)
    made.db.execute("delete from public.contents where id = %s", (made.body["content_id"],))
    made.step()
    assert made.outcome() == ("failed", "media_missing")
    assert made.posts() == []


def disconnect(made: Click) -> None:
    made.owner.post("connections/disconnect", {"connection_id": made.connected.id}).raise_for_status()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_disconnected_before_the_first_step(click: MakeClick, platform: str) -> None:
    made = click(platform)
    disconnect(made)
    assert made.outcome() == ("failed", "disconnected")
    made.step()
    made.cron()
    assert made.calls(IRREVERSIBLE[platform]) == []
    assert made.events()[-1] == "account_disconnected"


def test_disconnected_while_instagram_prepares_posts_nothing(click: MakeClick) -> None:
    made = click("instagram")
    made.fault("media", "stuck")
    made.step()
    disconnect(made)
    assert made.outcome() == ("failed", "disconnected")
    made.step()
    assert made.posts() == []


def test_disconnected_while_tiktok_works_leaves_a_doubt(click: MakeClick) -> None:
    made = click("tiktok")
    made.fault("video_init", "stuck")
    made.step()
    disconnect(made)
    assert made.outcome() == ("unknown", "disconnected")
    made.step()
    made.cron()
    assert made.outcome() == ("unknown", "disconnected")
    assert len(made.calls(IRREVERSIBLE["tiktok"])) == 1


def test_disconnected_during_the_commit_stops_the_worker_and_leaves_a_doubt(click: MakeClick) -> None:
    made = click("instagram")
    made.fault("media_publish", "slow", when="after", seconds=0.8)
    worker = threading.Thread(target=made.step)
    worker.start()
    _wait_for_state(made, "committing")
    disconnect(made)
    worker.join()
    assert made.outcome() == ("unknown", "disconnected")
    assert len(made.posts()) == 1
    made.step()
    assert made.outcome() == ("unknown", "disconnected")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_call_that_cannot_be_taken_back_does_not_begin_late_in_a_functions_life(
    click: MakeClick, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    """The platform would cut it off, and its outcome would be a doubt."""
    made = click(platform)
    with monkeypatch.context() as late:
        late.setattr(Work, "seconds_held", lambda work: 11.0)
        made.step()
        assert made.row()["state"] in ("preparing", "processing")
        assert made.row()["lease_expires_at"] is None
        assert made.calls(IRREVERSIBLE[platform]) == []
    assert made.settle() == ("published", None)
    assert len(made.posts()) == 1


def test_a_token_that_somebody_else_is_renewing_is_not_called_dead(click: MakeClick) -> None:
    """To end the access now would delete the new tokens with the old."""
    made = click("tiktok")
    made.db.execute(
        "update private.connection_tokens set refresh_lease_until = now() + interval '20 seconds'"
        " where connection_id = %s",
        (made.connected.id,),
    )
    made.fault("creator_info", "error", code="access_token_invalid", status=401, times=9)
    made.step()
    made.step()
    assert made.row()["state"] == "preparing"
    assert (made.token_rows(), made.connection_status()) == (1, ("active", None))


def test_a_pulled_video_does_not_keep_the_id_of_a_job_before_it(click: MakeClick) -> None:
    """Otherwise a lost answer would be asked about as if it were that job."""
    made = click("tiktok")
    made.step()
    made.leave("preparing", publish_id="v_pub_file~v2-1.1", post_id=None)
    made.fault("video_init", "drop_before")
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.row()["publish_id"] is None
