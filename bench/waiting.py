"""What waiting for an Instagram container costs, ours and others': prints docs/waiting.md and writes it.

Exits with 1 when a limit that the ladder must keep is broken.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from math import inf
from pathlib import Path

from bench.clock import (
    average,
    average_allowed,
    kept_from,
    look_times,
    publish,
    share_allowed,
    share_of_both_better,
    worst_cases,
)
from bench.peers import OURS, PEERS, Rule
from bench.search import best_looks, latest_looks, rule

PAGE = Path(__file__).resolve().parents[1] / "docs" / "waiting.md"
READY = (0.5, 1.0, 3.0, 5.0, 8.0, 20.0, 60.0)
RANGES = ((0.5, 1), (1, 2), (2, 4), (4, 8), (8, 16), (16, 32), (32, 60), (0.5, 5), (5, 60), (60, 300))
MOST_CALLS, COUNTED_UNTIL, LONGEST_READY = 12, 20.0, 60.0

INTRODUCTION = """\
# Waiting for an Instagram container

Made by `make bench-waiting`, from our ladder as it runs and from the rules in the code of others, in one simulated
clock that only waits move: a look takes no time, and finds the container ready from its readiness time on. Lost is the
time from ready to the look that found it so. Calls are create, looks, publish and, for those that ask for it,
permalink. Averages are exact integrals over readiness times drawn log-uniformly from 0.5 to 60 s.

Our looks, in seconds after the container was created:
{looks},
then every 2 s up to a minute, then after 30 % of the time waited, at least once a minute. None at 0: photos
were seen to take 3 to 5 s, and it would be one call more for every publication.
"""

POINTS = """\
## At seven readiness times

Calls and seconds lost. Our looks are round numbers, and most of these readiness times are among them: they flatter us,
and the averages below are the fair figures. Nobody makes fewer calls and loses less as well at any of them.
"""

AVERAGES = """\
## On average

Over all readiness times; for those that give up on some, over the others. The last two columns compare each readiness
time by itself: for how many of them one has both fewer calls and less loss than the other.
"""

BUDGET = """\
## The budget: time and calls

At most 30 % of the readiness time lost, 0.5 s at the least, and at most {most_calls} calls in all for anything ready
within {until:g} s. For each single readiness time the two exclude each other. With every look as late as the 30 %
allow, and even if nothing is ready before 0.5 s, {until:g} s take {needed} looks: {needed_calls} calls. So:

- **The calls are a hard limit.** Whatever is ready within {until:g} s takes {calls} calls at the most.
- **The time is kept on average**, over readiness times from 0.5 to 5 s and from 5 to 60 s, though not in each doubling.
  From {kept_from:g} s on it is kept for each single readiness time.

Allowed is an average too; within is the share of readiness times that lose no more than allowed. The last two columns
are the worst case, in seconds and as a share of the readiness time.
"""

CHOICE = """\
## Why this ladder

