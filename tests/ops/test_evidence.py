"""The evidence pack: complete, checkable, and without a person in it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ops import evidence
from sandbox.stack.stack import Stack
from shared.privacy.register import AREAS
from shared.subprocessors import RECIPIENTS
from tests.people import Project

FILES = {
    *("register.json", "recipients.json", "permissions.json", "consents.json", "purges.json", "audit.json"),
    *("promises.md", "manifest.json"),
}


@pytest.fixture
def consent(project: Project, db: psycopg.Connection[Any]) -> str:
    """The version of a text that one person agreed to twice."""
    version = project.id
    for _ in range(2):
        db.execute(
            "insert into public.consents (user_id, subject, text_version) values (%s, 'music_usage', %s)",
            (project.owner.user.id, version),
        )
    return version


def export(folder: Path) -> int:
    return evidence.main(["--to", str(folder), "--operator", "Olga"])


def test_everything_is_there_and_has_its_hash(stack: Stack, consent: str, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    code = export(folder)
    read = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    manifest = json.loads(read["manifest.json"])

    assert set(read) == FILES
    assert manifest["sha256"] == {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in read.items() if name != "manifest.json"
    }
    assert len(json.loads(read["register.json"])) == sum(len(area.tables) for area in AREAS)
    assert [each["name"] for each in json.loads(read["recipients.json"])] == [each.name for each in RECIPIENTS]
    (found,) = (each for each in json.loads(read["consents.json"]) if each["text_version"] == consent)
    assert (found["subject"], found["given"], found["people"]) == ("music_usage", 2, 1)
    assert code == (0 if json.loads(read["audit.json"])["intact"] else 1)


def test_it_names_nobody(stack: Stack, project: Project, consent: str, tmp_path: Path) -> None:
    export(tmp_path / "pack")
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "pack").iterdir())

    user = project.owner.user
    assert not [fact for fact in (user.id, user.email, user.token) if fact in written]


def test_an_earlier_pack_is_not_written_over(stack: Stack, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()

    assert export(folder) == 1
    assert list(folder.iterdir()) == []


def test_it_leaves_a_line_with_the_operators_name(stack: Stack, db: psycopg.Connection[Any], tmp_path: Path) -> None:
    export(tmp_path / "pack")

    last = db.execute("select action, operator from private.audit_log order by id desc limit 1").fetchone()
    assert last == ("evidence_exported", "Olga")
