"""A question to a platform outside of a publication.

What it finds out about the access is kept to as in a step: one that the platform ended is ended here, and one that only
waits for a new token is never called ended.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from shared.connecting.refresh import Outcome
from shared.database import Platform
from shared.platforms.failures import PlatformFailure
from shared.publishing import instagram_errors, tiktok_errors
from shared.publishing.access import STILL_USABLE, end_access, renew
from shared.publishing.claim import Account
from shared.publishing.work import AccessLost, account_of, open_token
from shared.runtime import Runtime
from shared.secret import Secret

# Seconds between looks at what another renews. A person waits meanwhile.
_LOOKS = (0.0, 0.2, 0.4, 0.8, 1.6)


class NotNow(Exception):
    """There is no token that works yet: it is being renewed elsewhere, or could not be for now."""


async def ask[T](
    runtime: Runtime, platform: Platform, connection_id: str, question: Callable[[Account, Secret], Awaitable[T]]
) -> T:
    """`question` is handed the account and a token of it. Raises AccessLost, NotNow, PlatformFailure."""
    errors = instagram_errors if platform == "instagram" else tiktok_errors
    account = await _account(runtime, connection_id)
    may_renew = account.can_refresh
    if may_renew and (account.access_seconds_left or 0.0) < STILL_USABLE:
        account, may_renew = await _renewed(runtime, account), False
    while True:
        try:
            return await question(account, open_token(runtime.vault, platform, account))
        except PlatformFailure as failure:
            if not errors.ends_access(failure):
                raise
            if not may_renew:
                raise await _ended(runtime, account, errors.reason_for(failure)) from None
        account, may_renew = await _renewed(runtime, account), False


async def _renewed(runtime: Runtime, account: Account) -> Account:
    """With other tokens, or none if the access was ended meanwhile. Raises AccessLost or NotNow."""
    if await renew(runtime, account) is Outcome.LATER:
        raise NotNow
    for seconds in _LOOKS:
        await runtime.sleep(seconds)
        found = await _account(runtime, account.connection_id)
        if found.version != account.version:
            return found
    raise NotNow


async def _ended(runtime: Runtime, account: Account, reason: str) -> Exception:
    return AccessLost(reason, {}) if await end_access(runtime, account, reason) else NotNow()


async def _account(runtime: Runtime, connection_id: str) -> Account:
    account = await account_of(runtime.database, connection_id)
    if account is None:
        raise AccessLost("access_ended", {})
    return account
