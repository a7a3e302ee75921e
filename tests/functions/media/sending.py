"""Large files on their way, part by part, so that a test can leave one out or send it wrongly."""

from __future__ import annotations

from functools import cache
from typing import Any

import httpx
import psycopg

from sandbox.creator import Creator
from sandbox.stack.environment import BUCKET
from sandbox.stack.stack import Stack
from shared.media.plan import PART_BYTES
from tests.functions.media.uploads import put_part, store_of, under_way

MP4 = "video/mp4"
LAST = b"The third and last part."


@cache
def text() -> bytes:
    """Three parts of what is no video."""
    return b"No video. " * (2 * PART_BYTES // 10) + b"!" * (2 * PART_BYTES % 10) + LAST


def key_of(db: psycopg.Connection[Any], asset_id: str) -> str:
    found = db.execute("select object_key from public.media_assets where id = %s", (asset_id,)).fetchone()
    assert found is not None
    return str(found[0])


def state_of(db: psycopg.Connection[Any], asset_id: str) -> str:
    found = db.execute("select state from public.media_assets where id = %s", (asset_id,)).fetchone()
    return str(found[0]) if found else "gone"


def ask(person: Creator, asset_id: str) -> httpx.Response:
    return person.post("media/parts", {"media_asset_id": asset_id})


def to_send(person: Creator, asset_id: str) -> list[dict[str, Any]]:
    return list(person.parts(asset_id)["to_send"])


def send(person: Creator, asset_id: str, data: bytes, *numbers: int) -> None:
    for part in to_send(person, asset_id):
        if part["number"] in numbers:
            put_part(part, data).raise_for_status()


def place_part(stack: Stack, key: str, number: int, data: bytes) -> None:
    (upload_id,) = under_way(stack, key)
    store_of(stack).upload_part(Bucket=BUCKET, Key=key, UploadId=upload_id, PartNumber=number, Body=data)
