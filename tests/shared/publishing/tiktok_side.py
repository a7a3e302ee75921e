"""TikTok's side of a click: its jobs, its webhooks, and what they would look like if they were forged."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx

from sandbox.stack.clients import local_client
from sandbox.tiktok.webhooks import Event, sealed, signature
from tests.shared.publishing.clicks import Click

Json = dict[str, Any]
COMPLETE, FAILED = "post.publish.complete", "post.publish.failed"
PUBLIC, NO_LONGER_PUBLIC = "post.publish.publicly_available", "post.publish.no_longer_publicaly_available"
POST_ID = "7512345678901234567"


def control(made: Click, method: str, path: str, **body: Any) -> Json:
    url = f"{made.stack.addresses.sandbox}/control/{path}"
    with local_client(timeout=30) as client:
        return dict(client.request(method, url, json=body or None).raise_for_status().json())


def fault_later(made: Click, endpoint: str, kind: str, *, skip: int, **options: Any) -> None:
    """So many calls are left in peace before it strikes once."""
    fault = {"kind": kind, **options}
    account = made.connected.account
    control(made, "POST", "faults", endpoint=f"tiktok.{endpoint}", fault=fault, account=account, skip=skip)


def jobs(made: Click) -> list[Json]:
    found = control(made, "GET", f"jobs?account={made.connected.account}")["jobs"]
    return sorted(found, key=lambda job: job["created"])


def wait_for_jobs(made: Click) -> list[Json]:
    """Until TikTok has fetched what it must, and has ended every job."""
    for _ in range(300):
        found = jobs(made)
        if all(job["status"] in ("PUBLISH_COMPLETE", "FAILED") for job in found):
            return found
        time.sleep(0.03)
    raise AssertionError(f"TikTok is still working: {found}")


def body_of(
    made: Click,
    name: str,
    content: Mapping[str, Any] | str,
    *,
    at: float | None = None,
    open_id: str | None = None,
    client_key: str | None = None,
) -> bytes:
    """As TikTok would write it; `at` in seconds UTC."""
    event = Event(name, open_id or made.connected.account, time.time() if at is None else at, content)
    return sealed(client_key or made.stack.keys["TIKTOK_CLIENT_KEY"], event)


def deliver(made: Click, body: bytes) -> httpx.Response:
    """Signed just now, with the right secret."""
    stamp = int(time.time())
    return send(made, body, signature(made.stack.keys["TIKTOK_CLIENT_SECRET"], stamp, body))


def send(made: Click, body: bytes, *signatures: str) -> httpx.Response:
    headers = [("content-type", "application/json"), *(("tiktok-signature", value) for value in signatures)]
    with local_client(base_url=made.stack.addresses.app) as client:
        return client.post("/api/webhooks/tiktok", content=body, headers=headers)


def tell(made: Click, name: str, *, publish_id: str | None = None, at: float | None = None, **content: Any) -> int:
    """An event about this publication, genuine in everything. Returns the HTTP status."""
    job = made.row()["publish_id"] if publish_id is None else publish_id
    full = {"publish_id": job, "publish_type": "DIRECT_PUBLISH", **content}
    return deliver(made, body_of(made, name, full, at=at)).status_code
