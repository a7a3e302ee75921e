"""A new token encryption key: no token is lost on the way, none comes back, and no key is seen."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ops.keys import reencrypt, stored
from ops.keys.progress import Progress
from sandbox.creator import instagram_photo
from sandbox.stack import postgres
from sandbox.stack.clients import SandboxControl, Supabase
from shared.connecting.refresh import Outcome, refresh
from shared.connecting.tokens import open_tokens
from shared.database import Database
from shared.runtime import Runtime
from shared.secret import Secret
from shared.vault import Place, Vault
from tests.ops.dying import BATCH
from tests.ops.rotation import Db, Operator, new_key
from tests.people import Connected, Project, token_version

type Connect = Callable[..., Connected]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "BATCH", BATCH)
    monkeypatch.setattr(reencrypt, "_PAUSE_SECONDS", 0)


def with_new_primary(operator: Operator) -> Operator:
    """k2, k1: deployed, with everything still under k1."""
    for verb in ("add", "promote"):
        assert operator.new_ring(verb, "k2").code == 0
        operator.deploy()
    return operator


def renew(connected: Connected, db: Db) -> Outcome:
    version = token_version(db, connected.id)

    async def inside() -> Outcome:
        return await refresh(Runtime.from_environ(os.environ), connection_id=connected.id, version=version)

    return asyncio.run(inside())


def is_held_alive(operator: Operator, connected: Connected, sandbox: SandboxControl) -> bool:
    """What is stored opens, and the platform would take it."""
    row = operator.db.execute(
        "select c.platform::text, t.access_token, t.refresh_token from private.connection_tokens as t"
        " join public.connections as c on c.id = t.connection_id where c.id = %s",
        (connected.id,),
    ).fetchall()[0]
    held = open_tokens(
        operator.vault, connected.id, dict(zip(("platform", "access_token", "refresh_token"), row, strict=True))
    )
    tokens = [held.access, *([held.refresh] if held.refresh else [])]
    live = {token["token"] for token in sandbox.tokens(connected.account) if token["live"]}
    return {token.reveal() for token in tokens} <= live


# Who may


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("count_envelopes", {}),
        ("read_envelopes", {"p_after": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "p_owners": 9, "p_not_under": None}),
        ("replace_envelopes", {"p_replacements": []}),
    ],
)
def test_nobody_but_the_system_counts_reads_or_replaces_envelopes(
    project: Project, supabase: Supabase, function: str, arguments: dict[str, Any]
) -> None:
    with supabase.as_anon() as anon, supabase.as_user(project.owner.user) as user, supabase.as_service() as system:
        answers = [client.post(f"/rpc/{function}", json=arguments).status_code for client in (anon, user, system)]

    assert answers == [401, 403, 200]


# The drill


@pytest.mark.parametrize(
    ("point", "number"), [("before", 1), ("before", 4), ("during", 3), ("during", 5), ("after", 2), ("after", 6)]
)
def test_a_run_that_dies_anywhere_loses_nothing_and_the_next_one_goes_on(
    operator: Operator, point: str, number: int
) -> None:
    operator.add_accounts(instagram=50, tiktok=30, uploads=5)
    tokens = opened(operator)
    with_new_primary(operator)
    died = operator.call(point, str(number), "reencrypt", module="tests.ops.dying")

    assert died.code == -signal.SIGKILL
    assert opened(operator) == tokens
    assert operator.by_key()["k1"] > 0

    went_on = operator.run("reencrypt")
    assert (went_on.code, went_on.out.splitlines()[-1].partition(";")[2]) == (
        0,
        " unreadable: 0; left under other keys: 0",
    )
    assert operator.by_key() == {"k2": 115}
    assert opened(operator) == tokens


def test_the_whole_drill_with_accounts_that_publish_and_refresh_all_the_way(
    operator: Operator, project: Project, connect: Connect, photo: dict[str, str], sandbox: SandboxControl, db: Db
) -> None:
    instagram, tiktok = connect(project, "instagram"), connect(project, "tiktok")
    operator.add_accounts(instagram=2500, tiktok=500, uploads=3)

    def all_work() -> bool:
        body = instagram_photo(photo["content_id"], instagram.id, photo["media_asset_id"])
        published = project.owner.publish(body).json()["state"]
        return published == "published" and renew(tiktok, db) is Outcome.RENEWED

    assert operator.new_ring("add", "k2").code == 0
    assert all_work(), "the old ring still serves: nothing is sealed with the new key yet"
    operator.deploy()
    assert all_work()
    assert operator.new_ring("promote", "k2").code == 0
    operator.deploy()
    assert all_work()

    assert operator.killed_at_its_first_line("reencrypt").code == -signal.SIGKILL
    assert 0 < operator.by_key()["k1"] < 3506
    assert operator.call("verify").code == 1
    assert operator.new_ring("drop", "k1").code == 1
    assert all_work()

    assert operator.call("reencrypt").code == 0
    assert operator.call("verify").code == 0
    assert operator.by_key() == {"k2": 3506}
    assert operator.new_ring("drop", "k1").code == 0
    assert [entry.split(":")[0] for entry in operator.ring.split(",")] == ["k2"]
    operator.deploy()
    assert all_work()
    assert is_held_alive(operator, instagram, sandbox)
    assert is_held_alive(operator, tiktok, sandbox)


def test_an_instance_with_the_ring_of_before_opens_what_one_with_the_ring_of_after_sealed(operator: Operator) -> None:
    """While a deployment goes from instance to instance, both are there."""
    place, rings = Place("c", "tiktok", "access"), [operator.vault]
    for verb in ("add", "promote"):
        operator.new_ring(verb, "k2")
        rings.append(operator.vault)

    alone, added, promoted = rings
    for seals, opens in ((alone, added), (added, alone), (added, promoted), (promoted, added)):
        assert opens.open(seals.seal(Secret("token"), place), place).reveal() == "token"


# Beside live traffic


def test_what_live_traffic_did_between_reading_and_writing_wins(
    operator: Operator, project: Project, connect: Connect, sandbox: SandboxControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshed, reconnected, disconnected = (connect(project, "tiktok") for _ in range(3))
    with_new_primary(operator)
    replace = stored.replace

    async def late(database: Database, pairs: Any) -> int:
        monkeypatch.setattr(stored, "replace", replace)
        pairs = list(pairs)
        await asyncio.to_thread(traffic)
        return await replace(database, pairs)

    def traffic() -> None:
        assert renew(refreshed, operator.db) is Outcome.RENEWED
        project.owner.connect("tiktok", project.id, account=reconnected.account)
        project.owner.post("connections/disconnect", {"connection_id": disconnected.id}).raise_for_status()

    monkeypatch.setattr(stored, "replace", late)
    assert operator.run("reencrypt").code == 0

    assert {owner for owner, _ in operator.envelopes()} == {refreshed.id, reconnected.id}
    assert operator.run("verify").code == 0
    assert is_held_alive(operator, refreshed, sandbox)
    assert is_held_alive(operator, reconnected, sandbox)


def test_a_refresh_that_began_before_keeps_what_it_got(operator: Operator, project: Project, connect: Connect) -> None:
    """TikTok gives it once: sealing anew must not look like somebody else's refresh."""
    connected = connect(project, "tiktok")
    with_new_primary(operator)
    seen = token_version(operator.db, connected.id)
    query = "select public.begin_refresh(%s, %s, 30)"
    assert operator.db.execute(query, (connected.id, seen)).fetchone() != (None,)

    assert operator.run("reencrypt").code == 0
    new = {
        kind: operator.vault.seal(Secret("new"), Place(connected.id, "tiktok", kind)) for kind in ("access", "refresh")
    }
    saved = operator.db.execute(
        "select private.save_refreshed(%s, %s, jsonb_build_object('access_token', %s::text, 'refresh_token', %s::text,"
        " 'access_expires_at', now() + interval '1 day', 'refresh_expires_at', now() + interval '1 year'))",
        (connected.id, seen, new["access"], new["refresh"]),
    )
    assert saved.fetchone() == (True,)
    assert set(operator.envelopes().values()) == set(new.values())


