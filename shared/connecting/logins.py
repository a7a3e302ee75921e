"""How each platform turns an authorization code into an account and its tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shared.database import Platform
from shared.platforms import instagram, tiktok
from shared.platforms.failures import Certainty, PlatformFailure
from shared.platforms.instagram import Instagram
from shared.platforms.tiktok import TikTok
from shared.runtime import Runtime
from shared.secret import Secret

# Meta writes BUSINESS and MEDIA_CREATOR, in capitals or not, and may add another professional type tomorrow. A
# personal account cannot publish, so connecting it would only fail later.
_NOT_PROFESSIONAL = ("PERSONAL",)


class NotConnected(Exception):
    """Why no account was connected, as a code for the Settings page. Leaves no row behind."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Tokens:
    access: Secret
    access_expires_at: datetime
    refresh: Secret | None = None
    refresh_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldTokens:
    access: Secret
    refresh: Secret | None


@dataclass(frozen=True, slots=True)
class Account:
    """Exactly what sections 1.1 and 1.2 of the Data Policy list."""

    platform_account_id: str
    callback_ids: tuple[str, ...]
    display_name: str
    account_type: str | None
    tokens: Tokens


class Login(Protocol):
    def authorization_url(self, *, redirect_uri: str, state: str) -> str: ...

    async def redeem(self, code: Secret, *, redirect_uri: str) -> Account:
        """Raises NotConnected, or PlatformFailure."""
        ...

    async def refresh(self, held: HeldTokens) -> Tokens:
        """Raises PlatformFailure."""
        ...

    def ends_access(self, failure: PlatformFailure) -> bool:
        """Whether a refused refresh means that only a new consent helps."""
        ...

    async def revoke(self, token: Secret) -> None:
        """Raises PlatformFailure."""
        ...


class InstagramLogin:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._client = Instagram(runtime.settings, runtime.egress)
        self.authorization_url = self._client.authorization_url
        self.revoke = self._client.revoke

    async def redeem(self, code: Secret, *, redirect_uri: str) -> Account:
        short = await self._client.redeem_code(code, redirect_uri=redirect_uri)
        if short.permissions is not None and not short.permissions.issuperset(instagram.SCOPES):
            raise NotConnected("permission_missing")
        long = await self._client.exchange_for_long_lived(Secret(short.access_token))
        token = Secret(long.access_token)
        profile = await self._client.profile(token)
        account_type = profile.account_type.upper()
        if account_type in _NOT_PROFESSIONAL:
            raise NotConnected("account_not_professional")
        # Meta's oldest shape of its first answer names no permissions.
        if short.permissions is None and not await self._client.may_publish(token, account_id=profile.user_id):
            raise NotConnected("permission_missing")
        return Account(
            platform_account_id=profile.user_id,
            callback_ids=tuple(dict.fromkeys((profile.user_id, profile.id, short.user_id))),
            display_name=profile.username,
            account_type=account_type,
            tokens=Tokens(token, self._runtime.now() + timedelta(seconds=long.expires_in)),
        )

    async def refresh(self, held: HeldTokens) -> Tokens:
        asked_at = self._runtime.now()
        long = await self._client.refresh(held.access)
        return Tokens(Secret(long.access_token), asked_at + timedelta(seconds=long.expires_in))

    def ends_access(self, failure: PlatformFailure) -> bool:
        return failure.certainty is Certainty.REFUSED and failure.code in ("190", "102")


class TikTokLogin:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._client = TikTok(runtime.settings, runtime.egress)
        self.authorization_url = self._client.authorization_url
        self.revoke = self._client.revoke

    async def redeem(self, code: Secret, *, redirect_uri: str) -> Account:
        asked_at = self._runtime.now()
        granted = await self._client.redeem_code(code, redirect_uri=redirect_uri)
        access = Secret(granted.access_token)
        # Not revoked: TikTok ends the whole grant, and with it a connection that this account may have elsewhere.
        if not granted.scope.issuperset(tiktok.SCOPES):
            raise NotConnected("permission_missing")
        user = await self._client.user(access)
        if user.open_id != granted.open_id:
            raise PlatformFailure(Certainty.UNCLEAR, code="malformed_answer")
        return Account(
            platform_account_id=granted.open_id,
            callback_ids=(granted.open_id,),
            display_name=user.display_name,
            account_type=None,
            tokens=_tiktok_tokens(granted, asked_at),
        )

    async def refresh(self, held: HeldTokens) -> Tokens:
        asked_at = self._runtime.now()
        return _tiktok_tokens(await self._client.refresh(held.refresh or Secret("")), asked_at)

    def ends_access(self, failure: PlatformFailure) -> bool:
        """A wrong client key is for the operator to mend, and must not cost anybody a connection."""
        return failure.certainty is Certainty.REFUSED and failure.code in ("invalid_grant", "invalid_request")


def _tiktok_tokens(granted: tiktok.Tokens, asked_at: datetime) -> Tokens:
    return Tokens(
        Secret(granted.access_token),
        asked_at + timedelta(seconds=granted.expires_in),
        Secret(granted.refresh_token),
        asked_at + timedelta(seconds=granted.refresh_expires_in),
    )


_LOGINS: Mapping[Platform, type[InstagramLogin] | type[TikTokLogin]] = {
    "instagram": InstagramLogin,
    "tiktok": TikTokLogin,
}


def login_for(platform: Platform, runtime: Runtime) -> Login:
    return _LOGINS[platform](runtime)
