"""TikTok's webhook under attack: what TikTok did not sign, or nobody can read, changes nothing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sandbox.stack.clients import local_client
from sandbox.stack.stack import Stack
from sandbox.tiktok.webhooks import signature
from shared.errors import Refused
from shared.publishing.tiktok_webhook import receive
from tests.shared.publishing.clicks import Database, RuntimeAt
from tests.shared.publishing.tiktok_side import COMPLETE

pytest_plugins = ["tests.shared.publishing.desk"]

WINDOW = 300
MakeBody = Callable[..., bytes]
Post = Callable[..., httpx.Response]


@pytest.fixture
def new_body(stack: Stack) -> MakeBody:
    """An event that nobody has sent before, about a post that is not ours."""

    def make(**changes: Any) -> bytes:
        content = json.dumps({"publish_id": f"v_pub_url~{uuid.uuid4().hex}", "publish_type": "DIRECT_PUBLISH"})
        envelope = {
            "client_key": stack.keys["TIKTOK_CLIENT_KEY"],
            "event": COMPLETE,
            "create_time": int(time.time()),
            "user_openid": "-000nobody",
            "content": content,
        }
        return json.dumps(envelope | changes, separators=(",", ":")).encode()

    return make


@pytest.fixture
def post(stack: Stack) -> Post:
    def post(body: bytes, *signatures: str) -> httpx.Response:
        headers = [("content-type", "application/json"), *(("tiktok-signature", value) for value in signatures)]
        with local_client(base_url=stack.addresses.app) as client:
            return client.post("/api/webhooks/tiktok", content=body, headers=headers)

    return post


@pytest.fixture
def sign(stack: Stack) -> Callable[..., str]:
    def sign(body: bytes, *, age: float = 0.0) -> str:
        return signature(stack.keys["TIKTOK_CLIENT_SECRET"], int(time.time() - age), body)

    return sign


def digests(db: Database) -> int:
    found = db.execute("select count(*) from private.webhook_deliveries").fetchone()
    assert found is not None
    return int(found[0])


def test_what_tiktok_signed_is_taken(new_body: MakeBody, post: Post, sign: Callable[..., str], db: Database) -> None:
    before, body = digests(db), new_body()
    answer = post(body, sign(body))
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    assert digests(db) == before + 1


def forged(body: bytes, secret: str) -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """What an attacker may try, and what goes wrong on the way: by name, the body and the headers."""
    now = int(time.time())
    good = signature(secret, now, body)
    stamp, digest = good.split(",")
    unstamped = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    changed = body.replace(b'"create_time":1', b'"create_time":2')
    written_anew = json.dumps(json.loads(body)).encode()
    assert changed != body != written_anew
    return {
        "another secret": (body, (signature("another-secret", now, body),)),
        "an empty secret": (body, (signature("", now, body),)),
        "a changed byte": (changed, (good,)),
        "a byte more": (body + b" ", (good,)),
        "a byte less": (body[:-1], (good,)),
        "JSON written anew": (written_anew, (good,)),
        "no header": (body, ()),
        "an empty header": (body, ("",)),
        "without the time in it": (body, (f"t={now},s={unstamped}",)),
        "another time": (body, (f"t={now - 1},{digest}",)),
        "no time": (body, (digest,)),
        "no digest": (body, (stamp,)),
        "an empty digest": (body, (f"{stamp},s=",)),
        "a cut digest": (body, (good[:-1],)),
        "a longer digest": (body, (good + "0",)),
        "upper-case hex": (body, (f"{stamp},s={digest[2:].upper()}",)),
        "a space": (body, (f"{stamp}, {digest}",)),
        "the other way round": (body, (f"{digest},{stamp}",)),
        "a sign before the time": (body, (f"t=+{now},{digest}",)),
        "a time that never ends": (body, (f"t={'9' * 5000},{digest}",)),
        "a fraction": (body, (f"t={now}.0,{digest}",)),
        "two digests": (body, (f"{good},s={digest[2:]}",)),
        "two headers": (body, ("t=1,s=" + "0" * 64, good)),
        "two headers in one": (body, (f"{good}, {good}",)),
        "another scheme": (body, (f"sha256={digest[2:]}",)),
    }


@pytest.mark.parametrize("name", list(forged(b'{"create_time":1, "a": 1}', "secret")))
def test_what_tiktok_did_not_sign_is_refused_and_leaves_nothing(
    new_body: MakeBody, post: Post, stack: Stack, db: Database, name: str
) -> None:
    before = digests(db)
    body, headers = forged(new_body(), stack.keys["TIKTOK_CLIENT_SECRET"])[name]
    answer = post(body, *headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_invalid")
    assert digests(db) == before


@pytest.mark.parametrize(("age", "status"), [(290, 200), (-290, 200), (320, 401), (-320, 401), (86400, 401)])
def test_a_signature_is_good_for_five_minutes_before_and_after(
    new_body: MakeBody, post: Post, sign: Callable[..., str], age: float, status: int
) -> None:
    body = new_body()
    assert post(body, sign(body, age=age)).status_code == status


@pytest.mark.parametrize(
    ("age", "is_taken"), [(WINDOW, True), (WINDOW + 1, False), (-WINDOW, True), (-WINDOW - 1, False)]
)
def test_the_window_ends_to_the_second(
    new_body: MakeBody, runtime_at: RuntimeAt, stack: Stack, age: int, is_taken: bool
) -> None:
    now, body = int(time.time()), new_body()
    runtime = replace(runtime_at(), now=lambda: datetime.fromtimestamp(now, UTC))
    header = signature(stack.keys["TIKTOK_CLIENT_SECRET"], now - age, body)

    async def run() -> bool:
        async with runtime.egress.client:
            try:
                await receive(runtime, body, signature=header)
            except Refused:
                return False
        return True

    assert asyncio.run(run()) is is_taken


UNREADABLE: list[dict[str, Any]] = [
    {"client_key": "another_app"},
    {"client_key": None},
    {"event": None},
    {"event": "post.publish.something_of_next_year"},
    {"create_time": "yesterday"},
    {"create_time": -1},
    {"create_time": 10**30},
    {"user_openid": ""},
    {"user_openid": None},
    {"content": None},
    {"content": {"publish_id": "v_pub_url~x"}},
    {"content": "{"},
    {"content": "[]"},
    {"content": "null"},
    {"content": ""},
    {"content": "[" * 50_000},
    {"content": json.dumps({"publish_id": ["v_pub_url~x"]})},
    {"user_openid": "-000\0nobody"},
    {"content": json.dumps({"publish_id": "x" * 65})},
    {"content": json.dumps({"publish_id": "v_pub_url~x", "post_id": "not a number"})},
    {"content": json.dumps({"publish_id": "v_pub_url~\0x"})},
    {"content": json.dumps({"publish_id": "v_pub_url~x", "publish_type": "INBOX_SHARE"})},
]


@pytest.mark.parametrize("changes", UNREADABLE, ids=lambda changes: str(changes)[:60])
def test_what_we_do_not_understand_is_taken_once_and_changes_nothing(
    new_body: MakeBody, post: Post, sign: Callable[..., str], db: Database, changes: dict[str, Any]
) -> None:
    """It would not become clearer by 72 hours of deliveries."""
    before, body = digests(db), new_body(**changes)
    assert post(body, sign(body)).status_code == 200
    assert digests(db) == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe", b"[" * 50_000])
def test_a_signed_body_that_is_no_event_is_taken(post: Post, sign: Callable[..., str], body: bytes) -> None:
    assert post(body, sign(body)).status_code == 200


def test_only_post_is_taken(api: httpx.Client) -> None:
    assert api.get("/api/webhooks/tiktok").status_code == 405
