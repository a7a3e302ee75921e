"""Each mistake of the catalogue is made in a copy of this tree, and the tests that it names must notice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.mutants.catalogue import MUTANTS, Mutant
from tests.mutants.tree import Verdict, copied, mutate, run

pytestmark = pytest.mark.mutants

type Judged = Callable[[Mutant], Verdict]


def judge(mutant: Mutant) -> Verdict:
    with copied() as tree:
        mutate(tree, mutant)
        return run(tree, mutant.killed_by)


@pytest.fixture(scope="module")
def judged(request: pytest.FixtureRequest) -> Iterator[Judged]:
    """As many at once as there are processors."""
    asked = [item.callspec.params["mutant"] for item in request.session.items if hasattr(item, "callspec")]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts: dict[str, Future[Verdict]] = {each.name: pool.submit(judge, each) for each in asked}
        yield lambda mutant: verdicts[mutant.name].result()
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mistake_is_noticed(judged: Judged, mutant: Mutant, record_property: Callable[[str, object], None]) -> None:
    verdict = judged(mutant)

    assert verdict.killer, verdict.output[-3000:]
    record_property("killed_by", verdict.killer)


def test_without_a_mistake_all_of_them_pass() -> None:
    with copied() as tree:
        verdict = run(tree, sorted({test for mutant in MUTANTS for test in mutant.killed_by}))

    assert verdict.code == 0, verdict.output[-3000:]
