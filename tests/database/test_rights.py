"""Object, restrict, correct: it counts from that moment on, for whom it should, and leaves its lines."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.creator import Creator, instagram_photo
from sandbox.stack.clients import SandboxControl
from sandbox.stack.postgres import Server
from sandbox.stack.stack import Stack
from shared.connecting.refresh import Outcome, refresh
from shared.database import Database
from shared.publishing.advance import advance
from shared.runtime import Runtime
from tests.people import Connected, Project, token_version
from tests.shared.publishing.clicks import Click, MakeClick

pytest_plugins = ["tests.shared.publishing.desk"]

Db = psycopg.Connection[Any]
Line = tuple[str, dict[str, str]]
pytestmark = pytest.mark.usefixtures("prompt")
NOT_SENT = {"instagram": {"queued", "preparing", "processing"}, "tiktok": {"queued", "preparing"}}


@pytest.fixture(autouse=True)
def calm(sandbox: SandboxControl) -> Iterator[None]:
    yield
    sandbox.clear_faults()


def choose(person: Creator, purpose: str | None) -> httpx.Response:
    """An objection to a purpose, or a restriction of everything."""
    with person.supabase.as_user(person.user) as rest:
        if purpose is None:
            return rest.post("/restrictions", json={"user_id": person.user.id})
        return rest.post("/objections", json={"purpose": purpose})


def take_back(person: Creator, purpose: str | None) -> None:
    where = {"purpose": f"eq.{purpose}"} if purpose else {"user_id": f"eq.{person.user.id}"}
    with person.supabase.as_user(person.user) as rest:
        rest.delete("/objections" if purpose else "/restrictions", params=where).raise_for_status()


def lines(person: Creator, kind: str) -> list[Line]:
    """As the person sees them."""
    rows = person.read("privacy_requests", select="event,detail", kind=f"eq.{kind}", order="id")
    return [(row["event"], row["detail"]) for row in rows]


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def as_person(connection: psycopg.Connection[Any], user_id: str) -> None:
    claims = json.dumps({"role": "authenticated", "sub": user_id})
    for name, value in (("request.jwt.claims", claims), ("request.jwt.claim.sub", user_id)):
        connection.execute("select set_config(%s, %s, true)", (name, value))
    connection.execute("set local role authenticated")


def wait_until_waited_for(db: Db) -> None:
    for _ in range(500):
        found = db.execute("select 1 from pg_locks where locktype = 'advisory' and not granted").fetchone()
        if found:
            return
        db.execute("select pg_sleep(0.01)")
    pytest.fail("nobody waits")


# Objecting to publishing


def test_after_an_objection_no_click_posts_and_what_waited_does_not_go_out(click: MakeClick) -> None:
    made = click("instagram")
    choose(made.owner, "publishing").raise_for_status()

    assert made.outcome() == ("failed", "publishing_objected")
    assert made.events()[-1] == "publishing_objected"
    assert refused(made.owner.publish(made.body)) == (403, "publishing_objected")
    assert refused(made.owner.post("preflight", made.body)) == (403, "publishing_objected")
    start = made.owner.post("oauth/tiktok/start", {"project_id": made.row()["project_id"].hex})
    assert refused(start) == (403, "publishing_objected")
    assert made.posts() == []
    assert lines(made.owner, "objection") == [
        ("received", {"purpose": "publishing", "change": "set"}),
        ("executed", {"posts_stopped": "1"}),
    ]
    assert made.owner.publish(made.body, key=made.key).json()["reason"]["code"] == "publishing_objected"

    take_back(made.owner, "publishing")
    assert made.owner.publish(made.body).json()["state"] == "published"
    assert lines(made.owner, "objection")[2:] == [
        ("received", {"purpose": "publishing", "change": "cleared"}),
        ("executed", {"posts_stopped": "0"}),
    ]
    assert made.outcome() == ("failed", "publishing_objected"), "nothing that was stopped comes back"


def test_it_is_one_persons_objection(
    connect: Callable[..., Connected], project: Project, photo: dict[str, str]
) -> None:
    """The account that they connected stays in use for the others."""
    connection = connect(project, "instagram")
    choose(project.owner, "publishing").raise_for_status()

    body = instagram_photo(photo["content_id"], connection.id, photo["media_asset_id"])
    assert project.editor.publish(body).json()["state"] == "published"


@pytest.mark.parametrize("purpose", ["ai_captions", "analytics"])
def test_another_purpose_stops_no_post(click: MakeClick, purpose: str) -> None:
    made = click("instagram")
    choose(made.owner, purpose).raise_for_status()

    assert made.settle() == ("published", None)
    assert lines(made.owner, "objection")[1] == ("executed", {"posts_stopped": "0"})


def test_a_connect_that_was_begun_is_not_finished(project: Project, sandbox: SandboxControl, db: Db) -> None:
    account = sandbox.add_account("tiktok", username="hill.walks", nickname="Hill Walks")["open_id"]
    back = project.owner.consent(project.owner.start_connect("tiktok", project.id), account=account)
    choose(project.owner, "publishing").raise_for_status()

    assert project.owner.api.get(back).status_code == 400
    assert project.owner.read("connections", select="id") == []


# Between a click and its post


class Interrupted(Database):
    """Calls `then` before the call of that number, as if it came from elsewhere at that very moment."""

    def __init__(self, runtime: Runtime, number: int, then: Callable[[], None]) -> None:
        super().__init__(runtime.settings, runtime.egress.client)
        self.left, self.then = number, then

    async def as_system(self, function: str, **arguments: object) -> Any:
        if self.left == 0:
            self.then()
        self.left -= 1
        return await super().as_system(function, **arguments)


def run_interrupted(stack: Stack, made: Click, number: int, then: Callable[[], None]) -> bool:
    """Whether there was a call of that number."""

    async def run() -> bool:
        runtime = Runtime.from_environ(stack.env)
        database = Interrupted(runtime, number, then)
        async with runtime.egress.client:
            await advance(replace(runtime, database=database), made.id, wait_seconds=5.0)
        return database.left < 0

    return asyncio.run(run())


@pytest.mark.parametrize("platform", ["instagram", "tiktok"])
def test_a_choice_at_any_moment_of_a_post_stops_it_or_lets_it_be_told(
    click: MakeClick, stack: Stack, db: Db, platform: str
) -> None:
    """Not sent: it does not go out. Sent: what became of it is written down. Never both, never neither."""
    seen: set[str] = set()
    for number in range(30):
        made, purpose = click(platform), "publishing" if number % 2 else None
        state: list[str] = []

        def choose_now(made: Click = made, purpose: str | None = purpose, state: list[str] = state) -> None:
            state.append(made.row()["state"])
            choose(made.owner, purpose).raise_for_status()

        if not run_interrupted(stack, made, number, choose_now):
            break
        db.execute("update public.publications set lease_expires_at = null where id = %s", (made.id,))
        outcome = made.settle()
        reason = "publishing_objected" if purpose else "processing_restricted"
        stopped = state[0] in NOT_SENT[platform]
        expected = (("failed", reason), 0) if stopped else (("published", None), 1)
        assert (outcome, len(made.posts())) == expected, f"{state[0]}, before call {number}"
        kind = "objection" if purpose else "restriction"
        assert lines(made.owner, kind)[1][1]["posts_stopped"] == str(int(stopped))
        seen.add(state[0])
    assert seen >= {"queued", "preparing", "committing"}


def test_what_turns_out_not_to_be_sent_is_not_sent_after_the_choice(click: MakeClick) -> None:
    """Instagram did not get the first call, and would get a second one."""
    made = click("instagram")
    made.fault("media_publish", "drop_before")
    made.step()
    assert made.row()["state"] in ("committing", "unknown")
    choose(made.owner, "publishing").raise_for_status()
    assert lines(made.owner, "objection")[1] == ("executed", {"posts_stopped": "0"})
    made.let_intent_age(600)
    for _ in range(6):
        made.db.execute("update public.publications set lease_expires_at = null where id = %s", (made.id,))
        made.step()

    assert made.outcome() == ("failed", "publishing_objected")
    assert made.posts() == []


def test_a_click_at_the_same_moment_waits_for_the_choice_and_is_refused(
    click: MakeClick, server: Server, db: Db
) -> None:
    made = click("instagram")
    with ThreadPoolExecutor(1) as pool, server.connect() as connection:
        with connection.transaction():
            as_person(connection, made.owner.user.id)
            connection.execute("insert into public.objections (purpose) values ('publishing')")
            clicked = pool.submit(made.owner.publish, made.body)
            wait_until_waited_for(db)
        assert refused(clicked.result()) == (403, "publishing_objected")


def test_a_choice_at_the_same_moment_waits_for_the_click_and_stops_it(click: MakeClick, server: Server, db: Db) -> None:
    made = click("instagram")
    with ThreadPoolExecutor(1) as pool, server.connect() as connection:
        with connection.transaction():
            second = connection.execute(
                "insert into public.publications (project_id, content_id, connection_id, platform, kind, caption,"
                " idempotency_key, request_hash, created_by) select project_id, content_id, connection_id, platform,"
                " kind, caption, %s, request_hash, created_by from public.publications where id = %s returning id",
                (uuid.uuid4().hex, made.id),
            ).fetchone()
            chosen = pool.submit(choose, made.owner, "publishing")
            wait_until_waited_for(db)
        assert chosen.result().status_code == 201
    assert second is not None
    outcome = db.execute("select state::text, reason from public.publications where id = %s", second).fetchone()
    assert outcome == ("failed", "publishing_objected")
    assert lines(made.owner, "objection")[1] == ("executed", {"posts_stopped": "2"})


# Restriction


def test_what_is_restricted_stays_and_nobody_uses_it(
    *,
    connect: Callable[..., Connected],
    project: Project,
    photo: dict[str, str],
    sandbox: SandboxControl,
    db: Db,
) -> None:
    owner, editor = project.owner, project.editor
    connection = connect(project, "instagram")
    body = instagram_photo(photo["content_id"], connection.id, photo["media_asset_id"])
    before = {table: owner.read(table, select="id") for table in ("connections", "contents", "media_assets")}
    held = db.execute("select access_token from private.connection_tokens where connection_id = %s", (connection.id,))
    token = held.fetchone()
    choose(owner, None).raise_for_status()
    journal = len(sandbox.journal())

    assert refused(owner.publish(body)) == (403, "processing_restricted")
    assert refused(owner.post("preflight", body)) == (403, "processing_restricted")
    assert refused(owner.post("caption", {"content_id": photo["content_id"]})) == (403, "processing_restricted")
    start = owner.post("oauth/instagram/start", {"project_id": project.id})
    assert refused(start) == (403, "processing_restricted")
    assert refused(editor.publish(body)) == (409, "restricted_by_another")
    assert refused(editor.post("preflight", body)) == (409, "restricted_by_another")
    assert refused(editor.post("caption", {"content_id": photo["content_id"]})) == (409, "restricted_by_another")
    assert refused(project.stranger.post("preflight", body)) == (404, "not_found")

    assert len(sandbox.journal()) == journal, "nothing left"
    assert {table: owner.read(table, select="id") for table in before} == before
    held = db.execute("select access_token from private.connection_tokens where connection_id = %s", (connection.id,))
    assert held.fetchone() == token
    assert lines(owner, "restriction") == [("received", {"change": "set"}), ("executed", {"posts_stopped": "0"})]

    take_back(owner, None)
    assert owner.publish(body).json()["state"] == "published"


def test_a_colleague_can_connect_the_account_anew_and_then_it_is_theirs(
    *,
    connect: Callable[..., Connected],
    project: Project,
    samples: Any,
    click: MakeClick,
) -> None:
    connection = connect(project, "instagram")
    choose(project.owner, None).raise_for_status()
    content_id = project.editor.create_content(project.id)
    asset = project.editor.upload(content_id, samples.photo, "image/jpeg")
    body = instagram_photo(content_id, connection.id, asset["id"])
    assert refused(project.editor.publish(body)) == (409, "restricted_by_another")

    project.editor.connect("instagram", project.id, account=connection.account)
    assert project.editor.publish(body).json()["state"] == "published"


def test_the_posts_of_others_with_what_is_theirs_do_not_go_out_either(click: MakeClick, project: Project) -> None:
    made, other = click("instagram"), click("tiktok")
    made.put(created_by=project.editor.user.id)
    choose(made.owner, None).raise_for_status()

    assert made.outcome() == ("failed", "processing_restricted")
    assert lines(made.owner, "restriction")[1] == ("executed", {"posts_stopped": "1"})
    assert other.outcome() == ("queued", None)


# Renewing tokens


def due(db: Db, connection: Connected) -> bool:
    db.execute(
        "update private.connection_tokens set issued_at = now() - interval '2 days', refresh_lease_until = null,"
        " refresh_expires_at = now() + interval '1 day' where connection_id = %s",
        (connection.id,),
    )
    (found,) = db.execute("select private.due_refreshes(10000)").fetchone() or ([],)
    return connection.id in {entry["connection_id"] for entry in found}


def renew(stack: Stack, connection: Connected, db: Db) -> Outcome:
    version = token_version(db, connection.id)

    async def run() -> Outcome:
        runtime = Runtime.from_environ(stack.env)
        async with runtime.egress.client:
            return await refresh(runtime, connection_id=connection.id, version=version)

    return asyncio.run(run())


def test_tokens_are_renewed_only_while_somebody_wants_to_publish_with_them(
    connect: Callable[..., Connected], project: Project, stack: Stack, sandbox: SandboxControl, db: Db
) -> None:
    connection = connect(project, "tiktok")
    choose(project.owner, "publishing").raise_for_status()
    assert due(db, connection), "the editor may publish"
    choose(project.editor, "publishing").raise_for_status()
    calls = len(sandbox.journal("tiktok.token"))
    assert not due(db, connection)
    assert renew(stack, connection, db) is Outcome.ELSEWHERE
    assert len(sandbox.journal("tiktok.token")) == calls

    take_back(project.editor, "publishing")
    choose(project.owner, None).raise_for_status()
    assert not due(db, connection), "whoever connected it wants nothing of theirs used"
    take_back(project.owner, None)
    assert due(db, connection)
    assert renew(stack, connection, db) is Outcome.RENEWED


def test_what_was_sent_keeps_its_access_until_its_outcome_is_known(click: MakeClick, stack: Stack) -> None:
    made = click("tiktok")
    made.leave("processing", publish_id=f"v_pub_url~{uuid.uuid4().hex}", intent_at="2026-01-01")
    choose(made.owner, None).raise_for_status()
    assert renew(stack, made.connected, made.db) is Outcome.RENEWED


# Corrections


def name_of(person: Creator) -> list[str]:
    return [row["display_name"] for row in person.read("profiles", select="display_name")]


def test_a_name_is_written_and_corrected_by_oneself_and_its_lines_never_say_it(project: Project, db: Db) -> None:
    names = [f"Ada of the northern hills {uuid.uuid4().hex[:8]}" for _ in range(2)]
    owner = project.owner
    with owner.supabase.as_user(owner.user) as rest:
        rest.post("/profiles", json={"display_name": names[0]}).raise_for_status()
        rest.patch("/profiles", params={"user_id": f"eq.{owner.user.id}"}, json={"display_name": names[1]})
        rest.patch("/profiles", params={"user_id": f"eq.{owner.user.id}"}, json={"display_name": names[1]})

    assert name_of(owner) == [names[1]]
    assert name_of(project.editor) == name_of(project.stranger) == []
    correction = [("received", {"fields": "display_name"}), ("executed", {"recipients_told": "0"})]
    assert lines(owner, "rectification") == correction * 2, "the same again is no correction"
    assert lines(project.stranger, "rectification") == []
    for name in names:
        found = db.execute("select count(*) from public.privacy_requests as r where r::text like %s", (f"%{name}%",))
        assert found.fetchone() == (0,)


def test_what_is_no_name_is_refused_and_leaves_no_line(project: Project) -> None:
    with project.owner.supabase.as_user(project.owner.user) as rest:
        for name in ("", "n" * 81, " Ada", "Ada\n", "A\u0007da"):
            assert rest.post("/profiles", json={"display_name": name}).is_error, name
    assert name_of(project.owner) == []
    assert lines(project.owner, "rectification") == []


def test_the_anonymous_see_and_change_nothing(project: Project) -> None:
    with project.owner.supabase.as_anon() as rest:
        for table in ("profiles", "restrictions", "objections", "privacy_requests"):
            assert rest.get(f"/{table}").status_code in (401, 403), table
            assert rest.post(f"/{table}", json={}).is_error, table


def test_no_recipient_gets_the_profile(
    connect: Callable[..., Connected], project: Project, photo: dict[str, str], sandbox: SandboxControl
) -> None:
    """So that nobody has to be told of a correction."""
    name = f"Ada of the southern hills {uuid.uuid4().hex[:8]}"
    sandbox.clear_journal()
    with project.owner.supabase.as_user(project.owner.user) as rest:
        rest.post("/profiles", json={"display_name": name}).raise_for_status()
    body = instagram_photo(photo["content_id"], connect(project, "instagram").id, photo["media_asset_id"])
    assert project.owner.publish(body).json()["state"] == "published"
    assert project.owner.post("caption", {"content_id": photo["content_id"]}).status_code == 200

    calls = sandbox.journal()
    assert len(calls) > 5
    assert name not in json.dumps(calls)


def test_a_new_e_mail_address_is_a_correction_and_is_nowhere_but_in_supabase_auth(project: Project, db: Db) -> None:
    user = project.owner.user
    db.execute("update auth.users set last_sign_in_at = now(), email = email where id = %s", (user.id,))
    assert lines(project.owner, "rectification") == []
    db.execute("update auth.users set email = %s where id = %s", (f"new-{user.email}", user.id))

    correction = [("received", {"fields": "email"}), ("executed", {"recipients_told": "0"})]
    assert lines(project.owner, "rectification") == correction


# All of them


def test_nobody_fills_the_requests_with_changes(project: Project, db: Db) -> None:
    db.execute(
        "select private.open_privacy_request('objection', 'account', %s, null, '{}') from generate_series(1, 29)",
        (project.owner.user.id,),
    )
    assert choose(project.owner, "analytics").status_code == 201
    answer = choose(project.owner, "publishing")

    assert (answer.status_code, answer.json()["message"]) == (429, "too_many_changes")
    assert [row["purpose"] for row in project.owner.read("objections", select="purpose")] == ["analytics"]
    assert choose(project.editor, "publishing").status_code == 201


def test_an_account_that_goes_takes_its_choices_along_and_asks_for_nothing(
    make_creator: Callable[[], Creator], db: Db
) -> None:
    ada = make_creator()
    for purpose in ("analytics", "publishing", None):
        choose(ada, purpose).raise_for_status()
    with ada.supabase.as_user(ada.user) as rest:
        rest.post("/profiles", json={"display_name": "Ada"}).raise_for_status()
    person = db.execute("select pseudonym from private.audit_people where user_id = %s", (ada.user.id,)).fetchone()
    assert person is not None
    query = "select count(*), count(user_id) from public.privacy_requests where person = %s"
    assert db.execute(query, person).fetchone() == (8, 8)
    with db.transaction():
        db.execute("select set_config('request.jwt.claim.sub', %s, true)", (ada.user.id,))
        db.execute("delete from auth.users where id = %s", (ada.user.id,))

    assert db.execute(query, person).fetchone() == (8, 0)
    for table in ("objections", "restrictions", "profiles"):
        found = db.execute(f"select count(*) from public.{table} where user_id = %s", (ada.user.id,))
        assert found.fetchone() == (0,)
