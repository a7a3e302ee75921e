"""The tests of the schema, tested: each policy, grant, check, key, reference and index goes in turn, or is widened,
and the proof that is about it must then fail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest

from tests.database import test_catalog as catalog
from tests.database import test_constraints as constraints
from tests.database import test_indexes as indexes
from tests.database.test_rls import EXPECTED, World

type Connection = psycopg.Connection[Any]
# What is done to the schema, and what must notice.
type Mutant = tuple[str, Callable[[], object]]

ROLES = ("anon", "authenticated", "service_role")

POLICIES = """
    select p.schemaname || '.' || p.tablename, quote_ident(p.policyname), p.cmd, p.qual, p.with_check
    from pg_policies as p where p.schemaname in ('public', 'private')
"""
# Tables, columns, functions and schemas alike: what is revoked or granted, and whose it is or is not.
GRANTED = """
    select k.privilege_type, k.object, r.role
    from (
      select a.privilege_type, a.grantee, 'table ' || c.oid::regclass as object
      from pg_class as c, aclexplode(c.relacl) as a
      where c.relnamespace::regnamespace::text in ('public', 'private')
      union all
      select a.privilege_type || ' (' || quote_ident(t.attname) || ')', a.grantee, 'table ' || c.oid::regclass
      from pg_class as c join pg_attribute as t on t.attrelid = c.oid, aclexplode(t.attacl) as a
      where c.relnamespace::regnamespace::text in ('public', 'private')
      union all
      select a.privilege_type, a.grantee, 'function ' || p.oid::regprocedure
      from pg_proc as p, aclexplode(p.proacl) as a
      where p.pronamespace::regnamespace::text in ('public', 'private')
      union all
      select a.privilege_type, a.grantee, 'schema ' || n.nspname
      from pg_namespace as n, aclexplode(n.nspacl) as a
      where n.nspname = 'private'
    ) as k
    join (values ('anon'), ('authenticated'), ('service_role')) as r (role) on r.role = k.grantee::regrole::text
"""
MISSING = """
    select p.privilege, k.object, r.role
    from (values ('anon'), ('authenticated'), ('service_role')) as r (role)
    cross join (
      select c.oid, 'table ' || c.oid::regclass as object, 'table' as kind from pg_class as c
      where c.relnamespace::regnamespace::text in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm')
      union all
      select p.oid, 'function ' || p.oid::regprocedure, 'function' from pg_proc as p
      where p.pronamespace::regnamespace::text in ('public', 'private') and p.prorettype <> 'trigger'::regtype
    ) as k
    join (
      values ('table', 'SELECT'), ('table', 'INSERT'), ('table', 'UPDATE'), ('table', 'DELETE'), ('table', 'TRUNCATE'),
        ('function', 'EXECUTE')
    ) as p (kind, privilege) on p.kind = k.kind
    where not case k.kind
      when 'table' then has_table_privilege(r.role, k.oid, p.privilege)
      else has_function_privilege(r.role, k.oid, p.privilege)
    end
"""
MUST_HAVE_A_VALUE = """
    select a.attrelid::regclass::text, quote_ident(a.attname)
    from pg_attribute as a
    join pg_class as c on c.oid = a.attrelid
    left join pg_index as i on i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)
    where c.relnamespace::regnamespace::text in ('public', 'private') and c.relkind = 'r' and a.attnum > 0
      and not a.attisdropped and a.attnotnull and i.indrelid is null
