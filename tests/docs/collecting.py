"""Which tests pytest collects, read from the files: those of test modules and those that such a module takes over."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

type Proof = tuple[Path, str]


def collected(tests: Path) -> frozenset[Proof]:
    """The file in which each stands, and its name."""
    return frozenset(proof for file in tests.rglob("test_*.py") for proof in _of_module(file, tests))


def _of_module(file: Path, tests: Path) -> Iterator[Proof]:
    for name in _names(file):
        home, node = _found(file, name, tests)
        if isinstance(node, ast.ClassDef) and name.startswith("Test"):
            yield from _of_class(home, node, tests)
        else:
            yield from _tests(home, node)


def _of_class(file: Path, node: ast.ClassDef, tests: Path) -> Iterator[Proof]:
    yield from _tests(file, *node.body)
    for base in node.bases:
        home, parent = _found(file, ast.unparse(base), tests)
        if isinstance(parent, ast.ClassDef):
            yield from _of_class(home, parent, tests)


def _tests(file: Path, *nodes: ast.stmt | None) -> Iterator[Proof]:
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield file, node.name


def _found(file: Path, name: str, tests: Path) -> tuple[Path, ast.stmt | None]:
    """What a name of a module means, followed through its imports from others of ours."""
    node = _names(file).get(name)
    if not isinstance(node, ast.ImportFrom):
        return file, node
    home = tests.parent / f"{(node.module or '').replace('.', '/')}.py"
    meant = next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
    return _found(home, meant, tests) if home.is_relative_to(tests) and home.is_file() else (file, None)


@cache
def _names(file: Path) -> dict[str, ast.stmt]:
    """Of a module: each with what defines it."""
    known: dict[str, ast.stmt] = {}
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            known[node.name] = node
        elif isinstance(node, ast.ImportFrom):
            known |= {alias.asname or alias.name: node for alias in node.names}
    return known
