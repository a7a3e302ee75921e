"""Instagram API with Instagram Login: the calls we make, and nothing it may not do.

Sources: Meta's Business Login guide, Content Publishing guide, and the IG User Media, IG Container and Access Token
references, as of November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field, field_validator

from shared.egress import Answer, Egress
from shared.platforms.failures import Certainty, PlatformAnswer, PlatformFailure, Token, call, parse
from shared.platforms.limits import Usage, meta_usage, retry_after
from shared.secret import Secret
from shared.settings import (
    INSTAGRAM_API_URL,
    INSTAGRAM_API_VERSION,
    INSTAGRAM_APP_ID,
    INSTAGRAM_APP_SECRET,
    INSTAGRAM_GRAPH_URL,
    INSTAGRAM_WWW_URL,
    Settings,
)

# Exactly what the Data Policy promises (1.1). To widen it is a change of the policy first.
SCOPES = ("instagram_business_basic", "instagram_business_content_publish")
_SUBCODE = re.compile(r"2207\d{3}")
_PERMALINK = re.compile(r"https://www\.instagram\.com/[A-Za-z0-9_./-]{1,200}")


class ShortLivedToken(PlatformAnswer):
    """Meta documents a wrapped shape with text, and sends a flat one with a number and a list."""

    access_token: Token
    user_id: str
    permissions: frozenset[str] | None = None

    @field_validator("permissions", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value


class LongLivedToken(PlatformAnswer):
    access_token: Token
    expires_in: int = Field(gt=0, le=10**9)


class Profile(PlatformAnswer):
    """`user_id` is the professional account's id, for API paths; `id` is scoped to our app, for callbacks."""

    user_id: str = Field(pattern=r"^\d{1,32}$")
    id: str = Field(pattern=r"^\d{1,32}$")
    username: str = Field(min_length=1, max_length=200)
    account_type: str = Field(min_length=1, max_length=40)


class _Created(PlatformAnswer):
    id: str = Field(pattern=r"^\d{1,32}$")


class _Container(PlatformAnswer):
    status_code: str
    status: str = ""


class _Permalink(PlatformAnswer):
    permalink: str


class _QuotaConfig(PlatformAnswer):
    quota_total: int = Field(ge=0)


class Quota(PlatformAnswer):
    """Posts in the last 24 hours, and how many Instagram allows: read live, Meta's pages disagree about the number."""

    quota_usage: int = Field(ge=0)
    config: _QuotaConfig

    @property
    def used_of_total(self) -> tuple[int, int]:
        return self.quota_usage, self.config.quota_total


class _GraphError(PlatformAnswer):
    code: str = ""
    error_subcode: str = ""
    fbtrace_id: str = ""


@dataclass(frozen=True, slots=True)
class ContainerStatus:
    """`subcode` says why, and is there only for an ERROR."""

    code: Literal["IN_PROGRESS", "FINISHED", "PUBLISHED", "ERROR", "EXPIRED"]
    subcode: str = ""


