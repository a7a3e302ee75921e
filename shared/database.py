"""Supabase through PostgREST. Postgres decides who may do what; this module only carries the question there."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Literal

import httpx
from postgrest import APIError, AsyncPostgrestClient

from shared.egress import CALL_SECONDS, USER_AGENT
from shared.errors import Refused
from shared.secret import Secret
from shared.settings import SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY, SUPABASE_URL, Settings

type Platform = Literal["instagram", "tiktok"]

# 42501: an authenticated user may run every function we call for one, so whoever may not is not signed in.
# PGRST3nn: PostgREST's own answers to a JWT it cannot accept.
_NOT_SIGNED_IN = ("42501", "PGRST300", "PGRST301", "PGRST302", "PGRST303")
# What a statement refers to was deleted by another one at the same moment.
_GONE = "23503"
# Data that passed our own checks and that a column, a check or a type refuses (a NUL in a text, for example).
_NOT_STORABLE = ("22", "23514", "23502")
_LONGEST_WAIT_SECONDS = 86_400
_OVERLOADED = ("57014", "53300", "40001", "40P01", "PGRST000", "PGRST001", "PGRST002", "PGRST003")


class Database:
    """Calls SQL functions as one of two roles. One call is one transaction."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._client = client

    async def as_user(self, jwt: Secret, function: str, **arguments: object) -> Any:
        """Row Level Security and column grants answer. Raises Refused."""
        key = self._settings.text(SUPABASE_PUBLISHABLE_KEY)
        return await self._call({"apikey": key, "authorization": f"Bearer {jwt.reveal()}"}, function, arguments)

    async def as_system(self, function: str, **arguments: object) -> Any:
        """Only functions granted to service_role answer; a user's JWT must never ride along. Raises Refused."""
        key = self._settings.secret(SUPABASE_SECRET_KEY).reveal()
        return await self._call({"apikey": key}, function, arguments)

    async def _call(self, headers: dict[str, str], function: str, arguments: dict[str, Any]) -> Any:
        # Our own User-Agent: Supabase answers 401 to a secret key that comes with a browser's.
        client = AsyncPostgrestClient(
            f"{self._settings.text(SUPABASE_URL)}/rest/v1",
            headers={**headers, "user-agent": USER_AGENT},
            http_client=self._client,
            retry_enabled=False,
        )
        try:
            async with asyncio.timeout(CALL_SECONDS):
                answer = await client.rpc(function, {f"p_{name}": value for name, value in arguments.items()}).execute()
        except APIError as error:
            raise _refusal(error, as_user="authorization" in headers) from None
        except (httpx.HTTPError, TimeoutError):
            raise Refused("database_unavailable", retry_after=5) from None
        return answer.data


def _refusal(error: APIError, *, as_user: bool) -> Exception:
    code = error.code or ""
    if code.startswith("PT") and error.message:
        return Refused(error.message, retry_after=_seconds(error.details))
    if code in _NOT_SIGNED_IN and as_user:
        return Refused("not_signed_in")
    if code == _GONE:
        return Refused("not_found")
    if code in _OVERLOADED or code.startswith("50"):
        return Refused("database_unavailable", retry_after=5)
    if code.startswith(_NOT_STORABLE):
        return Refused("value_not_storable")
    return DatabaseError(code)


def _seconds(detail: object) -> int | None:
    """What private.refuse_for_now() says beside its code. Other refusals say nothing there."""
    if not isinstance(detail, str) or not re.fullmatch("[0-9]{1,9}", detail):
        return None
    return min(max(int(detail), 1), _LONGEST_WAIT_SECONDS)


class DatabaseError(Exception):
    """A statement failed in a way that no caller expects. Holds the SQLSTATE; the text may hold a row's values."""
