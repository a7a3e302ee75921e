"""What the migrations promise about the shape of the database, asked of the catalog."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from sandbox.stack import postgres
from sandbox.stack.paths import MIGRATIONS

ALL = "*"

# What a signed-in user may do with single columns. What is not here is refused.
COLUMNS = {
    ("projects", "SELECT"): ALL,
    ("projects", "UPDATE"): "name",
    ("project_members", "SELECT"): ALL,
    ("project_members", "UPDATE"): "role",
    ("invitations", "SELECT"): "created_at created_by expires_at id project_id role",
    ("contents", "SELECT"): ALL,
    ("contents", "INSERT"): "description project_id tags title type",
    ("contents", "UPDATE"): "description tags title type",
    ("media_assets", "SELECT"): ALL,
    ("connections", "SELECT"): "account_type connected_at connected_by display_name id platform platform_account_id"
    " project_id status status_reason status_since updated_at",
    ("disconnections", "SELECT"): ALL,
    ("access_endings", "SELECT"): ALL,
    ("notices", "SELECT"): ALL,
    ("notices", "UPDATE"): "read_at",
    (
        "exports",
        "SELECT",
    ): "byte_size content_hash created_at downloaded_at expires_at id ready_at state with_media",
    ("objections", "SELECT"): ALL,
    ("objections", "INSERT"): "purpose",
    ("restrictions", "SELECT"): ALL,
    ("restrictions", "INSERT"): "user_id",
    ("profiles", "SELECT"): ALL,
    ("privacy_requests", "SELECT"): "at channel detail due_at event id kind request_id",
    ("profiles", "INSERT"): "display_name",
    ("profiles", "UPDATE"): "display_name",
    (
        "publications",
        "SELECT",
    ): "caption confirmed_at connection_id content_id cover_asset_id created_at created_by"
    " finished_at id kind next_step_at options permalink platform platform_ids_cleared_at post_id project_id reason"
    " state updated_at",
    ("publication_items", "SELECT"): "alt_text media_asset_id position publication_id",
    ("publication_events", "SELECT"): ALL,
    ("consents", "SELECT"): ALL,
}
DELETES = {"project_members", "contents", "objections", "restrictions"}

# Who may run which function. A pair is one function in private and its face in public.
FOR_USERS = {
    *("private.project_ids", "private.require_role", "private.tags_are_sane", "private.take_caption_quota"),
    "private.open_invitation_ids",
    *("public.begin_caption", "private.take_rate", "private.refuse_stopped_post", "private.refuse_restricted_caption"),
    *(
        f"{schema}.{name}"
        for schema in ("public", "private")
        for name in (
            "create_project",
            "reserve_media",
            "media_to_complete",
            "media_to_send",
            "start_connection",
            "may_disconnect",
            "create_publication",
            "may_advance",
            "preflight",
            "possible_posts",
            "resolve_publication",
            "confirm_publication",
            "start_export",
            "export_status",
            "download_export",
            "may_count_view",
            "erasure_preview",
            "start_erasure",
            "create_invitation",
            "withdraw_invitation",
            "invitation_preview",
            "accept_invitation",
            "project_people",
            "connection_lifetimes",
            "own_sessions",
            "own_caption_usage",
        )
    ),
}
FOR_THE_SYSTEM = {
    f"{schema}.{name}"
    for schema in ("public", "private")
    for name in (
        "complete_media",
        "media_upload",
        "note_media_upload",
        "consume_oauth_state",
        "connection_id_for",
        "store_connection",
        "record_revocation",
        "claim_publication",
        "record_step",
        "due_publications",
        "mark_reconnect",
        "disconnect_connection",
        "account_for_step",
        "begin_refresh",
        "save_refreshed",
        "due_refreshes",
        "purge",
        "take_object_deletions",
        "finish_object_deletions",
        "take_calls",
        "pause_platform",
        "apply_tiktok_event",
        "end_tiktok_access",
        "purge_publishing",
        "record_operation",
        "read_audit",
        "is_switched_off",
        "platform_status",
        "switch_platform",
        "purge_unconfirmed",
        "end_instagram_access",
        "delete_instagram_account",
        "deletion_status",
        "purge_endings",
        "count_envelopes",
        "read_envelopes",
        "replace_envelopes",
        "purge_rate_limits",
        "may_commit",
        "purge_receipts",
        "evidence",
        "claim_export",
        "release_export",
        "export_rows",
        "save_export_files",
        "seal_export",
        "read_export_files",
        "save_export_part",
        "finish_export",
        "restart_export",
        "due_exports",
        "expire_exports",
        "purge_exports",
        "why_post_stopped",
        "open_mailed_request",
        "list_requests",
        "show_request",
        "note_request",
        "extend_request",
        "execute_request",
        "remind_due_requests",
        "purge_requests",
        "claim_mails",
        "settle_mails",
        "record_mail_event",
        "purge_mail",
        "open_breach",
        "count_affected",
        "record_affected",
        "write_breach_notice",
        "enqueue_breach_notices",
        "breach_status",
        "close_breach",
        "purge_breaches",
        "claim_erasure",
        "advance_erasure",
        "record_erased_grant",
        "record_erased_objects",
        "pause_erasure",
        "release_erasure",
        "finish_erasure",
        "due_erasures",
        "erasure_status",
        "open_erasure",
        "run_erasure",
        "open_erasures",
        "read_tombstones",
        "store_tombstones",
        "replay_tombstones",
        "purge_erasures",
        "purge_invitations",
    )
}

GRANTED_COLUMNS = """
    select c.relname, p.privilege, string_agg(a.attname, ' ' order by a.attname), count(*) = max(c.relnatts)
    from pg_class as c
    join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    cross join (values ('SELECT'), ('INSERT'), ('UPDATE'), ('REFERENCES')) as p (privilege)
    where c.relnamespace = %s::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
      and has_column_privilege(%s, c.oid, a.attnum, p.privilege)
    group by 1, 2
