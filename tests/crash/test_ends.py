"""An account is disconnected, or a project erased, while a worker is in the middle of a step: it ends cleanly."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.crash.accounts import Clicked
from tests.crash.crashes import Crashes, MakeCrashes
from tests.crash.kinds import PHOTO, PULLED_VIDEO, UPLOADED_VIDEO, Kind
from tests.crash.pool import Running
from tests.crash.test_pairs import is_distinct

pytest_plugins = ["tests.shared.publishing.desk", "tests.crash.fixtures"]

End = Callable[[Crashes, Clicked], None]


def disconnect(desk: Crashes, click: Clicked) -> None:
    desk.owner.post("connections/disconnect", {"connection_id": click.connection_id}).raise_for_status()


def erase(desk: Crashes, click: Clicked) -> None:
    """What an erasure does to the rows: everything of the publication goes at once."""
    desk.db.execute("delete from public.publications where id = %s", (click.id,))
    desk.db.execute("delete from public.connections where id = %s", (click.connection_id,))


@pytest.mark.parametrize("end", [disconnect, erase])
@pytest.mark.parametrize("kind", [PHOTO, PULLED_VIDEO, UPLOADED_VIDEO], ids=str)
def test_the_end_of_an_access_in_the_middle_of_any_step_is_clean(crashes: MakeCrashes, kind: Kind, end: End) -> None:
    """Between every commit and every call, which is in every state that a publication can be in."""
    desk = crashes(kind)
    points = desk.points()
    places = [number for number in range(len(points)) if is_distinct(points, number)]
    clicks = desk.click(len(places))
    for number, click in zip(places, clicks, strict=True):
        worker = Running(desk.job(click, at=number, end=signal.SIGSTOP))
        try:
            worker.report()
            end(desk, click)
            assert worker.wake().error is None, points[number]
        finally:
            worker.close()
    desk.recover(clicks)
    assert [why for click in clicks for why in wrongs(desk, click)] == []


def wrongs(desk: Crashes, click: Clicked) -> list[str]:
    """Of an erased publication nothing is left to judge but the number of posts."""
    verdict = desk.verdict(click)
    tokens = desk.db.execute(
        "select count(*) from private.connection_tokens where connection_id = %s", (click.connection_id,)
    ).fetchone()
    found = [] if tokens == (0,) else ["a token was left"]
    if verdict.row is None:
        return found + (["posted twice"] if len(verdict.posts) > 1 else [])
    return found + list(verdict.wrongs())
