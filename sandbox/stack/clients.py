"""Small clients for whoever drives the stack from outside: the demo and the tests."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from sandbox.stack.environment import Addresses

# Nothing here speaks TLS, and reading the machine's certificates takes longer than a whole request. Knows none.
LOCAL_ONLY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True, slots=True)
class User:
    id: str
    email: str
    token: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


def local_client(**options: Any) -> httpx.Client:
    """For what runs on this machine: knows no certificate and no proxy, and follows no redirect."""
    return httpx.Client(**{"timeout": 60, **options}, trust_env=False, verify=LOCAL_ONLY)


class Supabase:
    """Auth and the Data API, as a browser, a signed-in user or the system sees them."""

    def __init__(self, url: str, publishable_key: str, secret_key: str) -> None:
        self.url = url
        self._publishable_key = publishable_key
        self._secret_key = secret_key
        self._transport = httpx.HTTPTransport(verify=LOCAL_ONLY)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    def sign_up(self, email: str, password: str) -> User:
        return self._session("/auth/v1/signup", email, password)

    def sign_in(self, email: str, password: str) -> User:
        return self._session("/auth/v1/token?grant_type=password", email, password)

    def as_anon(self) -> httpx.Client:
        return self._rest(self._publishable_key)

    def as_user(self, user: User) -> httpx.Client:
        return self._rest(self._publishable_key, user.headers)

    def as_service(self) -> httpx.Client:
        return self._rest(self._secret_key)

    def _session(self, path: str, email: str, password: str) -> User:
        client = self._client("", self._publishable_key, {})
        answer = client.post(path, json={"email": email, "password": password}).raise_for_status().json()
        return User(answer["user"]["id"], email, answer["access_token"])

    def _rest(self, key: str, headers: dict[str, str] | None = None) -> httpx.Client:
        return self._client("/rest/v1", key, headers or {})

    def _client(self, path: str, key: str, headers: dict[str, str]) -> httpx.Client:
        """Light enough to make one per call: all of them share one pool of connections."""
        return httpx.Client(
            base_url=self.url + path, headers={"apikey": key, **headers}, transport=self._transport, timeout=30
        )


class SandboxControl:
    """The test-only side of the simulated platforms."""

    def __init__(self, url: str) -> None:
        self._client = local_client(base_url=f"{url}/control", timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ledger(self, platform: str | None = None, account: str | None = None) -> list[dict[str, Any]]:
        """What was really posted."""
        return self._list("/ledger", "posts", platform=platform, account=account)

    def views(self) -> list[dict[str, Any]]:
        """What Plausible has counted."""
        return self._list("/views", "views")

    def journal(self, endpoint: str | None = None) -> list[dict[str, Any]]:
        """Every request that arrived."""
        return self._list("/journal", "requests", endpoint=endpoint)

    def clear_journal(self) -> None:
        self._call("DELETE", "/journal")

    def now(self) -> float:
        return float(self._call("GET", "/clock")["now"])

    def advance(self, seconds: float) -> float:
        return float(self._call("POST", "/clock", {"advance_seconds": seconds})["now"])

    def fault(
        self,
        endpoint: str,
        fault: str | dict[str, Any],
        *,
        times: int = 1,
        account: str | None = None,
        skip: int = 0,
    ) -> None:
        """`fault` is a kind, or a kind with its parameters as sandbox/README.md lists them. `skip` calls go through."""
        spec = {"kind": fault} if isinstance(fault, str) else fault
        rule = {"endpoint": endpoint, "fault": spec, "times": times, "account": account, "skip": skip}
        self._call("POST", "/faults", rule)

    def faults(self) -> list[dict[str, Any]]:
        """Those still waiting to happen."""
        return self._list("/faults", "faults")

    def clear_faults(self) -> None:
        self._call("DELETE", "/faults")

    def settings(self, **changes: object) -> dict[str, Any]:
        return self._call("POST", "/settings", changes) if changes else self._call("GET", "/settings")

    def accounts(self) -> dict[str, list[dict[str, Any]]]:
        return self._call("GET", "/accounts")

    def add_account(self, platform: str, **properties: object) -> dict[str, Any]:
        return self._call("POST", "/accounts", {"platform": platform, **properties})

    def change_account(self, account: str, **properties: object) -> dict[str, Any]:
        return self._call("PATCH", "/accounts", {"account": account, **properties})

    def tokens(self, account: str | None = None) -> list[dict[str, Any]]:
        return self._list("/tokens", "tokens", account=account)

    def disconnect(self, account: str) -> None:
        """The user removes the app inside the platform."""
        self._call("POST", "/disconnect", {"account": account})

    def instagram_callback(self, action: str, account: str, **options: str) -> dict[str, Any]:
        """`deauthorize` or `data_deletion`: Meta tells the app. Returns what the app answered."""
        return self._call("POST", f"/instagram/{action}", {"account": account, **options})

    def mails(self, to: str | None = None) -> list[dict[str, Any]]:
        """What was really mailed."""
        return self._list("/mails", "mails", to=to)

    def tell_of_mail(self, mail: str, event: str, **options: object) -> dict[str, Any]:
        """Resend tells the app what became of a mail: `tell_of_mail(id, "delivered")`. Returns the delivery."""
        return self._call("POST", "/mails/webhooks", {"mail": mail, "event": event, **options})

    def reset(self) -> None:
        self._call("POST", "/reset")

    def _list(self, path: str, name: str, **query: str | None) -> list[dict[str, Any]]:
        params = {key: value for key, value in query.items() if value is not None}
        answer = self._client.get(path, params=params).raise_for_status().json()
        return list(answer[name])

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._client.request(method, path, json=body)
        if answer.status_code == 400:
            raise ValueError(answer.json()["error"])
        return dict(answer.raise_for_status().json())


def browser(addresses: Addresses) -> httpx.Client:
    """A client with cookies that follows no redirect by itself; like a browser it lets localhost set Secure cookies."""

    def trust_localhost(_: httpx.Response) -> None:
        for cookie in client.cookies.jar:
            cookie.secure = False

    hooks = {"response": [trust_localhost]}
    client = local_client(base_url=addresses.app, event_hooks=hooks)
    return client
