"""What ladders could do at best, to hold ours up against. Seconds."""

from __future__ import annotations

from itertools import accumulate, chain, pairwise, repeat
from math import inf

from bench.clock import SHORTEST, allowed, lost_between
from bench.peers import Rule

_STEP = 0.1


def rule(name: str, looks: list[float], *, then_every: float) -> Rule:
    first = [after - before for before, after in pairwise([0.0, *looks])]
    return Rule(name, lambda: chain(first, repeat(then_every, 600)), 3, "")


def best_looks(number: int, last: float) -> list[float]:
    """The looks that lose least on average over all readiness times up to the last look; exact to a tenth of a second.

    By dynamic programming: the best ladder to a look is the best ladder with one look fewer to the one before.
    """
    slots = round(last / _STEP)
    best = [0.0] + [inf] * slots
    steps: list[list[int]] = []
    for _ in range(number):
        tried = [[best[i] + _cost(i, j) for i in range(j)] for j in range(1, slots + 1)]
        best = [inf, *(min(costs) for costs in tried)]
        steps.append([0, *(costs.index(min(costs)) for costs in tried)])
    looks = [slots]
    for before in reversed(steps[1:]):
        looks.append(before[looks[-1]])
    return [round(look * _STEP, 1) for look in reversed(looks)]


def _cost(before: int, look: int) -> float:
    start, end = max(before * _STEP, SHORTEST), look * _STEP
    return lost_between(start, end, end) if end > start else 0.0


def latest_looks(until: float) -> list[float]:
    """Every look as late as the budget lets it be in the worst case, so no ladder that keeps it has fewer."""
    looks = accumulate(repeat(SHORTEST + allowed(SHORTEST), 1000), lambda look, _: look + allowed(look))
    found: list[float] = []
    for look in looks:
        found.append(look)
        if look >= until:
            return found
    raise ValueError(until)
