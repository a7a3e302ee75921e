"""Disconnect: the tokens go at once, whatever the platform says, and the receipt tells the truth."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl, Supabase
from shared.secret import Secret
from shared.vault import Place, Vault
from tests.people import Connected, Project

Db = psycopg.Connection[Any]

# What becomes of a publication in flight: nothing has been sent that could still appear, or it may have been.
# The menus of the Data Policy, 4.4.
REMOVE_AT = {
    "instagram": "Instagram: Settings → Apps and Websites → Remove itoms",
    "tiktok": "TikTok: Settings → Security → Manage app permissions → Remove itoms",
}
SETTLED = {
    ("instagram", "queued"): ("failed", "disconnected"),
    ("instagram", "preparing"): ("failed", "disconnected"),
    ("instagram", "processing"): ("failed", "disconnected"),
    ("instagram", "committing"): ("unknown", "disconnected"),
    ("instagram", "unknown"): ("unknown", "no_answer"),
    ("instagram", "published"): ("published", None),
    ("instagram", "failed"): ("failed", "no_answer"),
    ("tiktok", "queued"): ("failed", "disconnected"),
    ("tiktok", "preparing"): ("failed", "disconnected"),
    ("tiktok", "processing"): ("unknown", "disconnected"),
    ("tiktok", "committing"): ("unknown", "disconnected"),
    ("tiktok", "unknown"): ("unknown", "no_answer"),
    ("tiktok", "published"): ("published", None),
    ("tiktok", "failed"): ("failed", "no_answer"),
}


@pytest.fixture(params=["instagram", "tiktok"])
def connected(request: pytest.FixtureRequest, connect: Callable[..., Connected], project: Project) -> Connected:
    return connect(project, request.param)


@pytest.fixture
def tiktok(connect: Callable[..., Connected], project: Project) -> Connected:
    return connect(project, "tiktok")


@pytest.fixture(autouse=True)
def no_fault_stays(sandbox: SandboxControl) -> Iterator[None]:
    yield
    sandbox.clear_faults()


def disconnect(person: Creator, connection_id: str) -> httpx.Response:
    return person.post("connections/disconnect", {"connection_id": connection_id})


def row(db: Db, query: str, *values: str) -> dict[str, Any] | None:
    with db.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values).fetchone()


def tokens(db: Db, connection: Connected) -> dict[str, Any] | None:
    return row(db, "select * from private.connection_tokens where connection_id = %s", connection.id)


def is_live(sandbox: SandboxControl, connection: Connected) -> bool:
    return any(token["live"] for token in sandbox.tokens() if token["account"] == connection.account)


def revocations(sandbox: SandboxControl, connection: Connected) -> int:
    endpoint = {"instagram": "instagram.permissions", "tiktok": "tiktok.revoke"}[connection.platform]
    return sum(entry["account"] == connection.account for entry in sandbox.journal(endpoint))


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("stranger", 404)])
def test_nobody_below_an_editor_disconnects(
    *, connected: Connected, project: Project, db: Db, sandbox: SandboxControl, role: str, status: int
) -> None:
    before = tokens(db, connected)

    assert disconnect(getattr(project, role), connected.id).status_code == status

    assert before is not None
    assert tokens(db, connected) == before
    assert is_live(sandbox, connected)
    assert revocations(sandbox, connected) == 0


def test_a_stranger_cannot_tell_a_connection_from_one_that_never_was(connected: Connected, project: Project) -> None:
    hidden, absent = (disconnect(project.stranger, given) for given in (connected.id, str(uuid.uuid4())))
    disconnect(project.owner, connected.id)
    gone = disconnect(project.stranger, connected.id)

    assert hidden.status_code == 404
    assert hidden.json() == absent.json() == gone.json()


@pytest.mark.parametrize(("role", "code"), [("viewer", "role_too_low"), ("stranger", "not_found")])
def test_the_transaction_that_deletes_asks_again(
    *, tiktok: Connected, project: Project, db: Db, supabase: Supabase, role: str, code: str
) -> None:
    """The role may have changed since the JWT was judged."""
    person: Creator = getattr(project, role)
    asked = {"p_connection_id": tiktok.id, "p_user_id": person.user.id}
    with supabase.as_service() as rest:
        connected = rest.post("/rpc/disconnect_connection", json=asked)
        held = tokens(db, tiktok)
        disconnect(project.owner, tiktok.id)
        gone = rest.post("/rpc/disconnect_connection", json=asked)

    assert held is not None
    assert connected.json()["message"] == gone.json()["message"] == code


def test_a_viewer_gets_no_receipt_either(tiktok: Connected, project: Project) -> None:
    disconnect(project.owner, tiktok.id)

    assert disconnect(project.viewer, tiktok.id).status_code == 403


def test_the_anonymous_disconnect_nothing(tiktok: Connected, db: Db, api: httpx.Client) -> None:
    answer = api.post("/api/connections/disconnect", json={"connection_id": tiktok.id})

    assert answer.status_code == 401
    assert tokens(db, tiktok) is not None


@pytest.mark.parametrize("role", ["owner", "editor"])
def test_nothing_of_the_account_stays_but_a_receipt_that_names_nobody(
    connected: Connected, project: Project, db: Db, role: str
) -> None:
    person: Creator = getattr(project, role)
    receipt = disconnect(person, connected.id).raise_for_status().json()

    assert tokens(db, connected) is None
    assert row(db, "select * from public.connections where id = %s", connected.id) is None
    assert row(db, "select * from public.connections where platform_account_id = %s", connected.account) is None
    kept = row(db, "select * from public.disconnections where connection_id = %s", connected.id)
    assert kept is not None
    assert str(kept["disconnected_by"]) == person.user.id
    assert connected.account not in str(kept)
    assert "hill.walks" not in str(kept).lower()
    assert receipt.keys() == kept.keys() - {"disconnected_by"} | {"remove_at_platform", "then"}


def test_the_receipt_counts_what_was_deleted(connected: Connected, project: Project) -> None:
    receipt = disconnect(project.owner, connected.id).json()

    assert receipt["connection_id"] == connected.id
    assert receipt["project_id"] == project.id
    assert receipt["platform"] == connected.platform
    assert receipt["tokens_deleted"] == {"instagram": 1, "tiktok": 2}[connected.platform]
    # Instagram offers no revocation to this login; the person is told where to remove itoms.
    assert receipt["revocation"] == {"instagram": "unsupported", "tiktok": "revoked"}[connected.platform]
    assert receipt["revocation_at"] is not None
    assert receipt["remove_at_platform"] == REMOVE_AT[connected.platform]
    assert "tokens of this account are deleted here" in receipt["then"]


def test_a_revoke_that_nobody_lived_to_finish_does_not_stay_open(
    tiktok: Connected, project: Project, sandbox: SandboxControl, db: Db
) -> None:
    disconnect(project.owner, tiktok.id).raise_for_status()
    db.execute(
        "update public.disconnections set revocation = 'pending', revocation_at = null,"
        " disconnected_at = now() - interval '6 minutes' where connection_id = %s",
        (tiktok.id,),
    )
    db.execute("select public.purge_endings(1000)")

    assert disconnect(project.owner, tiktok.id).json()["revocation"] == "failed"


def test_the_grant_ends_at_tiktok(tiktok: Connected, project: Project, sandbox: SandboxControl) -> None:
    assert is_live(sandbox, tiktok)

    disconnect(project.owner, tiktok.id)

    assert not is_live(sandbox, tiktok)


def test_the_grant_ends_at_tiktok_though_its_access_token_ran_out(
    tiktok: Connected, project: Project, sandbox: SandboxControl, db: Db
) -> None:
    """The usual case: an access token lives two hours, and its grant half a year."""
    db.execute(
        "update private.connection_tokens set access_expires_at = now() - interval '1 minute' where connection_id = %s",
        (tiktok.id,),
    )
    sandbox.advance(7300)
    try:
        receipt = disconnect(project.owner, tiktok.id).json()
    finally:
        sandbox.advance(-7300)

    assert tokens(db, tiktok) is None
    assert receipt["revocation"] == "revoked"
    assert not is_live(sandbox, tiktok)


def test_no_token_is_told_or_logged(
    connected: Connected,
    project: Project,
    sandbox: SandboxControl,
    db: Db,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    sealed = tokens(db, connected)
    raw = [token["token"] for token in sandbox.tokens() if token["account"] == connected.account]

    answer = disconnect(project.owner, connected.id)

    assert sealed is not None
    assert raw
    assert "connections/disconnect" in caplog.text
    for secret in (*raw, sealed["access_token"], sealed["refresh_token"]):
        if secret is not None:
            assert secret not in answer.text + str(answer.headers)
            assert secret not in caplog.text


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_before"},
        {"kind": "html_502"},
        {"kind": "huge_body"},
        {"kind": "status", "status": 503, "body": {}},
        {"kind": "error", "code": "invalid_request"},
        {"kind": "redirect"},
    ],
    ids=lambda fault: fault["kind"],
)
def test_a_platform_that_is_down_holds_nothing_up(
    connected: Connected, project: Project, db: Db, sandbox: SandboxControl, fault: dict[str, Any]
) -> None:
    endpoint = {"instagram": "instagram.permissions", "tiktok": "tiktok.revoke"}[connected.platform]
    sandbox.fault(endpoint, fault, account=connected.account)

    receipt = disconnect(project.owner, connected.id).raise_for_status().json()

    assert tokens(db, connected) is None
    assert row(db, "select id from public.connections where id = %s", connected.id) is None
    assert receipt["tokens_deleted"] == {"instagram": 1, "tiktok": 2}[connected.platform]
    assert receipt["revocation"] == {"instagram": "unsupported", "tiktok": "failed"}[connected.platform]
    assert revocations(sandbox, connected) == 1, "one attempt: the token is kept nowhere for another"


def test_a_token_that_no_key_opens_any_more_is_deleted_all_the_same(
    tiktok: Connected, project: Project, db: Db, sandbox: SandboxControl
) -> None:
    lost = Vault({"lost": bytes(range(32))}).seal(Secret("act.lost"), Place(tiktok.id, "tiktok", "access"))
    db.execute("update private.connection_tokens set access_token = %s where connection_id = %s", (lost, tiktok.id))

    receipt = disconnect(project.owner, tiktok.id).raise_for_status().json()

    assert tokens(db, tiktok) is None
    assert (receipt["tokens_deleted"], receipt["revocation"]) == (2, "failed")
    assert revocations(sandbox, tiktok) == 0


def test_a_connection_without_tokens_can_be_disconnected(
    connected: Connected, project: Project, db: Db, sandbox: SandboxControl
) -> None:
    db.execute("delete from private.connection_tokens where connection_id = %s", (connected.id,))

    receipt = disconnect(project.owner, connected.id).raise_for_status().json()

    assert (receipt["tokens_deleted"], receipt["revocation"]) == (0, "unsupported")
    assert revocations(sandbox, connected) == 0


def test_asking_twice_gives_the_same_receipt(connected: Connected, project: Project, sandbox: SandboxControl) -> None:
    first = disconnect(project.owner, connected.id)
    again = disconnect(project.editor, connected.id)

    assert again.status_code == 200
    assert again.json() == first.json()
    assert revocations(sandbox, connected) == 1


def test_asking_ten_times_at_once_deletes_and_revokes_once(
    tiktok: Connected, project: Project, db: Db, sandbox: SandboxControl
) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: disconnect(project.owner, tiktok.id), range(10)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert {answer.json()["tokens_deleted"] for answer in answers} == {2}
    assert revocations(sandbox, tiktok) == 1
    assert disconnect(project.owner, tiktok.id).json()["revocation"] == "revoked"


def test_publications_in_flight_settle_without_being_sent(connected: Connected, project: Project, db: Db) -> None:
    cases = {state: settled for (platform, state), settled in SETTLED.items() if platform == connected.platform}
    begun = {state: publication(db, project, connected, state) for state in cases}

    disconnect(project.owner, connected.id).raise_for_status()

    for state, settled in cases.items():
        found = row(db, "select * from public.publications where id = %s", begun[state])
        assert found is not None
        assert (found["state"], found["reason"]) == settled, state
        assert found["connection_id"] is None
        assert found["next_step_at"] is None or state in ("published", "failed"), state
        moved = state not in ("published", "failed")
        assert found["epoch"] > 0 or not moved, "whoever is at work must find out"
        events = db.execute(
            "select event, state from public.publication_events where publication_id = %s"
            " and event <> 'platform_ids_cleared'",
            (begun[state],),
        ).fetchall()
        assert events == ([("account_disconnected", settled[0])] if moved else []), state


def test_the_account_can_be_connected_elsewhere_afterwards(
    connected: Connected, project: Project, db: Db, sandbox: SandboxControl
) -> None:
    disconnect(project.owner, connected.id)
    theirs = project.stranger.create_project("Elsewhere")

    answer = project.stranger.connect(connected.platform, theirs, account=connected.account)

    assert answer.headers["location"].endswith("connect=connected")
    found = row(db, "select * from public.connections where platform_account_id = %s", connected.account)
    assert found is not None
    assert str(found["project_id"]) == theirs
    assert str(found["id"]) != connected.id


def test_the_accounts_beside_it_stay(
    tiktok: Connected, connect: Callable[..., Connected], project: Project, db: Db
) -> None:
    other = connect(project, "instagram")

    disconnect(project.owner, tiktok.id)

    assert tokens(db, other) is not None


@pytest.mark.parametrize("given", ["", "1", "connections", "\u0000", None, 7, ["{id}"], {"id": 1}])
def test_what_is_no_id_is_refused(tiktok: Connected, project: Project, db: Db, given: object) -> None:
    answer = project.owner.post("connections/disconnect", {"connection_id": given})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["connection_id"]
    assert tokens(db, tiktok) is not None


def publication(db: Db, project: Project, connected: Connected, state: str) -> str:
    kind = {"instagram": "photo", "tiktok": "video"}[connected.platform]
    ended = state in ("published", "failed")
    made = db.execute(
        "insert into public.publications (project_id, connection_id, platform, kind, caption, state, reason,"
        " container_id, idempotency_key, request_hash, created_by, finished_at, next_step_at, lease_expires_at)"
        " values (%s, %s, %s, %s, 'Hello', %s, %s, 'c1', %s, %s, %s,"
        " case when %s then now() end, case when not %s then now() end, now() + interval '1 minute') returning id",
        (
            project.id,
            connected.id,
            connected.platform,
            kind,
            state,
            "no_answer" if state in ("unknown", "failed") else None,
            uuid.uuid4().hex,
            "0" * 64,
            project.owner.user.id,
            ended,
            ended,
        ),
    ).fetchone()
    assert made is not None
    return str(made[0])