With {number} looks up to {until:g} s, waits that grow as the square root of the time waited lose least on average. The
best, found by dynamic programming to a tenth of a second, are:
{best}.
Ours are rounded to seconds, at {price:.1%} more loss, so that they can be read, and so that nobody is better in both
at a readiness time above. After {until:g} s the calls are not limited any more, and there the waits become shorter,
once: a ladder that goes on waiting 3 s, or one that keeps the 30 % and no more, loses more than BrightBean does.
"""

SOURCES = """\
## Sources
"""


def main() -> int:
    page = report()
    PAGE.write_text(page, encoding="utf-8")
    print(page, end="")
    return int(not limits_hold())


def limits_hold() -> bool:
    ours = average(OURS)
    return (
        all(ours.lost < average(peer).lost for peer in PEERS)
        and not any(_both_better(peer, ready) for peer in PEERS for ready in READY)
        and publish(OURS, COUNTED_UNTIL).calls <= MOST_CALLS
        and all(average(OURS, *part).lost <= average_allowed(*part) for part in ((0.5, 5), (5, 60)))
    )


def _both_better(peer: Rule, ready: float) -> bool:
    theirs, ours = publish(peer, ready), publish(OURS, ready)
    return theirs.calls < ours.calls and theirs.lost < ours.lost


def report() -> str:
    looks, needed = _looks_within_limit(), len(latest_looks(COUNTED_UNTIL))
    best = best_looks(len(looks), COUNTED_UNTIL)
    facts = {
        "looks": _listed(looks),
        "number": len(looks),
        "most_calls": MOST_CALLS,
        "until": COUNTED_UNTIL,
        "needed": needed,
        "needed_calls": needed + OURS.other_calls,
        "calls": publish(OURS, COUNTED_UNTIL).calls,
        "kept_from": kept_from(OURS),
        "best": _listed(best),
        "price": average(OURS).lost / average(rule("", best, then_every=2.0)).lost - 1,
    }
    sections = (
        (INTRODUCTION, ""),
        (POINTS, _points()),
        (AVERAGES, _averages()),
        (BUDGET, _budget()),
        (CHOICE, _ladders()),
        (SOURCES, _sources()),
    )
    return "\n".join(f"{text.format(**facts)}\n{table}".rstrip("\n") + "\n" for text, table in sections)


def _points() -> str:
    header = ["", *(f"{ready:g} s" for ready in READY)]
    return _table(header, ([each.name, *(_point(each, ready) for ready in READY)] for each in (OURS, *PEERS)))


def _point(each: Rule, ready: float) -> str:
    result = publish(each, ready)
    return "gives up" if result.lost == inf else f"{result.calls} / {result.lost:.1f} s"


def _averages() -> str:
    header = ["", "calls", "lost", "gives up", "both better than ours", "ours both better"]
    return _table(header, (_average_row(each) for each in (OURS, *PEERS)))


def _average_row(each: Rule) -> list[str]:
    mean = average(each)
    served = [f"{mean.calls:.2f}", f"{mean.lost:.3f} s"] if mean.lost < inf else ["", ""]
    compared = [f"{share_of_both_better(each, OURS):.0%}", f"{share_of_both_better(OURS, each):.0%}"]
    return [each.name, *served, f"{mean.gave_up:.0%}", *(["", ""] if each is OURS else compared)]


def _budget() -> str:
    header = ["ready within", "lost on average", "allowed", "within", "most lost", "at worst"]
    return _table(header, (_budget_row(*part) for part in RANGES))


def _budget_row(shortest: float, longest: float) -> list[str]:
    lost, limit = average(OURS, shortest, longest).lost, average_allowed(shortest, longest)
    worst = worst_cases(OURS, shortest, longest)
    most, share = max(lost for _, lost in worst), max(lost / ready for ready, lost in worst)
    within = share_allowed(OURS, shortest, longest)
    figures = [f"{lost:.2f} s", f"{limit:.2f} s", f"{within:.0%}", f"{most:.1f} s", f"{share:.0%}"]
    return [f"{shortest:g} to {longest:g} s", *figures]


def _ladders() -> str:
    looks = _looks_within_limit()
    considered = (
        OURS,
        rule("the best looks, then every 2 s", best_looks(len(looks), COUNTED_UNTIL), then_every=2.0),
        rule("ours, then every 2.5 s", looks, then_every=2.5),
        rule("ours, then every 3 s", looks, then_every=3.0),
        rule("each look as late as the 30 % allow", latest_looks(LONGEST_READY), then_every=18.0),
    )
    header = ["", "lost on average", f"calls at {COUNTED_UNTIL:g} s", "calls at 60 s"]
    return _table(header, (_ladder_row(each) for each in considered))


def _ladder_row(each: Rule) -> list[str]:
    calls = [str(publish(each, ready).calls) for ready in (COUNTED_UNTIL, LONGEST_READY)]
    return [each.name, f"{average(each).lost:.3f} s", *calls]


def _sources() -> str:
    return "".join(f"- {each.name}: {each.source}.\n" for each in PEERS)


def _looks_within_limit() -> list[float]:
    return [look for look in look_times(OURS) if look <= COUNTED_UNTIL]


def _listed(looks: Iterable[float]) -> str:
    *most, last = (f"{look:g}" for look in looks)
    return f"{', '.join(most)} and {last}"


def _table(header: list[str], rows: Iterable[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
