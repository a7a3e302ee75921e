"""POST /api/account/export/status: what an archive holds, and that it is made whole whatever happens on the way."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import jsonschema_rs
import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.openapi.export_schema import document
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from sandbox.stack.environment import BUCKET
from sandbox.stack.stack import Stack
from shared.database import Database
from shared.media.private import PrivateStorage
from shared.privacy.export import gather
from shared.privacy.export.exporting import advance
from shared.privacy.export.schema import DATASETS
from shared.runtime import Runtime
from tests.erasing import rows_with
from tests.functions.account.export.belongings import Names, add_publications, counted
from tests.functions.account.export.exports import (
    Archive,
    Db,
    ask,
    export,
    fetch,
    folder_of,
    let_leases_end,
    make_deletions_due,
    put_media,
    status,
    storage,
    stored,
    value,
    wait,
)
from tests.functions.cron.crons import report
from tests.people import Project

pytest_plugins = ["tests.functions.account.export.desk"]

MANY = 5000
TELLING = ("account", "media_assets", "manifest")
EVERY_CALL = {
    "claim_export", "export_rows", "save_export_files", "read_export_files", "seal_export", "save_export_part",
    "finish_export", "put", "read", "upload_of", "begin_upload", "put_part", "complete_upload", "size",
}  # fmt: skip


def judge(archive: Archive) -> None:
    """It is what its manifest says, and every line is what the published schema says."""
    schema = document()
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(archive.manifest)
    for dataset in DATASETS:
        part = {"$ref": f"#/$defs/{dataset.name}", "$defs": schema["$defs"]}
        validator = jsonschema_rs.validator_for(part, validate_formats=True)
        for row in archive.rows(dataset.name):
            validator.validate(row)
    listed = {file["path"]: (file["bytes"], file["sha256"]) for file in archive.manifest["files"]}
    held = {
        name: (len(data), hashlib.sha256(data).hexdigest())
        for name, data in archive.files.items()
        if name != "manifest.json"
    }
    assert listed == held
    settled = sorted((file["path"], file["sha256"]) for file in archive.manifest["files"] if file["settled"])
    lines = "".join(f"{sha256}  {path}\n" for path, sha256 in settled)
    assert archive.manifest["content_hash"] == hashlib.sha256(lines.encode()).hexdigest()


def test_a_member_finds_nothing_of_other_people(project: Project, everything: Names, db: Db) -> None:
    """The editor finds the content they wrote, and what is about them; not the owner's, and no id of anybody."""
    archive = export(project.editor)
    judge(archive)

    assert archive.ids("contents") == {everything["editors"]}
    assert archive.ids("projects") == {project.id}
    for table in ("media_assets", "connections", "publications", "publication_items", "publication_events"):
        assert archive.rows(table) == []
    for table in ("consents", "objections", "caption_usage", "notices", "disconnections", "invitations"):
        assert len(archive.rows(table)) == 1, table
    for person in (project.owner, project.viewer, project.stranger):
        assert person.user.id.encode() not in archive.text
        assert person.user.email.encode() not in archive.text
    assert not [name for name in archive.files if name.startswith("media/")]


def test_a_viewer_finds_their_membership(project: Project, everything: Names, db: Db) -> None:
    viewers = export(project.viewer)

    assert {table for table, count in viewers.manifest["counts"].items() if count} == {
        "account", "sessions", "projects", "project_members", "privacy_requests",
    }  # fmt: skip


# What the editor made, by what it hangs on; of the project itself, too, where they began it.
MADE_THERE = """
    insert into public.connections (
      id, project_id, platform, platform_account_id, callback_ids, display_name, connected_by
    ) values (%(connection)s, %(project)s, 'tiktok', 'editors', '{editors}', 'Editor', %(other)s);
    insert into public.access_endings (connection_id, project_id, platform, cause, tokens_deleted)
      values (%(connection)s, %(project)s, 'tiktok', 'token_expired', 1);
    update public.projects set created_by = %(other)s where id = %(project)s;
    delete from public.project_members where user_id = %(other)s;
"""


def test_who_left_finds_all_that_still_holds_their_id_and_nothing_else(
    stack: Stack, project: Project, everything: Names, db: Db
) -> None:
    asset = put_media(stack, db, everything["editors"], b"a film", hashlib.sha256(b"a film").hexdigest())
    add_publications(db, everything | {"user": everything["other"], "content": everything["editors"]}, 1)
    connection = str(uuid4())
    psycopg.ClientCursor(db).execute(MADE_THERE, everything | {"connection": connection})
    archive = export(project.editor)
    judge(archive)

    assert archive.ids("contents") == {everything["editors"]}
    assert archive.ids("media_assets") == {asset}
    assert archive.files[f"media/{asset}.mp4"] == b"a film"
    assert archive.ids("connections") == {connection}
    assert [row["connection_id"] for row in archive.rows("access_endings")] == [connection]
    assert archive.ids("projects") == {project.id}
    for table in ("disconnections", "publications", "publication_items"):
        assert len(archive.rows(table)) == 1, table
    assert archive.rows("project_members") == []
    held = {table for table, _ in rows_with(db, project.editor.user.id) if table.startswith("public.")}
    unsaid = {"public.exports"}
    assert {table.removeprefix("public.") for table in held - unsaid} <= {
        table for table, count in archive.manifest["counts"].items() if count
    }
    for person in (project.owner, project.viewer, project.stranger):
        assert person.user.id.encode() not in archive.text
    assert everything["content"].encode() not in archive.text


