"""Meta's signed calls to the app, checked the way an app checks them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from sandbox import Sandbox, SandboxConfig
from sandbox.app import create_app
from sandbox.server import BackgroundServer
from tests.sandbox.graph import ACME, problem

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver

SCOPED = "27640000000000001"


class App:
    """Something that receives callbacks and remembers them."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.answer: Response = JSONResponse({"url": "https://a.test/d/ab12", "confirmation_code": "ab12"})

    async def take(self, request: Request) -> Response:
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        [signed] = parse_qs((await request.body()).decode())["signed_request"]
        self.received.append(signed)
        return self.answer


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def url(app: App) -> Iterator[str]:
    with BackgroundServer(Starlette(routes=[Route("/callback", app.take, methods=["POST"])])) as server:
        yield f"{server.url}/callback"


def decoded(text: str) -> bytes:
    assert "=" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(signed: str, secret: str) -> dict[str, Any]:
    signature, payload = signed.split(".")
    assert hmac.compare_digest(decoded(signature), hmac.digest(secret.encode(), payload.encode(), hashlib.sha256))
    return dict(json.loads(decoded(payload)))


def test_removing_the_app_tells_it_and_ends_the_tokens(driver: Driver, app: App, url: str) -> None:
    token = driver.instagram_token()
    app.answer = Response("thanks")
    answer = driver.control("instagram/deauthorize", account=ACME, url=url)
    assert answer == {"ended": 2, "status": 200, "body": "thanks"}
    payload = opened(app.received[0], driver.config.instagram.app_secret)
    assert (payload["algorithm"], payload["user_id"]) == ("HMAC-SHA256", SCOPED)
    now = driver.http.get("/control/clock").json()["now"]
    assert payload["issued_at"] == pytest.approx(now, abs=2)
    assert problem(driver.graph("GET", "me", token)) == (190, 458)


def test_a_deletion_request_shows_what_the_app_promised(driver: Driver, app: App, url: str) -> None:
    answer = driver.control("instagram/data_deletion", account=ACME, url=url)
    assert answer == {"status": 200, "body": {"url": "https://a.test/d/ab12", "confirmation_code": "ab12"}}
    assert opened(app.received[0], driver.config.instagram.app_secret)["user_id"] == SCOPED


@pytest.mark.parametrize(("which", "user_id"), [("scoped", SCOPED), ("user", ACME), ("token", int(SCOPED))])
def test_the_id_can_be_any_of_the_three(driver: Driver, app: App, url: str, which: str, user_id: str | int) -> None:
    driver.control("instagram/deauthorize", account=ACME, url=url, which_id=which)
    assert opened(app.received[0], driver.config.instagram.app_secret)["user_id"] == user_id


def test_the_secret_can_be_that_of_the_meta_app(driver: Driver, app: App, url: str) -> None:
    driver.control("instagram/data_deletion", account=ACME, url=url, which_secret="meta")
    opened(app.received[0], driver.config.instagram.meta_app_secret)


def test_an_app_that_does_not_answer_is_no_failure_of_the_sandbox(driver: Driver) -> None:
    answer = driver.control("instagram/data_deletion", account=ACME, url="http://127.0.0.1:9/callback")
    assert answer == {"status": None, "body": "ConnectError"}


def test_the_addresses_come_from_the_configuration(app: App, url: str) -> None:
    config = SandboxConfig.from_dict({"instagram": {"deauthorize_url": url, "deletion_url": f"{url}?deletion"}})
    client = TestClient(create_app(Sandbox.from_config(config)))
    for action in ("deauthorize", "data_deletion"):
        assert client.post(f"/control/instagram/{action}", json={"account": ACME}).json()["status"] == 200
    assert len(app.received) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"url": "http://127.0.0.1:9/"},
        {"account": "1", "url": "http://127.0.0.1:9/"},
        {"account": ACME},
        {"account": ACME, "url": "http://127.0.0.1:9/", "which_id": "name"},
        {"account": ACME, "url": "http://127.0.0.1:9/", "which_secret": "none"},
    ],
)
def test_a_wrong_order_ends_nothing(driver: Driver, body: dict[str, str]) -> None:
    token = driver.instagram_token()
    assert driver.http.post("/control/instagram/deauthorize", json=body).status_code == 400
    assert driver.graph("GET", "me", token).status_code == 200