"""
GRANTED_TABLES = """
    select c.relname, p.privilege from pg_class as c
    cross join (
      values ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')
    ) as p (privilege)
    where c.relnamespace::regnamespace::text in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm')
      and has_table_privilege(%s, c.oid, p.privilege)
"""
FUNCTIONS = """
    select p.pronamespace::regnamespace::text || '.' || p.proname from pg_proc as p
    where p.pronamespace::regnamespace::text in ('public', 'private') and has_function_privilege(%s, p.oid, 'execute')
"""
DEFINERS = """
    select oid::regprocedure::text, pronamespace::regnamespace::text from pg_proc
    where prosecdef and pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'auth', 'storage')
"""
WITHOUT_PATH = """
    select oid::regprocedure::text from pg_proc
    where pronamespace::regnamespace::text in ('public', 'private')
      and not coalesce(proconfig, '{}') @> array['search_path=""']
"""
POLICIES = """
    select tablename || '.' || policyname, roles::text, concat(qual, ' ', with_check), permissive
    from pg_policies where schemaname in ('public', 'private')
"""
# The columns that policies look at, and the first column of every foreign key.
LOOKED_UP = """
    select d.refobjid::regclass::text, a.attname
    from pg_depend as d
    join pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
    union
    select c.conrelid::regclass::text, a.attname
    from pg_constraint as c
    join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype = 'f' and c.connamespace::regnamespace::text in ('public', 'private')
"""
LEADING = """
    select i.indrelid::regclass::text, a.attname
    from pg_index as i
    join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    join pg_class as c on c.oid = i.indexrelid
    join pg_am as m on m.oid = c.relam
    where i.indpred is null and i.indisvalid and m.amname = 'btree'
"""

BARE = """
    select c.relname, c.relrowsecurity, obj_description(c.oid, 'pg_class') from pg_class as c
    where c.relnamespace::regnamespace::text in ('public', 'private') and c.relkind in ('r', 'p')
