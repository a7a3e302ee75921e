"""The page about waiting is what its command prints, and the simulated clock measures what it says."""

from __future__ import annotations

from math import inf

import pytest

from bench.clock import LONGEST, SHORTEST, allowed, average, look_times, publish, share_allowed, share_of_both_better
from bench.peers import OURS, PEERS, Rule
from bench.search import best_looks, latest_looks, rule
from bench.waiting import PAGE, READY, limits_hold, report

BY_NAME = {peer.name: peer for peer in PEERS}
# In the middle of equal parts of the logarithm, as a second way to the averages.
DRAWN = [SHORTEST * (LONGEST / SHORTEST) ** ((i + 0.5) / 20_000) for i in range(20_000)]


def test_the_page_is_what_the_command_prints() -> None:
    assert PAGE.read_text(encoding="utf-8") == report()


def test_the_ladder_keeps_every_limit_that_the_page_names() -> None:
    assert limits_hold()


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_our_average_loss_is_below_that_of_every_peer(peer: Rule) -> None:
    assert average(OURS).lost < average(peer).lost


@pytest.mark.parametrize("ready", READY)
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_no_peer_has_both_fewer_calls_and_less_loss(peer: Rule, ready: float) -> None:
    theirs, ours = publish(peer, ready), publish(OURS, ready)
    assert not (theirs.calls < ours.calls and theirs.lost < ours.lost)


@pytest.mark.parametrize(
    ("name", "at_once", "after_5_s", "lost"),
    [
        ("Postiz v1.0.9", 4, 5, 15.0),
        ("TryPost", 4, 5, 5.0),
        ("OpenPost", 3, 4, 5.0),
        ("Post for Me", 4, 5, 0.0),
        ("BrightBean", 3, 6, 1.0),
    ],
)
def test_a_peer_makes_the_calls_that_its_code_makes(name: str, at_once: int, after_5_s: int, lost: float) -> None:
    assert publish(BY_NAME[name], 0.0).calls == at_once
    assert publish(BY_NAME[name], 5.0).calls == after_5_s
    assert publish(BY_NAME[name], 5.0).lost == lost


@pytest.mark.parametrize(("name", "last"), [("OpenPost", 50.0), ("BrightBean", 118.0), ("activepieces, now", 295.0)])
def test_a_peer_gives_up_after_its_last_look(name: str, last: float) -> None:
    assert publish(BY_NAME[name], last).lost == 0
    assert publish(BY_NAME[name], last + 0.1).lost == inf


@pytest.mark.parametrize("each", [OURS, BY_NAME["BrightBean"], BY_NAME["Post for Me"]], ids=lambda each: each.name)
def test_an_exact_average_is_that_of_many_draws(each: Rule) -> None:
    results = [publish(each, ready) for ready in DRAWN]
    exact = average(each)
    assert sum(result.lost for result in results) / len(results) == pytest.approx(exact.lost, rel=1e-3)
    assert sum(result.calls for result in results) / len(results) == pytest.approx(exact.calls, rel=1e-3)


def test_an_exact_share_is_that_of_many_draws() -> None:
    peer = BY_NAME["BrightBean"]
    within = sum(publish(OURS, ready).lost <= allowed(ready) for ready in DRAWN) / len(DRAWN)
    pairs = [(publish(peer, ready), publish(OURS, ready)) for ready in DRAWN]
    better = sum(one.calls < other.calls and one.lost < other.lost for one, other in pairs) / len(DRAWN)

    assert within == pytest.approx(share_allowed(OURS, SHORTEST, LONGEST), abs=1e-3)
    assert better == pytest.approx(share_of_both_better(peer, OURS), abs=1e-3)


def test_keeping_30_percent_for_each_readiness_time_needs_more_than_the_calls_allowed() -> None:
    looks = latest_looks(20.0)
    strict = rule("", looks, then_every=60.0)

    assert all(publish(strict, ready).lost <= allowed(ready) + 1e-9 for ready in DRAWN if ready <= 20)
    assert len(looks) + OURS.other_calls > 12


def test_no_nudge_of_a_look_makes_the_best_ladder_better() -> None:
    best = best_looks(9, 20.0)
    least = average(rule("", best, then_every=2.0)).lost

    for index in range(8):
        for nudge in (-0.1, 0.1):
            nudged = [look + nudge * (place == index) for place, look in enumerate(best)]
            assert average(rule("", nudged, then_every=2.0)).lost >= least - 1e-9


def test_a_ladder_whose_waits_stay_at_3_s_would_lose_more_than_the_best_peer() -> None:
    looks = [look for look in look_times(OURS) if look <= 20]
    assert average(rule("", looks, then_every=3.0)).lost > average(BY_NAME["BrightBean"]).lost