def test_a_row_that_somebody_holds_is_not_waited_for(operator: Operator, server: postgres.Server) -> None:
    """Whoever holds it may wait for a row of ours: the two would wait for each other."""
    first, *_ = operator.add_accounts(instagram=30)
    with_new_primary(operator)
    with server.connect() as other, other.transaction():
        other.execute("select 1 from private.connection_tokens where connection_id = %s for update", (first,))
        done = operator.run("reencrypt")
        assert (done.code, operator.by_key()) == (1, {"k2": 29, "k1": 1})
        assert "run it again" in done.err

    assert operator.run("reencrypt").code == 0
    assert operator.by_key() == {"k2": 30}


def test_two_at_once_share_the_work_and_seal_nothing_twice(operator: Operator) -> None:
    operator.add_accounts(instagram=1500, tiktok=500)
    with_new_primary(operator)
    processes = [operator.start("reencrypt") for _ in range(2)]
    both = [operator.wait(process) for process in processes]

    assert [done.code for done in both] == [0, 0]
    assert operator.by_key() == {"k2": 2500}
    sealed = [done.out.splitlines()[-1].split(";")[0].removeprefix("sealed under k2: ") for done in both]
    assert sum(int(number.replace(",", "")) for number in sealed) == 2500


def test_a_second_run_finds_nothing_to_do_and_changes_nothing(operator: Operator) -> None:
    operator.add_accounts(instagram=15, tiktok=5, uploads=2)
    with_new_primary(operator)
    operator.run("reencrypt")
    before = operator.envelopes()

    assert operator.run("reencrypt").out.splitlines()[-1].startswith("sealed under k2: 0;")
    assert operator.envelopes() == before


