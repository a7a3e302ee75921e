"""A worker dies at one point, and whoever carries on dies at another: every pair of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.crash.crashes import Crashes, MakeCrashes
from tests.crash.kinds import PHOTO, PULLED_VIDEO, Kind

pytest_plugins = ["tests.shared.publishing.desk", "tests.crash.fixtures"]

type Chosen = Callable[[Sequence[str], int], bool]

KINDS = pytest.mark.parametrize("kind", [PHOTO, PULLED_VIDEO], ids=str)


@KINDS
def test_two_deaths_in_any_two_places_make_no_second_post(crashes: MakeCrashes, kind: Kind) -> None:
    judge_pairs(crashes(kind), is_distinct)


@pytest.mark.crash_pairs
@KINDS
def test_two_deaths_at_any_two_points_make_no_second_post(crashes: MakeCrashes, kind: Kind) -> None:
    judge_pairs(crashes(kind), lambda points, number: True)


def is_distinct(points: Sequence[str], number: int) -> bool:
    """Nothing of a killed process remains, so a death behind one call is a death before the next: one is enough."""
    return points[number].endswith("/before") or number == len(points) - 1


def judge_pairs(desk: Crashes, chosen: Chosen) -> None:
    pairs = _pairs(desk, chosen)
    clicks = desk.click(len(pairs))
    first = desk.run(clicks, [one for one, _ in pairs])
    desk.let_time_pass(clicks)
    second = desk.run(clicks, [two for _, two in pairs])
    desk.recover(clicks)
    assert desk.wrongs(clicks, [(one.place, two.place) for one, two in zip(first, second, strict=True)]) == []
    # A look more or less, when a platform needs a moment, moves a point; most must be hit.
    assert sum(one.killed and two.killed for one, two in zip(first, second, strict=True)) >= len(pairs) * 0.9


def _pairs(desk: Crashes, chosen: Chosen) -> list[tuple[int, int]]:
    """The second number counts the points of the worker that carries on, and these depend on the first."""
    points = desk.points()
    firsts = [number for number in range(len(points)) if chosen(points, number)]
    clicks = desk.click(len(firsts))
    desk.run(clicks, firsts)
    desk.let_time_pass(clicks)
    carried_on = [end.report.points for end in desk.run(clicks, [None] * len(clicks))]
    return [
        (first, second)
        for first, points in zip(firsts, carried_on, strict=True)
        for second in range(len(points))
        if chosen(points, second)
    ]
