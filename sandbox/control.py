"""The test-only side: clock, faults, settings, accounts, and what really happened."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sandbox import resend
from sandbox.instagram import callbacks
from sandbox.instagram.store import new_account
from sandbox.state import Sandbox
from sandbox.tiktok import control as tiktok
from sandbox.tiktok.store import new_creator

Action = Callable[[Sandbox, dict[str, Any]], object]


def routes(sandbox: Sandbox) -> Mount:
    return Mount("/control", routes=[_route(sandbox, *spec) for spec in _ACTIONS])


def _route(sandbox: Sandbox, method: str, path: str, action: Action) -> Route:
    async def answer(request: Request) -> Response:
        try:
            result = action(sandbox, await _input(request))
            return JSONResponse(await result if inspect.isawaitable(result) else result)
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

    handler: Callable[[Request], Awaitable[Response]] = answer
    return Route(path, handler, methods=[method])


async def _input(request: Request) -> dict[str, Any]:
    data = dict(request.query_params)
    if await request.body():
        body = await request.json()
        if not isinstance(body, dict):
            raise ValueError("the body must be a JSON object")
        data |= body
    return data


def _clock(sandbox: Sandbox, data: dict[str, Any]) -> object:
    return {"now": sandbox.clock.now(), "offset": sandbox.clock.offset}


def _advance(sandbox: Sandbox, data: dict[str, Any]) -> object:
    sandbox.clock.advance(float(data["advance_seconds"]))
    sandbox.settle()
    return _clock(sandbox, data)


def _faults(sandbox: Sandbox, data: dict[str, Any]) -> object:
    return {"faults": sandbox.faults.waiting()}


def _add_fault(sandbox: Sandbox, data: dict[str, Any]) -> object:
    times, skip = int(data.get("times", 1)), int(data.get("skip", 0))
    sandbox.faults.add(data["endpoint"], data["fault"], times, data.get("account"), skip)
    return _faults(sandbox, data)


def _clear_faults(sandbox: Sandbox, data: dict[str, Any]) -> object:
    sandbox.faults.clear()
    return _faults(sandbox, data)


def _ledger(sandbox: Sandbox, data: dict[str, Any]) -> object:
    posts = sandbox.ledger.posts(data.get("platform"), data.get("account"))
    return {"posts": [post.as_json() for post in posts]}


def _views(sandbox: Sandbox, data: dict[str, Any]) -> object:
    return {"views": [asdict(view) for view in sandbox.views]}


def _journal(sandbox: Sandbox, data: dict[str, Any]) -> object:
    return {"requests": [entry.as_json() for entry in sandbox.journal.entries(data.get("endpoint"))]}


def _clear_journal(sandbox: Sandbox, data: dict[str, Any]) -> object:
    sandbox.journal.clear()
    return {"requests": []}


def _reset(sandbox: Sandbox, data: dict[str, Any]) -> object:
    sandbox.reset()
    return {"reset": True}


def _settings(sandbox: Sandbox, data: dict[str, Any]) -> object:
    return asdict(sandbox.settings)


def _change_settings(sandbox: Sandbox, data: dict[str, Any]) -> object:
    sandbox.change_settings(data)
    sandbox.settle()
    return asdict(sandbox.settings)


def _accounts(sandbox: Sandbox, data: dict[str, Any]) -> object:
    return {
        "instagram": [asdict(account) for account in sandbox.instagram.accounts.values()],
        "tiktok": [asdict(creator) for creator in sandbox.tiktok.creators.values()],
    }


def _add_account(sandbox: Sandbox, data: dict[str, Any]) -> object:
    match data.pop("platform", None):
        case "instagram":
            return asdict(sandbox.instagram.add(new_account(**data)))
        case "tiktok":
            return asdict(sandbox.tiktok.add(new_creator(**data)))
    raise ValueError("platform must be instagram or tiktok")


def _change_account(sandbox: Sandbox, data: dict[str, Any]) -> object:
    account_id = data.pop("account")
    account: Any = sandbox.instagram.accounts.get(account_id) or sandbox.tiktok.creators.get(account_id)
    if account is None:
        raise ValueError(f"no such account: {account_id}")
    for name, value in data.items():
        if name not in account.__dataclass_fields__:
            raise ValueError(f"unknown property {name!r}")
        setattr(account, name, value)
    return asdict(account)


def _tokens(sandbox: Sandbox, data: dict[str, Any]) -> object:
    now, account = sandbox.clock.now(), data.get("account")
    instagram = [
        {
            "platform": "instagram",
            "account": token.account.user_id,
            "kind": token.kind,
            "token": token.value,
            "scopes": list(token.scopes),
            "expires": token.expires,
            "live": token.is_live(now),
        }
        for token in sandbox.instagram.tokens.values()
    ]
    found = [*instagram, *_tiktok_tokens(sandbox, now)]
    return {"tokens": [token for token in found if account in (None, token["account"])]}


def _tiktok_tokens(sandbox: Sandbox, now: float) -> list[dict[str, Any]]:
    access = [
        ("access", access.grant, access.value, access.expires, access.is_live(now))
        for access in sandbox.tiktok.access.values()
    ]
    refresh = [
        ("refresh", grant, grant.refresh, grant.refresh_expires, not grant.revoked and now < grant.refresh_expires)
        for grant in sandbox.tiktok.grants
    ]
    return [
        {
            "platform": "tiktok",
            "account": grant.creator.open_id,
            "kind": kind,
            "token": value,
            "scopes": list(grant.scopes),
            "expires": expires,
            "live": live,
        }
        for kind, grant, value, expires, live in [*access, *refresh]
    ]


def _disconnect(sandbox: Sandbox, data: dict[str, Any]) -> object:
    """The user removes the app inside Instagram or TikTok."""
    account = sandbox.instagram.accounts.get(data["account"])
    if account is not None:
        return {"ended": sandbox.instagram.end_tokens(account, int(data.get("subcode", 458)))}
    creator = sandbox.tiktok.creators[data["account"]]
    return {"ended": sandbox.withdraw_tiktok(creator, int(data.get("reason", 1)))}


_ACTIONS: list[tuple[str, str, Action]] = [
    ("GET", "/clock", _clock),
    ("POST", "/clock", _advance),
    ("GET", "/faults", _faults),
    ("POST", "/faults", _add_fault),
    ("DELETE", "/faults", _clear_faults),
    ("GET", "/ledger", _ledger),
    ("GET", "/views", _views),
    ("GET", "/journal", _journal),
    ("DELETE", "/journal", _clear_journal),
    ("POST", "/reset", _reset),
    ("GET", "/settings", _settings),
    ("POST", "/settings", _change_settings),
    ("GET", "/accounts", _accounts),
    ("POST", "/accounts", _add_account),
    ("PATCH", "/accounts", _change_account),
    ("GET", "/tokens", _tokens),
    ("POST", "/disconnect", _disconnect),
    ("POST", "/instagram/deauthorize", callbacks.deauthorize),
    ("POST", "/instagram/data_deletion", callbacks.data_deletion),
    ("GET", "/jobs", tiktok.jobs),
    ("POST", "/drafts/finish", tiktok.finish_draft),
    ("POST", "/visibility", tiktok.change_visibility),
    ("GET", "/webhooks", tiktok.webhooks),
    ("POST", "/webhooks/deliver", tiktok.deliver),
    ("POST", "/webhooks/forge", tiktok.forge),
    ("GET", "/mails", resend.mails),
    ("GET", "/mails/counts", resend.counts),
    ("GET", "/mails/webhooks", resend.webhooks),
    ("POST", "/mails/webhooks", resend.tell),
]
