from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sandbox import Sandbox, SandboxConfig
from sandbox.app import create_app
from sandbox.samples import Samples
from sandbox.server import BackgroundServer

MEDIA = "https://media.sandbox.test"
INSTAGRAM_REDIRECT = "https://app.sandbox.test/api/oauth/instagram/callback"
TIKTOK_REDIRECT = "http://127.0.0.1:3000/api/oauth/tiktok/callback"
INSTAGRAM_SCOPES = "instagram_business_basic,instagram_business_content_publish"
TIKTOK_SCOPES = "user.info.basic,video.publish"


class MediaHost:
    """A small static host; `files` maps a name to status, content type and bytes."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[int, str, bytes]] = {}
        self.delay = 0.0
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                time.sleep(host.delay)
                status, kind, body = host.files.get(self.path.lstrip("/"), (404, "text/plain", b"no"))
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                if status == 302:
                    self.send_header("location", "/photo.jpg")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, name: str, body: bytes | Path, kind: str = "image/jpeg", status: int = 200) -> str:
        self.files[name] = (status, kind, body.read_bytes() if isinstance(body, Path) else body)
        return f"{MEDIA}/{name}"


class Driver:
    """Talks to the sandbox over HTTP, the way a product and its user would."""

    def __init__(self, base: str, config: SandboxConfig) -> None:
        self.base = base
        self.config = config
        self.http = httpx.Client(base_url=base, follow_redirects=False, timeout=10)

    def control(self, path: str, **body: Any) -> Any:
        answer = self.http.post(f"/control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, endpoint: str, times: int = 1, account: str | None = None, **fault: Any) -> None:
        self.control("faults", endpoint=endpoint, fault=fault, times=times, account=account)

    def ledger(self) -> list[dict[str, Any]]:
        return list(self.http.get("/control/ledger").json()["posts"])

    def journal(self, endpoint: str) -> list[dict[str, Any]]:
        return list(self.http.get("/control/journal", params={"endpoint": endpoint}).json()["requests"])

    def advance(self, seconds: float) -> None:
        self.control("clock", advance_seconds=seconds)

    # Instagram

    def instagram_authorize(self, **changes: str) -> httpx.Response:
        return self.http.get("/instagram-www/oauth/authorize", params=self._instagram_query(changes))

    def _instagram_query(self, changes: Mapping[str, str]) -> dict[str, str]:
        return {
            "client_id": self.config.instagram.app_id,
            "redirect_uri": INSTAGRAM_REDIRECT,
            "response_type": "code",
            "scope": INSTAGRAM_SCOPES,
            "state": "st4te",
            **changes,
        }

    def instagram_decide(
        self,
        decision: str = "allow",
        account: str = "17841400000000001",
        scopes: str = INSTAGRAM_SCOPES,
    ) -> httpx.Response:
        data = {"decision": decision, "account": account, "scope": scopes.split(",")}
        return self.http.post("/instagram-www/oauth/authorize", params=self._instagram_query({}), data=data)

    def instagram_code(self, **choices: str) -> str:
        return query_of(self.instagram_decide(**choices))["code"]

    def instagram_exchange(self, code: str, **changes: str) -> httpx.Response:
        app = self.config.instagram
        form = {
            "client_id": app.app_id,
            "client_secret": app.app_secret,
            "grant_type": "authorization_code",
            "redirect_uri": INSTAGRAM_REDIRECT,
            "code": code,
            **changes,
        }
        return self.http.post("/instagram-api/oauth/access_token", data=form)

    def instagram_long(self, short: str, **changes: str) -> httpx.Response:
        query = {
            "grant_type": "ig_exchange_token",
            "client_secret": self.config.instagram.app_secret,
            "access_token": short,
            **changes,
        }
        return self.http.get("/instagram-graph/access_token", params=query)

    def instagram_token(self, **choices: str) -> str:
        short = self.instagram_exchange(self.instagram_code(**choices)).json()["access_token"]
        return str(self.instagram_long(short).json()["access_token"])

    def graph(self, method: str, path: str, token: str, **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        return self.http.request(method, f"/instagram-graph/v26.0/{path}", headers=headers, **options)

    # TikTok

    def tiktok_query(self, **changes: str) -> dict[str, str]:
        return {
            "client_key": self.config.tiktok.client_key,
            "redirect_uri": TIKTOK_REDIRECT,
            "response_type": "code",
            "scope": TIKTOK_SCOPES,
            "state": "st4te",
            "disable_auto_auth": "1",
            **changes,
        }

    def tiktok_decide(
        self,
        decision: str = "allow",
        account: str = "-000SandboxOpenId0001",
        scopes: str = TIKTOK_SCOPES,
        **query: str,
    ) -> httpx.Response:
        data = {"decision": decision, "account": account, "scope": scopes.split(",")}
        return self.http.post("/tiktok-www/v2/auth/authorize/", params=self.tiktok_query(**query), data=data)

    def tiktok_oauth(self, path: str, **form: str) -> httpx.Response:
        app = self.config.tiktok
        data = {"client_key": app.client_key, "client_secret": app.client_secret, **form}
        return self.http.post(f"/tiktok-api/v2/oauth/{path}/", data=data)

    def tiktok_exchange(self, code: str, **changes: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": TIKTOK_REDIRECT, **changes}
        return self.tiktok_oauth("token", **form)

    def tiktok_grant(self, **choices: str) -> dict[str, Any]:
        return dict(self.tiktok_exchange(query_of(self.tiktok_decide(**choices))["code"]).json())

    def tiktok(
        self, path: str, token: str, body: object = None, method: str = "POST", **options: Any
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        return self.http.request(method, f"/tiktok-api/v2/{path}", headers=headers, json=body, **options)


def query_of(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 302, response.text
    return {key: values[0] for key, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


@pytest.fixture(scope="session")
def media_host() -> MediaHost:
    return MediaHost()


@pytest.fixture
def media(media_host: MediaHost, samples: Samples) -> Iterator[MediaHost]:
    media_host.put("photo.jpg", samples.photo)
    media_host.put("video.mp4", samples.video, "video/mp4")
    yield media_host
    media_host.files.clear()
    media_host.delay = 0.0


@pytest.fixture(scope="session")
def running(media_host: MediaHost) -> Iterator[Driver]:
    config = SandboxConfig.from_dict(
        {
            "instagram": {"redirect_uris": [INSTAGRAM_REDIRECT]},
            "tiktok": {"redirect_uris": [TIKTOK_REDIRECT], "verified_prefixes": [f"{MEDIA}/"]},
            "media_hosts": {MEDIA: f"http://127.0.0.1:{media_host.server.server_port}"},
        }
    )
    with BackgroundServer(create_app(Sandbox.from_config(config))) as server:
        yield Driver(server.url, config)


@pytest.fixture
def driver(running: Driver, media: MediaHost) -> Driver:
    running.http.cookies.clear()
    running.control("reset")
    running.control("settings", instagram={"ready_after": 0.0}, tiktok={"ready_after": 0.0, "moderation_delay": 0.0})
    return running


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < deadline, "this did not happen within 5 seconds"
            time.sleep(0.02)

    return wait