"""


def test_columns_are_granted_one_by_one(db: psycopg.Connection[Any]) -> None:
    found = {
        (table, privilege): ALL if whole else names
        for table, privilege, names, whole in db.execute(GRANTED_COLUMNS, ("public", "authenticated"))
    }

    assert found == COLUMNS


def test_no_column_that_callbacks_or_workers_use_is_readable(db: psycopg.Connection[Any]) -> None:
    hidden = {"callback_ids", "idempotency_key", "request_hash", "container_id", "publish_id", "epoch"}
    readable = {
        name
        for table, privilege, names, _ in db.execute(GRANTED_COLUMNS, ("public", "authenticated"))
        if privilege == "SELECT"
        for name in names.split()
    }

    assert hidden & readable == set()
    assert not [name for name in readable if "token" in name and name != "tokens_deleted"]


@pytest.mark.parametrize("role", ["anon", "service_role", "authenticator", "public"])
def test_nobody_else_has_any_grant_on_a_table(db: psycopg.Connection[Any], role: str) -> None:
    assert db.execute(GRANTED_TABLES, (role,)).fetchall() == []
    for schema in ("public", "private"):
        assert db.execute(GRANTED_COLUMNS, (schema, role)).fetchall() == []


def test_a_user_has_no_grant_in_the_private_schema_but_on_functions(db: psycopg.Connection[Any]) -> None:
    assert db.execute(GRANTED_COLUMNS, ("private", "authenticated")).fetchall() == []


def test_deletes_are_granted_where_they_are_meant(db: psycopg.Connection[Any]) -> None:
    found = defaultdict(set)
    for table, privilege in db.execute(GRANTED_TABLES, ("authenticated",)):
        found[privilege].add(table)

    assert found["DELETE"] == DELETES
    assert set(found) == {"SELECT", "DELETE"}, "everything else is granted by column"


def test_nobody_may_use_a_sequence(db: psycopg.Connection[Any]) -> None:
    usable = db.execute(
        "select c.relname, r.role from pg_class as c"
        " cross join (values ('anon'), ('authenticated'), ('service_role')) as r (role)"
        " where c.relkind = 'S' and c.relnamespace::regnamespace::text in ('public', 'private')"
        " and has_sequence_privilege(r.role, c.oid, 'usage, select, update')"
    )

    assert usable.fetchall() == []


@pytest.mark.parametrize(
    ("role", "expected"),
    [("anon", set()), ("public", set()), ("authenticated", FOR_USERS), ("service_role", FOR_THE_SYSTEM)],
)
def test_functions_are_run_by_those_they_are_for(db: psycopg.Connection[Any], role: str, expected: set[str]) -> None:
    assert {name for (name,) in db.execute(FUNCTIONS, (role,))} == expected


def test_the_reviewed_list_holds_no_name_twice() -> None:
    assert set() == FOR_USERS & FOR_THE_SYSTEM


def test_no_function_has_two_shapes(db: psycopg.Connection[Any]) -> None:
    """PostgREST would have to guess, and a grant on one says nothing about the other."""
    doubles = db.execute(
        "select pronamespace::regnamespace::text, proname from pg_proc"
        " where pronamespace::regnamespace::text in ('public', 'private') group by 1, 2 having count(*) > 1"
    )

    assert doubles.fetchall() == []


def test_what_runs_as_its_owner_is_private(db: psycopg.Connection[Any]) -> None:
    found = db.execute(DEFINERS).fetchall()

    assert {schema for _, schema in found} == {"private"}


def test_every_function_has_an_empty_search_path(db: psycopg.Connection[Any]) -> None:
    assert db.execute(WITHOUT_PATH).fetchall() == []


def test_the_private_schema_is_closed_to_the_anonymous(db: psycopg.Connection[Any]) -> None:
    rights = db.execute(
        "select r.role, has_schema_privilege(r.role, 'private', 'usage'),"
        " has_schema_privilege(r.role, s.name, 'create')"
        " from (values ('anon'), ('authenticated'), ('service_role')) as r (role),"
        " (values ('public'), ('private')) as s (name)"
    ).fetchall()

    assert set(rights) == {("anon", False, False), ("authenticated", True, False), ("service_role", True, False)}


def test_every_policy_is_for_signed_in_users(db: psycopg.Connection[Any]) -> None:
    policies = db.execute(POLICIES).fetchall()

    assert len(policies) > 10
    assert [name for name, roles, _, _ in policies if roles != "{authenticated}"] == []
    assert {kind for *_, kind in policies} == {"PERMISSIVE"}


def test_every_policy_asks_once_per_query_and_not_once_per_row(db: psycopg.Connection[Any]) -> None:
    """A function call inside a select of its own is an InitPlan."""
    for name, _, text, _ in db.execute(POLICIES):
        calls = re.findall(r"(?:auth|private)\.\w+\(", text)
        wrapped = re.findall(r"SELECT (?:auth|private)\.\w+\(", text)
        assert len(calls) == len(wrapped), f"{name}: {text}"
        assert "true" not in text, name


def test_what_is_looked_up_leads_an_index(db: psycopg.Connection[Any]) -> None:
    looked_up = set(db.execute(LOOKED_UP).fetchall())

    assert len(looked_up) > 15
    assert looked_up - set(db.execute(LEADING).fetchall()) == set()


def test_every_table_has_its_rules_on_and_says_what_it_is_for(db: psycopg.Connection[Any]) -> None:
    tables = db.execute(BARE).fetchall()

    assert len(tables) > 10
    assert [name for name, rules, _ in tables if not rules] == []
    assert [name for name, _, comment in tables if not comment or not comment.endswith(".")] == []


# Projects made before and after Supabase changed its defaults must end up alike.

OPEN_DEFAULTS = """
    alter default privileges for role postgres in schema public
      grant all on tables to postgres, anon, authenticated, service_role;
    alter default privileges for role postgres in schema public
      grant all on sequences to postgres, anon, authenticated, service_role;
    alter default privileges for role postgres in schema public
      grant all on functions to postgres, anon, authenticated, service_role;