"""


@contextmanager
def mutated(connection: Connection, change: str) -> Iterator[None]:
    with connection.transaction(force_rollback=True):
        connection.execute(change)
        yield


def survives(connection: Connection, mutant: Mutant) -> bool:
    change, proof = mutant
    with mutated(connection, change):
        try:
            proof()
        except (AssertionError, psycopg.Error, pytest.fail.Exception):
            return False
    return True


def survivors(connection: Connection, mutants: Iterable[Mutant]) -> list[str]:
    """Those that nothing noticed. Without a mutant, every proof must hold, or its failing would say nothing."""
    tried = list(mutants)
    assert len(tried) > 10
    for proof in dict.fromkeys(proof for _, proof in tried):
        proof()
    return [change for change, proof in tried if survives(connection, (change, proof))]


def check_policies(world: World, table: str, verb: str) -> None:
    assert world.row(verb, table) == EXPECTED[table][verb]
    catalog.test_every_policy_asks_once_per_query_and_not_once_per_row(world.connection)
    catalog.test_every_policy_is_for_signed_in_users(world.connection)


def policy_mutants(world: World) -> Iterator[Mutant]:
    """Gone, for everybody signed in, for the weakest role, and for those who are not signed in."""
    for table, name, verb, using, check in world.connection.execute(POLICIES):
        clauses = "".join(f" {clause} ({text})" for clause, text in (("using", using), ("with check", check)) if text)
        weaker = re.sub("'(owner|editor)'", "'viewer'", clauses)
        wider = {re.sub(r" (using|with check) .*?(?= with check|$)", r" \1 (true)", clauses), weaker} - {clauses}
        changes = [f"drop policy {name} on {table}"]
        changes += [f"alter policy {name} on {table}{change}" for change in (*sorted(wider), " to public")]
        proof = partial(check_policies, world, table, verb.lower())
        yield from ((change, proof) for change in changes)


def check_grants(connection: Connection, role: str) -> None:
    if role != "authenticated":
        catalog.test_nobody_else_has_any_grant_on_a_table(connection, role)
        return
    catalog.test_columns_are_granted_one_by_one(connection)
    catalog.test_deletes_are_granted_where_they_are_meant(connection)
    catalog.test_a_user_has_no_grant_in_the_private_schema_but_on_functions(connection)


def check_functions(connection: Connection, role: str) -> None:
    expected = {"anon": set(), "authenticated": catalog.FOR_USERS, "service_role": catalog.FOR_THE_SYSTEM}
    catalog.test_functions_are_run_by_those_they_are_for(connection, role, expected[role])


def check_schema(connection: Connection, role: str) -> None:
    catalog.test_the_private_schema_is_closed_to_the_anonymous(connection)


def grant_mutants(connection: Connection) -> Iterator[Mutant]:
    checks = {"table": check_grants, "function": check_functions, "schema": check_schema}
    proofs = {(kind, role): partial(check, connection, role) for kind, check in checks.items() for role in ROLES}
    for query, verb, to in ((GRANTED, "revoke", "from"), (MISSING, "grant", "to")):
        for privilege, thing, role in connection.execute(query):
            yield f"{verb} {privilege} on {thing} {to} {role}", proofs[thing.split()[0], role]


def rule_mutants(connection: Connection) -> Iterator[Mutant]:
    proof = partial(catalog.test_every_table_has_its_rules_on_and_says_what_it_is_for, connection)
    for table in EXPECTED:
        yield f"alter table {table} disable row level security", proof


def check_mutants(connection: Connection) -> Iterator[Mutant]:
    for name, table in constraints.named(connection, constraints.CHECKS).items():
        yield (
            f"alter table {table} drop constraint {name}",
            partial(constraints.judge_check, connection, table, name),
        )


def key_mutants(connection: Connection) -> Iterator[Mutant]:
    for name, table in constraints.named(connection, constraints.UNIQUE).items():
        constraint = connection.execute("select 1 from pg_constraint where conname = %s", (name,)).rowcount
        yield (
            f"alter table {table} drop constraint {name} cascade" if constraint else drop_index(name),
            partial(constraints.judge_key, connection, table, name),
        )


def reference_mutants(connection: Connection) -> Iterator[Mutant]:
    proof = partial(constraints.test_every_reference_says_what_becomes_of_its_row, connection)
    for name, table in constraints.named(connection, constraints.FOREIGN).items():
        yield f"alter table {table} drop constraint {name}", proof


def value_mutants(connection: Connection) -> Iterator[Mutant]:
    proof = partial(constraints.test_what_may_be_empty_is_on_the_reviewed_list, connection)
    for table, column in connection.execute(MUST_HAVE_A_VALUE):
        yield f"alter table {table} alter column {column} drop not null", proof


def index_mutants(connection: Connection) -> Iterator[Mutant]:
    for (name,) in connection.execute(indexes.INDEXES):
        yield drop_index(name), partial(indexes.test_postgres_takes_the_index_for_it, connection, name)


def drop_index(name: str) -> str:
    return f"drop index if exists public.{name}, private.{name}"


def test_no_policy_can_go_or_grow_unseen(schema: World, seeded: Connection) -> None:
    assert survivors(seeded, policy_mutants(schema)) == []


@pytest.mark.parametrize(
    "mutants", [grant_mutants, rule_mutants, check_mutants, key_mutants, reference_mutants, value_mutants]
)
def test_nothing_can_go_or_grow_unseen(seeded: Connection, mutants: Callable[[Connection], Iterator[Mutant]]) -> None:
    assert survivors(seeded, mutants(seeded)) == []


def test_no_index_can_go_unseen(crowded: Connection) -> None:
    assert survivors(crowded, index_mutants(crowded)) == []
