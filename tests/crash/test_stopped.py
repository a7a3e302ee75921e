"""A worker that is stopped past its lease and woken again commits nothing: another has taken over."""

from __future__ import annotations

import signal

import pytest

from tests.crash.crashes import MakeCrashes
from tests.crash.kinds import CAROUSEL, PHOTO, PHOTOS, PULLED_VIDEO, UPLOADED_VIDEO, Kind
from tests.crash.pool import Running

pytest_plugins = ["tests.shared.publishing.desk", "tests.crash.fixtures"]

# Around the intent, where it matters most; and in the call itself, which no check of ours can come after.
STOPS = [
    (PHOTO, "record_step:processing>committing/before"),
    (PHOTO, "record_step:processing>committing/after"),
    (PHOTO, "instagram.publish/before"),
    (PHOTO, "instagram.publish/after"),
    (PULLED_VIDEO, "record_step:preparing>committing/before"),
    (PULLED_VIDEO, "record_step:preparing>committing/after"),
    (PULLED_VIDEO, "tiktok.init_video_pull/after"),
    (UPLOADED_VIDEO, "record_step:preparing>committing/before"),
    (UPLOADED_VIDEO, "record_step:preparing>committing/after"),
]


@pytest.mark.parametrize(("kind", "place"), STOPS, ids=str)
def test_a_worker_that_slept_past_its_lease_commits_nothing(crashes: MakeCrashes, kind: Kind, place: str) -> None:
    desk = crashes(kind)
    at = desk.points().index(place)
    (click,) = desk.click(1)
    worker = Running(desk.job(click, at=at, end=signal.SIGSTOP))
    try:
        assert worker.report().points[-1] == place
        desk.recover([click])
        taken_over = desk.verdict(click)
        worker.wake()
    finally:
        worker.close()
    assert desk.verdict(click) == taken_over
    assert list(taken_over.wrongs()) == []


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        (CAROUSEL, "instagram.publish"),
        (PULLED_VIDEO, "tiktok.init_video_pull"),
        (PHOTOS, "tiktok.init_photos"),
        (UPLOADED_VIDEO, "tiktok.put_chunk"),
    ],
    ids=str,
)
def test_a_call_that_leaves_long_after_its_check_makes_no_second_post(
    crashes: MakeCrashes, kind: Kind, call: str
) -> None:
    """Between the check of the lease and the call is nothing that could look once more."""
    desk = crashes(kind)
    points = desk.points()
    # Of several chunks, the last one.
    at = len(points) - 1 - points[::-1].index(f"{call}/before")
    (click,) = desk.click(1)
    worker = Running(desk.job(click, at=at, end=signal.SIGSTOP))
    try:
        worker.report()
        desk.recover([click])
        taken_over = desk.verdict(click)
        assert worker.wake().error is None
    finally:
        worker.close()
    assert desk.verdict(click).row == taken_over.row
    assert list(desk.verdict(click).wrongs()) == []
