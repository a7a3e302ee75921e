"""The simulated clock, and exact averages over readiness times drawn log-uniformly. Seconds.

Only waits move the clock: a look takes no time, and finds the container ready from its readiness time on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, takewhile
from math import inf, log

from bench.peers import Rule

SHORTEST, LONGEST = 0.5, 60.0
_HORIZON = 600.0


@dataclass(frozen=True, slots=True)
class Result:
    """`lost` is the time from ready to the look that found it so, or infinite for a product that gave up before."""

    calls: int
    lost: float


@dataclass(frozen=True, slots=True)
class Average:
    """Calls and loss are of the readiness times for which the product did not give up."""

    calls: float
    lost: float
    gave_up: float


def publish(rule: Rule, ready: float) -> Result:
    now, calls = 0.0, rule.other_calls
    for wait in rule.waits():
        now += wait
        calls += 1
        if now >= ready:
            return Result(calls, now - ready)
    return Result(calls, inf)


def look_times(rule: Rule) -> list[float]:
    return list(takewhile(lambda time: time <= _HORIZON, accumulate(rule.waits())))


def average(rule: Rule, shortest: float = SHORTEST, longest: float = LONGEST) -> Average:
    looks = look_times(rule)
    weight = calls = lost = 0.0
    for start, end in _between(looks, shortest, longest):
        if (result := publish(rule, end)).lost < inf:
            look = end + result.lost
            weight += log(end / start)
            calls += result.calls * log(end / start)
            lost += lost_between(start, end, look)
    total = log(longest / shortest)
    return Average(calls / weight, lost / weight, max(0.0, 1 - weight / total)) if weight else Average(inf, inf, 1.0)


def lost_between(start: float, end: float, look: float) -> float:
    """The integral of (look - ready) / ready: for readiness times from start to end, all found by the same look."""
    return look * log(end / start) - (end - start)


def share_of_both_better(one: Rule, other: Rule) -> float:
    """For how many readiness times `one` makes fewer calls than `other` and loses less time as well."""
    looks = sorted(look_times(one) + look_times(other))
    better = 0.0
    for start, end in _between(looks, SHORTEST, LONGEST):
        mine, theirs = publish(one, end), publish(other, end)
        if mine.calls < theirs.calls and mine.lost < theirs.lost:
            better += log(end / start)
    return better / log(LONGEST / SHORTEST)


def allowed(ready: float) -> float:
    """The budget: at most 30 % of the readiness time is lost, 0.5 s at the least."""
    return max(0.5, 0.3 * ready)


def average_allowed(shortest: float, longest: float) -> float:
    turn = min(max(0.5 / 0.3, shortest), longest)
    return (0.5 * log(turn / shortest) + 0.3 * (longest - turn)) / log(longest / shortest)


def share_allowed(rule: Rule, shortest: float, longest: float) -> float:
    """For how many readiness times the loss is within the budget."""
    within = 0.0
    for start, end in _between(look_times(rule), shortest, longest):
        look = end + publish(rule, end).lost
        earliest = min(max(start, min(look - 0.5, look / 1.3)), end)
        within += log(end / earliest)
    return within / log(longest / shortest)


def worst_cases(rule: Rule, shortest: float, longest: float) -> list[tuple[float, float]]:
    """Ready, and lost: of containers that are ready right after a look, or at the shortest time."""
    looks = look_times(rule)
    starts = (start for start, _ in _between(looks, shortest, longest))
    return [(start, next(look for look in looks if look > start) - start) for start in starts]


def kept_from(rule: Rule) -> float:
    """From which time on even a container that is ready right after a look loses no more than the budget."""
    gaps = list(pairwise(look_times(rule)))
    return max((after for look, after in gaps if after - look > allowed(look) + 1e-9), default=0.0)


def _between(looks: Sequence[float], shortest: float, longest: float) -> Iterator[tuple[float, float]]:
    """The stretches of readiness times in which nothing changes but the loss."""
    inside = sorted({look for look in looks if shortest < look < longest})
    return pairwise([shortest, *inside, longest])
