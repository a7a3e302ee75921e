"""The migrations alone, in a database of their own, where what they made may be broken and nobody else notices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from sandbox.stack import postgres
from sandbox.stack.paths import MIGRATIONS
from tests.database.test_edges import Ask
from tests.database.test_rls import SEED, World

# The people of tests/people.py and their project, without the functions that would make them.
PEOPLE = ("owner", "editor", "viewer", "stranger")
PROJECT = """
    insert into auth.users (id) values (%(owner)s), (%(editor)s), (%(viewer)s), (%(stranger)s);
    insert into public.projects (id, name, created_by) values (%(project)s, 'Hills', %(owner)s);
    insert into public.project_members (project_id, user_id, role) values
      (%(project)s, %(owner)s, 'owner'), (%(project)s, %(editor)s, 'editor'), (%(project)s, %(viewer)s, 'viewer');
"""

# So many accounts and posts that to read them all is a choice, and few of them are what a statement looks for.
CROWD = """
    set local session_replication_role = replica;
    insert into public.connections (project_id, platform, platform_account_id, callback_ids, display_name)
      select p.id, 'tiktok', n::text, array[n::text], 'Crowd' from public.projects as p, generate_series(1, 2000) as n;
    insert into private.connection_tokens (connection_id, access_token, access_expires_at)
      select c.id, 'v1.k.' || repeat('a', 16) || '.' || repeat('a', 30), now() + random() * interval '60 days'
      from public.connections as c where c.display_name = 'Crowd';
    insert into public.publications
      (project_id, connection_id, platform, kind, caption, publish_id, intent_at, idempotency_key,
      request_hash, created_by)
      select c.project_id, c.id, 'tiktok', 'video', '', c.id, now(), c.id, repeat('0', 64), p.created_by
      from public.connections as c join public.projects as p on p.id = c.project_id where c.display_name = 'Crowd';
    set local session_replication_role = origin;
    analyze public.connections, private.connection_tokens, public.publications;
"""


@pytest.fixture(scope="session")
def schema(server: postgres.Server) -> Iterator[World]:
    """One row of everything in it. Whoever uses it rolls back."""
    names = {name: str(uuid4()) for name in ("row", "project", *PEOPLE)}
    server.create_database("schema")
    server.look_like_supabase("schema")
    with server.connect("schema", user="postgres") as migrator:
        for file in sorted(MIGRATIONS.glob("*.sql")):
            migrator.execute(file.read_bytes())
    with server.connect("schema") as connection:
        connection.cursor_factory = psycopg.ClientCursor
        connection.execute(PROJECT + SEED, names)
        yield World(connection, names)


@pytest.fixture
def seeded(schema: World) -> Iterator[psycopg.Connection[Any]]:
    with schema.connection.transaction(force_rollback=True):
        yield schema.connection


@pytest.fixture
def ask(schema: World, seeded: psycopg.Connection[Any]) -> Ask:
    return Ask(schema.names, seeded)


@pytest.fixture(scope="module")
def crowded(schema: World) -> Iterator[psycopg.Connection[Any]]:
    with schema.connection.transaction(force_rollback=True):
        schema.connection.execute(CROWD)
        schema.connection.execute("set local enable_seqscan = off")
        yield schema.connection
