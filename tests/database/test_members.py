"""Joining, leaving and seeing each other, as people with a token do it past everything of ours but the database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.stack import postgres
from sandbox.stack.stack import Stack
from tests.erasing import add_member, begun, close_the_others, finish
from tests.people import Project

Db = psycopg.Connection[Any]
MakeCreator = Callable[[], Creator]


# Its first step and no other, as an operator would.
BEGIN_ERASURE = """
    select (private.begin_erasure(
      u.id, private.open_privacy_request('erasure', 'email', u.id, 'Olga', '{}'), '{}'
    )).id
    from auth.users as u where u.id = %s
"""


def unknown(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["message"]) == (404, "invitation_unknown")


def people(person: Creator, project: Project) -> list[dict[str, Any]]:
    return list(person.call("project_people", project_id=project.id).raise_for_status().json())


def roles(person: Creator, project: Project) -> dict[str, str]:
    return {row["user_id"]: row["role"] for row in people(person, project)}


def remove(person: Creator, project: Project, gone: Creator) -> httpx.Response:
    with person.supabase.as_user(person.user) as rest:
        which = {"project_id": f"eq.{project.id}", "user_id": f"eq.{gone.user.id}"}
        return rest.delete("/project_members", params=which, headers={"prefer": "return=representation"})


# Joining


def test_of_ten_people_with_one_code_at_once_one_joins(project: Project, make_creator: MakeCreator) -> None:
    code = project.owner.invite(project.id, "editor")["code"]
    crowd = [make_creator() for _ in range(10)]
    with ThreadPoolExecutor(len(crowd)) as threads:
        answers = list(threads.map(lambda person: person.accept(code), crowd))

    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 9
    assert all(unknown(answer) for answer in answers if not answer.is_success)
    [joined] = [person for person, answer in zip(crowd, answers, strict=True) if answer.is_success]
    before = {person.user.id for person in (project.owner, project.editor, project.viewer)}
    assert roles(project.owner, project).keys() - before == {joined.user.id}


def test_one_person_who_clicks_ten_times_at_once_joins_once(project: Project) -> None:
    code = project.owner.invite(project.id, "editor")["code"]
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda _: project.stranger.accept(code), range(10)))

    assert [answer.json() for answer in answers] == [{"project_id": project.id, "role": "editor"}] * 10
    assert roles(project.stranger, project)[project.stranger.user.id] == "editor"
    assert project.stranger.create_content(project.id)


@pytest.mark.parametrize("role", ["owner", "editor", "viewer", "stranger"])
def test_nobody_is_put_into_a_project_without_a_code(project: Project, make_creator: MakeCreator, role: str) -> None:
    person, somebody = getattr(project, role), make_creator()
    for who in (person, somebody):
        member = {"project_id": project.id, "user_id": who.user.id, "role": "owner"}
        with person.supabase.as_user(person.user) as rest:
            assert rest.post("/project_members", json=member).status_code == 403
            assert rest.post("/invitations", json={"project_id": project.id, "role": "owner"}).status_code == 403
    assert somebody.user.id not in roles(project.owner, project)


def test_without_a_session_no_code_opens_or_tells_anything(project: Project) -> None:
    code = project.owner.invite(project.id, "viewer")["code"]
    with project.owner.supabase.as_anon() as anybody:
        for function in ("accept_invitation", "invitation_preview"):
            assert anybody.post(f"/rpc/{function}", json={"p_code": code}).status_code == 401
        assert anybody.get("/invitations", params={"select": "id"}).status_code == 401


def test_owners_see_what_is_open_and_nobody_else_sees_anything(project: Project) -> None:
    open_one, spent = (project.owner.invite(project.id, "viewer") for _ in range(2))
    project.stranger.accept(spent["code"]).raise_for_status()

    seen = project.owner.read("invitations", select="id,role,created_by")
    assert seen == [{"id": open_one["id"], "role": "viewer", "created_by": project.owner.user.id}]
    for person in (project.editor, project.viewer, project.stranger):
        assert person.read("invitations", select="id") == []


# While somebody goes


def test_who_is_being_erased_joins_nothing_any_more(project: Project, db: Db, stack: Stack) -> None:
    code = project.owner.invite(project.id, "editor")["code"]
    close_the_others(db)
    ((erasure_id,),) = db.execute(BEGIN_ERASURE, (project.stranger.user.id,)).fetchall()
    answer = project.stranger.accept(code)

    assert (answer.status_code, answer.json()["message"]) == (410, "account_erased")
    finish(db, stack, str(erasure_id))
    assert unknown(project.stranger.accept(code))
    assert project.stranger.user.id not in roles(project.owner, project)
    assert project.viewer.accept(code).json()["role"] == "editor", "it was not spent"


def test_the_invitations_of_who_is_erased_open_nothing_whether_the_project_stays_or_goes(
    project: Project, make_creator: MakeCreator, db: Db
) -> None:
    other = make_creator()
    add_member(db, project.id, other, "owner")
    alone = project.owner.create_project("Alone")
    codes = [project.owner.invite(project_id, "editor")["code"] for project_id in (project.id, alone)]
    begun(project.owner)

    assert all(unknown(project.stranger.accept(code)) for code in codes)
    assert project.stranger.read("projects", select="id") == []


def test_an_invitation_goes_with_the_account_of_who_made_or_accepted_it(
    project: Project, make_creator: MakeCreator, db: Db, stack: Stack
) -> None:
    other = make_creator()
    add_member(db, project.id, other, "owner")
    made, accepted = project.owner.invite(project.id, "viewer"), other.invite(project.id, "viewer")
    project.stranger.accept(accepted["code"]).raise_for_status()
    for person in (project.owner, project.stranger):
        close_the_others(db)
        finish(db, stack, begun(person)["receipt_id"])

    ids = [made["id"], accepted["id"]]
    assert db.execute("select 1 from public.invitations where id::text = any (%s)", (ids,)).fetchall() == []


@pytest.mark.parametrize(
    "end",
    [
        "update public.project_members set role = 'viewer' where user_id = %s",
        "delete from public.project_members where user_id = %s",
        BEGIN_ERASURE,
    ],
)
def test_who_loses_a_project_at_the_moment_of_an_acceptance_lets_nobody_in(
    server: postgres.Server, project: Project, make_creator: MakeCreator, db: Db, end: str
) -> None:
    """Whether the acceptance waits for what is not committed yet, or comes after it."""
    add_member(db, project.id, make_creator(), "owner")
    code = project.owner.invite(project.id, "owner")["code"]
    with server.connect() as connection, ThreadPoolExecutor(1) as thread:
        with connection.transaction():
            connection.execute(end, (project.owner.user.id,))
            waiting = thread.submit(project.stranger.accept, code)
            wait_until_it_waits(db, waiting.done)
        answer = waiting.result()

    assert unknown(answer)


@pytest.mark.parametrize("role", ["viewer", "stranger"])
def test_who_goes_at_the_moment_of_their_acceptance_is_in_no_project(
    server: postgres.Server, project: Project, db: Db, stack: Stack, role: str
) -> None:
    person, code = getattr(project, role), project.owner.invite(project.id, "editor")["code"]
    close_the_others(db)
    with server.connect() as connection, ThreadPoolExecutor(1) as thread:
        with connection.transaction():
            ((erasure_id,),) = connection.execute(BEGIN_ERASURE, (person.user.id,)).fetchall()
            waiting = thread.submit(person.accept, code)
            wait_until_it_waits(db, waiting.done)
        answer = waiting.result()

    assert (answer.status_code, answer.json()["message"]) == (410, "account_erased")
    finish(db, stack, str(erasure_id))
    assert person.user.id not in roles(project.owner, project)


def wait_until_it_waits(db: Db, is_done: Callable[[], bool]) -> None:
    """For the lock that the other transaction holds."""
    query = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%accept_invitation%'"
    while not db.execute(query).fetchall():
        assert not is_done(), "it did not wait"


# Leaving


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_a_member_leaves_by_themselves(project: Project, role: str) -> None:
    person = getattr(project, role)

    assert len(remove(person, project, person).raise_for_status().json()) == 1
    assert person.read("projects", select="id") == []
    assert person.user.id not in roles(project.owner, project)


def test_the_last_owner_stays_and_goes_when_there_is_another(project: Project) -> None:
    refusal = remove(project.owner, project, project.owner)
    assert (refusal.status_code, refusal.json()["message"]) == (409, "last_owner")

    project.editor.accept(project.owner.invite(project.id, "owner")["code"]).raise_for_status()
    assert len(remove(project.owner, project, project.owner).raise_for_status().json()) == 1
    assert roles(project.editor, project)[project.editor.user.id] == "owner"


@pytest.mark.parametrize("role", ["editor", "viewer", "stranger"])
def test_nobody_but_an_owner_removes_somebody_else(project: Project, role: str) -> None:
    for gone in (project.owner, project.editor, project.viewer):
        if gone is not getattr(project, role):
            assert remove(getattr(project, role), project, gone).json() == []
    assert len(roles(project.owner, project)) == 3


# Seeing each other


def named(person: Creator, name: str) -> None:
    with person.supabase.as_user(person.user) as rest:
        rest.post("/profiles", json={"display_name": name}).raise_for_status()


def test_members_see_each_others_names_and_nobody_elses(project: Project) -> None:
    named(project.owner, "Ada")
    named(project.stranger, "Sam")
    expected = [(project.owner, "owner", "Ada"), (project.editor, "editor", None), (project.viewer, "viewer", None)]

    for viewer in (project.owner, project.editor, project.viewer):
        found = people(viewer, project)
        assert [(row["user_id"], row["role"], row["display_name"]) for row in found] == [
            (person.user.id, role, name) for person, role, name in expected
        ]
        assert {frozenset(row) for row in found} == {frozenset(("user_id", "role", "joined_at", "display_name"))}
        assert viewer.read("profiles", user_id=f"neq.{viewer.user.id}") == []


def test_a_stranger_learns_of_nobody_and_a_member_who_left_of_nobody_any_more(project: Project) -> None:
    remove(project.viewer, project, project.viewer)

    for person in (project.stranger, project.viewer):
        answer = person.call("project_people", project_id=project.id)
        assert (answer.status_code, answer.json()["message"]) == (404, "not_found")


def test_a_name_that_is_restricted_is_shown_to_nobody(project: Project) -> None:
    named(project.editor, "Eve")
    with project.editor.supabase.as_user(project.editor.user) as rest:
        rest.post("/restrictions", json={"user_id": project.editor.user.id}).raise_for_status()
        assert {row["display_name"] for row in people(project.owner, project)} == {None}
        rest.delete("/restrictions", params={"user_id": f"eq.{project.editor.user.id}"}).raise_for_status()

    assert {row["display_name"] for row in people(project.owner, project)} == {None, "Eve"}