def test_no_token_and_no_secret_of_ours_is_in_it(
    stack: Stack, project: Project, everything: Names, sandbox: SandboxControl, db: Db
) -> None:
    archive = export(project.owner)
    secrets = [token[name] for token in sandbox.tokens() for name in token if "token" in name and token[name]]
    kept = db.execute("select access_token, refresh_token from private.connection_tokens").fetchall()
    ours = [value for name, value in stack.keys.items() if name != "DEMO_PASSWORD"]

    assert len(secrets) >= 2
    for secret in [*secrets, *(token for row in kept for token in row if token), *ours, project.owner.user.token]:
        assert str(secret).encode() not in archive.text
    for hidden in (b"idempotency_key", b"request_hash", b"epoch", b"lease", b"encrypted_password"):
        assert hidden not in archive.text.replace(b"locks", b"")


def test_an_owner_finds_everything_once_and_the_files_byte_by_byte(
    project: Project, everything: Names, samples: Samples, db: Db
) -> None:
    archive = export(project.owner)
    judge(archive)
    expected = counted(db, everything)

    assert archive.manifest["counts"] == expected
    assert {dataset.name: len(archive.rows(dataset.name)) for dataset in DATASETS} | {"media_files": 1} == expected
    assert min(expected.values()) >= 1, "nothing is known of an empty table"
    assert archive.files[f"media/{everything['asset']}.jpg"] == samples.photo.read_bytes()
    # Of others it has what belongs to the project, and nobody's id.
    assert everything["editors"] in archive.ids("contents")
    assert project.editor.user.id.encode() not in archive.text
    [account] = archive.rows("account")
    assert (account["id"], account["email"]) == (project.owner.user.id, project.owner.user.email)
    moments = re.findall(rb'"\w+_at":"([^"]+)"', archive.text)
    assert moments
    assert all(moment.endswith(b"+00:00") for moment in moments)
    assert b"Anthropic" in archive.files["README.txt"]


def test_without_media_it_has_the_facts_of_every_file_and_no_file(project: Project, everything: Names) -> None:
    archive = export(project.owner, with_media=False)

    assert archive.manifest["counts"]["media_assets"] == 1
    assert archive.manifest["counts"]["media_files"] == 0
    assert not [name for name in archive.files if name.startswith("media/")]