def test_refreshes_reconnects_and_disconnects_all_the_while_lose_nothing(
    operator: Operator,
    make_project: Callable[[], Project],
    connect: Connect,
    sandbox: SandboxControl,
    server: postgres.Server,
) -> None:
    """Rotated to and fro, so that each round has everything to do."""
    operator.add_accounts(instagram=150, tiktok=50, uploads=5)
    people = [make_project() for _ in range(4)]
    accounts = [(project, connect(project, "tiktok"), connect(project, "instagram")) for project in people]
    operator.new_ring("add", "k2")
    operator.deploy()
    forth, back = operator.ring, ",".join(reversed(operator.ring.split(",")))
    failures: list[BaseException] = []

    def live(project: Project, kept: Connected, gone: Connected) -> None:
        try:
            with server.connect() as db:
                for _ in range(3):
                    assert renew(kept, db) is Outcome.RENEWED
                    project.owner.connect("tiktok", project.id, account=kept.account)
                project.owner.post("connections/disconnect", {"connection_id": gone.id}).raise_for_status()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=live, args=each) for each in accounts]
    for thread in threads:
        thread.start()
    rounds = 0
    while any(thread.is_alive() for thread in threads):
        operator.ring = back if rounds % 2 else forth
        operator.run("reencrypt")
        rounds += 1
    for thread in threads:
        thread.join()

    assert failures == []
    assert rounds > 1
    operator.ring = forth
    operator.deploy()
    assert operator.run("reencrypt").code == 0
    assert operator.run("verify").code == 0
    owners = {owner for owner, _ in operator.envelopes()}
    assert not owners & {gone.id for *_, gone in accounts}, "a token came back"
    assert len(owners) == 205 + len(accounts)
    for _, kept, _ in accounts:
        assert is_held_alive(operator, kept, sandbox)
        assert renew(kept, operator.db) is Outcome.RENEWED


def test_progress_says_how_far_how_fast_and_how_long_once_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    now = 100.0
    progress = Progress("sealed", 10_000, clock=lambda: now)
    for now in (101.0, 101.5, 101.9, 104.0):  # noqa: B007
        progress.add(1000)

    assert capsys.readouterr().out.splitlines() == [
        "sealed 1,000 of 10,000, 1,000 per second, 9 s left",
        "sealed 4,000 of 10,000, 1,000 per second, 6 s left",
    ]


# What does not open


def spoil(operator: Operator, owner_id: str, envelope: str) -> None:
    operator.db.execute(
        "update private.connection_tokens set access_token = %s where connection_id = %s", (envelope, owner_id)
    )


