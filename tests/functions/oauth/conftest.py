from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import psycopg
import pytest

from sandbox.stack.clients import SandboxControl, local_client
from sandbox.stack.stack import Stack
from shared.settings import Settings
from shared.vault import Vault
from tests.functions.oauth.flow import Flow, token_calls, transaction_id
from tests.people import Project

pytest.register_assert_rewrite(*(f"tests.functions.oauth.{name}_promises" for name in ("start", "callback", "attack")))

ACCOUNTS: dict[str, dict[str, Any]] = {
    "instagram": {
        "username": "marsh.birds",
        "name": "Full-Name-Of-The-Person",
        "account_type": "BUSINESS",
        "biography": "Biography-Of-The-Person",
        "website": "https://website-of-the-person.example",
    },
    "tiktok": {"username": "handle-of-the-person", "nickname": "Marsh Birds"},
}


@pytest.fixture
def flow(
    request: pytest.FixtureRequest,
    stack: Stack,
    project: Project,
    sandbox: SandboxControl,
    db: psycopg.Connection[Any],
    written: Callable[[], str],
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Flow]:
    """On the platform of the test's class, with a project and an account of its own.

    Whatever a test is about, none of its secrets may have been written down when it is over.
    """
    platform = request.cls.platform
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    with local_client(base_url=stack.addresses.app, cookies=no_cookies) as client:
        flow = Flow(
            platform=platform,
            project=project,
            account=sandbox.add_account(platform, **ACCOUNTS[platform]),
            client=client,
            sandbox=sandbox,
            db=db,
            vault=Vault.from_settings(Settings(stack.env)),
            app_url=stack.addresses.app,
            consent_origin=stack.addresses.sandbox,
            begun=transaction_id(db),
            calls_before={endpoint: len(calls) for endpoint, calls in token_calls(sandbox).items()},
        )
        yield flow
    sandbox.clear_faults()
    logged = "\n".join(record.getMessage() for record in caplog.get_records("call")) + written()
    for place, text in (("log", logged), ("database", flow.written())):
        found = [secret for secret in (*flow.secrets, *flow.sandbox_tokens()) if secret in text]
        assert not found, f"in the {place}: {len(found)} of the test's secrets"


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """All that was logged or printed during the test."""
    caplog.set_level(logging.DEBUG)
    return lambda: caplog.text + "".join(capfd.readouterr())
