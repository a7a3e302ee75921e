"""Resend is called as often as it likes, and no more often."""

from __future__ import annotations

import asyncio

from shared.mail.pace import Pace


class Time:
    """Stands still but for sleeping."""

    def __init__(self) -> None:
        self.now = 100.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def turns(pace: Pace, time: Time, count: int) -> list[float]:
    async def run() -> list[float]:
        found = []
        for _ in range(count):
            await pace.turn()
            found.append(round(time.now - 100.0, 3))
        return found

    return asyncio.run(run())


def test_until_resend_says_how_often_it_is_twice_a_second() -> None:
    time = Time()
    assert turns(Pace(time.sleep, lambda: time.now), time, 4) == [0.0, 0.5, 1.0, 1.5]


def test_one_call_of_each_second_is_left_to_others() -> None:
    time = Time()
    pace = Pace(time.sleep, lambda: time.now)
    pace.learn(5)
    assert turns(pace, time, 5) == [0.0, 0.25, 0.5, 0.75, 1.0]
    for limit in (None, 0):
        pace.learn(limit)
        assert pace.per_second == 4
    pace.learn(1)
    assert pace.per_second == 1


def test_after_a_pause_everybody_begins_later() -> None:
    time = Time()
    pace = Pace(time.sleep, lambda: time.now)
    pace.pause(3)
    assert turns(pace, time, 2) == [3.0, 3.5]
