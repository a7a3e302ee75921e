"""Disconnect: the tokens are deleted at once; telling the platform comes after, and never holds it up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict, cast
from uuid import UUID

from pydantic import Field

from shared.connecting.logins import login_for
from shared.connecting.tokens import open_tokens
from shared.database import Platform
from shared.logs import log
from shared.outputs import Count, Id, Moment
from shared.platforms.failures import PlatformFailure
from shared.runtime import Runtime
from shared.secret import Secret
from shared.vault import CannotOpen

# Word for word the menus of the Data Policy, 4.4.
_WHERE_TO_REMOVE: Mapping[Platform, str] = {
    "instagram": "Instagram: Settings → Apps and Websites → Remove itoms",
    "tiktok": "TikTok: Settings → Security → Manage app permissions → Remove itoms",
}
_WHAT_HAPPENS_HERE = (
    "Nothing more: the tokens of this account are deleted here, whether or not you remove itoms there. An account that "
    "is still connected when you remove itoms there loses its tokens here as soon as the platform tells us or refuses "
    "a call; it then asks to be connected again, and is removed after 30 days if nobody does."
)


class Receipt(TypedDict):
    """What was deleted and what the platform answered; names no account.

    `remove_at_platform` is where to revoke itoms's access on the platform's side, `then` what happens here if you do.
    """

    id: Id
    connection_id: Id
    project_id: Id
    platform: Platform
    disconnected_at: Moment
    tokens_deleted: Count
    cause: Literal["user", "platform_deletion", "not_reconnected"]
    revocation: Literal["pending", "revoked", "failed", "unsupported", "skipped"]
    revocation_at: Moment | None
    remove_at_platform: Annotated[str, Field(json_schema_extra={"enum": [*_WHERE_TO_REMOVE.values()]})]
    then: Annotated[str, Field(json_schema_extra={"const": _WHAT_HAPPENS_HERE})]


async def disconnect(runtime: Runtime, jwt: Secret, connection_id: UUID) -> Receipt:
    """The receipt. Asking again gives the same one. Raises Refused.

    PostgREST judges the JWT first and says who acts; the transaction that deletes checks that person's role again.
    """
    user_id = await runtime.database.as_user(jwt, "may_disconnect", connection_id=str(connection_id))
    deleted = await runtime.database.as_system(
        "disconnect_connection", connection_id=str(connection_id), user_id=user_id
    )
    receipt = deleted["receipt"]
    if deleted.get("access_token"):
        outcome = await revoke(runtime, receipt["platform"], str(connection_id), deleted)
        recorded = await runtime.database.as_system(
            "record_revocation", disconnection_id=receipt["id"], outcome=outcome
        )
        receipt = recorded or receipt
    return cast(Receipt, {**receipt, **_guidance(receipt["platform"])})


def _guidance(platform: Platform) -> dict[str, str]:
    return {"remove_at_platform": _WHERE_TO_REMOVE[platform], "then": _WHAT_HAPPENS_HERE}


async def revoke(runtime: Runtime, platform: Platform, connection_id: str, deleted: dict[str, Any]) -> str:
    """One attempt, with the token still in memory; it is stored nowhere any more."""
    if deleted["switched_off"]:
        return "skipped"
    try:
        login = login_for(platform, runtime)
        held = open_tokens(runtime.vault, connection_id, {"platform": platform, **deleted})
        access = held.access
        if held.refresh is not None and deleted["access_ended"]:
            access = (await login.refresh(held)).access
        await login.revoke(access)
    except (PlatformFailure, CannotOpen) as failure:
        code = failure.code if isinstance(failure, PlatformFailure) else "token_unreadable"
        log("revoke_failed", connection_id=connection_id, platform=platform, platform_code=code)
        return "unsupported" if platform == "instagram" else "failed"
    return "revoked"
