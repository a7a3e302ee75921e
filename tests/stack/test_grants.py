"""@supabase/lite would grant everything to everybody at its first request; ours must not."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from sandbox.stack import postgres
from sandbox.stack.clients import Supabase, User
from sandbox.stack.paths import MIGRATIONS

GRANTS = """
    select 'table' as kind, relnamespace::regnamespace::text || '.' || relname as name, relacl::text as acl
      from pg_class
     where relnamespace::regnamespace::text in ('public', 'private') and relkind in ('r', 'p', 'v', 'm', 'S')
    union all
    select 'column', attrelid::regclass::text || '.' || attname, attacl::text
      from pg_attribute join pg_class on pg_class.oid = attrelid
     where relnamespace::regnamespace::text in ('public', 'private') and attacl is not null
    union all
    select 'function', oid::regprocedure::text, proacl::text
      from pg_proc where pronamespace::regnamespace::text in ('public', 'private')
    union all
    select 'schema', nspname, nspacl::text from pg_namespace where nspname in ('public', 'private')
    union all
    select 'default', coalesce(defaclnamespace::regnamespace::text, '') || defaclobjtype::text, defaclacl::text
      from pg_default_acl
    order by 1, 2
"""


def test_grants_are_the_migrations_own(
    server: postgres.Server, db: psycopg.Connection, supabase: Supabase, make_user: Callable[[], User]
) -> None:
    for client in (supabase.as_anon(), supabase.as_user(make_user()), supabase.as_service()):
        client.get("/projects")

    assert grants(db) == grants_of_a_plain_server(server)
    assert [name for kind, name, _ in grants(db) if kind == "table"], "nothing was compared"


def grants(connection: psycopg.Connection) -> list[tuple[str, str, str]]:
    return connection.execute(GRANTS).fetchall()


def grants_of_a_plain_server(server: postgres.Server) -> list[tuple[str, str, str]]:
    server.create_database("plain")
    server.look_like_supabase("plain")
    with server.connect("plain", user="postgres") as connection:
        for file in sorted(MIGRATIONS.glob("*.sql")):
            connection.execute(file.read_bytes())
    with server.connect("plain") as connection:
        return grants(connection)
