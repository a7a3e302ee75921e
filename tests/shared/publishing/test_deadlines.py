"""Nothing is stuck: each state has a deadline, and after it one tick of the cron says what is true."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.people import Project
from tests.shared.publishing.clicks import Click, MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]

HOUR = 3600
DAY = 24 * HOUR
PLATFORMS = ["instagram", "tiktok"]
ALL = ("media", "container", "media_publish", "video_init", "status", "creator_info")


@pytest.fixture(autouse=True)
def nothing_else_is_due(db: psycopg.Connection) -> Iterator[None]:
    yield
    db.execute("update public.publications set next_step_at = null where state not in ('published', 'failed')")


def silence(made: Click) -> None:
    """From now on every call of the platform for this account is answered by a broken gateway."""
    for endpoint in ALL:
        made.fault(endpoint, "html_502", times=200)


def let_pass(made: Click, seconds: int, *columns: str) -> None:
    """`columns` as they would be so much later."""
    moved = ", ".join(f"{column} = {column} - make_interval(secs => %(seconds)s)" for column in columns)
    with made.db.transaction():
        made.db.execute("set local session_replication_role = replica")
        made.db.execute(
            f"update public.publications set {moved} where id = %(id)s", {"seconds": seconds, "id": made.id}
        )


def processing(click: MakeClick, platform: str) -> Click:
    made = click(platform)
    made.fault("media" if platform == "instagram" else "video_init", "stuck")
    made.step()
    assert made.row()["state"] == "processing"
    return made


def in_doubt(click: MakeClick) -> Click:
    """Instagram has posted, and nobody has heard of it."""
    made = click("instagram")
    made.fault("media_publish", "drop_after")
    made.fault("container", "slow", seconds=0)
    made.fault("container", "html_502", times=200)
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    return made


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_waited_in_the_queue_for_longer_than_a_day_fails(click: MakeClick, platform: str) -> None:
    made = click(platform)
    silence(made)
    let_pass(made, DAY + 2 * HOUR, "created_at", "state_since")
    made.cron()
    assert made.outcome() == ("failed", "platform_error")
    assert made.posts() == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_waited_for_longer_than_a_day_is_not_posted_by_a_platform_that_is_back(
    click: MakeClick, platform: str
) -> None:
    made = click(platform)
    let_pass(made, DAY + 2 * HOUR, "created_at", "state_since")
    made.cron()
    assert made.outcome() == ("failed", "platform_error")
    assert made.posts() == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_cannot_be_prepared_fails_after_its_deadline_and_not_before(click: MakeClick, platform: str) -> None:
    made = click(platform)
    silence(made)
    made.step()
    let_pass(made, 5 * HOUR, "state_since")
    made.cron()
    assert made.row()["state"] == "preparing"
    let_pass(made, 2 * HOUR, "state_since")
    made.cron()
    assert made.outcome() == ("failed", "platform_error")
    assert made.posts() == []


def test_a_container_that_is_never_ready_fails_after_its_deadline_and_not_before(click: MakeClick) -> None:
    made = processing(click, "instagram")
    let_pass(made, 5 * HOUR, "state_since")
    made.cron()
    assert made.row()["state"] == "processing"
    let_pass(made, 2 * HOUR, "state_since")
    made.cron()
    assert made.outcome() == ("failed", "platform_error")
    assert made.events()[-1] == "given_up"
    assert made.calls("instagram.media_publish") == []


def test_a_job_of_tiktok_that_never_ends_is_unknown_because_it_may_yet_post(click: MakeClick) -> None:
    made = processing(click, "tiktok")
    let_pass(made, 7 * HOUR, "state_since")
    made.cron()
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.row()["next_step_at"] is None
    assert len(made.calls("tiktok.video_init")) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_commit_that_nobody_finished_is_unknown_and_not_repeated(click: MakeClick, platform: str) -> None:
    made = processing(click, platform)
    irreversible = {"instagram": "instagram.media_publish", "tiktok": "tiktok.video_init"}[platform]
    before = len(made.calls(irreversible))
    silence(made)
    made.leave("committing")
    let_pass(made, 3 * HOUR, "state_since")
    made.cron()
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert len(made.calls(irreversible)) == before


def test_a_doubt_is_left_to_the_user_after_a_day_and_never_called_a_failure(click: MakeClick) -> None:
    made = in_doubt(click)
    let_pass(made, DAY + 2 * HOUR, "state_since", "created_at")
    made.cron()
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.row()["next_step_at"] is None
    assert made.events()[-1] == "given_up"
    before = len(made.calls("instagram.container"))
    made.cron()
    assert len(made.calls("instagram.container")) == before


def test_the_clock_of_a_state_starts_anew_with_the_next_state(click: MakeClick) -> None:
    made = click("instagram")
    silence(made)
    made.step()
    let_pass(made, 5 * HOUR, "state_since")
    made.sandbox.clear_faults()
    made.fault("media", "stuck")
    made.step()
    assert made.row()["state"] == "processing"
    let_pass(made, 5 * HOUR, "state_since")
    made.cron()
    assert made.row()["state"] == "processing"


# After a reconnect


def reconnect(made: Click) -> None:
    project_id = made.owner.read("projects")[0]["id"]
    person = Project(project_id, made.owner, made.owner, made.owner, made.owner)
    answer = person.owner.connect(made.platform, person.id, account=made.connected.account)
    assert answer.headers["location"].endswith("connect=connected")


def lose_access_in_doubt(click: MakeClick) -> Click:
    made = click("instagram")
    made.fault("media_publish", "drop_after")
    made.fault("container", "slow", seconds=0)
    made.fault("container", "error", code=190)
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    assert made.row()["next_step_at"] is None
    assert made.connection_status() == ("needs_reconnect", "access_ended")
    return made


def test_a_doubt_is_asked_about_again_after_a_reconnect(click: MakeClick) -> None:
    made = lose_access_in_doubt(click)
    made.cron()
    assert made.row()["state"] == "unknown"
    reconnect(made)
    assert made.row()["next_step_at"] is not None
    made.cron()
    assert made.outcome() == ("published", None)
    assert made.events()[-1] == "found_published"
    assert len(made.posts()) == len(made.calls("instagram.media_publish")) == 1


def test_a_reconnect_wakes_nothing_that_is_final(click: MakeClick) -> None:
    made = lose_access_in_doubt(click)
    made.let_intent_age(200)
    made.owner.post("publications/resolve", {"publication_id": made.id, "posted": False}).raise_for_status()
    reconnect(made)
    assert made.row()["next_step_at"] is None
    made.cron()
    assert made.outcome() == ("failed", "denied_by_user")


def test_a_reconnect_of_another_account_wakes_nothing(click: MakeClick) -> None:
    made, other = lose_access_in_doubt(click), lose_access_in_doubt(click)
    reconnect(other)
    assert made.row()["next_step_at"] is None
    assert other.row()["next_step_at"] is not None


def test_an_init_without_an_id_cannot_be_asked_about_and_stays_with_the_user(click: MakeClick) -> None:
    made = click("tiktok")
    made.fault("video_init", "drop_after")
    made.step()
    assert made.outcome() == ("unknown", "outcome_unclear")
    made.db.execute(
        "update public.connections set status = 'needs_reconnect', status_reason = 'access_ended' where id = %s",
        (made.connected.id,),
    )
    reconnect(made)
    assert made.row()["next_step_at"] is None
    assert len(made.calls("tiktok.video_init")) == 1
