"""Every table, everybody, every verb: what Postgres allows, asked of Postgres itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from sandbox.stack import postgres
from tests.people import Project

ROLES = ("anon", "owner", "editor", "viewer", "stranger", "service")
VERBS = ("select", "insert", "update", "delete")

# One letter for each of ROLES: y it works, 0 there is nothing for them, x it is refused.
NOBODY = "xxxxxx"
READ_BY_MEMBERS = {"select": "xyyy0x", "insert": NOBODY, "update": NOBODY, "delete": NOBODY}
CLOSED = dict.fromkeys(VERBS, NOBODY)
EXPECTED: Mapping[str, Mapping[str, str]] = {
    "public.projects": READ_BY_MEMBERS | {"update": "xy000x"},
    "public.project_members": READ_BY_MEMBERS | {"update": "xy000x", "delete": "xy0y0x"},
    "public.invitations": CLOSED | {"select": "xy000x"},
    "public.contents": READ_BY_MEMBERS | {"insert": "xyyxxx", "update": "xyy00x", "delete": "xyy00x"},
    "public.media_assets": READ_BY_MEMBERS,
    "public.connections": READ_BY_MEMBERS,
    "public.disconnections": READ_BY_MEMBERS,
    "public.access_endings": READ_BY_MEMBERS,
    "public.publications": READ_BY_MEMBERS,
    "public.publication_items": READ_BY_MEMBERS,
    "public.publication_events": READ_BY_MEMBERS,
    # These belong to a person. The rows are the owner's; anybody signed in may object for themselves.
    "public.consents": CLOSED | {"select": "xy000x"},
    "public.objections": {"select": "xy000x", "insert": "xyyyyx", "update": NOBODY, "delete": "xy000x"},
    "public.exports": CLOSED | {"select": "xy000x"},
    "private.export_files": CLOSED,
    # Somebody's who has nothing to do with the project, because it would stop all that is the owner's.
    "public.restrictions": {"select": "x000yx", "insert": "xyyyyx", "update": NOBODY, "delete": "x000yx"},
    "public.profiles": {"select": "xy000x", "insert": "xyyyyx", "update": "xy000x", "delete": NOBODY},
    "public.privacy_requests": CLOSED | {"select": "xy000x"},
    "public.notices": CLOSED | {"select": "xy000x", "update": "xy000x"},
    "private.connection_tokens": CLOSED,
    "private.oauth_states": CLOSED,
    "private.caption_usage": CLOSED,
    "private.rate_limits": CLOSED,
    "private.media_uploads": CLOSED,
    "private.object_deletions": CLOSED,
    "private.purge_runs": CLOSED,
    "private.tiktok_uploads": CLOSED,
    "private.call_budgets": CLOSED,
    "private.pauses": CLOSED,
    "private.webhook_deliveries": CLOSED,
    "private.former_jobs": CLOSED,
    "private.platform_switches": CLOSED,
    "private.audit_people": CLOSED,
    "private.audit_log": CLOSED,
    "private.audit_chain": CLOSED,
    "private.platform_deletions": CLOSED,
    "private.mail_outbox": CLOSED,
    "private.mail_events": CLOSED,
    "private.breaches": CLOSED,
    "private.breach_people": CLOSED,
    "private.erasures": CLOSED,
    "private.erasure_projects": CLOSED,
    "private.erasure_objects": CLOSED,
    "private.erasure_receipts": CLOSED,
    "private.tombstones": CLOSED,
}

TABLES = """
    select n.nspname || '.' || c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm', 'f')
