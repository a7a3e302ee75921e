"""One connect, step by step, so that a test can interfere between any two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl
from shared.vault import Place, Vault
from tests.people import Project

Platform = Literal["instagram", "tiktok"]
Parameters = Mapping[str, str] | Sequence[tuple[str, str]]

OTHER: Mapping[Platform, Platform] = {"instagram": "tiktok", "tiktok": "instagram"}


@dataclass(frozen=True, slots=True)
class Started:
    """What a browser holds after the click on Connect."""

    url: str
    state: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Flow:
    """`client` keeps no cookies: what a request carries is what the test gave it."""

    platform: Platform
    project: Project
    account: Mapping[str, Any]
    client: httpx.Client
    sandbox: SandboxControl
    db: psycopg.Connection[Any]
    vault: Vault
    app_url: str
    consent_origin: str
    begun: int
    calls_before: Mapping[str, int]
    # Every state, cookie and code that was given out: none of them may be written down anywhere.
    secrets: list[str] = field(default_factory=list)

    @property
    def account_id(self) -> str:
        return str(self.account["user_id" if self.platform == "instagram" else "open_id"])

    @property
    def redirect_uri(self) -> str:
        return f"{self.app_url}/api/oauth/{self.platform}/callback"

    @property
    def issuer(self) -> str:
        """The platform, as it would name itself."""
        return f"{self.consent_origin}/{self.platform}-www"

    def ask(self, person: Creator, project_id: str = "", **headers: str) -> httpx.Response:
        body = {"project_id": project_id or self.project.id}
        return self.client.post(f"/api/oauth/{self.platform}/start", json=body, headers=person.user.headers | headers)

    def start(self, person: Creator | None = None, project_id: str = "") -> Started:
        answer = self.ask(person or self.project.owner, project_id).raise_for_status()
        url = answer.json()["authorization_url"]
        state = parse_qs(urlsplit(url).query)["state"][0]
        cookie = answer.headers["set-cookie"].partition(";")[0]
        self.secrets.extend((state, cookie.partition("=")[2]))
        return Started(url, state, cookie)

    def consent(self, started: Started, **choices: str) -> dict[str, str]:
        """The parameters with which the platform sends the browser back."""
        back = self.project.owner.consent(started.url, account=self.account_id, **choices)
        parameters = dict(parse_qsl(urlsplit(back).query))
        self.secrets.extend(parameters[name] for name in ("code",) if name in parameters)
        return parameters

    def come_back(self, parameters: Parameters, cookie: str, **headers: str) -> httpx.Response:
        """With any cookies of these `name=value`; empty for none."""
        carried = {"cookie": cookie} if cookie else {}
        path = f"/api/oauth/{self.platform}/callback?{urlencode(parameters)}"
        return self.client.get(path, headers=carried | headers)

    def connect(self, person: Creator | None = None, project_id: str = "", **choices: str) -> httpx.Response:
        started = self.start(person, project_id)
        return self.come_back(self.consent(started, **choices), started.cookie)

    def token_calls(self) -> list[dict[str, Any]]:
        """Requests to the token endpoint of either platform since the test began."""
        calls = token_calls(self.sandbox)
        return [call for endpoint, before in self.calls_before.items() for call in calls[endpoint][before:]]

    def calls(self) -> list[dict[str, Any]]:
        """Everything the platform was asked about the account, but for its consent page."""
        pages = ("authorize", "consent")
        calls = [call for call in self.sandbox.journal() if call["account"] == self.account_id]
        return [call for call in calls if not call["endpoint"].endswith(pages)]

    def held_tokens(self) -> set[str]:
        """What of the account's tokens is stored, opened."""
        row = self.tokens()
        if row is None:
            return set()
        places = {kind: Place(str(row["connection_id"]), self.platform, kind) for kind in ("access", "refresh")}
        kept = [(row[f"{kind}_token"], place) for kind, place in places.items() if row[f"{kind}_token"]]
        return {self.vault.open(envelope, place).reveal() for envelope, place in kept}

    def connection(self) -> dict[str, Any] | None:
        return self._row("select * from public.connections where platform_account_id = %s", self.account_id)

    def tokens(self) -> dict[str, Any] | None:
        query = """
            select t.* from private.connection_tokens as t
            join public.connections as c on c.id = t.connection_id where c.platform_account_id = %s
        """
        return self._row(query, self.account_id)

    def oauth_state(self, state_hash: str) -> dict[str, Any] | None:
        return self._row("select * from private.oauth_states where state_hash = %s", state_hash)

    def sandbox_tokens(self) -> list[str]:
        return [entry["token"] for entry in self.sandbox.tokens(self.account_id)]

    def written(self) -> str:
        """Every row of every table of ours that was written since the test began, as text."""
        return rows_since(self.db, self.begun)

    def _row(self, query: str, *values: str) -> dict[str, Any] | None:
        with self.db.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, values).fetchone()


def token_calls(sandbox: SandboxControl) -> dict[str, list[dict[str, Any]]]:
    """Each in its order. Their times say nothing: other tests move the sandbox's clock."""
    return {endpoint: sandbox.journal(endpoint) for endpoint in ("instagram.token", "tiktok.token")}


def outcome(answer: httpx.Response) -> str:
    """The `connect=` of a redirect to Settings."""
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["connect"][0]


def transaction_id(db: psycopg.Connection[Any]) -> int:
    """Every transaction that begins later has a higher one."""
    row = db.execute("select pg_current_xact_id()::text::bigint").fetchone()
    assert row is not None
    return int(row[0])


def rows_since(db: psycopg.Connection[Any], begun: int) -> str:
    tables = db.execute(
        "select schemaname, tablename from pg_tables where schemaname in ('public', 'private')"
    ).fetchall()
    return "\n".join(_text_of(db, schema, table, begun) for schema, table in tables)


def _text_of(db: psycopg.Connection[Any], schema: str, table: str, begun: int) -> str:
    query = "select coalesce(string_agg(t::text, E'\\n'), '') from {} as t where t.xmin::text::bigint >= %s"
    row = db.execute(sql.SQL(query).format(sql.Identifier(schema, table)), (begun,)).fetchone()
    assert row is not None
    return str(row[0])
