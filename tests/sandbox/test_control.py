from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sandbox import SandboxConfig

if TYPE_CHECKING:
    from tests.sandbox.conftest import Driver


def test_the_clock_moves_on_demand(driver: Driver) -> None:
    driver.advance(3600)
    clock = driver.http.get("/control/clock").json()
    assert clock["offset"] == 3600
    assert clock["now"] == pytest.approx(time.time() + 3600, abs=2)


def test_a_reset_forgets_everything(driver: Driver) -> None:
    token = driver.instagram_token()
    driver.fault("instagram.me", kind="drop_before")
    driver.advance(10)
    driver.control("reset")
    assert driver.graph("GET", "me", token).status_code == 400
    assert driver.http.get("/control/clock").json()["offset"] == 0
    assert driver.http.get("/control/faults").json() == {"faults": []}
    assert driver.http.get("/control/tokens").json() == {"tokens": []}
    assert driver.http.get("/control/settings").json()["instagram"]["ready_after"] == 1.0


def test_an_added_account_appears_on_the_consent_page(driver: Driver) -> None:
    account = driver.control("accounts", platform="instagram", username="new.one", name="New", account_type="BUSINESS")
    assert account["user_id"].startswith("17841")
    assert "@new.one" in driver.instagram_authorize().text
    creator = driver.control("accounts", platform="tiktok", username="new.two", nickname="Two", private=True)
    assert driver.tiktok_grant(account=creator["open_id"])["open_id"] == creator["open_id"]


@pytest.mark.parametrize(
    "changes",
    [{"nonsense": 1}, {"instagram": {"token_shape": "round"}}, {"tiktok": {"audited": "yes"}}, {"latency": "1"}],
)
def test_a_wrong_setting_changes_nothing(driver: Driver, changes: dict[str, Any]) -> None:
    before = driver.http.get("/control/settings").json()
    assert driver.http.post("/control/settings", json=changes).status_code == 400
    assert driver.http.get("/control/settings").json() == before


def test_the_journal_says_who_called_what_and_how_it_ended(driver: Driver) -> None:
    token = driver.instagram_token()
    driver.graph("GET", "me", token, params={"fields": "username"})
    [entry] = driver.journal("instagram.me")
    assert (entry["host"], entry["path"], entry["status"]) == ("graph.instagram.com", "/v26.0/me", 200)
    assert (entry["query"], entry["account"]) == ({"fields": "username"}, "17841400000000001")


def test_latency_can_be_added_to_every_answer(driver: Driver) -> None:
    token = driver.instagram_token()
    driver.control("settings", latency=0.1)
    began = time.monotonic()
    driver.graph("GET", "me", token)
    assert time.monotonic() - began >= 0.1


def test_a_typing_error_in_the_configuration_is_named() -> None:
    with pytest.raises(ValueError, match="redirect_uri"):
        SandboxConfig.from_dict({"instagram": {"redirect_uri": "https://x.test"}})


def test_it_starts_from_the_command_line_with_a_configuration(tmp_path: Path) -> None:
    config = tmp_path / "sandbox.json"
    config.write_text('{"instagram": {"app_id": "42", "redirect_uris": ["https://a.test/back"]}}')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "sandbox", "--port", str(port), "--config", str(config)])
    try:
        query = {
            "client_id": "42",
            "redirect_uri": "https://a.test/back",
            "response_type": "code",
            "scope": "instagram_business_basic",
        }
        assert _status(f"http://127.0.0.1:{port}/instagram-www/oauth/authorize", query) == 200
    finally:
        process.terminate()
        process.wait(5)


def _status(url: str, query: dict[str, str]) -> int:
    for _ in range(200):
        try:
            return httpx.get(url, params=query).status_code
        except httpx.ConnectError:
            time.sleep(0.05)
    return 0
