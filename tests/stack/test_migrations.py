"""The migrations on plain servers, put there by the official Supabase CLI and judged by its own linter."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from sandbox.stack import postgres
from sandbox.stack.environment import basic_environment
from sandbox.stack.paths import MIGRATIONS, ROOT

EXPOSED_DEFINERS = """
    select oid::regprocedure::text, role
      from pg_proc cross join (values ('anon'), ('authenticated')) as callers (role)
     where pronamespace = 'public'::regnamespace and prosecdef and has_function_privilege(role, oid, 'execute')
"""


@pytest.fixture(scope="module", params=postgres.installations(), ids=lambda found: f"postgres{found.major}")
def plain(request: pytest.FixtureRequest) -> Iterator[postgres.Server]:
    with postgres.running(request.param) as server:
        server.look_like_supabase()
        yield server


def test_every_version_is_tested() -> None:
    assert {found.major for found in postgres.installations()} >= {15, 16, 17}


def test_the_migrations_are_pushed_and_pushed_again(plain: postgres.Server) -> None:
    first, second = push(plain), push(plain)

    assert first.returncode == 0, first.stderr
    assert "up to date" in second.stdout
    with plain.connect() as connection:
        rows = connection.execute("select version from supabase_migrations.schema_migrations order by 1").fetchall()
    assert [version for (version,) in rows] == [file.name.split("_")[0] for file in sorted(MIGRATIONS.glob("*.sql"))]


def test_the_linter_finds_nothing(plain: postgres.Server) -> None:
    assert push(plain).returncode == 0
    advice = advisors(plain)

    assert worse_than_info(advice) == []
    assert advice.returncode == 0


def test_the_linter_would_find_something(plain: postgres.Server) -> None:
    with plain.connect(user="postgres") as connection:
        connection.execute("create table public.open_to_all (id bigint primary key, password text)")
        connection.execute("grant select on public.open_to_all to anon")
        advice = advisors(plain)
        connection.execute("drop table public.open_to_all")

    assert "rls_disabled_in_public" in [lint["name"] for lint in worse_than_info(advice)]
    assert advice.returncode != 0


def test_no_definer_function_is_exposed_and_graphql_is_absent(plain: postgres.Server) -> None:
    """Splinter 0026 to 0029, which the CLI's copy of the linter does not know yet."""
    push(plain)
    with plain.connect(user="postgres") as connection:
        assert connection.execute(EXPOSED_DEFINERS).fetchall() == []
        assert connection.execute("select 1 from pg_extension where extname = 'pg_graphql'").fetchone() is None
        connection.execute("create function public.leak() returns int language sql security definer as 'select 1'")
        connection.execute("grant execute on function public.leak() to authenticated")
        assert connection.execute(EXPOSED_DEFINERS).fetchall() == [("leak()", "authenticated")]
        connection.execute("drop function public.leak()")


def push(server: postgres.Server) -> subprocess.CompletedProcess[str]:
    return cli(server, "db", "push", "--yes")


def advisors(server: postgres.Server) -> subprocess.CompletedProcess[str]:
    return cli(server, "db", "advisors", "--level", "info", "--fail-on", "warn")


def worse_than_info(advice: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    found = json.loads(advice.stdout[advice.stdout.index("[") : advice.stdout.rindex("]") + 1])
    return [lint for lint in found if lint["level"] != "INFO"]


def cli(server: postgres.Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As the hosted project's `postgres`, which is no superuser."""
    program = ROOT / "node_modules" / ".bin" / "supabase"
    command = [str(program), *arguments, f"--remote={server.url(user='postgres')}"]
    return subprocess.run(command, cwd=ROOT, env=basic_environment(), capture_output=True, text=True, check=False)
