"""Keeps what a session wrote and sent, and knows its secrets and where each of them may be."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import CodeType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import psycopg
from starlette.types import Message, Receive, Scope, Send

from sandbox.stack.functions import FunctionsServer
from sandbox.stack.paths import ROOT
from sandbox.stack.stack import Stack
from tests.canary.scan import Marker, Sighting

INSTAGRAM, TIKTOK = "outbound *.instagram.com", "outbound open.tiktokapis.com"
# Where each kind of marker may be: patterns of places. Everywhere else it is a leak.
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "instagram token": ("outbound graph.instagram.com *",),
    "tiktok token": (f"{TIKTOK} *",),
    # As good as a token for one file: whoever has it uploads in the creator's name.
    "tiktok upload address": ("outbound open-upload.tiktokapis.com *",),
    "instagram code": ("outbound api.instagram.com *",),
    "tiktok code": (f"{TIKTOK} POST /v2/oauth/token/*",),
    "state": (
        "response POST /api/oauth/*/start body",
        "browser answer POST /api/oauth/*/start",
        "outbound www.instagram.com *",
        "outbound www.tiktok.com *",
    ),
    "cookie": ("response POST /api/oauth/*/start header set-cookie",),
    # What Supabase's own client keeps, to stay signed in.
    "session": ("browser local storage", "browser answer POST /auth/v1/*"),
    # To its own creator and to the platforms, and where it is kept until then.
    "caption": ("response *", "browser *", "table public.publications", f"{INSTAGRAM} *", f"{TIKTOK} *"),
    # What a person calls themselves is for themselves and those they share a project with, who ask the Data API.
    "name": ("browser *", "table public.profiles"),
    # Read from Auth at the moment of sending, and nowhere else.
    "e-mail": ("browser *", "outbound api.resend.com POST /emails body"),
    "SUPABASE_SECRET_KEY": (),
    "SUPABASE_JWT_SECRET": (),
    "TOKEN_ENCRYPTION_KEYS": (),
    "INSTAGRAM_APP_SECRET": ("outbound api.instagram.com *", "outbound graph.instagram.com GET */access_token *"),
    "META_APP_SECRET": (),
    "TIKTOK_CLIENT_SECRET": (f"{TIKTOK} POST /v2/oauth/*",),
    "R2_SECRET_ACCESS_KEY": (),
    "ANTHROPIC_API_KEY": ("outbound api.anthropic.com * header *",),
    "RESEND_API_KEY": ("outbound api.resend.com * header *",),
    "RESEND_WEBHOOK_SECRET": (),
    "CRON_SECRET": (),
    "ERASURE_SIGNING_KEY": (),
    "DEMO_PASSWORD": (),
}
_SHORTEST = 16
_TOOL = 4


class Watch:
    """Installed once for the session; secrets and sightings come together as it goes."""

    def __init__(self) -> None:
        self.sightings: dict[Sighting, None] = {}
        self.markers: dict[Marker, None] = {}

    def see(self, place: str, text: str) -> None:
        if text:
            self.sightings[Sighting(place, text)] = None

    def know(self, kind: str, text: str) -> None:
        if len(text) >= _SHORTEST:
            self.markers[Marker(kind, text, ALLOWED[kind])] = None

    # Logs and exceptions

    def watch_logs(self) -> None:
        root = logging.getLogger()
        root.addHandler(_Handler(self))
        root.setLevel(logging.DEBUG)

    def watch_exceptions(self) -> None:
        """Every exception that passes through a line of ours, whether or not anybody ever shows its text."""
        ours = tuple(str(ROOT / folder) for folder in ("shared", "functions", "ops"))

        def raised(code: CodeType, _offset: int, error: BaseException) -> None:
            # Coroutines return by StopIteration: that is a value, not a text that anybody prints.
            if code.co_filename.startswith(ours) and not isinstance(error, StopIteration):
                self.see(f"exception {type(error).__name__} in {Path(code.co_filename).name}", str(error))

        monitoring = sys.monitoring
        monitoring.use_tool_id(_TOOL, "canary")
        monitoring.register_callback(_TOOL, monitoring.events.RAISE, raised)
        monitoring.set_events(_TOOL, monitoring.events.RAISE)

    def unwatch_exceptions(self) -> None:
        sys.monitoring.set_events(_TOOL, 0)
        sys.monitoring.free_tool_id(_TOOL)

    # The functions

    def watch_functions(self) -> None:
        watch, answer = self, FunctionsServer.__call__

        async def watched(server: FunctionsServer, scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await answer(server, scope, receive, send)
                return
            exchange = _Exchange(watch, scope)
            try:
                await answer(server, scope, exchange.receiver(receive), exchange.sender(send))
            finally:
                exchange.done()

        FunctionsServer.__call__ = watched  # type: ignore[method-assign, assignment]

    # Before the stack goes down

    def collect(self, stack: Stack, database: str, control: Any) -> None:
        self.know_keys(stack.keys)
        self.know_tokens(control.tokens())
        self.see_journal(control.journal())
        with psycopg.connect(database) as connection:
            for (email,) in connection.execute("select email from auth.users where email is not null"):
                self.know("e-mail", email)
            for (name,) in connection.execute(
                "select display_name from public.profiles where display_name is not null"
            ):
                self.know("name", name)
            for (caption,) in connection.execute("select distinct caption from public.publications"):
                self.know("caption", caption)
            for place, text in dump(connection):
                self.see(place, text)

    def know_keys(self, keys: Mapping[str, str]) -> None:
        for name in ALLOWED.keys() & keys.keys():
            for part in re.split(r"[:,]", keys[name]):
                self.know(name, part)

    def know_tokens(self, tokens: list[dict[str, Any]]) -> None:
        for token in tokens:
            self.know(f"{token['platform']} token", token["token"])

    def see_journal(self, entries: list[dict[str, Any]]) -> None:
        for entry in entries:
            place = f"outbound {entry['host']} {entry['method']} {entry['path']}"
            for name, value in entry["headers"].items():
                self.see(f"{place} header {name}", value)
            self.see(f"{place} query", urlencode(entry["query"]))
            self.see(f"{place} body", entry["body"])
            self._know_code(entry)
            self.know("tiktok upload address", entry["query"].get("upload_token", ""))

    def _know_code(self, entry: Mapping[str, Any]) -> None:
        platform = entry["endpoint"].partition(".")[0]
        if entry["endpoint"] in ("instagram.token", "tiktok.token"):
            for code in parse_qs(entry["body"]).get("code", []):
                self.know(f"{platform} code", code)


class _Exchange:
    def __init__(self, watch: Watch, scope: Scope) -> None:
        self._watch = watch
        self._place = f"response {scope['method']} {scope['path']}"
        self._query = scope.get("query_string", b"").decode("latin-1")
        self._path = str(scope["path"])
        self._asked = self._body = b""
        for name, value in scope["headers"]:
            if name == b"authorization":
                watch.know("session", value.decode("latin-1").partition(" ")[2])

    def receiver(self, receive: Receive) -> Receive:
        async def received() -> Message:
            message = await receive()
            self._asked += message.get("body", b"")
            return message

        return received

    def sender(self, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                for name, value in message.get("headers", []):
                    self._header(name.decode("latin-1").lower(), value.decode("latin-1"))
            self._body += message.get("body", b"")
            await send(message)

        return sent

    def _header(self, name: str, value: str) -> None:
        self._watch.see(f"{self._place} header {name}", value)
        cookie = value.partition("=")[2].partition(";")[0].strip('"')
        if name == "set-cookie" and cookie:
            self._watch.know("cookie", cookie)

    def done(self) -> None:
        text = self._body.decode("utf-8", "replace")
        self._watch.see(f"{self._place} body", text)
        if self._path.endswith("/start") and "authorization_url" in text:
            url = json.loads(text)["authorization_url"]
            self._watch.know("state", parse_qs(urlsplit(url).query)["state"][0])
        self._know_caption()

    def _know_caption(self) -> None:
        """Also of a post that was refused, and so was never stored."""
        try:
            asked = json.loads(self._asked)
        except (ValueError, RecursionError):
            return
        if isinstance(asked, dict) and isinstance(asked.get("caption"), str):
            self._watch.know("caption", asked["caption"])


class _Handler(logging.Handler):
    """The functions run in this process; what any library of theirs would log counts too."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(logging.DEBUG)
        self._watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        self._watch.see(f"log {record.name}", self.format(record))


def dump(connection: psycopg.Connection[Any]) -> Iterator[tuple[str, str]]:
    """Every row of every table, as text, but for the schema that Supabase Auth keeps to itself."""
    tables = connection.execute(
        "select format('%I.%I', schemaname, tablename) from pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema', 'auth', 'supabase_migrations')"
    ).fetchall()
    for (table,) in tables:
        for (row,) in connection.execute(f"select t::text from {table} as t"):
            yield f"table {table}", row
