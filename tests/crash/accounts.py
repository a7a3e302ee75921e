"""Clicks in numbers: each with an account of its own, connected and clicked through the product's own use cases."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from sandbox.stack.clients import User
from sandbox.stack.stack import Stack
from shared.connecting.connect import finish, redirect_uri
from shared.connecting.logins import login_for
from shared.database import Platform
from shared.publishing.request import PUBLISH_REQUEST, as_database_request, request_hash
from shared.runtime import Runtime
from shared.secret import Secret

_NAMES: Mapping[Platform, dict[str, str]] = {
    "instagram": {"username": "hill.walks", "name": "Hill Walks", "account_type": "BUSINESS"},
    "tiktok": {"username": "hill.walks", "nickname": "Hill Walks"},
}
_AT_ONCE = 8

Body = dict[str, Any]
MakeBody = Callable[[str], Body]


@dataclass(frozen=True, slots=True)
class Clicked:
    """A publication that nobody has begun to work on, and the simulated account it is for."""

    id: str
    platform: Platform
    account: str
    connection_id: str


@dataclass(frozen=True, slots=True)
class Clicker:
    """One person who clicks in one project, as often as is wanted."""

    stack: Stack
    user: User
    project_id: str

    def click(self, platform: Platform, body: MakeBody, count: int) -> list[Clicked]:
        """`body` makes the request for a connection's id."""
        return asyncio.run(self._click_all(platform, body, count))

    async def _click_all(self, platform: Platform, body: MakeBody, count: int) -> list[Clicked]:
        runtime, limit = Runtime.from_environ(self.stack.env), asyncio.Semaphore(_AT_ONCE)

        async def one() -> Clicked:
            async with limit:
                account, connection_id = await self._connect(runtime, platform)
                publication_id = await self._publish(runtime, body(connection_id))
                return Clicked(publication_id, platform, account, connection_id)

        async with runtime.egress.client:
            return await asyncio.gather(*(one() for _ in range(count)))

    async def _connect(self, runtime: Runtime, platform: Platform) -> tuple[str, str]:
        client = runtime.egress.client
        control = f"{self.stack.addresses.sandbox}/control/accounts"
        added = (await client.post(control, json={"platform": platform, **_NAMES[platform]})).raise_for_status().json()
        account = str(added["user_id" if platform == "instagram" else "open_id"])
        started = {"project_id": self.project_id, "user_id": self.user.id}
        consented = await _consent(client, runtime, platform, account)
        await finish(runtime, platform, started | {"switched_off": False}, consented)
        connection_id = await runtime.database.as_system(
            "connection_id_for", **started, platform=platform, platform_account_id=account
        )
        return account, str(connection_id)

    async def _publish(self, runtime: Runtime, body: Body) -> str:
        request = PUBLISH_REQUEST.validate_json(json.dumps(body))
        made = await runtime.database.as_user(
            Secret(self.user.token),
            "create_publication",
            request=as_database_request(request),
            idempotency_key=uuid.uuid4().hex,
            request_hash=request_hash(request),
        )
        return str(made["publication"]["id"])


async def _consent(client: httpx.AsyncClient, runtime: Runtime, platform: Platform, account: str) -> Secret:
    """The code that the platform's page sends back after a person allowed everything."""
    login = login_for(platform, runtime)
    page = login.authorization_url(redirect_uri=redirect_uri(runtime.settings, platform), state=uuid.uuid4().hex)
    asked = parse_qs(urlsplit(page).query)["scope"][0].split(",")
    answer = await client.post(page, data={"account": account, "scope": asked, "decision": "allow"})
    back = urlsplit(answer.headers["location"].removesuffix("#_"))
    return Secret(parse_qs(back.query)["code"][0])
