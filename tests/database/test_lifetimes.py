"""How long a connection lasts, as the people of its project are told: what the cron does, and nothing of a token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.stack.clients import Supabase
from tests.people import Connected, Project

Db = psycopg.Connection[Any]
Connect = Callable[..., Connected]
PLATFORMS = ["instagram", "tiktok"]


def lifetimes(person: Creator, project: Project) -> dict[str, tuple[str | None, bool]]:
    found = person.call("connection_lifetimes", project_id=project.id).raise_for_status().json()
    assert all(row.keys() == {"connection_id", "access_ends_at", "renews"} for row in found)
    return {row["connection_id"]: (row["access_ends_at"], row["renews"]) for row in found}


def about_to_end(db: Db, connected: Connected) -> datetime:
    """In a day, though the access token of TikTok's ends in an hour; and old enough to be renewed."""
    ends_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    db.execute(
        "update private.connection_tokens set issued_at = now() - interval '2 days',"
        " access_expires_at = case when refresh_token is null then %(end)s else now() + interval '1 hour' end,"
        " refresh_expires_at = case when refresh_token is not null then %(end)s end"
        " where connection_id = %(connection)s",
        {"end": ends_at, "connection": connected.id},
    )
    return ends_at


def due(db: Db, connected: Connected) -> bool:
    (found,) = db.execute("select private.due_refreshes(10000)").fetchone() or ([],)
    return connected.id in {entry["connection_id"] for entry in found}


def test_a_stranger_learns_of_no_connection(project: Project, connect: Connect, supabase: Supabase) -> None:
    connect(project, "tiktok")
    refusal = project.stranger.call("connection_lifetimes", project_id=project.id)

    assert (refusal.status_code, refusal.json()["message"]) == (404, "not_found")
    with supabase.as_anon() as anybody:
        assert anybody.post("/rpc/connection_lifetimes", json={"p_project_id": project.id}).status_code == 401


def test_a_project_without_connections_has_none(project: Project, connect: Connect) -> None:
    connect(project, "tiktok")
    other = project.owner.create_project("Other")

    assert project.owner.call("connection_lifetimes", project_id=other).json() == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_member_sees_the_end_of_what_can_be_renewed(
    project: Project, connect: Connect, db: Db, platform: str
) -> None:
    connected = connect(project, platform)
    ends_at = about_to_end(db, connected)

    for person in (project.owner, project.editor, project.viewer):
        ((told, renews),) = lifetimes(person, project).values()
        assert (datetime.fromisoformat(str(told)), renews) == (ends_at, True)
    assert due(db, connected)


STOPPED = {
    "its platform is switched off": "update private.platform_switches set switched_off_at = now()",
    "it asks to be connected again": "update public.connections set status = 'needs_reconnect', status_reason = 'x'"
    " where id = %(connection)s",
    "who connected it restricts": "insert into public.restrictions (user_id) values (%(owner)s)",
    "everybody objects": "insert into public.objections (user_id, purpose)"
    " select m.user_id, 'publishing' from public.project_members as m where m.project_id = %(project)s",
    "it has ended": "update private.connection_tokens set access_expires_at = now(),"
    " refresh_expires_at = case when refresh_token is not null then now() end where connection_id = %(connection)s",
}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("stop", STOPPED.values(), ids=STOPPED.keys())
def test_what_the_cron_does_not_renew_is_not_said_to_be_renewed(
    project: Project, connect: Connect, db: Db, platform: str, stop: str
) -> None:
    connected = connect(project, platform)
    about_to_end(db, connected)
    names = {"connection": connected.id, "project": project.id, "owner": project.owner.user.id}
    with db.transaction(force_rollback=True):
        db.execute(stop, names)
        db.execute("select set_config('request.jwt.claim.sub', %(owner)s, true)", names)
        ((told,),) = db.execute("select private.connection_lifetimes(%s)", (project.id,)).fetchall()

        assert [row["renews"] for row in told] == [False]
        assert not due(db, connected)
    assert due(db, connected)


def test_where_there_is_no_token_there_is_no_end_and_nothing_is_renewed(
    project: Project, connect: Connect, db: Db
) -> None:
    connected = connect(project, "instagram")
    db.execute("select private.end_access(%s, 'access_ended')", (connected.id,))

    assert lifetimes(project.viewer, project) == {connected.id: (None, False)}