def test_what_does_not_open_is_left_alone_named_and_counted(operator: Operator) -> None:
    moved, foreign, *_ = operator.add_accounts(instagram=30)
    strange = Vault({"k9": os.urandom(32)}).seal(Secret("token"), Place(foreign, "instagram", "access"))
    spoil(operator, foreign, strange)
    spoil(operator, moved, operator.vault.seal(Secret("token"), Place(foreign, "instagram", "access")))
    before = operator.envelopes()
    with_new_primary(operator)

    for _ in range(2):
        done = operator.run("reencrypt")
        assert done.code == 1
        assert "unreadable: 2; left under other keys: 2" in done.out
        assert f"instagram {moved} access k1" in done.err
        assert f"instagram {foreign} access k9" in done.err
        assert operator.by_key() == {"k2": 28, "k1": 1, "k9": 1}
    assert {key: operator.envelopes()[key] for key in ((moved, "access"), (foreign, "access"))} == {
        key: before[key] for key in ((moved, "access"), (foreign, "access"))
    }

    status, verified = operator.run("status"), operator.run("verify")
    assert (status.code, verified.code) == (1, 1)
    assert "not in the ring, so nothing opens what is under: k9" in status.err
    assert "unreadable: 2" in verified.out


def test_an_envelope_that_only_claims_to_be_under_the_primary_does_not_pass(operator: Operator) -> None:
    """Its key id is a word that anybody with a pen on the row could write; only opening it proves the key."""
    claimed, *_ = operator.add_accounts(instagram=3)
    with_new_primary(operator)
    spoil(operator, claimed, operator.envelopes()[claimed, "access"].replace("v1.k1.", "v1.k2."))
    operator.run("reencrypt")

    assert operator.by_key() == {"k2": 3}
    verified = operator.run("verify")
    assert (verified.code, f"instagram {claimed} access k2" in verified.err) == (1, True)


# The ring


def test_status_tells_what_is_where(operator: Operator) -> None:
    operator.add_accounts(instagram=3, tiktok=2, uploads=1)
    operator.new_ring("add", "k2")
    done = operator.run("status")

    assert done.code == 0
    assert [line.split() for line in done.out.splitlines()] == [
        ["ring:", "k1,", "k2", "(primary:", "k1)"],
        ["5", "k1", "connection_tokens.access"],
        ["2", "k1", "connection_tokens.refresh"],
        ["1", "k1", "tiktok_uploads.upload_url"],
        ["no", "envelope", "is", "under:", "k2"],
    ]


@pytest.mark.parametrize("kind", ["access", "refresh", "upload_url"])
def test_a_key_that_one_envelope_still_needs_is_not_dropped(operator: Operator, kind: str) -> None:
    operator.add_accounts(tiktok=1, uploads=1)
    old = operator.envelopes()
    with_new_primary(operator)
    operator.run("reencrypt")
    ((owner, envelope),) = [(owner, envelope) for (owner, found), envelope in old.items() if found == kind]
    table, column, key = {
        "access": ("connection_tokens", "access_token", "connection_id"),
        "refresh": ("connection_tokens", "refresh_token", "connection_id"),
        "upload_url": ("tiktok_uploads", "upload_url", "publication_id"),
    }[kind]
    operator.db.execute(f"update private.{table} set {column} = %s where {key} = %s", (envelope, owner))
    ring = operator.ring
    refused = operator.new_ring("drop", "k1")

    assert (refused.code, operator.ring) == (1, ring)
    assert "1 envelopes are under k1: they would be lost" in refused.err
    assert not (operator.folder / "drop-k1").exists()


@pytest.mark.parametrize(
    ("verb", "key_id", "why"),
    [
        ("drop", "k1", "k1 is the primary key"),
        ("drop", "k7", "k7 is not in the ring"),
        ("promote", "k7", "k7 is not in the ring"),
        ("add", "k1", "there are envelopes under k1 already"),
        ("add", "k9", "there are envelopes under k9 already"),
        ("add", "k2", "k2 is in the ring already"),
        ("add", "a.b", "a.b is in the ring already, or is not 1 to 32 letters"),
        ("add", "a,b:c", "or is not 1 to 32 letters"),
        ("add", "k" * 33, "or is not 1 to 32 letters"),
    ],
)
def test_what_would_cost_tokens_is_refused_and_leaves_no_trace(
    operator: Operator, verb: str, key_id: str, why: str
) -> None:
    _, foreign = operator.add_accounts(instagram=2)
    spoil(operator, foreign, Vault({"k9": os.urandom(32)}).seal(Secret("t"), Place(foreign, "instagram", "access")))
    operator.new_ring("add", "k2")
    lines = audited(operator.db)
    refused = operator.run(verb, key_id, "--to", str(operator.folder / "refused"))

    assert refused.code == 1
    assert "Nothing was changed: " in refused.err
    assert why in refused.err
    assert not (operator.folder / "refused").exists()
    assert audited(operator.db) == lines


