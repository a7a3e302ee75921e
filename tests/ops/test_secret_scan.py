"""A secret is found wherever it lies, and the report does not spread it."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.secret_scan import LOCAL_VALUES, SHAPES, CannotLook, Piece, history, local_values, main, scan
from sandbox.stack import keys

pytestmark = pytest.mark.secrets

WORD = secrets.token_urlsafe(80).replace("-", "x").replace("_", "x")
# One of each kind that we hold, made for this run alone.
PLANTED = {
    "a Supabase secret key": f"sb_secret_{WORD[:22]}_{WORD[:8]}",
    "an Anthropic key": f"sk-ant-api03-{WORD[:60]}",
    "a token encryption key": f"k7:{base64.b64encode(secrets.token_bytes(32)).decode()}",
    "a token of Instagram": f"IGAA{WORD}{WORD}",
    "a token of TikTok": f"act.{WORD}!5123.va",
    "a JSON Web Token": f"eyJhbGciOiJIUzI1NiJ9.eyJ{WORD[:40]}.{WORD[:43]}",
    "a value of one of our settings": f"TIKTOK_CLIENT_SECRET={WORD[:40]}",
    "a private key": f"-----BEGIN PRIVATE {'KEY'}-----\n{WORD}\n-----END PRIVATE {'KEY'}-----",
}
# Of others, for the rules of secretlint.
FOREIGN = {
    "GitHub": f"ghp_{WORD[:36]}",
    "Slack": f"xoxb-{secrets.randbelow(10**12):012}-{secrets.randbelow(10**12):012}-{WORD[:24]}",
    "npm": f"//registry.npmjs.org/:_authToken=npm_{WORD[:36]}",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "README.md").write_text("Nothing to see here.\n", encoding="utf-8")
    commit(tmp_path)
    return tmp_path


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def commit(root: Path, message: str = "A change") -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)


def in_history(root: Path, secret: str) -> str:
    """Committed once, and taken back in the next commit."""
    (root / "settings.py").write_text(f"KEY = '{secret}'\n", encoding="utf-8")
    commit(root)
    (root / "settings.py").write_text("KEY = ''\n", encoding="utf-8")
    commit(root)
    return "history "


def on_a_branch(root: Path, secret: str) -> str:
    git(root, "checkout", "--quiet", "-b", "trial")
    (root / "notes.txt").write_text(f"\n\n{secret}\n", encoding="utf-8")
    commit(root)
    git(root, "checkout", "--quiet", "main")
    return "history "


def in_a_message(root: Path, secret: str) -> str:
    commit(root, f"It works with {secret}")
    return "history messages:"


def in_the_tree(root: Path, secret: str) -> str:
    (root / "new.py").write_text(f"# {secret}\n", encoding="utf-8")
    return "new.py:1:"


def in_the_static_files(root: Path, secret: str) -> str:
    (root / ".gitignore").write_text(".vercel\n", encoding="utf-8")
    page = root / ".vercel" / "output" / "static" / ".well-known" / "page.js"
    page.parent.mkdir(parents=True)
    page.write_text(f"const key = '{secret}'", encoding="utf-8")
    return "bundle .vercel/output/static/.well-known/page.js:1:"


def in_a_function(root: Path, secret: str) -> str:
    """Vercel's build does not copy a function's files: it says where they are."""
    (root / ".gitignore").write_text("*\n", encoding="utf-8")
    config = root / ".vercel" / "output" / "functions" / "a.func" / ".vc-config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"filePathMap": {"shared/env.py": "built/env.py"}}), encoding="utf-8")
    (root / "built").mkdir()
    (root / "built" / "env.py").write_text(secret, encoding="utf-8")
    return "bundle built/env.py:1:"


PLACES = [in_history, on_a_branch, in_a_message, in_the_tree, in_the_static_files, in_a_function]
Plant = Callable[[Path, str], str]


@pytest.mark.parametrize("plant", PLACES, ids=lambda plant: plant.__name__)
def test_a_secret_is_found_wherever_it_lies(repository: Path, capsys: pytest.CaptureFixture[str], plant: Plant) -> None:
    place = plant(repository, PLANTED["a Supabase secret key"])

    assert main(["--root", str(repository)]) == 1
    said = capsys.readouterr().out
    assert f"{place}" in said
    assert "a Supabase secret key" in said
    assert PLANTED["a Supabase secret key"][10:20] not in said


@pytest.mark.parametrize("kind", PLANTED)
def test_every_kind_of_our_keys_is_known(kind: str) -> None:
    assert {finding.kind for finding in scan([Piece("x.py", f"x = '{PLANTED[kind]}'".encode())], {})} >= {kind}


@pytest.mark.parametrize("kind", FOREIGN)
def test_the_keys_of_others_are_known_to_secretlint(kind: str) -> None:
    findings = scan([Piece("deploy/.npmrc", f"{FOREIGN[kind]}\n".encode())], {})

    assert findings
    assert all(FOREIGN[kind][8:20] not in str(finding) for finding in findings)


def test_what_this_machine_keeps_for_itself_is_found(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Most of our secrets have no shape; their values are known where they are used."""
    mine = keys.load(repository / LOCAL_VALUES)
    (repository / ".gitignore").write_text("/.local/\n", encoding="utf-8")
    assert main(["--root", str(repository)]) == 0

    (repository / "log.txt").write_text(f"a\nb {mine['CRON_SECRET']}\n", encoding="utf-8")
    assert main(["--root", str(repository)]) == 1
    assert "log.txt:2: the value of CRON_SECRET in .local/env" in capsys.readouterr().out
    assert {name.split()[0] for name in local_values(repository)} == {
        name for name, value in mine.items() if len(value) >= 16
    } - {"SUPABASE_PUBLISHABLE_KEY"}


def test_a_clean_repository_is_clean(repository: Path) -> None:
    assert main(["--root", str(repository)]) == 0


def test_without_the_whole_history_nothing_is_proven(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    commit(repository)
    shallow = tmp_path_factory.mktemp("shallow")
    git(shallow, "clone", "--quiet", "--depth=1", f"file://{repository}", "copy")

    assert main(["--root", str(shallow / "copy")]) == 2
    assert main(["--root", str(shallow)]) == 2


def test_a_scanner_that_is_missing_or_breaks_is_no_clean_bill(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "node_modules" / ".bin" / "secretlint"
    monkeypatch.setattr("ops.secret_scan.TOOL", tmp_path)
    assert main(["--root", str(repository)]) == 2

    program.parent.mkdir(parents=True)
    for script in ("exit 2", "exit 0", "echo [] > ../report.json"):
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o700)
        with pytest.raises(CannotLook):
            scan([Piece("x", b"x")], {})


def test_the_history_is_read_whole(repository: Path) -> None:
    for content in ("one", "two", "three"):
        (repository / "file.txt").write_text(content, encoding="utf-8")
        commit(repository)

    assert {piece.content for piece in history(repository)} >= {b"one", b"two", b"three", b"Nothing to see here.\n"}


def test_examples_of_keys_are_left_in_peace() -> None:
    examples = "sb_secret_your_key sk-ant-api03-example k1:base64 act.example eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc"

    assert [kind for kind, shape in SHAPES.items() if shape.search(examples.encode())] == []
