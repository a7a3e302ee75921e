"""Uploads step by step, so that a test can do each step wrongly."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import boto3
import httpx

from sandbox.creator import Creator
from sandbox.stack.clients import local_client
from sandbox.stack.environment import BUCKET
from sandbox.stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Reserved:
    id: str
    url: str
    headers: dict[str, str]


def announcement(content_id: str, data: bytes, media_type: str, /, **changes: Any) -> dict[str, Any]:
    return {
        "content_id": content_id,
        "media_type": media_type,
        "byte_size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        **changes,
    }


def reserve(creator: Creator, content_id: str, data: bytes, media_type: str) -> Reserved:
    answer = creator.post("media/upload", announcement(content_id, data, media_type)).raise_for_status().json()
    return Reserved(answer["media_asset_id"], answer["upload"]["url"], answer["upload"]["headers"])


def put(reserved: Reserved, data: bytes, *, url: str | None = None, **headers: str | None) -> httpx.Response:
    """As the browser does. A header set to None is left out."""
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in (reserved.headers | changed).items() if value is not None}
    with local_client() as browser:
        return browser.put(url or reserved.url, content=data, headers=sent)


def begin(creator: Creator, content_id: str, data: bytes, media_type: str = "video/mp4") -> str:
    """Of a file that is sent in parts. Returns the asset's id."""
    answer = creator.post("media/upload", announcement(content_id, data, media_type)).raise_for_status().json()
    assert answer["upload"]["method"] == "PARTS"
    return str(answer["media_asset_id"])


def put_part(part: dict[str, Any], data: bytes, *, url: str = "", **headers: str) -> httpx.Response:
    """Its bytes of the whole file `data`, as the browser sends them."""
    return put_bytes(url or part["url"], piece(part, data), **headers)


def put_bytes(url: str, data: bytes, **headers: str) -> httpx.Response:
    with local_client() as browser:
        return browser.put(url, content=data, headers={name.replace("_", "-"): text for name, text in headers.items()})


def piece(part: dict[str, Any], data: bytes) -> bytes:
    return data[part["first_byte"] : part["first_byte"] + part["byte_size"]]


def store_of(stack: Stack) -> Any:
    """With the store's own keys, past every signature of ours."""
    return boto3.client(
        "s3",
        endpoint_url=stack.addresses.r2,
        region_name="auto",
        aws_access_key_id=stack.keys["R2_ACCESS_KEY_ID"],
        aws_secret_access_key=stack.keys["R2_SECRET_ACCESS_KEY"],
    )


def under_way(stack: Stack, object_key: str) -> list[str]:
    """The ids of uploads in parts of which the store still keeps something."""
    found = store_of(stack).list_multipart_uploads(Bucket=BUCKET, Prefix=object_key)
    return [upload["UploadId"] for upload in found.get("Uploads", [])]


def upload(creator: Creator, content_id: str, data: bytes, media_type: str) -> str:
    """Reserved and sent, not completed. Returns the asset's id."""
    reserved = reserve(creator, content_id, data, media_type)
    put(reserved, data).raise_for_status()
    return reserved.id


def complete(creator: Creator, asset_id: str) -> httpx.Response:
    return creator.post("media/complete", {"media_asset_id": asset_id})


def public_url(stack: Stack, object_key: str) -> str:
    """Where the media domain leads in the local stack."""
    return f"{stack.addresses.r2}/{BUCKET}/{object_key}"


def is_stored(stack: Stack, object_key: str) -> bool:
    found = httpx.head(public_url(stack, object_key), trust_env=False)
    assert found.status_code in (200, 404)
    return found.status_code == 200


def checksum(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
