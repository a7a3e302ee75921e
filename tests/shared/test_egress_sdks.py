"""The libraries with HTTP clients of their own reach their own host only: Anthropic's, the queue's and boto3."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import anyio
import pytest

from shared.captions.fields import CaptionFields
from shared.captions.writer import _ask
from shared.egress import DestinationRefused
from shared.errors import Refused
from shared.media.storage import Storage
from shared.media.storage_session import MOST_ERROR_BYTES
from shared.publishing.queue import queue_client, send_step
from shared.runtime import Runtime
from shared.settings import Settings
from shared.subprocessors import ANTHROPIC
from tests.shared.hosts import Host, Trap, trap

FIELDS = CaptionFields(title="Hills", description="", type="image", tags=(), project_name="Hills")
PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
KEY = base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture(autouse=True)
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[Trap]:
    """Where redirects and the environment's proxies point to. Nobody may come."""
    with trap() as found:
        for name in PROXIES:
            monkeypatch.setenv(name, found.url)
        yield found
        assert found.visitors() == 0


def redirect(status: int, to: str, *headers: str) -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status} Moved", f"location: {to}/", "content-length: 0", *headers, "", "")).encode()


def with_body(status: int, body: bytes, *headers: str) -> bytes:
    head = "\r\n".join((f"HTTP/1.1 {status} X", f"content-length: {len(body)}", "connection: close", *headers))
    return head.encode() + b"\r\n\r\n" + body


# Anthropic


def ask(url: str, **variables: str) -> str:
    environ = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": f"sk-ant-{uuid4().hex}", **variables}
    return asyncio.run(_ask(Settings(environ), FIELDS))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_caption_is_asked_for_at_anthropic_only(other: Trap, status: int) -> None:
    with Host(redirect(status, other.url), again=True) as host, pytest.raises(Refused) as refused:
        ask(host.url)

    assert refused.value.code == "caption_unavailable"
    assert "sk-ant-" in host.requests[0]


def test_an_answer_of_anthropic_is_read_up_to_a_limit() -> None:
    too_large = with_body(200, b"x" * (ANTHROPIC.most_answer_bytes + 1), "content-type: application/json")
    with Host(too_large, again=True) as host, pytest.raises(Refused) as refused:
        ask(host.url)

    assert refused.value.code == "caption_unavailable"


def test_a_destination_that_the_sdk_may_not_reach_is_no_bad_day_of_anthropics(
    other: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An internal error, for the operator to find, and not a request to try again."""
    monkeypatch.setattr("shared.captions.writer.ANTHROPIC", ANTHROPIC.__class__("X", "x", "x"))
    with pytest.raises(DestinationRefused):
        ask(other.url)


# The queue


def runtime(**variables: str) -> Runtime:
    environ = {"QUEUE_TOPIC": "publications", "CRON_SECRET": "x" * 32, "TOKEN_ENCRYPTION_KEYS": f"k1:{KEY}"}
    return Runtime.from_environ(environ | variables)


@pytest.fixture
def at_vercel(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TOKEN": "token", "REGION": "iad1"}.items():
        monkeypatch.setenv(f"VERCEL_QUEUE_{name}" if name == "TOKEN" else f"VERCEL_{name}", value)
    monkeypatch.setenv("VERCEL_DEPLOYMENT_ID", "dpl_1")


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.usefixtures("at_vercel")
def test_a_message_goes_to_the_queue_only(monkeypatch: pytest.MonkeyPatch, other: Trap, status: int) -> None:
    with Host(redirect(status, other.url), again=True) as host:
        monkeypatch.setenv("VERCEL_QUEUE_BASE_URL", host.url)
        asyncio.run(send_step(runtime(VERCEL_QUEUE_BASE_URL=host.url), str(uuid4()), delay_seconds=0))

    assert "Bearer token" in host.requests[0]


@pytest.mark.usefixtures("at_vercel")
def test_a_queue_that_the_settings_do_not_name_gets_no_message_and_no_token(
    monkeypatch: pytest.MonkeyPatch, other: Trap
) -> None:
    monkeypatch.setenv("VERCEL_QUEUE_BASE_URL", other.url)
    client = queue_client(runtime().settings, seconds=1.0)

    with pytest.raises(DestinationRefused):
        asyncio.run(client.send("publications", b"x"))


# R2


def storage(url: str) -> Storage:
    variables = {"R2_ENDPOINT": url, "R2_BUCKET": "media", "R2_ACCESS_KEY_ID": uuid4().hex}
    return Storage(Settings(variables | {"R2_SECRET_ACCESS_KEY": "0" * 64}))


def calls(store: Storage) -> dict[str, Any]:
    return {
        "head": lambda: anyio.run(store.head, "media/a.jpg"),
        "delete": lambda: anyio.run(store.delete, "media/a.jpg"),
        "read": lambda: store.read_range("media/a.jpg", 0, 9),
    }


def error_xml(code: str, **elements: str) -> bytes:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in {"Code": code, "Message": "x", **elements}.items())
    return f'<?xml version="1.0" encoding="UTF-8"?><Error>{inner}</Error>'.encode()


def moved(other: str) -> dict[str, bytes]:
    """The ways in which S3 sends a client to another region, and with it to another host."""
    host = other.removeprefix("http://")
    region = "x-amz-bucket-region: eu-west-1"
    return {
        "301": redirect(301, other, region),
        "302": redirect(302, other, region),
        "307": redirect(307, other, region),
        "400 with a region": with_body(400, b"", region),
        "PermanentRedirect": with_body(
            301, error_xml("PermanentRedirect", Endpoint=host, Region="eu-west-1"), region, f"location: {other}/"
        ),
        "AuthorizationHeaderMalformed": with_body(400, error_xml("AuthorizationHeaderMalformed", Region="eu-west-1")),
        "IllegalLocationConstraintException": with_body(
            400, error_xml("IllegalLocationConstraintException", Region="eu-west-1"), region
        ),
    }


@pytest.mark.parametrize("answer", list(moved("")))
@pytest.mark.parametrize("call", ["head", "delete", "read"])
def test_storage_stays_at_its_endpoint_whatever_it_says_of_regions(other: Trap, call: str, answer: str) -> None:
    with Host(moved(other.url)[answer], again=True) as host, pytest.raises(Refused) as refused:
        calls(storage(host.url))[call]()

    assert refused.value.code == "storage_unavailable"
    named = {line.lower() for request in host.requests for line in request.splitlines() if line[:5].lower() == "host:"}
    assert named == {f"host: {host.url.removeprefix('http://')}"}


def test_storage_refuses_an_address_that_is_not_its_endpoint(other: Trap) -> None:
    with trap() as own:
        store = storage(own.url)

        def elsewhere(request: Any, **_: object) -> None:
            request.url = request.url.replace(own.url, other.url)

        store._client.meta.events.register("request-created.s3", elsewhere)
        for call in calls(store).values():
            with pytest.raises(DestinationRefused):
                call()

        assert own.visitors() == 0


def test_what_storage_says_of_an_error_is_read_up_to_a_limit() -> None:
    endless = with_body(500, b"x" * (MOST_ERROR_BYTES + 1))
    for name in ("delete", "read"):
        with Host(endless, again=True) as host, pytest.raises(Refused) as refused:
            calls(storage(host.url))[name]()
        assert refused.value.code == "storage_unavailable"


@pytest.mark.parametrize("length", [9, 11, 5_000_000])
def test_another_number_of_bytes_than_was_asked_for_is_no_answer(length: int) -> None:
    with Host(with_body(206, b"x" * length), again=True) as host, pytest.raises(Refused):
        calls(storage(host.url))["read"]()