"""
ACLS = """
    select c.oid::regclass::text, r.role, p.privilege
    from pg_class as c
    cross join (values ('anon'), ('authenticated'), ('service_role')) as r (role)
    cross join (values ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('TRIGGER')) as p (privilege)
    where c.relnamespace::regnamespace::text in ('public', 'private') and c.relkind in ('r', 'p', 'v')
      and (
        has_table_privilege(r.role, c.oid, p.privilege)
        or p.privilege in ('SELECT', 'INSERT', 'UPDATE') and has_any_column_privilege(r.role, c.oid, p.privilege)
      )
    union all
    select p.oid::regprocedure::text, r.role, 'EXECUTE'
    from pg_proc as p
    cross join (values ('anon'), ('authenticated'), ('service_role'), ('public')) as r (role)
    where p.pronamespace::regnamespace::text in ('public', 'private')
      and has_function_privilege(r.role, p.oid, 'execute')
    union all
    select c.oid::regclass::text, r.role, 'USAGE'
    from pg_class as c
    cross join (values ('anon'), ('authenticated'), ('service_role')) as r (role)
    where c.relnamespace::regnamespace::text in ('public', 'private') and c.relkind = 'S'
      and has_sequence_privilege(r.role, c.oid, 'usage, select, update')
    order by 1, 2, 3
"""


@pytest.fixture(scope="module", params=["open", "closed"])
def migrated(server: postgres.Server, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection[Any]]:
    name = f"catalog_{request.param}"
    server.create_database(name)
    server.look_like_supabase(name)
    with server.connect(name) as connection:
        if request.param == "open":
            connection.execute(OPEN_DEFAULTS)
        with server.connect(name, user="postgres") as migrator:
            for file in sorted(MIGRATIONS.glob("*.sql")):
                migrator.execute(file.read_bytes())
        yield connection
    with server.connect() as connection:
        connection.execute(f"drop database {name} with (force)")


def test_the_grants_do_not_depend_on_the_projects_defaults(
    migrated: psycopg.Connection[Any], db: psycopg.Connection[Any]
) -> None:
    assert migrated.execute(ACLS).fetchall() == db.execute(ACLS).fetchall()


def test_what_a_later_migration_makes_is_closed_until_it_says_otherwise(
    migrated: psycopg.Connection[Any], server: postgres.Server
) -> None:
    before = migrated.execute(ACLS).fetchall()
    name = migrated.execute("select current_database()").fetchone()
    assert name is not None
    with server.connect(str(name[0]), user="postgres") as migrator:
        for schema in ("public", "private"):
            migrator.execute(f"create table {schema}.later (id bigint generated always as identity)")
            migrator.execute(f"create function {schema}.later() returns int language sql as 'select 1'")

    assert migrated.execute(ACLS).fetchall() == before
