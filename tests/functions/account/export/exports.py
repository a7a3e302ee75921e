"""Exports as a person makes them, and what is left of them in storage."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import httpx
import psycopg

from sandbox.creator import Creator
from sandbox.openapi.export_schema import document
from sandbox.stack.environment import BUCKET, PRIVATE_BUCKET
from sandbox.stack.stack import Stack

Json = dict[str, Any]
Db = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Archive:
    """What a person has in their hands after a download."""

    files: Mapping[str, bytes]

    @classmethod
    def of(cls, data: bytes) -> Archive:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            assert opened.testzip() is None
            return cls({name: opened.read(name) for name in opened.namelist()})

    @property
    def manifest(self) -> Json:
        return dict(json.loads(self.files["manifest.json"]))

    def rows(self, table: str) -> list[Json]:
        names = [name for name in self.files if name.startswith(f"data/{table}.")]
        return [json.loads(line) for name in names for line in self.files[name].splitlines()]

    def ids(self, table: str) -> set[str]:
        return {row["id"] for row in self.rows(table)}

    @property
    def text(self) -> bytes:
        return b"".join(data for name, data in self.files.items() if not name.startswith("media/"))

    def every_row(self) -> Iterator[tuple[str, Json]]:
        for table in document_tables():
            for row in self.rows(table):
                yield table, row


@cache
def document_tables() -> tuple[str, ...]:
    return tuple(name for name in document()["$defs"] if name[0].islower())


def ask(creator: Creator, *, with_media: bool = True) -> str:
    answer = creator.post("account/export/start", {"with_media": with_media})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def status(creator: Creator, export_id: str) -> httpx.Response:
    return creator.post("account/export/status", {"export_id": export_id})


def wait(creator: Creator, export_id: str) -> Json:
    """Polls as a page does, until it is over."""
    while (answer := status(creator, export_id)).status_code == 202:
        assert answer.json()["state"] == "under_way"
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def download(creator: Creator, export_id: str) -> httpx.Response:
    return creator.post("account/export/download", {"export_id": export_id})


def fetch(creator: Creator, export_id: str) -> Archive:
    link = download(creator, export_id)
    assert link.status_code == 200, link.text
    found = httpx.get(link.json()["url"], trust_env=False, timeout=60).raise_for_status()
    assert len(found.content) == link.json()["byte_size"]
    return Archive.of(found.content)


def export(creator: Creator, *, with_media: bool = True) -> Archive:
    export_id = ask(creator, with_media=with_media)
    assert wait(creator, export_id)["state"] == "ready"
    return fetch(creator, export_id)


def storage(stack: Stack) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=stack.addresses.r2,
        region_name="auto",
        aws_access_key_id=stack.keys["R2_ACCESS_KEY_ID"],
        aws_secret_access_key=stack.keys["R2_SECRET_ACCESS_KEY"],
    )


def stored(stack: Stack, folder: str) -> list[str]:
    """Every file below, and every upload that was neither completed nor given up."""
    client = storage(stack)
    files = client.list_objects_v2(Bucket=PRIVATE_BUCKET, Prefix=folder).get("Contents", [])
    uploads = client.list_multipart_uploads(Bucket=PRIVATE_BUCKET, Prefix=folder).get("Uploads", [])
    return [entry["Key"] for entry in files] + [f"upload of {entry['Key']}" for entry in uploads]


def folder_of(db: Db, export_id: str) -> str:
    return str(value(db, "select folder from public.exports where id = %s", export_id))


def value(db: Db, query: str, *arguments: object) -> Any:
    found = db.execute(query, arguments).fetchone()
    assert found is not None
    return found[0]


def put_media(stack: Stack, db: Db, content_id: str, data: bytes, sha256: str) -> str:
    """As after an upload, without the look at the bytes: they may be anything. Returns the asset's id."""
    query = (
        "insert into public.media_assets (project_id, content_id, object_key, media_type, byte_size, sha256, state,"
        " completed_at, width, height, created_by)"
        " select c.project_id, c.id, 'media/' || %s || '.mp4', 'video/mp4', %s, %s, 'ready', now(), 1, 1, c.created_by"
        " from public.contents as c where c.id = %s returning id::text, object_key"
    )
    found = db.execute(query, (sha256, len(data), sha256, content_id)).fetchone()
    assert found is not None
    storage(stack).put_object(Bucket=BUCKET, Key=found[1], Body=data, ContentType="video/mp4")
    return str(found[0])


def make_stale(db: Db, creator: Creator) -> None:
    """As if the person had signed in eleven minutes ago."""
    db.execute(
        "update auth.sessions set created_at = now() - interval '11 minutes' where user_id = %s", (creator.user.id,)
    )


def let_leases_end(db: Db, export_id: str) -> None:
    db.execute("update public.exports set lease_expires_at = now() where id = %s", (export_id,))


def make_deletions_due(db: Db) -> None:
    """As if an hour had passed."""
    db.execute(
        "update private.object_deletions set due_at = due_at - interval '1 hour' where object_key like 'exports/%'"
    )


def expire(db: Db, export_id: str) -> None:
    """As if it had been ready for 24 hours."""
    db.execute(
        "update public.exports set expires_at = now(), ready_at = now() - interval '1 day' where id = %s", (export_id,)
    )
    db.execute("update private.object_deletions set due_at = now() where object_key = %s", (folder_of(db, export_id),))
