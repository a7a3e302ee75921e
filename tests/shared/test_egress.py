"""The one way out, against real sockets: bounded in time and size, never redirected, carrying nothing over."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import struct
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from shared import logs
from shared.egress import USER_AGENT, Answer, CallFailed, Egress, new_client
from shared.settings import Settings
from shared.subprocessors import META
from tests.shared.hosts import OK, Host, Respond


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _drip(connection: socket.socket) -> None:
    """A byte every 20 ms: each one would restart a timeout that only watches the gaps."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.02)


def _say_nothing(connection: socket.socket) -> None:
    connection.settimeout(5)
    connection.recv(1)


def _settings(url: str) -> Settings:
    """Of a deployment whose Instagram is the host of this address."""
    parts = urlsplit(url)
    return Settings({"INSTAGRAM_GRAPH_URL": f"{parts.scheme}://{parts.netloc}"})


def _send(*urls: str, seconds: float = 5.0) -> list[Answer]:
    async def run() -> list[Answer]:
        async with new_client(_settings(urls[0])) as client:
            egress = Egress(client)
            return [await egress.send(client.build_request("GET", url), seconds=seconds) for url in urls]

    return asyncio.run(run())


def _failure(url: str, seconds: float = 5.0) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        _send(url, seconds=seconds)
    return caught.value


def _with_body(body: bytes, *headers: str) -> bytes:
    head = "\r\n".join(("HTTP/1.1 200 OK", f"content-length: {len(body)}", "connection: close", *headers))
    return head.encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with Host(b"") as other:
        redirect = f"HTTP/1.1 {status} Found\r\nlocation: {other.url}/\r\ncontent-length: 0\r\n\r\n"
        with Host(redirect.encode()) as host:
            [answer] = _send(f"{host.url}/token?secret=marker")

        assert answer.status == status
    assert other.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(_with_body(b"x" * 10_000_000), id="10 MB"),
        pytest.param(_with_body(b"x" * (META.most_answer_bytes + 1)), id="one byte too many"),
        pytest.param(_with_body(gzip.compress(b"x" * 50_000_000), "content-encoding: gzip"), id="compressed bomb"),
        pytest.param(
            _with_body(gzip.compress(gzip.compress(b"x" * 50_000_000)), "content-encoding: gzip, gzip"), id="twice"
        ),
        pytest.param(_with_body(gzip.compress(b"x"), "content-encoding: gzip"), id="compressed at all"),
        pytest.param(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + b"x" * 10_000_000, id="of no stated length"),
    ],
)
def test_an_answer_that_is_too_large_is_cut_off(answer: bytes) -> None:
    with Host(answer) as host:
        assert _failure(host.url).sent


def test_the_largest_answer_that_is_allowed_is_read_whole() -> None:
    with Host(_with_body(b"x" * META.most_answer_bytes)) as host:
        [answer] = _send(host.url)

    assert len(answer.body) == META.most_answer_bytes


@pytest.mark.parametrize("respond", [_drip, _say_nothing])
def test_a_slow_answer_ends_with_the_deadline(respond: Respond) -> None:
    with Host(respond) as host:
        assert _failure(host.url, seconds=0.2).sent


def _cannot_be_reached() -> Iterator[tuple[str, str]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    yield "refused", f"http://127.0.0.1:{port}/"
    yield "no such name", "https://nobody.invalid/"


@pytest.mark.parametrize("url", [pytest.param(url, id=name) for name, url in _cannot_be_reached()])
def test_a_call_that_never_left_is_known_to_have_had_no_effect(url: str) -> None:
    assert not _failure(url).sent


def test_a_host_that_speaks_no_tls_gets_no_request() -> None:
    with Host(b"HTTP/1.1 400 Bad Request\r\n\r\n") as host:
        assert not _failure(host.url.replace("http://", "https://")).sent

    assert "GET" not in host.requests[0]


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(_reset, id="reset"),
        pytest.param(b"", id="closed"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", id="cut short"),
        pytest.param(b"\x00\xff garbage\r\n\r\n", id="not HTTP"),
        pytest.param(_with_body(b"not gzip", "content-encoding: gzip"), id="not the encoding it says"),
    ],
)
def test_after_sending_every_failure_may_have_had_an_effect(response: Respond | bytes) -> None:
    with Host(response) as host:
        assert _failure(host.url).sent

    assert host.requests[0].startswith("GET / "), "the request did arrive"


def test_a_failure_names_the_host_and_not_the_address() -> None:
    with Host(_reset) as host:
        failure = _failure(f"{host.url}/me?access_token=marker")

    assert failure.host == "127.0.0.1"
    shown = repr(failure) + str(failure) + "".join(traceback.format_exception(failure, chain=True))
    assert "marker" not in shown


def test_a_cookie_of_an_answer_is_never_sent_again() -> None:
    """One process serves many people: what a platform sets for one must not reach it with another."""
    with Host(_with_body(b"ok", "set-cookie: session=ada; Path=/", "set-cookie: b=1"), OK) as host:
        _send(f"{host.url}/one", f"{host.url}/two")

    assert [request.split()[1] for request in host.requests] == ["/one", "/two"]
    assert not [request for request in host.requests if "cookie" in request.lower()]


def test_calls_go_out_under_our_own_name() -> None:
    with Host(OK) as host:
        _send(host.url)

    assert f"user-agent: {USER_AGENT}\r\n" in host.requests[0].lower().replace("\r\n\r\n", "\r\n")


def test_the_environment_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy or a password from the environment would see, or be seen by, the platforms."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password marker\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with Host(OK) as host:
        [answer] = _send(host.url)

    assert answer.body == b"ok"
    assert "authorization" not in host.requests[0].lower()


def test_addresses_do_not_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    logs.configure()
    caplog.set_level(logging.DEBUG)
    with Host(OK, _reset) as host:
        _send(f"{host.url}/refresh?access_token=marker")
        _failure(f"{host.url}/refresh?access_token=marker")

    assert "marker" not in caplog.text


@pytest.mark.parametrize(
    ("body", "parsed"), [(b'{"a": 1}', {"a": 1}), (b"<html>", None), (b"", None), (b"\xff", None), (b'{"a"', None)]
)
def test_a_body_that_is_not_json_is_none(body: bytes, parsed: object) -> None:
    assert Answer(200, {}, body).json() == parsed
