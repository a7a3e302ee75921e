"""The state machine, as PostgreSQL enforces it whoever writes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from itertools import product
from typing import Any

import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.stack.clients import Supabase
from tests.people import token_version
from tests.shared.publishing.clicks import MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]

STATES = ("queued", "preparing", "processing", "committing", "published", "failed", "unknown")
LEGAL = {
    "instagram": {
        "queued": {"preparing", "failed"},
        "preparing": {"processing", "failed"},
        "processing": {"preparing", "committing", "published", "failed"},
        "committing": {"processing", "published", "failed", "unknown"},
        "published": set(),
        "failed": set(),
        "unknown": {"processing", "published", "failed"},
    },
    "tiktok": {
        "queued": {"preparing", "failed"},
        "preparing": {"committing", "failed"},
        "processing": {"preparing", "published", "failed", "unknown"},
        "committing": {"preparing", "processing", "published", "failed", "unknown"},
        "published": set(),
        "failed": set(),
        "unknown": {"processing", "published", "failed"},
    },
}
EVERY_PAIR = [
    (platform, before, after) for platform, before, after in product(LEGAL, STATES, STATES) if before != after
]


@pytest.fixture
def publication(make_creator: Callable[[], Creator], db: psycopg.Connection[Any]) -> Callable[[str, str], str]:
    owner = make_creator()
    project_id = owner.create_project("Hills")

    return lambda platform, state: insert(db, project_id, owner.user.id, platform, state)


def insert(db: psycopg.Connection[Any], project_id: str, user_id: str, platform: str, state: str) -> str:
    found = db.execute(
        "insert into public.publications (project_id, platform, kind, caption, state, reason, container_id,"
        " idempotency_key, request_hash, created_by, next_step_at, finished_at)"
        " values (%(project)s, %(platform)s, 'photo', '', %(state)s::public.publication_state, 'outcome_unclear',"
        " '1', %(key)s, repeat('0', 64), %(user)s, null,"
        " case when %(state)s::text in ('published', 'failed') then now() end) returning id",
        {"project": project_id, "platform": platform, "state": state, "key": uuid.uuid4().hex, "user": user_id},
    ).fetchone()
    assert found is not None
    return str(found[0])


@pytest.mark.parametrize(("platform", "before", "after"), EVERY_PAIR)
def test_only_the_steps_of_the_platform_are_possible(
    publication: Callable[[str, str], str], db: psycopg.Connection[Any], platform: str, before: str, after: str
) -> None:
    publication_id = publication(platform, before)
    update = "update public.publications set state = %s where id = %s returning state::text"
    if after in LEGAL[platform][before]:
        assert db.execute(update, (after, publication_id)).fetchone() == (after,)
        return
    with pytest.raises(psycopg.Error) as raised, db.transaction():
        db.execute(update, (after, publication_id))
    assert (raised.value.sqlstate, raised.value.diag.message_primary) == ("P0001", "illegal_transition")
    state = db.execute("select state::text from public.publications where id = %s", (publication_id,)).fetchone()
    assert state == (before,)


@pytest.mark.parametrize("state", ["published", "failed"])
def test_an_end_is_dated_and_never_due(
    publication: Callable[[str, str], str], db: psycopg.Connection[Any], state: str
) -> None:
    publication_id = publication("instagram", "committing")
    db.execute(
        "update public.publications set next_step_at = now(), lease_expires_at = now() where id = %s", (publication_id,)
    )
    db.execute("update public.publications set state = %s where id = %s", (state, publication_id))
    found = db.execute(
        "select finished_at is not null, next_step_at, lease_expires_at from public.publications where id = %s",
        (publication_id,),
    ).fetchone()
    assert found == (True, None, None)


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "POST"])
@pytest.mark.parametrize("table", ["publications", "publication_items", "publication_events", "consents"])
def test_an_owner_writes_no_table_of_publishing_directly(
    click: MakeClick, supabase: Supabase, method: str, table: str
) -> None:
    made = click("instagram")
    before = made.row()
    column = "id" if table == "publications" else "publication_id"
    with supabase.as_user(made.owner.user) as rest:
        answer = rest.request(
            method,
            f"/{table}",
            params={column: f"eq.{made.id}"},
            json=None if method == "DELETE" else {column: made.id},
        )
    assert answer.status_code in (401, 403)
    assert made.row() == before


@pytest.mark.parametrize("column", ["state", "post_id", "epoch", "caption", "next_step_at", "created_by"])
def test_no_column_of_a_publication_can_be_changed_by_its_owner(
    click: MakeClick, supabase: Supabase, column: str
) -> None:
    made = click("instagram")
    before = made.row()
    with supabase.as_user(made.owner.user) as rest:
        answer = rest.patch("/publications", params={"id": f"eq.{made.id}"}, json={column: None})
    assert answer.status_code in (401, 403)
    assert made.row() == before


@pytest.mark.parametrize(
    "function", ["claim_publication", "record_step", "due_publications", "mark_reconnect", "disconnect_connection"]
)
def test_what_the_system_does_a_user_cannot(click: MakeClick, supabase: Supabase, function: str) -> None:
    made = click("instagram")
    arguments: dict[str, dict[str, object]] = {
        "claim_publication": {"p_publication_id": made.id, "p_lease_seconds": 60},
        "record_step": {
            "p_publication_id": made.id,
            "p_epoch": 0,
            "p_from": "queued",
            "p_to": "failed",
            "p_changes": {"reason": "disconnected"},
            "p_event": "failed",
            "p_detail": {},
            "p_release": True,
        },
        "due_publications": {"p_limit": 1},
        "mark_reconnect": {
            "p_connection_id": made.connected.id,
            "p_version": token_version(made.db, made.connected.id),
            "p_reason": "access_ended",
        },
        "disconnect_connection": {"p_connection_id": made.connected.id, "p_user_id": made.owner.user.id},
    }
    before = made.row()
    with supabase.as_user(made.owner.user) as rest:
        answer = rest.post(f"/rpc/{function}", json=arguments[function])
    assert answer.status_code in (401, 403)
    assert (made.row(), made.token_rows()) == (before, 1)


@pytest.mark.parametrize("options", ['{"x": 1e2000}', '{"x": ' + "[" * 800 + "]" * 800 + "}"], ids=["long", "deep"])
def test_options_that_no_worker_could_read_are_refused(click: MakeClick, options: str) -> None:
    """A member may call the database directly, and must not plant what breaks every worker that claims it."""
    made = click("instagram")
    with pytest.raises(psycopg.errors.CheckViolation):
        made.db.execute("update public.publications set options = %s where id = %s", (options, made.id))
