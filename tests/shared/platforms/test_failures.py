from __future__ import annotations

import asyncio
import socket

import pytest

from shared.egress import Egress, new_client
from shared.platforms.failures import Certainty, PlatformAnswer, PlatformFailure, call, parse
from shared.settings import Settings


class Thing(PlatformAnswer):
    id: str


def failure_of(url: str) -> PlatformFailure:
    settings = Settings({"TIKTOK_API_URL": url.partition("/?")[0].rstrip("/")})

    async def run() -> None:
        async with new_client(settings) as http:
            await call(Egress(http), "POST", url)

    with pytest.raises(PlatformFailure) as raised:
        asyncio.run(run())
    return raised.value


def test_a_refused_connection_was_certainly_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert failure_of(f"http://127.0.0.1:{port}/?access_token=secret").certainty is Certainty.NOT_SENT


def test_a_host_without_an_address_was_certainly_not_reached() -> None:
    assert failure_of("https://nowhere.invalid/").certainty is Certainty.NOT_SENT


def test_no_address_and_no_token_is_in_a_failure() -> None:
    found = failure_of("https://nowhere.invalid/?access_token=secret")
    assert "secret" not in repr(found) + str(found) + str(found.detail())
    assert found.__cause__ is None
    assert found.__suppress_context__


@pytest.mark.parametrize(("sent", "kept"), [(7512345678901234567, "7512345678901234567"), ("007", "007")])
def test_ids_become_text(sent: object, kept: str) -> None:
    assert parse(Thing, {"id": sent, "unknown": 1}).id == kept


@pytest.mark.parametrize("content", [None, [], "x", 5, {}, {"id": None}, {"id": []}])
def test_another_shape_is_a_doubt(content: object) -> None:
    with pytest.raises(PlatformFailure) as raised:
        parse(Thing, content)
    assert raised.value.certainty is Certainty.UNCLEAR


def test_the_timeline_shows_only_what_is_there() -> None:
    assert PlatformFailure(Certainty.UNCLEAR).detail() == {}
    shown = PlatformFailure(Certainty.REFUSED, code="9", subcode="2207042", trace_id="A").detail()
    assert shown == {"platform_code": "9", "platform_subcode": "2207042", "trace_id": "A"}
