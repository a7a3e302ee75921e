"""What `make mutants` would do is still possible: cheap enough to ask at every `make test`."""

from __future__ import annotations

import pytest

from sandbox.stack.paths import ROOT
from tests.mutants.catalogue import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mistake_can_still_be_made(mutant: Mutant) -> None:
    source = (ROOT / mutant.file).read_text(encoding="utf-8")

    assert source.count(mutant.old) == 1
    assert mutant.new not in source or mutant.new in mutant.old


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_tests_that_notice_it_are_still_there(mutant: Mutant) -> None:
    for test in mutant.killed_by:
        file, _, name = test.partition("::")
        path = ROOT / file
        promises = path.parent.parent / "callback_promises.py" if "TestCallback" in name else path
        assert f"def {name.rpartition('::')[2]}(" in promises.read_text(encoding="utf-8") or not name


def test_no_two_mistakes_have_one_name() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
