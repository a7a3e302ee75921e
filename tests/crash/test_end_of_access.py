"""Workers that are awake, one in every place, when the account is disconnected or its owner erased."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.crash.accounts import Clicked
from tests.crash.crashes import Crashes, MakeCrashes
from tests.crash.kinds import CAROUSEL, PHOTO, PULLED_VIDEO, UPLOADED_VIDEO, Kind
from tests.crash.pool import Running
from tests.crash.test_pairs import is_distinct
from tests.shared.publishing.clicks import run_cron

pytest_plugins = ["tests.shared.publishing.desk", "tests.crash.fixtures"]


def disconnect(desk: Crashes, click: Clicked) -> None:
    desk.owner.post("connections/disconnect", {"connection_id": click.connection_id}).raise_for_status()


@contextmanager
def stopped(desk: Crashes, clicks: Sequence[Clicked], places: Sequence[int]) -> Iterator[list[Running]]:
    """One worker for each click, held for a moment in its place; its lease has not ended when it goes on."""
    jobs = [desk.job(click, at=place, end=signal.SIGSTOP) for click, place in zip(clicks, places, strict=True)]
    workers = [Running(replace(job, asleep=0.0)) for job in jobs]
    try:
        assert not any(worker.report().finished for worker in workers)
        yield workers
    finally:
        for worker in workers:
            worker.close()


def every_place(desk: Crashes) -> list[int]:
    points = desk.points()
    return [number for number in range(len(points)) if is_distinct(points, number)]


def is_settled(desk: Crashes, click: Clicked) -> bool:
    row = desk.verdict(click).row or {}
    return row["next_step_at"] is None and row["lease_expires_at"] is None and row["connection_id"] is None


def tokens(desk: Crashes, click: Clicked) -> int:
    query = "select 1 from private.connection_tokens where connection_id = %s"
    return desk.db.execute(query, (click.connection_id,)).rowcount


@pytest.mark.parametrize("kind", [PHOTO, CAROUSEL, PULLED_VIDEO, UPLOADED_VIDEO], ids=str)
def test_nothing_is_written_of_a_post_that_a_disconnect_has_settled(crashes: MakeCrashes, kind: Kind) -> None:
    """What was published before it may still get its link: it was no longer in flight."""
    desk = crashes(kind)
    places = every_place(desk)
    clicks = desk.click(len(places))
    with stopped(desk, clicks, places) as workers:
        for click in clicks:
            disconnect(desk, click)
        settled = {click: desk.verdict(click).row for click in clicks if desk.verdict(click).outcome[0] != "published"}
        assert {worker.wake().error for worker in workers} == {None}
    assert {click: desk.verdict(click).row for click in settled} == settled
    assert [click for click in clicks if tokens(desk, click) or not is_settled(desk, click)] == []
    assert [why for click in clicks for why in desk.verdict(click).wrongs()] == []


def test_a_disconnect_while_an_outcome_is_looked_for_leaves_the_doubt_to_the_user(crashes: MakeCrashes) -> None:
    desk = crashes(PHOTO)
    # The intent, the call whose answer is lost, the doubt written down; then the container is asked.
    asking = desk.points().index("instagram.publish/after") + 3
    (click,) = desk.click(1)
    desk.sandbox.fault("instagram.media_publish", "drop_after", account=click.account)
    with stopped(desk, [click], [asking]) as (worker,):
        before = desk.verdict(click)
        disconnect(desk, click)
        report = worker.wake()
    assert report.points[asking] == "instagram.container_status/before"
    assert before.outcome == desk.verdict(click).outcome == ("unknown", "outcome_unclear")
    assert report.error is None
    assert is_settled(desk, click)


def test_a_disconnect_after_a_lost_init_leaves_the_doubt_to_the_user(crashes: MakeCrashes) -> None:
    desk = crashes(PULLED_VIDEO)
    (click,) = desk.click(1)
    desk.sandbox.fault("tiktok.video_init", "drop_after", account=click.account)
    desk.run([click], [None])
    disconnect(desk, click)
    assert desk.verdict(click).outcome == ("unknown", "outcome_unclear")
    assert is_settled(desk, click)


@pytest.mark.parametrize("kind", [PHOTO, PULLED_VIDEO, UPLOADED_VIDEO], ids=str)
def test_an_erasure_stops_every_worker_and_leaves_no_row(crashes: MakeCrashes, kind: Kind) -> None:
    """The project and the person, with all that hangs on them."""
    desk = crashes(kind)
    places = every_place(desk)
    clicks = desk.click(len(places))
    with stopped(desk, clicks, places) as workers:
        desk.db.execute("delete from public.projects where id = %s", (desk.clicker.project_id,))
        desk.db.execute("delete from auth.users where id = %s", (desk.clicker.user.id,))
        assert {worker.wake().error for worker in workers} == {None}
    assert run_cron(desk.stack).status_code == 200
    assert left_over(desk, clicks) == {}
    assert [click for click in clicks if len(desk.verdict(click).posts) > 1] == []


def left_over(desk: Crashes, clicks: Sequence[Clicked]) -> dict[str, int]:
    """Rows that name what was erased."""
    publications, connections = [click.id for click in clicks], [click.connection_id for click in clicks]
    tables = [
        ("public.publications", "id", publications),
        ("public.publication_items", "publication_id", publications),
        ("public.publication_events", "publication_id", publications),
        ("private.tiktok_uploads", "publication_id", publications),
        ("public.connections", "id", connections),
        ("private.connection_tokens", "connection_id", connections),
        ("private.call_budgets", "connection_id", connections),
        ("private.pauses", "connection_id", connections),
    ]
    queries = {table: f"select 1 from {table} where {column} = any(%s::uuid[])" for table, column, _ in tables}
    found = {table: desk.db.execute(queries[table], (ids,)).rowcount for table, _, ids in tables}
    return {table: count for table, count in found.items() if count}
