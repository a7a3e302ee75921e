"""What Meta tells by itself: a creator removed the app, or wants the data deleted. Neither needs a call to Meta."""

from __future__ import annotations

import logging

from shared.errors import Refused
from shared.logs import log
from shared.platforms.signed_request import NotSigned, SignedRequest, read
from shared.runtime import Runtime
from shared.settings import INSTAGRAM_APP_SECRET, META_APP_SECRET


async def deauthorize(runtime: Runtime, body: bytes) -> None:
    """Tokens go, the connection stays and says why. Raises Refused. An account that we do not know is no failure."""
    told = _signed(runtime, body)
    await runtime.database.as_system("end_instagram_access", user_id=told.user_id, issued_at=told.issued_at)


async def delete_account(runtime: Runtime, body: bytes) -> str:
    """The confirmation code; the same for the same request. Raises Refused. Deleted when this returns."""
    told = _signed(runtime, body)
    return str(
        await runtime.database.as_system(
            "delete_instagram_account", user_id=told.user_id, issued_at=told.issued_at, digest=told.digest
        )
    )


def _signed(runtime: Runtime, body: bytes) -> SignedRequest:
    secrets = [runtime.settings.secret(variable) for variable in (INSTAGRAM_APP_SECRET, META_APP_SECRET)]
    try:
        return read(body, secrets=secrets, now=runtime.now())
    except NotSigned:
        # Every genuine callback would end here when the secret is that of another app.
        log("callback_refused", platform="instagram", level=logging.WARNING)
        raise Refused("signature_invalid") from None
