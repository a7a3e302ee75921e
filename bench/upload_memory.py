"""`make bench-upload`: how much memory one worker needs to send a video of 1 GB to TikTok in chunks (FILE_UPLOAD).

Everything around it is the local stack: PostgreSQL, the R2 stand-in that holds the file, and TikTok's sandbox, which
checks every chunk and the whole file. The worker is a process of its own, and its peak is the kernel's own count.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3
import psycopg

from sandbox.creator import Creator, tiktok_video
from sandbox.samples import make_video
from sandbox.stack import keys, postgres
from sandbox.stack.clients import SandboxControl, Supabase, browser
from sandbox.stack.environment import BUCKET
from sandbox.stack.ports import Ports
from sandbox.stack.stack import Stack, running
from shared.publishing.request import PUBLISH_REQUEST, as_database_request, request_hash

BYTES = 1_000_000_000
MOST_MEGABYTES = 150


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="itoms-bench-") as name, postgres.running(postgres.hosted()) as server:
        folder = Path(name)
        file = make_large_video(folder / "large.mp4", make_video(folder / "small.mp4"))
        with running(Ports.free(), server.url(), folder, keys.fresh()) as stack, server.connect() as db:
            return measure(stack, db, folder / "small.mp4", file)


def make_large_video(path: Path, video: Path) -> Path:
    """The same film, and behind it a box that players pass over. The file has a hole: it takes no room."""
    small = video.read_bytes()
    with path.open("wb") as file:
        file.write(small + (BYTES - len(small)).to_bytes(4) + b"free")
        file.truncate(BYTES)
    return path


def measure(stack: Stack, db: psycopg.Connection, small: Path, large: Path) -> int:
    with SandboxControl(stack.addresses.sandbox) as sandbox:
        sandbox.settings(tiktok={"webhooks": "held", "ready_after": 0.0})
        publication_id = click(stack, sandbox, small)
        swap(stack, db, publication_id, large)
        found = work(stack, publication_id)
        posts = [post["media_sha256"] for post in sandbox.ledger("tiktok")]
        chunks = len(sandbox.journal("tiktok.upload"))
    is_whole = posts == [[_sha256(large)]]
    print(f"{BYTES // 10**6} MB in {chunks} chunks and {found['calls']} function calls, {found['seconds']:.0f} s")
    print(f"memory: {found['before']:.0f} MB before the first byte, {found['peak']:.0f} MB at its peak")
    print(f"limit: {MOST_MEGABYTES} MB; posted once and whole: {'yes' if is_whole else 'no'}")
    return int(not is_whole or found["peak"] >= MOST_MEGABYTES)


def click(stack: Stack, sandbox: SandboxControl, video: Path) -> str:
    """A publication that nobody has begun to work on."""
    publishable, secret = (stack.keys[name] for name in ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"))
    with Supabase(stack.addresses.supabase, publishable, secret) as supabase, browser(stack.addresses) as api:
        creator = Creator(supabase.sign_up("bench@itoms.test", "a-long-password"), api, supabase)
        project_id = creator.create_project("Bench")
        account = sandbox.add_account("tiktok", username="bench", nickname="Bench")["open_id"]
        creator.connect("tiktok", project_id, account=account)
        content_id = creator.create_content(project_id, type="video")
        asset = creator.upload(content_id, video, "video/mp4")
        connection = creator.read("connections", select="id")[0]
        return create(creator, tiktok_video(content_id, connection["id"], asset["id"]))


def create(creator: Creator, body: dict[str, Any]) -> str:
    request = PUBLISH_REQUEST.validate_json(json.dumps(body))
    arguments = {
        "p_request": as_database_request(request),
        "p_idempotency_key": "bench-upload-0001",
        "p_request_hash": request_hash(request),
    }
    with creator.supabase.as_user(creator.user) as rest:
        made = rest.post("/rpc/create_publication", json=arguments).raise_for_status().json()
    return str(made["publication"]["id"])


def swap(stack: Stack, db: psycopg.Connection, publication_id: str, video: Path) -> None:
    """Straight into storage, and into the book: an upload by a browser is not what is measured."""
    query = (
        "select a.id, a.object_key from public.media_assets as a"
        " inner join public.publication_items as i on i.media_asset_id = a.id where i.publication_id = %s"
    )
    asset_id, key = db.execute(query, (publication_id,)).fetchone() or ("", "")
    with video.open("rb") as file:
        _storage(stack).put_object(Bucket=BUCKET, Key=key, Body=file, ContentType="video/mp4")
    with db.transaction():
        db.execute("set local session_replication_role = replica")
        db.execute("update public.media_assets set byte_size = %s where id = %s", (BYTES, asset_id))


def work(stack: Stack, publication_id: str) -> dict[str, float]:
    """In a process that does nothing else. Raises CalledProcessError when it ends in any other way."""
    argv = [sys.executable, "-m", "bench.upload_worker", publication_id]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env = kept | stack.env | {"TIKTOK_VIDEO_SOURCE": "FILE_UPLOAD"}
    done = subprocess.run(argv, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _storage(stack: Stack) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=stack.addresses.r2,
        region_name="auto",
        aws_access_key_id=stack.keys["R2_ACCESS_KEY_ID"],
        aws_secret_access_key=stack.keys["R2_SECRET_ACCESS_KEY"],
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
