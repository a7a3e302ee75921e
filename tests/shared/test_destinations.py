"""Nothing leaves for an address that is not a recipient's own, whoever asks and however it is spelled."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import anyio
import httpx
import httpx2
import pytest
from postgrest import AsyncPostgrestClient
from starlette.responses import Response

from shared import egress_httpx2
from shared.database import Database, DatabaseError
from shared.egress import DestinationRefused, Egress, new_client
from shared.errors import Refused
from shared.runtime import Runtime
from shared.secret import Secret
from shared.settings import Settings
from shared.subprocessors import META, SUPABASE
from shared.web.endpoint import Call, answer, public_endpoint
from tests.shared.hosts import Host, Trap, trap

OURS = "graph.instagram.com"
Send = Callable[[Settings, str], Coroutine[Any, Any, object]]


async def by_httpx(settings: Settings, url: str) -> object:
    async with new_client(settings) as client:
        # As somebody could call it by mistake: with redirects, and without any hook of ours.
        client.event_hooks = {}
        return await client.get(url, follow_redirects=True)


async def by_egress(settings: Settings, url: str) -> object:
    async with new_client(settings) as client:
        return await Egress(client).send(client.build_request("POST", url, content=b"token"))


async def by_pieces(settings: Settings, url: str) -> object:
    async with new_client(settings) as client:
        return [piece async for piece in Egress(client).pieces(client.build_request("GET", url), length=2)]


async def by_postgrest(settings: Settings, url: str) -> object:
    async with new_client(settings) as client:
        return await AsyncPostgrestClient(url, http_client=client, retry_enabled=False).rpc("x", {}).execute()


async def by_httpx2(settings: Settings, url: str) -> object:
    async with egress_httpx2.new_client(settings, META, seconds=5.0) as client:
        return await client.get(url, follow_redirects=True)


SENDERS = [by_httpx, by_egress, by_pieces, by_postgrest, by_httpx2]
every_sender = pytest.mark.parametrize("send", SENDERS, ids=lambda send: send.__name__)


@pytest.fixture
def everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Trap]:
    """Where every connection ends up, whatever host and port it is meant for."""
    connect = anyio.connect_tcp
    with trap() as found:

        async def anywhere(remote_host: str, remote_port: int, **options: Any) -> Any:
            return await connect("127.0.0.1", found.port, **options)

        monkeypatch.setattr(anyio, "connect_tcp", anywhere)
        yield found


def settings_of(origin: str) -> Settings:
    return Settings({"INSTAGRAM_GRAPH_URL": origin})


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://evil.test/", id="another host"),
        pytest.param(f"https://{OURS}.evil.test/", id="ours as a part of another"),
        pytest.param(f"https://EVIL.TEST/{OURS}", id="ours as a path, in capitals"),
        pytest.param(f"https://{OURS}@evil.test/", id="ours as a name"),
        pytest.param(f"https://{OURS}:443@evil.test/", id="ours as a name and a password"),
        pytest.param(f"https://user@{OURS}/", id="a name before ours"),
        pytest.param(f"https://user:secret@{OURS}/", id="a name and a password before ours"),
        pytest.param(f"https://evil.test\\@{OURS}/", id="a backslash"),
        pytest.param(f"https://{OURS}\\.evil.test/", id="a backslash after ours"),
        pytest.param(f"https://{OURS}./", id="a dot at the end"),
        pytest.param(f"https://{OURS}:8443/", id="another port"),
        pytest.param(f"https://{OURS}:80/", id="the port of another scheme"),
        pytest.param(f"http://{OURS}/", id="without TLS"),
        pytest.param(f"http://{OURS}:443/", id="without TLS on the port of TLS"),
        pytest.param(f"gopher://{OURS}/", id="another scheme"),
        pytest.param("https://graph.\u0456nstagram.com/", id="a Cyrillic letter"),
        pytest.param("https://xn--graph-instagram-com/", id="as an IDN spells it"),
        pytest.param("https://instagram.com/", id="the domain above ours"),
        pytest.param(f"https://evil.{OURS}/", id="a host below ours"),
        pytest.param("https://www.instagram.com/", id="where only a browser goes"),
        pytest.param("https://open.tiktokapis.com.evil.test/", id="TikTok's as a part of another"),
        pytest.param("https://tiktokapis.com/", id="TikTok's domain itself"),
        pytest.param("http://open.tiktokapis.com/", id="TikTok's without TLS"),
        pytest.param("https://upload.us.tiktokapis.com:8443/", id="TikTok's on another port"),
        pytest.param("https://127.0.0.1/", id="this machine"),
        pytest.param("https://[::1]/", id="this machine in IPv6"),
        pytest.param("https://169.254.169.254/latest/meta-data/", id="the cloud's own address"),
        pytest.param("/only/a/path", id="no host"),
    ],
)
@every_sender
def test_an_address_that_is_not_ours_is_refused_before_anything_is_sent(
    everywhere: Trap, send: Send, address: str
) -> None:
    # A client that cannot even read an address says so itself; yarl, in PostgREST's, with a ValueError.
    with pytest.raises((DestinationRefused, httpx.InvalidURL, httpx2.InvalidURL, ValueError)):
        asyncio.run(send(settings_of(f"https://{OURS}"), address))

    assert everywhere.visitors() == 0


@pytest.mark.parametrize("address", [f"https://{OURS}/me", f"HTTPS://{OURS.upper()}:443/me"])
@every_sender
def test_ours_is_reached_and_in_capitals_it_is_the_same_host(everywhere: Trap, send: Send, address: str) -> None:
    """That the trap above would have caught somebody."""

    async def knock() -> None:
        async with asyncio.timeout(0.2):
            await send(settings_of(f"https://{OURS}"), address)

    with pytest.raises((TimeoutError, httpx.TransportError)):
        asyncio.run(knock())

    assert everywhere.visitors() == 1


@every_sender
def test_another_port_of_this_machine_is_refused(send: Send) -> None:
    with trap() as other:
        for ours, address in (("http://127.0.0.1:1", other.url), (other.url, f"http://localhost:{other.port}")):
            with pytest.raises(DestinationRefused):
                asyncio.run(send(settings_of(ours), address))

        assert other.visitors() == 0


@pytest.mark.parametrize("send", [by_httpx, by_httpx2])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere_even_for_a_client_that_would_follow(send: Send, status: int) -> None:
    with trap() as other:
        redirect = f"HTTP/1.1 {status} Moved\r\nlocation: {other.url}/\r\ncontent-length: 0\r\n\r\n"
        with Host(redirect.encode()) as host, pytest.raises(DestinationRefused):
            asyncio.run(send(settings_of(host.url), host.url))

        assert other.visitors() == 0


def test_a_variable_that_is_not_set_or_malformed_reaches_nothing() -> None:
    with trap() as other:
        for settings in (Settings({}), settings_of(f"{other.url}/"), settings_of("http://evil.test")):
            for address in (other.url, "http://evil.test", ""):
                with pytest.raises(DestinationRefused):
                    asyncio.run(by_egress(settings, address))

        assert other.visitors() == 0


# PostgREST


def call_database(url: str) -> Any:
    environ = {"SUPABASE_URL": url, "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_test"}

    async def run() -> Any:
        settings = Settings(environ)
        async with new_client(settings) as client:
            return await Database(settings, client).as_user(Secret("a.b.c"), "anything")

    return asyncio.run(run())


def rows(size: int) -> bytes:
    body = json.dumps("x" * (size - 2)).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def test_the_database_is_read_up_to_a_limit() -> None:
    with Host(rows(SUPABASE.most_answer_bytes)) as host:
        assert len(call_database(host.url)) == SUPABASE.most_answer_bytes - 2

    with Host(rows(SUPABASE.most_answer_bytes + 1)) as host, pytest.raises(Refused) as refused:
        call_database(host.url)
    assert refused.value.code == "database_unavailable"


def test_a_redirect_of_the_database_is_not_followed() -> None:
    with trap() as other:
        redirect = f"HTTP/1.1 307 Moved\r\nlocation: {other.url}/\r\ncontent-length: 0\r\n\r\n"
        with Host(redirect.encode()) as host, pytest.raises(DatabaseError):
            call_database(host.url)

        assert other.visitors() == 0


# What the outside sees of it


def test_a_refused_destination_is_an_internal_error_and_a_line_that_names_the_host(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    environ = {"TOKEN_ENCRYPTION_KEYS": "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}
    monkeypatch.setattr("shared.runtime.current", lambda: Runtime.from_environ(environ))

    async def handle(call: Call[None]) -> Response:
        client = call.runtime.egress.client
        await call.runtime.egress.send(client.build_request("GET", "https://evil.test/marker?access_token=marker"))
        return answer({})

    async def visit() -> httpx.Response:
        transport = httpx.ASGITransport(public_endpoint("x", handle, answers={200: dict[str, str]}))
        async with httpx.AsyncClient(transport=transport, base_url="http://itoms.test") as client:
            return await client.get("/")

    caplog.set_level(logging.DEBUG)
    found = asyncio.run(visit())

    assert (found.status_code, found.json()["code"]) == (500, "internal_error")
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "itoms"]
    assert lines[0] == {"event": "destination_refused", "host": "evil.test"}
    assert [line["event"] for line in lines] == ["destination_refused", "internal_error", "request"]
    assert lines[1]["error_type"] == "DestinationRefused"
    assert "marker" not in caplog.text + found.text
