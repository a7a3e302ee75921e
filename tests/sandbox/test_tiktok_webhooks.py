from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from sandbox import Sandbox, SandboxConfig
from sandbox.app import create_app
from sandbox.server import BackgroundServer
from tests.sandbox.conftest import MEDIA, TIKTOK_REDIRECT, Driver, MediaHost
from tests.sandbox.tiktok_calls import (
    CANCEL,
    DRAFT_INIT,
    MIA,
    PULL,
    STATUS,
    VIDEO_INIT,
    accepted,
    state,
    token_of,
    video_body,
)

Eventually = Callable[[Callable[[], bool]], None]
COMPLETE, PUBLIC = "post.publish.complete", "post.publish.publicly_available"


class Receiver:
    """A webhook address: keeps every request, and answers as it is told."""

    def __init__(self) -> None:
        self.received: list[tuple[bytes, str]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.received.append((body, self.headers["TikTok-Signature"]))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/api/webhooks/tiktok"

    def events(self) -> list[str]:
        return [json.loads(body)["event"] for body, _ in self.received]

    def contents(self) -> list[dict[str, Any]]:
        return [json.loads(json.loads(body)["content"]) for body, _ in self.received]


@pytest.fixture(scope="module")
def address() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture(scope="module")
def subscribed(address: Receiver, media_host: MediaHost) -> Iterator[Driver]:
    tiktok = {"redirect_uris": [TIKTOK_REDIRECT], "verified_prefixes": [f"{MEDIA}/"], "webhook_url": address.url}
    hosts = {MEDIA: f"http://127.0.0.1:{media_host.server.server_port}"}
    config = SandboxConfig.from_dict({"tiktok": tiktok, "media_hosts": hosts})
    with BackgroundServer(create_app(Sandbox.from_config(config))) as server:
        yield Driver(server.url, config)


@pytest.fixture
def told(subscribed: Driver, media: MediaHost) -> Driver:
    subscribed.http.cookies.clear()
    subscribed.control("reset")
    subscribed.control("settings", tiktok={"ready_after": 0.0, "moderation_delay": 0.0})
    return subscribed


@pytest.fixture
def receiver(told: Driver, address: Receiver) -> Receiver:
    address.received.clear()
    address.status = 200
    return address


def begin(driver: Driver, path: str = VIDEO_INIT, body: dict[str, Any] | None = None) -> str:
    return str(accepted(driver.tiktok(path, token_of(driver), body or video_body()))["publish_id"])


def waiting(driver: Driver) -> list[dict[str, Any]]:
    return list(driver.http.get("/control/webhooks").json()["webhooks"])


def signed(driver: Driver, body: bytes, signature: str) -> bool:
    stamp, _, digest = signature.removeprefix("t=").partition(",s=")
    key = driver.config.tiktok.client_secret.encode()
    return hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest() == digest


def test_a_post_is_announced_though_nobody_asks(told: Driver, receiver: Receiver, eventually: Eventually) -> None:
    told.control("settings", tiktok={"ready_after": 0.2, "moderation_delay": 0.1})
    began = time.time()
    publish_id = begin(told)
    eventually(lambda: len(receiver.received) == 2)
    assert time.time() - began >= 0.3
    assert receiver.events() == [COMPLETE, PUBLIC]
    complete, public = receiver.contents()
    assert complete == {"publish_id": publish_id, "publish_type": "DIRECT_PUBLISH"}
    assert public["post_id"] == told.ledger()[0]["post_id"]
    assert told.journal("tiktok.status") == []


def test_a_webhook_is_signed_over_the_bytes_that_were_sent(
    told: Driver, receiver: Receiver, eventually: Eventually
) -> None:
    begin(told)
    eventually(lambda: len(receiver.received) == 2)
    for body, signature in receiver.received:
        assert signed(told, body, signature)
        envelope = json.loads(body)
        assert set(envelope) == {"client_key", "event", "create_time", "user_openid", "content"}
        assert (envelope["client_key"], envelope["user_openid"]) == (told.config.tiktok.client_key, MIA)
        assert isinstance(envelope["content"], str)
        assert envelope["create_time"] == pytest.approx(time.time(), abs=5)


def test_a_moved_clock_ends_jobs_and_tells_of_it(told: Driver, receiver: Receiver, eventually: Eventually) -> None:
    told.control("settings", tiktok={"ready_after": 3600.0, "moderation_delay": 3600.0})
    token = token_of(told)
    publish_id = accepted(told.tiktok(VIDEO_INIT, token, video_body()))["publish_id"]
    eventually(lambda: state(told, token, publish_id)["downloaded_bytes"] > 0)
    told.advance(3601)
    eventually(lambda: receiver.events() == [COMPLETE])
    told.advance(3600)
    eventually(lambda: receiver.events() == [COMPLETE, PUBLIC])


def test_failures_cancellations_and_drafts_have_their_events(
    told: Driver, receiver: Receiver, eventually: Eventually
) -> None:
    told.fault("tiktok.video_init", kind="media_error", reason="internal")
    begin(told)
    eventually(lambda: receiver.events() == ["post.publish.failed"])
    assert receiver.contents()[0]["reason"] == "internal"
    draft = begin(told, DRAFT_INIT, {"source_info": PULL})
    eventually(lambda: receiver.events()[1:] == ["post.publish.inbox_delivered"])
    assert receiver.contents()[1] == {"publish_id": draft, "publish_type": "INBOX_SHARE"}
    told.control("settings", tiktok={"ready_after": 30.0})
    cancelled = begin(told)
    told.tiktok(CANCEL, token_of(told), {"publish_id": cancelled})
    eventually(lambda: len(receiver.received) == 3)
    assert receiver.contents()[2]["reason"] == "publish_cancelled"


def test_a_creator_can_hide_a_post_and_show_it_again(told: Driver, receiver: Receiver, eventually: Eventually) -> None:
    publish_id = begin(told)
    eventually(lambda: len(receiver.received) == 2)
    told.control("visibility", publish_id=publish_id, public=False)
    eventually(lambda: receiver.events()[2:] == ["post.publish.no_longer_publicaly_available"])
    assert state(told, token_of(told), publish_id)["publicaly_available_post_id"] == []
    told.control("visibility", publish_id=publish_id, public=True)
    eventually(lambda: receiver.events()[3:] == [PUBLIC])


def test_a_private_post_that_is_made_public_is_announced(
    told: Driver, receiver: Receiver, eventually: Eventually
) -> None:
    publish_id = begin(told, body=video_body(privacy_level="SELF_ONLY"))
    eventually(lambda: receiver.events() == [COMPLETE])
    told.control("visibility", publish_id=publish_id, public=True)
    eventually(lambda: receiver.events() == [COMPLETE, PUBLIC])


def test_withdrawn_access_is_told_and_fails_the_running_jobs(
    told: Driver, receiver: Receiver, eventually: Eventually
) -> None:
    told.control("settings", tiktok={"ready_after": 30.0})
    begin(told)
    told.control("disconnect", account=MIA)
    eventually(lambda: sorted(receiver.events()) == ["authorization.removed", "post.publish.failed"])
    assert {"reason": 1} in receiver.contents()
    told.tiktok_oauth("revoke", token=token_of(told))
    eventually(lambda: receiver.contents()[2:] == [{"reason": 5}])


def test_a_webhook_that_is_not_taken_comes_again(told: Driver, receiver: Receiver, eventually: Eventually) -> None:
    receiver.status = 503
    begin(told, body=video_body(privacy_level="SELF_ONLY"))
    eventually(lambda: [entry["last_status"] for entry in waiting(told)] == [503])
    told.advance(61)
    eventually(lambda: waiting(told)[0]["attempts"] == 2)
    receiver.status = 200
    told.advance(121)
    eventually(lambda: waiting(told)[0]["delivered"])
    told.advance(86400)
    assert len(receiver.received) == 3
    assert len(set(receiver.received)) == 1


def test_a_retry_can_have_a_signature_of_its_own(told: Driver, receiver: Receiver, eventually: Eventually) -> None:
    told.control("settings", tiktok={"webhook_retry_signature": "fresh"})
    receiver.status = 500
    begin(told, body=video_body(privacy_level="SELF_ONLY"))
    eventually(lambda: [entry["attempts"] for entry in waiting(told)] == [1])
    told.advance(61)
    eventually(lambda: len(receiver.received) == 2)
    assert len({signature for _, signature in receiver.received}) == 2
    assert all(signed(told, *request) for request in receiver.received)


def test_after_three_days_a_webhook_is_given_up(told: Driver, receiver: Receiver, eventually: Eventually) -> None:
    receiver.status = 404
    begin(told, body=video_body(privacy_level="SELF_ONLY"))
    eventually(lambda: [entry["attempts"] for entry in waiting(told)] == [1])
    told.advance(72 * 3600)
    eventually(lambda: waiting(told)[0]["attempts"] == 2)
    told.advance(72 * 3600)
    assert waiting(told)[0]["attempts"] == 2


def test_held_webhooks_can_be_read_and_delivered_by_hand(
    told: Driver, receiver: Receiver, eventually: Eventually
) -> None:
    told.control("settings", tiktok={"webhooks": "held"})
    begin(told)
    eventually(lambda: len(waiting(told)) == 2)
    assert receiver.received == []
    first, second = waiting(told)
    assert signed(told, first["body"].encode(), first["headers"]["TikTok-Signature"])
    httpx.post(receiver.url, content=first["body"], headers=first["headers"])
    assert receiver.received == [(first["body"].encode(), first["signature"])]
    sent = told.control("webhooks/deliver", order="reverse", duplicate=1)["sent"]
    assert [entry["id"] for entry in sent] == [second["id"]] * 2 + [first["id"]] * 2
    assert told.control("webhooks/deliver")["sent"] == []
    again = told.control("webhooks/deliver", ids=[first["id"]], timestamp=1)["sent"]
    assert [entry["status"] for entry in again] == [200]
    assert receiver.received[-1][1].startswith("t=1,")


def test_switching_from_held_to_on_sends_what_waits(told: Driver, receiver: Receiver, eventually: Eventually) -> None:
    told.control("settings", tiktok={"webhooks": "held"})
    begin(told)
    eventually(lambda: len(waiting(told)) == 2)
    told.control("settings", tiktok={"webhooks": "on"})
    eventually(lambda: receiver.events() == [COMPLETE, PUBLIC])


def test_any_event_can_be_forged(told: Driver, receiver: Receiver) -> None:
    content = {"publish_id": "v_pub_url~x", "publish_type": "DIRECT_PUBLISH"}
    event = {"event": COMPLETE, "user_openid": MIA, "content": content}
    shown = told.control("webhooks/forge", **event, create_time=7, timestamp=9)
    [(body, signature)] = receiver.received
    assert (json.loads(body)["create_time"], signature.split(",")[0]) == (7, "t=9")
    assert (shown["last_status"], shown["body"]) == (200, body.decode())
    assert signed(told, body, signature)
    told.control("webhooks/forge", **event, secret="other")
    assert not signed(told, *receiver.received[1])
    kept = told.control("webhooks/forge", **event, send=False)
    assert (kept["attempts"], len(receiver.received)) == (0, 2)


def test_without_an_address_nothing_is_sent(driver: Driver, eventually: Eventually) -> None:
    token = token_of(driver)
    publish_id = accepted(driver.tiktok(VIDEO_INIT, token, video_body()))["publish_id"]
    eventually(lambda: driver.tiktok(STATUS, token, {"publish_id": publish_id}).json()["data"]["status"] != "")
    eventually(lambda: len(waiting(driver)) == 2)
    assert [entry["attempts"] for entry in waiting(driver)] == [0, 0]