"""

# One row of everything that belongs to the project. Rolled back with all the rest.
SEED = """
    insert into public.contents (id, project_id, type, title) values (%(row)s, %(project)s, 'image', 'Seed');
    insert into public.media_assets (id, project_id, content_id, object_key, media_type, byte_size, sha256)
      values (%(row)s, %(project)s, %(row)s, 'media/' || repeat('a', 64) || '.jpg', 'image/jpeg', 1, repeat('0', 64));
    insert into private.media_uploads (media_asset_id, upload_id) values (%(row)s, 'seed');
    insert into public.connections (id, project_id, platform, platform_account_id, callback_ids, display_name)
      values (%(row)s, %(project)s, 'tiktok', %(row)s, array['x'], 'Seed');
    insert into public.invitations (project_id, role, code_hash, created_by, accepted_by, accepted_at)
      values (%(project)s, 'viewer', repeat('b', 64), %(owner)s, %(viewer)s, now());
    insert into public.invitations (id, project_id, role, code_hash, created_by)
      values (%(row)s, %(project)s, 'viewer', repeat('a', 64), %(owner)s);
    insert into private.connection_tokens (connection_id, access_token, access_expires_at)
      values (%(row)s, 'v1.k.' || repeat('a', 16) || '.' || repeat('a', 30), now());
    insert into private.oauth_states (state_hash, cookie_hash, user_id, project_id, platform)
      values (repeat('a', 64), repeat('a', 64), %(owner)s, %(project)s, 'tiktok');
    insert into private.caption_usage (user_id, day, used) values (%(owner)s, '2020-01-01', 1);
    insert into private.rate_limits (user_id, action, arrival_at) values (%(owner)s, 'seed', now());
    insert into private.object_deletions (object_key) values ('seed');
    insert into private.purge_runs (removed, alarms) values ('{}', '{}');
    insert into public.disconnections (id, connection_id, project_id, platform, tokens_deleted)
      values (%(row)s, gen_random_uuid(), %(project)s, 'tiktok', 1);
    insert into public.access_endings (id, connection_id, project_id, platform, cause, tokens_deleted)
      values (%(row)s, gen_random_uuid(), %(project)s, 'tiktok', 'seed', 1);
    insert into public.notices (id, user_id, project_id, kind, platform, cause)
      values (%(row)s, %(owner)s, %(project)s, 'access_ended', 'tiktok', 'seed');
    insert into public.exports (id, user_id, request_id, with_media, folder)
      values (%(row)s, %(owner)s, gen_random_uuid(), true, 'exports/' || repeat('a', 64) || '/');
    insert into private.export_files (export_id, position, name, byte_size, sha256, starts_at, object_key)
      values (%(row)s, 0, 'seed', 1, repeat('0', 64), 0, 'seed');
    insert into private.breaches (id, aware_at, nature) values (%(row)s, now(), 'Seed');
    insert into private.breach_people (breach_id, user_id) values (%(row)s, %(owner)s);
    insert into private.mail_events (digest) values (repeat('0', 64));
    insert into private.platform_deletions (confirmation_code, digest, platform)
      values (repeat('a', 32), repeat('0', 64), 'instagram');
    insert into public.publications
      (id, project_id, content_id, connection_id, platform, kind, caption, idempotency_key, request_hash, created_by)
      values (%(row)s, %(project)s, %(row)s, %(row)s, 'tiktok', 'video', '', %(row)s, repeat('0', 64), %(owner)s);
    insert into public.publication_items (publication_id, position, media_asset_id) values (%(row)s, 0, %(row)s);
    insert into public.publication_events (publication_id, event, state) values (%(row)s, 'seed', 'queued');
    insert into private.tiktok_uploads (publication_id, upload_url, byte_size, chunk_size, expires_at)
      values (%(row)s, 'v1.k.' || repeat('a', 16) || '.' || repeat('a', 30), 1, 1, now());
    insert into private.call_budgets (connection_id, call) values (%(row)s, 'seed');
    insert into private.pauses (platform, connection_id, ends_at) values ('tiktok', %(row)s, now());
    insert into private.former_jobs (publish_id, publication_id) values ('seed', %(row)s);
    insert into private.webhook_deliveries (digest, platform) values (repeat('0', 64), 'tiktok');
    insert into public.consents (id, user_id, subject, text_version) values (%(row)s, %(owner)s, 'seed', '1');
    insert into public.objections (user_id, purpose) values (%(owner)s, 'analytics');
    insert into public.restrictions (user_id) values (%(stranger)s);
    insert into public.profiles (user_id) values (%(owner)s);
    insert into public.privacy_requests (request_id, kind, event, channel, user_id, due_at, actor_kind)
      values (%(row)s, 'access', 'received', 'account', %(owner)s, now(), 'user');
    insert into private.audit_people (user_id) values (%(owner)s) on conflict do nothing;
    insert into private.erasures (id, request_id, user_id) values (%(row)s, gen_random_uuid(), gen_random_uuid());
    insert into private.erasure_projects (project_id, erasure_id) values (gen_random_uuid(), %(row)s);
    insert into private.erasure_objects (erasure_id, object_key, due_at) values (%(row)s, 'seed', now());
    insert into private.erasure_receipts (erasure_id, store) values (%(row)s, 'auth');
    insert into private.tombstones (kind, digest) values ('user', repeat('0', 64));
    set constraints all immediate;
