"""`make bench-export`: how long one archive takes, in how many function calls, and in how much memory.

5,000 publications with their items and 25,000 events, and 140 MB of media. Beside it, the bare work in the same run:
the same rows read in one statement, and the same bytes read from storage and written back.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import boto3
import psycopg

from sandbox.creator import Creator
from sandbox.stack import keys, postgres
from sandbox.stack.clients import Supabase, browser
from sandbox.stack.environment import BUCKET, PRIVATE_BUCKET
from sandbox.stack.ports import Ports
from sandbox.stack.stack import Stack, running

PUBLICATIONS = 5000
FILES = [50_000_000] * 2 + [1_000_000] * 40
MOST_MEGABYTES = 250
ROWS = """
    set session_replication_role = replica;
    with made as (
      insert into public.publications (
        project_id, content_id, platform, kind, caption, state, post_id, idempotency_key, request_hash, created_by,
        finished_at
      )
      select c.project_id, c.id, 'instagram', 'photo', repeat('A quiet morning in the hills. ', 12), 'published', n,
        gen_random_uuid(), repeat('0', 64), c.created_by, now()
      from public.contents as c, generate_series(1, %(many)s) as n
      returning id
    ), items as (
      insert into public.publication_items (publication_id, position, alt_text)
      select m.id, 0, 'Hills in the morning' from made as m
    )
    insert into public.publication_events (publication_id, event, state, detail)
    select m.id, 'step', 'published', '{"container_id": "17900000000000001"}' from made as m, generate_series(1, 5);
    set session_replication_role = origin;
"""
ASSET = """
    insert into public.media_assets (project_id, content_id, object_key, media_type, byte_size, sha256, state,
      completed_at, width, height, created_by)
    select c.project_id, c.id, %(key)s, 'video/mp4', %(size)s, %(sha256)s, 'ready', now(), 1, 1, c.created_by
    from public.contents as c
"""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="itoms-bench-") as name, postgres.running(postgres.hosted()) as server:
        started = running(Ports.free(), server.url(), Path(name), keys.fresh())
        with started as stack, server.connect() as db:
            return measure(stack, db)


def measure(stack: Stack, db: psycopg.Connection) -> int:
    publishable, secret = (stack.keys[name] for name in ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"))
    with Supabase(stack.addresses.supabase, publishable, secret) as supabase, browser(stack.addresses) as api:
        creator = Creator(supabase.sign_up("bench@itoms.test", "a-long-password"), api, supabase)
        creator.create_content(creator.create_project("Bench"))
        fill(stack, db)
        asked = creator.post("account/export/start", {"with_media": True}).raise_for_status().json()
    found = work(stack, asked["id"])
    return tell(found, bare(stack, db), is_whole(stack, db, asked["id"]))


def fill(stack: Stack, db: psycopg.Connection) -> None:
    psycopg.ClientCursor(db).execute(ROWS, {"many": PUBLICATIONS})
    client = storage(stack)
    for number, size in enumerate(FILES):
        data = random.Random(number).randbytes(size)
        key, sha256 = f"media/{number:064x}.mp4", hashlib.sha256(data).hexdigest()
        db.execute(ASSET, {"key": key, "size": size, "sha256": sha256})
        client.put_object(Bucket=BUCKET, Key=key, Body=data, ContentType="video/mp4")


def work(stack: Stack, export_id: str) -> dict[str, float]:
    """In a process that does nothing else. Raises CalledProcessError when it ends in any other way."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    argv = [sys.executable, "-m", "bench.export_worker", export_id]
    done = subprocess.run(argv, env=kept | stack.env, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def bare(stack: Stack, db: psycopg.Connection) -> float:
    began = time.monotonic()
    for table in ("publications", "publication_items", "publication_events"):
        db.execute(f"select to_jsonb(t)::text from public.{table} as t").fetchall()
    client = storage(stack)
    for number in range(len(FILES)):
        data = client.get_object(Bucket=BUCKET, Key=f"media/{number:064x}.mp4")["Body"].read()
        client.put_object(Bucket=PRIVATE_BUCKET, Key=f"bare/{number}", Body=data)
    return time.monotonic() - began


def is_whole(stack: Stack, db: psycopg.Connection, export_id: str) -> bool:
    (folder,) = db.execute("select folder from public.exports where id = %s", (export_id,)).fetchone() or ("",)
    data = storage(stack).get_object(Bucket=PRIVATE_BUCKET, Key=f"{folder}archive.zip")["Body"].read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        counts = json.loads(archive.read("manifest.json"))["counts"]
        expected = (PUBLICATIONS, PUBLICATIONS, 5 * PUBLICATIONS, len(FILES))
        names = ("publications", "publication_items", "publication_events", "media_files")
        return archive.testzip() is None and tuple(counts[name] for name in names) == expected


def tell(found: dict[str, float], bare_seconds: float, whole: bool) -> int:
    megabytes = sum(FILES) // 10**6
    print(f"{PUBLICATIONS} publications, {5 * PUBLICATIONS} events, {len(FILES)} files of {megabytes} MB")
    print(f"{found['seconds']:.1f} s in {found['calls']:.0f} function calls; the bare work {bare_seconds:.1f} s")
    print(f"ratio: {found['seconds'] / bare_seconds:.1f}")
    print(f"memory: {found['before']:.0f} MB before the first row, {found['peak']:.0f} MB at its peak")
    print(f"limit: {MOST_MEGABYTES} MB; whole: {'yes' if whole else 'no'}")
    return int(not whole or found["peak"] >= MOST_MEGABYTES)


def storage(stack: Stack) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=stack.addresses.r2,
        region_name="auto",
        aws_access_key_id=stack.keys["R2_ACCESS_KEY_ID"],
        aws_secret_access_key=stack.keys["R2_SECRET_ACCESS_KEY"],
    )


if __name__ == "__main__":
    sys.exit(main())
