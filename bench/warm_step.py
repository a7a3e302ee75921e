"""`make bench-warm`: our own time in a warm publish step, above the same upstream calls made by hand with httpx.

Everything upstream is one local server in another process that answers at once. A step that commits an Instagram
photo goes through the real endpoint; the calls that it made are then sent again by a bare client, one after the other.
Both run by turns, so that a busy machine disturbs both.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import multiprocessing
import os
import secrets
import statistics
import sys
import time
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.stack.ports import free_ports
from shared import runtime
from shared.runtime import Runtime
from shared.secret import Secret
from shared.vault import Place

ROUNDS = 300
WARM_UP = 30
BUDGET_MS = 15.0
PUBLICATION, CONNECTION = "5b6c8f1e-0f5e-4b7e-9a51-0d8c3a9f2b11", "0e4a5a1c-7a0f-4f43-8a6e-3f6f1d2c4b5a"
JWT = "e30.e30.e30"


@dataclass(frozen=True, slots=True)
class Sent:
    """One upstream call, as it left."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


def view(**changes: Any) -> dict[str, Any]:
    return {
        "id": PUBLICATION, "project_id": CONNECTION, "content_id": CONNECTION, "connection_id": CONNECTION,
        "platform": "instagram", "kind": "photo", "caption": "Hello from the hills", "state": "processing",
        "reason": None, "post_id": None, "permalink": None, "created_at": "2026-11-23T10:00:00+00:00",
        "finished_at": None, "next_step_at": "2026-11-23T10:00:00+00:00", **changes,
    }  # fmt: skip


def claim(sealed: str) -> dict[str, Any]:
    publication = view(
        options={}, container_id="18000000000000001", publish_id=None, epoch=1, looks=1, attempts=0,
        seconds_since_intent=None, age_seconds=2.0, state_seconds=1.0,
    )  # fmt: skip
    account = {
        "connection_id": CONNECTION, "platform_account_id": "17841400000000001", "status": "active",
        "access_token": sealed, "version": 1, "can_refresh": False, "access_seconds_left": 5_000_000.0,
    }  # fmt: skip
    item = {
        "position": 0, "object_key": "media/0.jpg", "media_type": "image/jpeg", "byte_size": 10**6, "width": 1080,
        "height": 1350,
    }  # fmt: skip
    return {
        "publication": publication, "items": [item], "item_count": 1, "cover": None, "upload": None, "account": account,
    }  # fmt: skip


def serve_upstreams(port: int, sealed: str) -> None:
    """PostgREST and Instagram in one, and without a thought."""
    answers = {
        "/rest/v1/rpc/may_advance": view(),
        "/rest/v1/rpc/claim_publication": claim(sealed),
        "/rest/v1/rpc/record_step": view(state="published", next_step_at=None),
        "/v26.0/18000000000000001": {"status_code": "FINISHED", "status": "Finished: ready."},
        "/v26.0/17841400000000001/media_publish": {"id": "17900000000000001"},
        "/v26.0/17900000000000001": {"permalink": "https://www.instagram.com/p/D00000000/"},
    }

    async def answer(request: Request) -> Response:
        return JSONResponse(answers[request.url.path])

    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


def environment(port: int) -> dict[str, str]:
    base = f"http://127.0.0.1:{port}"
    return {
        "SUPABASE_URL": base,
        "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_bench",
        "SUPABASE_SECRET_KEY": "sb_secret_bench",
        "INSTAGRAM_GRAPH_URL": base,
        "R2_PUBLIC_URL": "https://media.itoms.test",
        "TOKEN_ENCRYPTION_KEYS": f"bench:{b64encode(secrets.token_bytes(32)).decode()}",
    }


async def measured(port: int) -> tuple[list[float], list[float], int]:
    """Milliseconds of each step, of the same calls by hand, and how many calls that are."""
    from functions.publications.advance import app  # noqa: PLC0415

    step = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://itoms")
    by_hand = httpx.AsyncClient(trust_env=False)
    sent = await recorded(step)
    steps, bare = [], []
    for number in range(WARM_UP + ROUNDS):
        first, second = await timed(one_step(step)), await timed(send_again(by_hand, sent))
        if number >= WARM_UP:
            steps.append(first)
            bare.append(second)
    return steps, bare, len(sent)


async def recorded(step: httpx.AsyncClient) -> list[Sent]:
    """What one step sends, by a hook on the client that every upstream call of ours goes through."""
    sent: list[Sent] = []

    async def note(request: httpx.Request) -> None:
        sent.append(Sent(request.method, str(request.url), dict(request.headers), await request.aread()))

    hooks = runtime.current().egress.client.event_hooks
    hooks["request"].append(note)
    runtime.current().egress.client.event_hooks = hooks
    await one_step(step)
    runtime.current().egress.client.event_hooks = {"request": [], "response": []}
    return sent


async def one_step(step: httpx.AsyncClient) -> None:
    answer = await step.post("/", json={"publication_id": PUBLICATION}, headers={"authorization": f"Bearer {JWT}"})
    if (answer.status_code, answer.json().get("state")) != (200, "published"):
        raise SystemExit(f"the step did not publish: {answer.text}")


async def send_again(client: httpx.AsyncClient, sent: list[Sent]) -> None:
    for one in sent:
        answer = await client.request(one.method, one.url, headers=one.headers, content=one.body)
        json.loads(answer.content)


async def timed(work: Any) -> float:
    started = time.perf_counter()
    await work
    return (time.perf_counter() - started) * 1000


def main() -> int:
    port = free_ports(1)[0]
    os.environ.update(environment(port))
    vault = Runtime.from_environ(os.environ).vault
    sealed = vault.seal(Secret("IGAA" + "x" * 180), Place(CONNECTION, "instagram", "access"))
    upstreams = multiprocessing.get_context("spawn").Process(target=serve_upstreams, args=(port, sealed), daemon=True)
    upstreams.start()
    wait_for(port)
    steps, bare, calls = asyncio.run(quietly(port))
    upstreams.terminate()
    own = statistics.median(steps) - statistics.median(bare)
    print(f"upstream calls in one step          {calls}")
    print(f"the step, p50                       {statistics.median(steps):6.2f} ms")
    print(f"the same calls by hand, p50         {statistics.median(bare):6.2f} ms")
    print(f"our own time, p50                   {own:6.2f} ms (at most {BUDGET_MS:.0f})")
    print(f"ratio                               {statistics.median(steps) / statistics.median(bare):6.2f}")
    return 0 if own <= BUDGET_MS else 1


async def quietly(port: int) -> tuple[list[float], list[float], int]:
    """Log lines are part of a request's work, and not of what this prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        return await measured(port)


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/rest/v1/rpc/may_advance", trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the upstream server did not start")


if __name__ == "__main__":
    sys.exit(main())
