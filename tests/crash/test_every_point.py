"""A worker dies at every point of every kind of post: the click still makes one post, or says that nobody knows."""

from __future__ import annotations

import pytest

from tests.crash.crashes import MakeCrashes
from tests.crash.kinds import KINDS, Kind

pytest_plugins = ["tests.shared.publishing.desk", "tests.crash.fixtures"]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_death_at_any_point_makes_no_second_post_and_leaves_nothing_stuck(crashes: MakeCrashes, kind: Kind) -> None:
    desk = crashes(kind)
    points = desk.points()
    clicks = desk.click(len(points))
    ended = desk.run(clicks, range(len(points)))
    desk.recover(clicks)
    assert desk.wrongs(clicks, [[end.place] for end in ended]) == []
    assert {end.place for end in ended} >= set(points)
