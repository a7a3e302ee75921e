"""The test-only side of TikTok: its jobs, what creators do in the app, and its webhooks."""

from __future__ import annotations

import time
from typing import Any

from sandbox.state import Sandbox
from sandbox.tiktok.jobs import PUBLIC, Job
from sandbox.tiktok.webhooks import Delivery, Event, sealed


def jobs(sandbox: Sandbox, data: dict[str, Any]) -> object:
    """Every accepted init, and what has become of it."""
    sandbox.settle()
    found = [job for job in sandbox.tiktok.jobs.values() if data.get("account") in (None, job.open_id)]
    return {"jobs": [_as_json(job) for job in found]}


def _as_json(job: Job) -> dict[str, Any]:
    return {
        "publish_id": job.publish_id,
        "account": job.open_id,
        "kind": job.kind,
        "draft": job.draft,
        "status": job.status(),
        "fail_reason": job.fail_reason,
        "created": job.created,
        "uploaded_bytes": job.uploaded_bytes,
        "downloaded_bytes": job.downloaded_bytes,
    }


def finish_draft(sandbox: Sandbox, data: dict[str, Any]) -> object:
    """The creator posts the draft from the inbox of the TikTok app."""
    sandbox.settle()
    job = sandbox.tiktok.jobs[data["publish_id"]]
    if job.ended != "SEND_TO_USER_INBOX":
        raise ValueError("only a delivered draft can be finished")
    sandbox.tiktok.events.append(job.finish_draft(data.get("privacy_level", PUBLIC), sandbox.clock.now()))
    sandbox.post(job.post())
    sandbox.settle()
    return _as_json(job)


def change_visibility(sandbox: Sandbox, data: dict[str, Any]) -> object:
    """The creator makes a post private or public in the TikTok app, or TikTok takes it down."""
    sandbox.settle()
    job, now = sandbox.tiktok.jobs[data["publish_id"]], sandbox.clock.now()
    if job.ended != "PUBLISH_COMPLETE":
        raise ValueError("only a post has a visibility")
    if data["public"]:
        job.show(now)
    else:
        sandbox.tiktok.events += job.hide(now)
    sandbox.settle()
    return _as_json(job)


def webhooks(sandbox: Sandbox, data: dict[str, Any]) -> object:
    sandbox.settle()
    kept = [entry for entry in sandbox.webhooks.deliveries if data.get("event") in (None, entry.event)]
    return {"webhooks": [delivery.as_json() for delivery in kept]}


async def deliver(sandbox: Sandbox, data: dict[str, Any]) -> object:
    """Sends now what waits, held or not; with `ids` exactly those, in that order, delivered before or not."""
    sandbox.settle()
    chosen = _chosen(sandbox, data.get("ids"))
    if data.get("order") == "reverse":
        chosen.reverse()
    for delivery in chosen if "timestamp" in data else ():
        sandbox.webhooks.sign_again(delivery, int(data["timestamp"]))
    rounds = [delivery for delivery in chosen for _ in range(1 + int(data.get("duplicate", 0)))]
    return {"sent": [await _sent(sandbox, delivery) for delivery in rounds]}


async def forge(sandbox: Sandbox, data: dict[str, Any]) -> object:
    """Any event, by anybody: `secret` signs with another key, `"send": false` only shows it."""
    now = sandbox.clock.now()
    event = Event(
        str(data["event"]), str(data["user_openid"]), float(data.get("create_time", now)), data.get("content", {})
    )
    body = sealed(str(data.get("client_key", sandbox.config.tiktok.client_key)), event)
    timestamp = int(data.get("timestamp", time.time()))
    delivery = sandbox.webhooks.signed(event.name, body, timestamp=timestamp, at=now, secret=data.get("secret"))
    if data.get("send", True):
        await sandbox.webhooks.send(delivery, now)
    return delivery.as_json()


def _chosen(sandbox: Sandbox, ids: list[str] | None) -> list[Delivery]:
    known = {delivery.id: delivery for delivery in sandbox.webhooks.deliveries}
    if ids is None:
        return [delivery for delivery in known.values() if not delivery.is_delivered]
    return [known[delivery_id] for delivery_id in ids]


async def _sent(sandbox: Sandbox, delivery: Delivery) -> dict[str, Any]:
    status = await sandbox.webhooks.send(delivery, sandbox.clock.now())
    return {"id": delivery.id, "event": delivery.event, "status": status}