"""

# Which row of a table is meant, where it is not the one whose id is the seed's.
MEANT = {
    "public.projects": "id = %(project)s",
    "public.project_members": "project_id = %(project)s and user_id = %(viewer)s",
    "public.publication_items": "publication_id = %(row)s",
    "public.publication_events": "publication_id = %(row)s",
    "public.objections": "user_id = %(owner)s",
    "public.restrictions": "user_id = %(stranger)s",
    "public.profiles": "user_id = %(owner)s",
    "public.privacy_requests": "request_id = %(row)s",
}
INSERTS = {
    "public.contents": "(project_id, type, title) values (%(project)s, 'image', 'New')",
    "public.objections": "(purpose) values ('publishing')",
    "public.restrictions": "default values",
    "public.profiles": "(display_name) values ('New')",
}


@dataclass(frozen=True)
class World:
    """A transaction with one row of everything in it, seen through anybody's eyes."""

    connection: psycopg.Connection[Any]
    names: Mapping[str, str]

    def outcome(self, role: str, statement: str) -> str:
        with self.connection.transaction(force_rollback=True):
            self.become(role)
            try:
                with self.connection.transaction(force_rollback=True):
                    done = self.connection.execute(statement, self.names)
                    return "y" if done.rowcount else "0"
            except psycopg.errors.InsufficientPrivilege:
                return "x"
            except psycopg.Error:
                return "y"  # a constraint or a trigger was reached: nothing else stood in the way

    def become(self, role: str) -> None:
        plain = {"anon": "anon", "service": "service_role"}.get(role)
        claims = {"role": plain} if plain else {"role": "authenticated", "sub": self.names[role]}
        # The hosted service reads the claims from one setting, the local one from a setting each.
        settings = {"request.jwt.claims": json.dumps(claims), "request.jwt.claim.sub": claims.get("sub", "")}
        for name, value in settings.items():
            self.connection.execute("select set_config(%s, %s, true)", (name, value))
        self.connection.execute(sql.SQL("set local role {}").format(sql.Identifier(plain or "authenticated")))

    def row(self, verb: str, table: str) -> str:
        return "".join(self.best(role, self.statements(verb, table)) for role in ROLES)

    def best(self, role: str, statements: list[str]) -> str:
        outcomes = {self.outcome(role, statement) for statement in statements}
        return next(letter for letter in "y0x" if letter in outcomes)

    def statements(self, verb: str, table: str) -> list[str]:
        meant = MEANT.get(table, "id = %(row)s") if table.startswith("public.") else "true"
        match verb:
            case "select":
                return [f"select 1 from {table} where {meant}"]
            case "insert":
                return [f"insert into {table} {INSERTS.get(table, 'default values')}"]
            case "update":
                return [f"update {table} set {name} = {name} where {meant}" for name in self.columns(table)]
        return [f"delete from {table} where {meant}"]

    def columns(self, table: str) -> list[str]:
        found = self.connection.execute(
            "select quote_ident(attname) from pg_attribute where attrelid = %s::regclass and attnum > 0"
            " and not attisdropped and attidentity = '' and attgenerated = ''",
            (table,),
        )
        return [name for (name,) in found]


@pytest.fixture
def world(server: postgres.Server, project: Project) -> Iterator[World]:
    people = {name: getattr(project, name).user.id for name in ("owner", "editor", "viewer", "stranger")}
    names = {"row": str(uuid4()), "project": project.id, **people}
    with server.connect() as connection, connection.transaction(force_rollback=True):
        connection.cursor_factory = psycopg.ClientCursor
        connection.execute(SEED, names)
        yield World(connection, names)


def test_every_table_is_in_the_matrix(db: psycopg.Connection[Any]) -> None:
    assert {name for (name,) in db.execute(TABLES)} == set(EXPECTED)


@pytest.mark.parametrize("table", EXPECTED)
def test_the_matrix(world: World, table: str) -> None:
    assert {verb: world.row(verb, table) for verb in VERBS} == EXPECTED[table]


def test_the_matrix_is_about_rows_that_exist(world: World) -> None:
    for table in EXPECTED:
        (statement,) = world.statements("select", table)
        assert world.connection.execute(statement, world.names).rowcount >= 1, table