def test_five_thousand_publications_are_all_there_and_twice_the_same(
    project: Project, everything: Names, db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over many pages, and over several files of one table; and nothing else of the archive differs but its time."""
    monkeypatch.setattr(gather, "FILE_BYTES", 1_000_000)
    add_publications(db, everything, MANY)
    first, second = (export(project.owner) for _ in range(2))
    judge(first)

    # The second has its own lines there.
    assert first.manifest["counts"] == counted(db, everything) | {"privacy_requests": 2}
    assert len(first.ids("publications")) == MANY + 3
    assert len({row["id"] for row in first.rows("publication_events")}) == 2 * (MANY + 3)
    assert {"data/publications.ndjson", "data/publications.2.ndjson"} <= first.files.keys()
    assert first.manifest["content_hash"] == second.manifest["content_hash"]
    changing = {"manifest.json", "data/privacy_requests.ndjson", "data/sessions.ndjson"}
    assert {name for name, data in first.files.items() if second.files.get(name) != data} <= changing
    db.execute("delete from public.projects where id = %s", (project.id,))


class Killed(BaseException):
    """Not an Exception: no line of ours gets to clean anything up."""


@contextmanager
def killed_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """A worker dies once before and once after everything that it asks of the database or of storage."""
    died: set[str] = set()

    def deadly(owner: type, name: str) -> None:
        call = getattr(owner, name)

        async def dies(self: Any, *given: Any, **named: Any) -> Any:
            # The same thing asked again is the same place; of the tables, which are read alike, three stand for all.
            asked_for = named.get("dataset") if named.get("dataset") in TELLING else ""
            place = f"{given[0] if name == 'as_system' else name} {asked_for} {named.get('parts', '')}"
            if "release_export" in place:
                return await call(self, *given, **named)
            for moment in ("before", "after"):
                answer = await call(self, *given, **named) if moment == "after" else None
                if f"{moment} {place}" not in died:
                    died.add(f"{moment} {place}")
                    raise Killed
            return answer

        monkeypatch.setattr(owner, name, dies)

    deadly(Database, "as_system")
    for name in ("put", "put_part", "begin_upload", "upload_of", "complete_upload", "size", "read"):
        deadly(PrivateStorage, name)
    yield died
    monkeypatch.undo()


def test_killed_at_every_call_it_is_whole_in_the_end_and_leaves_nothing_behind(
    *, stack: Stack, project: Project, everything: Names, db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = random.Random(1).randbytes(9_000_000)
    asset = put_media(stack, db, everything["content"], large, hashlib.sha256(large).hexdigest())
    undisturbed = export(project.owner)
    export_id = ask(project.owner)

    async def work_until_ready() -> None:
        runtime = Runtime.from_environ(stack.env)
        async with runtime.egress.client:
            while value(db, "select state from public.exports where id = %s", export_id) != "ready":
                try:
                    await advance(runtime, export_id, seconds=60.0)
                except Killed:
                    let_leases_end(db, export_id)

    with killed_everywhere(monkeypatch) as died:
        asyncio.run(work_until_ready())
    archive = fetch(project.owner, export_id)
    judge(archive)

    assert {place.split()[1] for place in died} == EVERY_CALL
    assert len(died) > 2 * len(EVERY_CALL)
    assert archive.manifest["content_hash"] == undisturbed.manifest["content_hash"]
    assert archive.files[f"media/{asset}.mp4"] == large
    assert value(db, "select count(*) from private.export_files where export_id = %s", export_id) == 0
    folder = folder_of(db, export_id)
    report(stack, "media")
    assert stored(stack, folder) == [f"{folder}archive.zip"]


def test_an_error_is_no_end_and_the_next_poll_goes_on(
    stack: Stack, project: Project, everything: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_id = ask(project.owner)
    with monkeypatch.context() as patch:
        patch.setenv("R2_ENDPOINT", "http://127.0.0.1:9")
        answer = status(project.owner, export_id)
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")

    assert wait(project.owner, export_id)["state"] == "ready"
    judge(fetch(project.owner, export_id))


def test_while_one_is_at_work_another_waits(project: Project, everything: Names, db: Db) -> None:
    export_id = ask(project.owner)
    db.execute("update public.exports set lease_expires_at = now() + interval '1 minute' where id = %s", (export_id,))
    before = status(project.owner, export_id)

    assert (before.status_code, before.json()["progress"]) == (202, 0)
    assert value(db, "select epoch from public.exports where id = %s", export_id) == 0


def test_the_cron_finishes_what_nobody_follows(stack: Stack, project: Project, everything: Names) -> None:
    export_id = ask(project.owner)
    assert report(stack, "exports")["advanced"] >= 1

    assert status(project.owner, export_id).json()["state"] == "ready"
    judge(fetch(project.owner, export_id))


def test_a_file_that_goes_meanwhile_is_left_out_and_the_rest_is_whole(
    *, stack: Stack, project: Project, everything: Names, db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row was written down, and then its content was deleted. Nothing of the first attempt is left."""
    content = project.owner.create_content(project.id)
    asset = put_media(stack, db, content, b"x" * 1000, hashlib.sha256(b"x" * 1000).hexdigest())
    key = value(db, "select object_key from public.media_assets where id = %s", asset)
    storage(stack).delete_object(Bucket=BUCKET, Key=key)
    export_id = ask(project.owner)
    first = folder_of(db, export_id)
    assert wait(project.owner, export_id)["state"] == "ready"
    archive = fetch(project.owner, export_id)
    judge(archive)

    assert asset in archive.ids("media_assets")
    assert archive.manifest["counts"]["media_files"] == 1
    assert folder_of(db, export_id) != first
    make_deletions_due(db)
    report(stack, "media")
    assert stored(stack, first) == []


def test_one_who_is_erased_while_it_is_made_stops_it(
    stack: Stack, make_creator: Callable[[], Creator], db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker at it finds out at its next word, and says nothing more."""
    person = make_creator()
    export_id = ask(person)
    stage = PrivateStorage.put

    async def erase(self: PrivateStorage, key: str, data: bytes) -> None:
        db.execute("delete from auth.users where id = %s", (person.user.id,))
        await stage(self, key, data)

    monkeypatch.setattr(PrivateStorage, "put", erase)

    assert report(stack, "exports")["advanced"] >= 1
    assert value(db, "select count(*) from private.export_files where export_id = %s", export_id) == 0


def test_rows_that_come_and_go_meanwhile_never_break_what_the_manifest_says(
    project: Project, everything: Names, db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between any two pages somebody deletes a publication and adds a content."""
    add_publications(db, everything, 200)
    monkeypatch.setattr(gather, "PAGE_ROWS", 50)
    as_system = Database.as_system

    async def busy(self: Database, function: str, **arguments: object) -> Any:
        if function == "export_rows":
            db.execute(
                "delete from public.publications where id ="
                " (select id from public.publications where project_id = %s order by random() limit 1)",
                (project.id,),
            )
            project.owner.create_content(project.id)
        return await as_system(self, function, **arguments)

    monkeypatch.setattr(Database, "as_system", busy)
    archive = export(project.owner)
    judge(archive)

    for dataset in DATASETS:
        keys = [json.dumps(row) for row in archive.rows(dataset.name)]
        assert len(keys) == len(set(keys)) == archive.manifest["counts"][dataset.name]
