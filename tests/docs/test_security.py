"""The security page names a proof for every line, and the proofs are there."""

from __future__ import annotations

import re

import pytest

from sandbox.stack.paths import ROOT

PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
# The items that this page must speak of, by the letter of their list and their number.
ITEMS = {
    *(f"O-{n}" for n in range(1, 16)),
    *(f"T-{n}" for n in range(1, 18)),
    *(f"S-{n}" for n in range(1, 25)),
    *(f"V-{n}" for n in range(1, 14)),
    *(f"U-{n}" for n in range(1, 8)),
    *(f"W-{n}" for n in range(1, 8)),
    *(f"Q-{n}" for n in range(3, 11)),
    *("P-1", "P-2", "P-4", "P-5", "P-7", "P-8", "E-9", "G-1", "G-9", "G-12", "L-7", "L-8"),
}
ROWS = re.findall(r"^\| ([A-Z]-\d+) \| (.+?) \| (.*?) ?\|$", PAGE, re.MULTILINE)
PROOFS = sorted({proof for *_, cell in ROWS for proof in re.findall(r"`([a-z_/]+\.py(?:::test_\w+)?)`", cell)})


def test_every_item_has_one_line() -> None:
    assert sorted(item for item, *_ in ROWS) == sorted(ITEMS)


def test_a_line_without_a_proof_says_why_it_does_not_fit() -> None:
    assert [item for item, _, cell in ROWS if not cell] == ["T-8", "V-9"]


@pytest.mark.parametrize("proof", PROOFS)
def test_every_proof_is_there(proof: str) -> None:
    file, _, name = proof.partition("::")
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")

    assert "def test_" in text
    assert f"def {name}(" in text or not name


@pytest.mark.parametrize("path", ["README.md", "SECURITY.md", *(f"docs/{n}.md" for n in ("security", "operations"))])
def test_no_text_claims_that_memory_is_wiped(path: str) -> None:
    """Python has no way to do it."""
    claims = re.findall(r"(?i)\b(?:zeroi[sz]e\w*|wipe\w*)\b", (ROOT / path).read_text(encoding="utf-8"))

    assert claims == []
