"""The promise map: every sentence of the Data Policy is kept by a test that exists or by a duty that is described."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from sandbox.stack.paths import ROOT
from tests.docs.collecting import collected

PAGE = (ROOT / "docs/promises.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
# How many promises each section of the policy makes: its sentences, list items and rows of tables. Another figure here
# means that the policy was changed, and then the map must be.
POLICY = {
    **{"1.1": 9, "1.2": 9, "1.3": 7, "2": 5, "3.1": 7, "3.2": 7},
    **{"4.1": 2, "4.2": 1, "4.3": 3, "4.4": 5, "4.5": 2, "5": 4, "6": 6, "7": 1},
}
_SECTION = re.compile(r"^## ([\d.]+) [^\n]+\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| (?!Promise|---)(.+?) \| (.*?) ?\|$", re.MULTILINE)
_PROOF = re.compile(r"`([\w/]+\.py(?:::test_\w+)?)`")
_DUTY = re.compile(r"Duty: \[([^\]]+)\]\(operations\.md#([a-z0-9-]+)\)")

PROMISES = [(section, *row) for section, text in _SECTION.findall(PAGE) for row in _ROW.findall(text)]
PROOFS = sorted({proof for *_, cell in PROMISES for proof in _PROOF.findall(cell)})
COLLECTED = collected(ROOT / "tests")
DUTIES = sorted({duty for *_, cell in PROMISES for duty in _DUTY.findall(cell)})


def test_every_section_of_the_policy_has_all_its_promises() -> None:
    assert Counter(section for section, *_ in PROMISES) == POLICY


def test_a_promise_is_kept_by_a_test_or_by_a_duty_and_by_nothing_else() -> None:
    for section, promise, cell in PROMISES:
        kept_by = [*_PROOF.findall(cell), *_DUTY.findall(cell)]
        rest = _DUTY.sub("", _PROOF.sub("", cell)).replace(",", "").strip()
        assert kept_by, f"{section}: {promise}"
        assert rest == "", f"{section}: {rest}"


def test_every_row_of_the_page_is_a_promise_of_a_section() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| Promise", "| ---"))]

    assert len(rows) == len(PROMISES)


@pytest.mark.parametrize("proof", PROOFS)
def test_the_test_exists_and_is_one_that_pytest_collects(proof: str) -> None:
    file, _, name = proof.partition("::")
    names = {found for home, found in COLLECTED if home == ROOT / "tests" / file}

    assert name in names if name else names


SHARED = """
class Promises:
    def test_it_holds(self): ...

class Others:
    def test_nobody_takes_it(self): ...

def test_nobody_imports_it(): ...
"""
USING = """
from tests.shared import Promises

class TestHere(Promises): ...

class Helper:
    def test_its_class_is_none(self): ...
"""


def test_a_proof_that_no_test_module_takes_over_is_none(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "shared.py").write_text(SHARED, encoding="utf-8")
    assert collected(tests) == set()
    (tests / "test_using.py").write_text(USING, encoding="utf-8")
    assert collected(tests) == {(tests / "shared.py", "test_it_holds")}


@pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: duty[1])
def test_the_duty_is_described_where_the_promise_says(duty: tuple[str, str]) -> None:
    words, anchor = duty
    headings = {
        heading.lower().replace(" ", "-"): heading for heading in re.findall(r"^#+ (.+)$", OPERATIONS, re.MULTILINE)
    }

    assert anchor in headings
    assert headings[anchor].lower() == words


def test_no_duty_is_described_that_nobody_promised() -> None:
    _, _, described = OPERATIONS.partition("## Duties that no code can do")
    headings = re.findall(r"^### (.+)$", described.partition("\n## ")[0], re.MULTILINE)

    assert sorted(heading.lower() for heading in headings) == sorted(words for words, _ in DUTIES)


# Promises about what the code does not do.

CLIENTS = [ROOT / "shared/platforms" / f"{name}.py" for name in ("instagram", "instagram_containers", "tiktok")]
# Words of the platforms' own APIs for what sections 1.1 and 1.2 say that we do not access.
EXCLUDED = (
    "follower", "follows", "message", "conversation", "insight", "comments", "mentions",
    "video/list", "video.list", "research", "user.info.profile", "user.info.stats", "likes",
)  # fmt: skip


def literals(text: str) -> set[str]:
    """Texts of a program, without its docstrings."""
    tree = ast.parse(text)
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings
    }


def test_the_clients_ask_a_platform_for_nothing_that_the_policy_excludes() -> None:
    for client in CLIENTS:
        found = literals(client.read_text(encoding="utf-8"))
        assert len(found) > 5, client.name
        assert [text for text in found if any(word in text.lower() for word in EXCLUDED)] == []


def test_no_token_outlives_its_call_in_a_global() -> None:
    """A module's own names hold constants and caches of clients, and no cache has a token among its arguments."""
    for path in [*(ROOT / "shared").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Global):
                raise AssertionError(f"{path.name} changes a global")
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
                "cache" in ast.unparse(decorator) for decorator in node.decorator_list
            ):
                assert not [each.arg for each in node.args.args if "token" in each.arg or "jwt" in each.arg], path.name