class Instagram:
    def __init__(self, settings: Settings, egress: Egress) -> None:
        self._settings = settings
        self._egress = egress
        # What the last answer said of the limits.
        self.usage = Usage()

    def authorization_url(self, *, redirect_uri: str, state: str) -> str:
        query = {
            "client_id": self._settings.text(INSTAGRAM_APP_ID),
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": ",".join(SCOPES),
            "state": state,
            # Without it the browser's present Instagram session is connected silently, wanted or not.
            "force_reauth": "true",
            "enable_fb_login": "0",
        }
        return f"{self._settings.text(INSTAGRAM_WWW_URL)}/oauth/authorize?{urlencode(query)}"

    async def redeem_code(self, code: Secret, *, redirect_uri: str) -> ShortLivedToken:
        """The code works once: after any failure only a new consent helps. The token lives one hour."""
        form = {
            "client_id": self._settings.text(INSTAGRAM_APP_ID),
            "client_secret": self._settings.secret(INSTAGRAM_APP_SECRET).reveal(),
            "grant_type": "authorization_code",
            "redirect_uri": redirect_uri,
            "code": code.reveal(),
        }
        url = f"{self._settings.text(INSTAGRAM_API_URL)}/oauth/access_token"
        return parse(ShortLivedToken, _unwrap(_checked(await call(self._egress, "POST", url, data=form))))

    async def exchange_for_long_lived(self, token: Secret) -> LongLivedToken:
        """Sixty days. Meta takes the secret and the token in the query of this call, and nowhere else."""
        query = {
            "grant_type": "ig_exchange_token",
            "client_secret": self._settings.secret(INSTAGRAM_APP_SECRET).reveal(),
            "access_token": token.reveal(),
        }
        url = f"{self._settings.text(INSTAGRAM_GRAPH_URL)}/access_token"
        return parse(LongLivedToken, _checked(await call(self._egress, "GET", url, params=query)))

    async def refresh(self, token: Secret) -> LongLivedToken:
        """Sixty days anew, for a token that is at least a day old and has not expired. Also only in the query."""
        query = {"grant_type": "ig_refresh_token", "access_token": token.reveal()}
        url = f"{self._settings.text(INSTAGRAM_GRAPH_URL)}/refresh_access_token"
        return parse(LongLivedToken, _checked(await call(self._egress, "GET", url, params=query)))

    async def profile(self, token: Secret) -> Profile:
        answer = await self._graph("GET", "me", token, params={"fields": "user_id,username,account_type"})
        return parse(Profile, _unwrap(answer))

    async def may_publish(self, token: Secret, *, account_id: str) -> bool:
        """Asks for the publishing quota, which only a token with the right to publish may see."""
        try:
            await self._graph("GET", f"{account_id}/content_publishing_limit", token)
        except PlatformFailure as failure:
            if failure.certainty is Certainty.REFUSED and is_missing_permission(failure.code):
                return False
            raise
        return True

    async def quota(self, token: Secret, *, account_id: str) -> Quota:
        path = f"{account_id}/content_publishing_limit"
        answer = await self._graph("GET", path, token, params={"fields": "quota_usage,config"})
        return parse(Quota, _unwrap(answer))

    async def create_container(self, token: Secret, *, account_id: str, fields: Mapping[str, str]) -> str:
        """The container's id. Nothing is visible yet, and a container that is never published vanishes in 24 hours.

        `fields` as shared/platforms/instagram_containers.py makes them. A picture is fetched during the call and
        refused in its answer; a video is fetched later.
        """
        return parse(_Created, await self._graph("POST", f"{account_id}/media", token, data=dict(fields))).id

    async def container_status(self, token: Secret, *, container_id: str) -> ContainerStatus:
        answer = await self._graph("GET", container_id, token, params={"fields": "status_code,status"})
        container = parse(_Container, answer)
        subcode = _SUBCODE.search(container.status)
        match container.status_code:
            case "IN_PROGRESS" | "FINISHED" | "PUBLISHED" | "EXPIRED" as code:
                return ContainerStatus(code)
            case "ERROR":
                return ContainerStatus("ERROR", subcode.group() if subcode else "")
            case _:
                raise PlatformFailure(Certainty.UNCLEAR, code="malformed_answer")

    async def publish(self, token: Secret, *, account_id: str, container_id: str) -> str:
        """The media id. This is the call that cannot be taken back."""
        form = {"creation_id": container_id}
        return parse(_Created, await self._graph("POST", f"{account_id}/media_publish", token, data=form)).id

    async def permalink(self, token: Secret, *, media_id: str) -> str | None:
        """For show only: whatever goes wrong here, the post is live."""
        try:
            answer = parse(_Permalink, await self._graph("GET", media_id, token, params={"fields": "permalink"}))
        except PlatformFailure:
            return None
        return answer.permalink if _PERMALINK.fullmatch(answer.permalink) else None

    async def revoke(self, token: Secret) -> None:
        """Meta documents no such call for this login; it is tried, and a refusal is the expected answer."""
        await self._graph("DELETE", "me/permissions", token)

    async def _graph(self, method: str, path: str, token: Secret, **parts: Any) -> Any:
        base = f"{self._settings.text(INSTAGRAM_GRAPH_URL)}/{self._settings.text(INSTAGRAM_API_VERSION)}"
        headers = {"authorization": f"Bearer {token.reveal()}"}
        answer = await call(self._egress, method, f"{base}/{path}", headers=headers, **parts)
        self.usage = meta_usage(answer.headers)
        return _checked(answer)


def is_missing_permission(code: str) -> bool:
    """Meta: 10, and everything from 200 to 299."""
    return code == "10" or (code.isdecimal() and 200 <= int(code) <= 299)


def _unwrap(content: Any) -> Any:
    """Two of Meta's pages print an answer inside data: [...]; the wire shows it flat."""
    match content:
        case {"data": [first, *_]}:
            return first
        case _:
            return content


def _checked(answer: Answer) -> Any:
    """Meta answers 400 to nearly every refusal. A 5xx, or a refusal without its error object, proves nothing."""
    content = answer.json()
    if answer.status == 200 and content is not None:
        return content
    match content:
        case {"error": dict(error)}:
            raise _graph_failure(answer, parse(_GraphError, error))
        case {"error_type": str()} if answer.status == 400:
            raise PlatformFailure(Certainty.REFUSED, code="oauth")
        case _:
            raise PlatformFailure(
                Certainty.UNCLEAR, code=f"http_{answer.status}", retry_after=retry_after(answer.headers)
            )


def _graph_failure(answer: Answer, error: _GraphError) -> PlatformFailure:
    return PlatformFailure(
        Certainty.REFUSED if 400 <= answer.status < 500 else Certainty.UNCLEAR,
        code=error.code,
        subcode=error.error_subcode,
        trace_id=error.fbtrace_id,
        retry_after=retry_after(answer.headers) or meta_usage(answer.headers).regain_seconds or None,
    )