def test_the_matrix_would_see_a_hole(world: World) -> None:
    world.connection.execute("grant select on public.consents to anon")
    world.connection.execute("create policy hole on public.consents for select using (true)")

    assert world.row("select", "public.consents") == "yyyyyx"


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_membership_ends_with_its_row(world: World, role: str) -> None:
    world.connection.execute("delete from public.project_members where user_id = %s", (world.names[role],))

    assert world.outcome(role, "select 1 from public.contents where id = %(row)s") == "0"
    assert world.outcome("owner", "select 1 from public.contents where id = %(row)s") == "y"


ESCALATIONS = {
    "a viewer makes themselves owner": (
        "viewer",
        "update public.project_members set role = 'owner' where user_id = %(viewer)s",
        "0",
    ),
    "an editor makes themselves owner": (
        "editor",
        "update public.project_members set role = 'owner' where user_id = %(editor)s",
        "0",
    ),
    "a stranger joins": (
        "stranger",
        "insert into public.project_members (project_id, user_id, role) values (%(project)s, %(stranger)s, 'owner')",
        "x",
    ),
    "an owner puts a stranger into the project": (
        "owner",
        "insert into public.project_members (project_id, user_id, role) values (%(project)s, %(stranger)s, 'viewer')",
        "x",
    ),
    "a viewer removes an editor": (
        "viewer",
        "delete from public.project_members where user_id = %(editor)s",
        "0",
    ),
    "an editor reads an invitation": ("editor", "select id from public.invitations where id = %(row)s", "0"),
    "an owner reads who accepted an invitation": ("owner", "select accepted_by from public.invitations", "x"),
    "an owner reads the hash of a code": ("owner", "select code_hash from public.invitations", "x"),
    "an owner moves a membership to another project": (
        "owner",
        "update public.project_members set project_id = gen_random_uuid() where user_id = %(viewer)s",
        "x",
    ),
    "an editor moves a content to another project": (
        "editor",
        "update public.contents set project_id = gen_random_uuid() where id = %(row)s",
        "x",
    ),
    "an editor claims another's content": (
        "editor",
        "update public.contents set created_by = %(editor)s where id = %(row)s",
        "x",
    ),
    "an owner reads the ids that callbacks carry": ("owner", "select callback_ids from public.connections", "x"),
    "an owner reads an idempotency key": ("owner", "select idempotency_key from public.publications", "x"),
    "an owner declares a file ready": ("owner", "update public.media_assets set state = 'ready'", "x"),
    "an owner objects for somebody else": (
        "owner",
        "insert into public.objections (user_id, purpose) values (%(editor)s, 'publishing')",
        "x",
    ),
    "an owner restricts for somebody else": (
        "owner",
        "insert into public.restrictions (user_id) values (%(editor)s)",
        "x",
    ),
    "an owner lifts somebody else's restriction": (
        "owner",
        "delete from public.restrictions where user_id = %(stranger)s",
        "0",
    ),
    "an editor renames an owner": (
        "editor",
        "update public.profiles set display_name = 'Me' where user_id = %(owner)s",
        "0",
    ),
    "an editor reads an owner's name": ("editor", "select 1 from public.profiles where user_id = %(owner)s", "0"),
    "an owner hands their name to somebody else": ("owner", "update public.profiles set user_id = %(editor)s", "x"),
    "an owner writes a request": ("owner", "insert into public.privacy_requests (request_id) values (%(row)s)", "x"),
    "an owner reads who an operator is": ("owner", "select operator from public.privacy_requests", "x"),
    "an editor reads what an owner was told": ("editor", "select 1 from public.notices where id = %(row)s", "0"),
    "an owner hands a notice to somebody else": (
        "owner",
        "update public.notices set user_id = %(editor)s where id = %(row)s",
        "x",
    ),
    "an owner rewrites what they were told": ("owner", "update public.notices set cause = 'nothing'", "x"),
    "an owner truncates": ("owner", "truncate public.contents", "x"),
    "an owner switches the rules off": ("owner", "alter table public.contents disable row level security", "x"),
    "an owner reads the users": ("owner", "select email from auth.users", "x"),
    "the system reads tokens without a function": ("service", "select 1 from private.connection_tokens", "x"),
    "the anonymous looks into the private schema": ("anon", "select private.project_ids()", "x"),
}


@pytest.mark.parametrize(("role", "statement", "expected"), ESCALATIONS.values(), ids=ESCALATIONS.keys())
def test_no_way_up(world: World, role: str, statement: str, expected: str) -> None:
    assert world.outcome(role, statement) == expected
