"""A session outlives the account it was given to, by an hour at most, and opens nothing any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from sandbox.stack.clients import SandboxControl
from tests.people import Connected, Project


@pytest.mark.parametrize("role", ["owner", "editor"])
def test_the_session_of_a_deleted_user_reads_and_changes_nothing(
    *,
    project: Project,
    connect: Callable[..., Connected],
    photo: dict[str, str],
    sandbox: SandboxControl,
    db: psycopg.Connection[Any],
    role: str,
) -> None:
    connection = connect(project, "tiktok")
    gone = getattr(project, role)
    with db.transaction():
        db.execute("set local session_replication_role = replica")
        db.execute("delete from public.project_members where user_id = %s", (gone.user.id,))
    db.execute("delete from auth.users where id = %s", (gone.user.id,))
    before = len(sandbox.journal())
    answers = [
        gone.post("oauth/tiktok/start", {"project_id": project.id}),
        gone.post("connections/disconnect", {"connection_id": connection.id}),
        gone.post("caption", {"content_id": photo["content_id"], "preview": True}),
        gone.post("media/complete", {"media_asset_id": photo["media_asset_id"]}),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}
    assert [gone.read(table, select="id") for table in ("projects", "contents", "connections", "notices")] == [
        [],
        [],
        [],
        [],
    ]
    assert len(sandbox.journal()) == before
