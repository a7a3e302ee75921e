"""The two signed calls Meta makes to an app: the user removed it, or wants the data deleted.

Meta does not say which secret and which id are used with Instagram Login, so each call may choose.
Source: Data Deletion Request Callback, Meta for Developers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import httpx

from sandbox.config import InstagramApp
from sandbox.instagram.store import Account
from sandbox.instagram.tokens import REMOVED_BY_USER
from sandbox.state import Sandbox

SECONDS = 30.0


async def deauthorize(sandbox: Sandbox, data: dict[str, Any]) -> object:
    """The user removes the app: every token ends, and the app is told."""
    url = _address(data, sandbox.config.instagram.deauthorize_url)
    request = signed_request(sandbox, data)
    ended = sandbox.instagram.end_tokens(_account(sandbox, data), REMOVED_BY_USER)
    return {"ended": ended, **await _posted(url, request)}


async def data_deletion(sandbox: Sandbox, data: dict[str, Any]) -> object:
    url = _address(data, sandbox.config.instagram.deletion_url)
    return await _posted(url, signed_request(sandbox, data))


def signed_request(sandbox: Sandbox, data: Mapping[str, Any]) -> str:
    """Signature and payload, both in unpadded base64url; what is signed is the encoded payload."""
    payload = {
        "algorithm": "HMAC-SHA256",
        "issued_at": int(sandbox.clock.now()),
        "user_id": _user_id(_account(sandbox, data), data.get("which_id", "scoped")),
    }
    encoded = _base64url(json.dumps(payload).encode())
    secret = _secret(sandbox.config.instagram, data.get("which_secret", "instagram"))
    signature = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256).digest()
    return f"{_base64url(signature)}.{encoded}"


def _account(sandbox: Sandbox, data: Mapping[str, Any]) -> Account:
    account = sandbox.instagram.account_by_any_id(str(data["account"]))
    if account is None:
        raise ValueError(f"no such account: {data['account']}")
    return account


def _user_id(account: Account, which: object) -> str | int:
    match which:
        case "scoped":
            return account.scoped_id
        case "user":
            return account.user_id
        case "token":
            # The token endpoint writes the same id as a number.
            return int(account.scoped_id)
    raise ValueError("which_id must be scoped, user or token")


def _secret(app: InstagramApp, which: object) -> str:
    match which:
        case "instagram":
            return app.app_secret
        case "meta":
            return app.meta_app_secret
    raise ValueError("which_secret must be instagram or meta")


def _address(data: Mapping[str, Any], configured: str) -> str:
    url = str(data.get("url") or configured)
    if not url:
        raise ValueError("no callback URL: configure one or send url")
    return url


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def _posted(url: str, request: str) -> dict[str, Any]:
    """What the app answered; status None and the name of the failure when it did not."""
    try:
        verify = url.startswith("https")
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False, verify=verify) as client:
            answer = await client.post(url, data={"signed_request": request})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return {"status": None, "body": type(error).__name__}
    return {"status": answer.status_code, "body": _body(answer)}


def _body(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        return answer.text