def test_a_new_key_is_random_comes_last_and_changes_no_other(operator: Operator) -> None:
    before = operator.ring
    operator.new_ring("add", "k2")
    operator.new_ring("add", "k3")
    entries = operator.ring.split(",")

    assert entries[0] == before
    assert [entry.split(":")[0] for entry in entries] == ["k1", "k2", "k3"]
    assert len({entry.split(":")[1] for entry in entries}) == 3
    operator.new_ring("promote", "k3")
    assert operator.ring.split(",") == [entries[2], entries[0], entries[1]]


def test_a_ring_file_is_for_its_owner_only_and_never_written_over(operator: Operator, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        operator.new_ring("add", "k2")
    finally:
        os.umask(before)
    file = tmp_path / "add-k2"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    (tmp_path / "link").symlink_to(file)
    held = file.read_bytes()
    for taken in (file, tmp_path / "link", tmp_path / "missing" / "ring"):
        lines = audited(operator.db)
        refused = operator.run("add", "k3", "--to", str(taken))
        assert refused.code == 1
        assert f"{taken} cannot be made" in refused.err
        assert audited(operator.db) == lines
    assert file.read_bytes() == held


def test_a_key_that_could_not_be_audited_is_not_handed_out(operator: Operator, tmp_path: Path) -> None:
    """A name that the log cannot hold stands for every failure of the database."""
    refused = operator.run("add", "k2", "--operator", "n " * 33, "--to", str(tmp_path / "ring"))
    assert refused.code == 2
    assert "does not accept this" in refused.err
    assert list(tmp_path.iterdir()) == []


def test_whoever_changes_something_gives_a_name(operator: Operator, tmp_path: Path) -> None:
    operator.patch.delenv("OPERATOR")
    for command in (
        ["reencrypt"],
        *([verb, "k2", "--to", str(tmp_path / "ring")] for verb in ("add", "promote", "drop")),
    ):
        with pytest.raises(SystemExit):
            operator.run(*command)
    assert list(tmp_path.iterdir()) == []


def test_every_change_is_a_line_of_the_audit_log_without_a_key(operator: Operator) -> None:
    operator.add_accounts(instagram=3)
    before = len(audited(operator.db))
    with_new_primary(operator)
    operator.run("reencrypt")
    operator.new_ring("drop", "k1")
    lines = audited(operator.db)[before:]

    assert lines == [
        ("keys_added", "Olga", {"key_id": "k2"}),
        ("keys_promoted", "Olga", {"key_id": "k2"}),
        ("keys_reencryption_started", "Olga", {"key_id": "k2"}),
        ("keys_reencryption_finished", "Olga", {"key_id": "k2", "sealed": "3", "unreadable": "0", "left": "0"}),
        ("keys_dropped", "Olga", {"key_id": "k1"}),
    ]


def test_a_ring_that_is_not_sound_begins_nothing(operator: Operator) -> None:
    operator.ring = f"k1:{new_key()},k2:short"
    done = operator.run("status")

    assert (done.code, done.out) == (2, "")
    assert "TOKEN_ENCRYPTION_KEYS: entry 2" in done.err


def audited(db: Db) -> list[Any]:
    return db.execute(
        "select action, operator, detail from private.audit_log where action like 'keys%' order by id"
    ).fetchall()


def opened(operator: Operator) -> dict[tuple[str, str], str]:
    platforms = dict(operator.db.execute("select id::text, platform::text from public.connections").fetchall())
    return {
        (owner, kind): operator.vault.open(envelope, Place(owner, platforms.get(owner, "tiktok"), kind)).reveal()  # type: ignore[arg-type]
        for (owner, kind), envelope in operator.envelopes().items()
    }
