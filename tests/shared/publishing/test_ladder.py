"""When we look again: soon enough for the user, seldom enough for the platform."""

from __future__ import annotations

from itertools import accumulate

import pytest

from shared.publishing.ladder import after_attempt, after_instagram_look, after_tiktok_look, instagram_waited


@pytest.mark.parametrize("ready", [0.0, 0.1, 0.5, 1, 2, 3, 5, 8, 10, 13, 15, 18, 20])
def test_a_container_that_is_ready_within_20_s_takes_at_most_12_calls(ready: float) -> None:
    looks = next(n for n in range(1, 100) if instagram_waited(n) >= ready)
    assert looks + len(("create", "publish", "permalink")) <= 12


@pytest.mark.parametrize("look", range(1, 30))
def test_less_than_the_time_waited_is_lost_and_less_than_a_third_of_it_after_10_s(look: int) -> None:
    waited = instagram_waited(look)
    assert after_instagram_look(waited) <= waited
    if waited >= 10:
        assert after_instagram_look(waited) <= 0.3 * waited


def test_the_next_look_is_on_the_ladder_also_when_the_last_one_came_late() -> None:
    assert 5.4 + after_instagram_look(5.4) == 8
    assert after_instagram_look(21.3) == 2


def test_a_container_is_looked_at_once_a_minute_in_the_end_and_less_than_20_times_in_its_second_to_tenth_minute() -> (
    None
):
    times = [instagram_waited(looks) for looks in range(100)]
    assert sum(60 < time <= 600 for time in times) < 20
    assert all(after_instagram_look(time) == 60 for time in times if time >= 200)


def test_a_long_wait_becomes_once_a_minute() -> None:
    assert after_instagram_look(10_000) == 60
    assert after_tiktok_look(10_000) == 60


def test_tiktok_is_asked_at_most_30_times_in_any_minute_by_three_publications_of_one_account() -> None:
    looks = list(accumulate(after_tiktok_look(look) for look in range(40)))
    for start in (0.0, *looks):
        assert 3 * sum(start <= look < start + 60 for look in looks) <= 30


@pytest.mark.parametrize("looks", range(40))
def test_waits_never_get_shorter(looks: int) -> None:
    assert after_tiktok_look(looks) <= after_tiktok_look(looks + 1)
    assert after_attempt(looks) <= after_attempt(looks + 1) <= 120


def test_the_waits_are_those_that_were_measured() -> None:
    assert [instagram_waited(looks) for looks in range(12)] == [0, 1, 2, 3, 5, 8, 11, 14, 17, 20, 22, 24]
    assert [after_instagram_look(waited) for waited in (58.0, 59.9, 60.0, 100.0, 200.0, 201.0)] == [
        2,
        2,
        18,
        30,
        60,
        60,
    ]
    assert [after_tiktok_look(looks) for looks in range(19)] == [2] * 3 + [5] * 6 + [15] * 8 + [60] * 2


def test_a_call_that_had_no_effect_is_tried_again_ever_later_and_within_two_minutes() -> None:
    assert [after_attempt(attempts) for attempts in range(6)] == [2, 6, 18, 54, 120, 120]
    assert after_attempt(10_000) == 120


def test_whoever_called_too_often_waits_by_the_minute_and_at_most_ten() -> None:
    assert [after_attempt(attempts, "rate_limited") for attempts in range(12)] == [
        60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 600, 600,
    ]  # fmt: skip
