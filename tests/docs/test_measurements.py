"""Every command that measures has its figures in docs/measurements.md, and every command there is one of `make`."""

from __future__ import annotations

import re

from sandbox.stack.paths import ROOT

PAGE = (ROOT / "docs" / "measurements.md").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
HEADINGS = "".join(line for line in PAGE.splitlines(keepends=True) if line.startswith("## "))


def test_every_command_that_measures_has_its_figures() -> None:
    measuring = {target for target in TARGETS if target.startswith("bench-")} | {"lighthouse", "mutation-score"}

    assert measuring <= TARGETS
    assert {target for target in measuring if f"`make {target}`" not in HEADINGS} == set()


def test_every_command_of_the_page_is_there() -> None:
    assert set(re.findall(r"`make ([a-z-]+)`", PAGE)) <= TARGETS
