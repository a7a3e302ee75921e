"""When we look again: soon enough for the user, seldom enough for the platform."""

from __future__ import annotations

import pytest

from shared.publishing.ladder import after_attempt, after_instagram_look, after_tiktok_look, instagram_waited


@pytest.mark.parametrize("ready", [0.1, 0.5, 1, 2, 3, 5, 8, 10, 13, 15, 18, 20])
def test_little_is_lost_after_instagram_is_ready_and_few_looks_are_made(ready: float) -> None:
    looks = next(n for n in range(100) if instagram_waited(n) >= ready)
    assert instagram_waited(looks) - ready <= max(0.5, 0.3 * ready)
    # With the first look at once, no ladder that loses so little needs fewer.
    assert looks + 1 <= 14


def test_a_long_wait_becomes_once_a_minute() -> None:
    assert after_instagram_look(10_000) == 60
    assert after_tiktok_look(10_000) == 60


def test_tiktok_is_asked_less_than_its_30_times_a_minute() -> None:
    waited, looks = 0.0, 0
    while waited < 60:
        waited += after_tiktok_look(looks)
        looks += 1
    assert looks <= 15


@pytest.mark.parametrize("looks", range(40))
def test_waits_never_get_shorter(looks: int) -> None:
    assert after_tiktok_look(looks) <= after_tiktok_look(looks + 1)
    assert after_attempt(looks) <= after_attempt(looks + 1) <= 120
