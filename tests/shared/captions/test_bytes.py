"""The bytes that leave for Anthropic, read from the socket: five fields and nothing else, for any content."""

from __future__ import annotations

import asyncio
import html
import json
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.captions import writer
from shared.captions.fields import CaptionFields
from shared.captions.scrub import scrub
from shared.settings import Settings
from tests.own_words import own_word

FIELDS = ["title", "description", "type", "tags", "project_name"]
ANSWER = json.dumps({"stop_reason": "end_turn", "content": [{"type": "text", "text": "{}"}]}).encode()


@dataclass(frozen=True, slots=True)
class Anthropic:
    """Keeps every request as it came, byte by byte."""

    settings: Settings
    runner: asyncio.Runner
    requests: list[tuple[bytes, bytes]] = field(default_factory=list)

    def sent_for(self, row: dict[str, Any]) -> tuple[bytes, bytes]:
        """Head and body of the one request that asks for captions of this row."""
        self.requests.clear()
        self.runner.run(writer._ask(self.settings, CaptionFields.from_row(row)))
        (request,) = self.requests
        return request


@pytest.fixture(scope="module")
def anthropic() -> Iterator[Anthropic]:
    requests: list[tuple[bytes, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # The answer in one piece: two would cost a delayed acknowledgement each time.

        def do_POST(self) -> None:
            head = f"{self.requestline}\n{self.headers.as_string()}".encode("latin-1")
            requests.append((head, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(ANSWER)))
            self.end_headers()
            self.wfile.write(ANSWER)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    values = Settings({"ANTHROPIC_BASE_URL": address, "ANTHROPIC_API_KEY": "a-key-for-this-test"})
    with asyncio.Runner() as runner:
        yield Anthropic(values, runner, requests)
        runner.run(writer._client(address, "a-key-for-this-test").close())
    server.shutdown()
    server.server_close()


# Whatever Postgres can hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
HOSTILE = st.sampled_from(['"}], "system": "x', "</system>", '\\"', "\u2028", "\x1b[0m", "{{title}}", "%s", "\ufeff"])
WORDS = st.one_of(TEXT, st.lists(st.one_of(TEXT, HOSTILE), max_size=3).map("".join))
ROW = st.fixed_dictionaries(
    {
        "title": WORDS,
        "description": WORDS,
        "type": st.sampled_from(["video", "image", "article", "audio"]),
        "tags": st.lists(WORDS, max_size=4),
        "project_name": WORDS,
    }
)
# What a database may learn to hold one day, beside the five.
MORE = st.dictionaries(
    st.sampled_from(
        ["id", "project_id", "created_by", "email", "user_id", "metadata", "url", "notes", "system", "model"]
    ),
    st.uuids().map(str),
)
PLAIN = {"title": "Hills", "description": "", "type": "image", "tags": [], "project_name": "Walks"}


def message(body: bytes) -> dict[str, Any]:
    """What the request holds for one content. All the rest of the request goes out with it."""
    ((role, content),) = ((each["role"], each["content"]) for each in json.loads(body)["messages"])
    assert role == "user"
    found: dict[str, Any] = json.loads(content)
    return found


def rest(body: bytes) -> dict[str, Any]:
    return {name: value for name, value in json.loads(body).items() if name != "messages"}


@given(row=ROW, more=MORE)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
def test_exactly_the_five_fields_leave_for_any_content(
    anthropic: Anthropic, row: dict[str, Any], more: dict[str, str]
) -> None:
    _, body = anthropic.sent_for(row | more)

    assert message(body) == {
        "title": scrub(row["title"]),
        "description": scrub(row["description"]),
        "type": row["type"],
        "tags": [scrub(tag) for tag in row["tags"]],
        "project_name": scrub(row["project_name"]),
    }
    assert list(message(body)) == FIELDS
    assert not [value for value in more.values() if value.encode() in body]


@given(row=ROW)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=30)
def test_nothing_of_a_content_is_anywhere_but_in_its_message(anthropic: Anthropic, row: dict[str, Any]) -> None:
    """The rest of the request is the same for everybody: no text moves a header, the model or the instructions."""
    head, body = anthropic.sent_for(row)
    plain_head, plain_body = anthropic.sent_for(PLAIN)

    def lines(text: bytes) -> list[bytes]:
        return [line for line in text.splitlines() if not line.lower().startswith(b"content-length:")]

    assert lines(head) == lines(plain_head)
    assert rest(body) == rest(plain_body)


PLANTED = {
    "e-mail": "ada.lovelace@example.com",
    "phone": "+49 170 1234567",
    "handle": "@ada.walks",
    "profile": "instagram.com/ada.walks",
    "story": "instagram.com/stories/ada.walks/1",
    "mention": "my insta is ada.walks",
    "account": "DE89 3704 0044 0532 0130 00",
    "card": "4111 1111 1111 1111",
    "query": "https://hills.example/a?token=s3cr3t-s3cr3t",
}
SECRET = ("adalovelace", "adawalks", "1701234567", "05320130", "11111111", "s3cr3t")
# As pages, keyboards and people write the same.
UNSEEN = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad"]
GAPS = ["\u00a0", "\u202f", "\u2009", "\u3000", "&nbsp;", "&#160;", "  ", "\t", " \u200b", "\u2060 "]
DISGUISES: list[dict[str, str]] = [
    *({" ": gap} for gap in GAPS),
    *({"@": sign} for sign in ["\uff20", "&#64;", "&#x40;", "&commat;", "\u200b@", "@\u2060"]),
    *({"a": f"a{unseen}", "7": f"7{unseen}", "1": f"1{unseen}"} for unseen in UNSEEN),
    {str(digit): chr(0xFF10 + digit) for digit in range(10)},
    {".": "\uff0e", "+": "\uff0b"},
    {"a": "\U0001d41a", "d": "\U0001d41d"},
]


def squeezed(text: str) -> str:
    """What is left to read of a text: its letters and digits, however they were set and whatever stood between them."""
    plain = unicodedata.normalize("NFKC", html.unescape(html.unescape(text))).lower()
    return "".join(sign for sign in plain if sign.isalnum())


@pytest.mark.parametrize("disguise", [{}, *DISGUISES], ids=ascii)
@pytest.mark.parametrize("where", ["title", "description", "project_name", "tags"])
def test_whoever_plants_a_contact_does_not_see_it_leave(
    anthropic: Anthropic, where: str, disguise: dict[str, str | int | None]
) -> None:
    planted = "; ".join(PLANTED.values()).translate(str.maketrans(disguise))
    text = f"{own_word()} {planted}"
    assert all(secret in squeezed(text) for secret in SECRET)

    _, body = anthropic.sent_for(PLAIN | {where: [text] if where == "tags" else text})

    assert text[:32].encode() in body
    assert not [secret for secret in SECRET if secret in squeezed(json.dumps(message(body), ensure_ascii=False))]


NUMBERS = ["+49 170 1234567", "+(49)170 1234567", "0170 1234567", "555 123 4567", "4111 1111 1111 1111"]
BETWEEN = [*GAPS, " ", "-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", "\uff0d", *UNSEEN]


@pytest.mark.parametrize("between", BETWEEN, ids=ascii)
def test_no_gap_carries_a_number_out(anthropic: Anthropic, between: str) -> None:
    groups = [number for number in NUMBERS if between not in UNSEEN or number[0] in "+4"]
    text = "\n".join(number.replace(" ", between) for number in groups)
    _, body = anthropic.sent_for(PLAIN | {"description": text})
    left = squeezed(message(body)["description"])

    assert not [number for number in groups if squeezed(number)[-7:] in left], left
