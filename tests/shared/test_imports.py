"""Heavy and leaky libraries stay where they are allowed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = sorted(path for folder in ("functions", "shared") for path in (ROOT / folder).rglob("*.py"))


def importers(library: str) -> set[str]:
    found = set()
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import():
                    names = [alias.name for alias in node.names]
                case ast.ImportFrom():
                    names = [node.module or ""]
                case _:
                    continue
            if any(name == library or name.startswith(f"{library}.") for name in names):
                found.add(path.relative_to(ROOT).as_posix())
    return found


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("anthropic", {"shared/captions/writer.py"}),
        ("boto3", {"shared/media/storage.py"}),
        ("botocore", {"shared/media/storage.py"}),
        ("pymediainfo", {"shared/media/movie.py"}),
        ("postgrest", {"shared/database.py"}),
        ("cryptography", {"shared/vault.py"}),
    ],
)
def test_a_library_is_known_to_one_module(library: str, allowed: set[str]) -> None:
    assert importers(library) == allowed


@pytest.mark.parametrize("library", ["requests", "urllib3", "supabase"])
def test_what_exports_query_strings_or_loads_too_much_is_not_imported(library: str) -> None:
    """Vercel's runtime reports the query strings of urllib3 calls, and Instagram takes tokens in query strings."""
    assert importers(library) == set()


def test_the_sandbox_is_never_a_part_of_the_product() -> None:
    assert importers("sandbox") == importers("tests") == set()


def test_nothing_reads_our_own_address_from_a_request() -> None:
    """Whoever sends a request chooses its Host, and what proxies say about it."""
    told = {"host", "forwarded", "origin", "referer"}
    found = set()
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Attribute(value=ast.Name(id="request") | ast.Attribute(attr="request"), attr=attribute):
                    found |= {path.name} if attribute in ("url", "base_url", "url_for") else set()
                case ast.Constant(value=str(text)) if text.lower() in told or text.lower().startswith("x-forwarded-"):
                    found.add(path.name)

    # An outgoing request has an address of its own.
    assert found <= {"egress.py"}
