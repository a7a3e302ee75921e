"""One list of variables: what the code reads, what .env.example shows and what the README explains."""

from __future__ import annotations

import re

from sandbox.stack.paths import ROOT
from shared.settings import VARIABLES, Settings

NAMES = [variable.name for variable in VARIABLES]


def example() -> dict[str, str]:
    """Set lines, and commented ones that show a default."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$", text, re.MULTILINE))


def readme() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"^(#+) Environment variables\n(.*?)(?=^#{1,6} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, "README.md has no heading 'Environment variables'"
    return re.findall(r"^\|\s*`([^`]+)`", section[2], re.MULTILINE)


def test_the_example_lists_exactly_what_the_code_reads() -> None:
    assert sorted(example()) == sorted(NAMES)


def test_the_readme_lists_exactly_what_the_code_reads() -> None:
    assert sorted(readme()) == sorted(NAMES)


def test_the_example_shows_every_default_as_a_comment() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")

    for variable in VARIABLES:
        if variable.default is not None:
            assert f"\n# {variable.name}={variable.default}\n" in text
        else:
            assert f"\n{variable.name}=" in text


def test_the_example_holds_no_secret_and_nothing_malformed() -> None:
    values = example()
    settings = Settings(values)

    for variable in VARIABLES:
        if variable.secret:
            assert values[variable.name] == "", variable.name
        elif values[variable.name]:
            assert settings.text(variable) == values[variable.name]


def test_no_other_code_reads_the_environment() -> None:
    reading = re.compile(r"\bos\.(?:environ|getenv)|\bfrom os import")
    files = [file for folder in ("shared", "functions") for file in (ROOT / folder).rglob("*.py")]
    found = {str(file.relative_to(ROOT)) for file in files if reading.search(file.read_text(encoding="utf-8"))}

    assert found == {"shared/runtime.py"}
