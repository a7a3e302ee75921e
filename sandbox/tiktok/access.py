from __future__ import annotations

from sandbox.calls import Call
from sandbox.state import Sandbox
from sandbox.tiktok.errors import refused
from sandbox.tiktok.store import Access

PUBLISH = "video.publish"
UPLOAD = "video.upload"


def account_of(sandbox: Sandbox, call: Call) -> str | None:
    """For the journal and for faults of one account: known even when the token is dead."""
    store = sandbox.tiktok
    access = store.access.get(call.bearer or call.form.get("token", ""))
    if access is not None:
        return access.grant.creator.open_id
    code = store.codes.get(call.form.get("code", ""))
    owner = code or store.grant_by_refresh(call.form.get("refresh_token", ""))
    return owner.creator.open_id if owner else None


def live_access(sandbox: Sandbox, call: Call) -> Access:
    access = sandbox.tiktok.access.get(call.bearer or "")
    if access is None or not access.is_live(sandbox.clock.now()):
        raise refused("access_token_invalid")
    return access


def publishing_access(sandbox: Sandbox, call: Call, scope: str) -> Access:
    access = live_access(sandbox, call)
    if scope not in access.grant.scopes:
        raise refused("scope_not_authorized")
    return access


def any_publishing_access(sandbox: Sandbox, call: Call) -> Access:
    """For what posts and drafts have in common."""
    access = live_access(sandbox, call)
    if not {PUBLISH, UPLOAD} & set(access.grant.scopes):
        raise refused("scope_not_authorized")
    return access


def limit_rate(sandbox: Sandbox, name: str, access: Access, per_minute: int) -> None:
    """Each endpoint has its own one-minute window per access token."""
    if not sandbox.tiktok.rates.admits(name, access.value, sandbox.clock.now(), limit=per_minute):
        raise refused("rate_limit_exceeded")
