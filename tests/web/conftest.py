"""People at real browsers: Chromium, driven by Playwright, against the built web client and the local stack."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from sandbox.chromium import SWITCHES, find_chromium
from sandbox.creator import Creator
from sandbox.stack.clients import User
from sandbox.stack.paths import ROOT
from sandbox.stack.stack import Stack
from tests.canary_plugin import Canary
from tests.web.eyes import Eyes
from tests.web.visitor import Visitor

# For a busy machine: what is there is not waited for.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)

MakeVisitor = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.web)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert (ROOT / "public" / "index.html").is_file(), "The web client is not built: run `make setup`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(SWITCHES))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[MakeVisitor]:
    """`visit()` is somebody who is not signed in, `visit(creator)` that person; options are Playwright's for a context.

    Afterwards nobody may have met an error that the browser itself noticed: `visitor.expect_problem(...)` allows one.
    """
    visitors: list[Visitor] = []
    contexts: list[tuple[BrowserContext, Eyes]] = []
    canary = request.config.pluginmanager.get_plugin("canary")
    assert isinstance(canary, Canary)

    def make(creator: Creator | None = None, **options: object) -> Visitor:
        kept = {"storage_state": signed_in(stack, creator.user)} if creator else {}
        given = {"base_url": stack.addresses.app, "viewport": {"width": 1280, "height": 900}, **kept, **options}
        context = chromium.new_context(**given)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        contexts.append((context, Eyes(context, canary.watch, stack.addresses.app)))
        visitors.append(Visitor(context.new_page(), stack.addresses))
        return visitors[-1]

    yield make
    for context, eyes in contexts:
        eyes.look()
        context.close()
    assert [problem for visitor in visitors for problem in visitor.problems] == []


def signed_in(stack: Stack, user: User) -> dict[str, object]:
    """As Supabase's client leaves a session in the browser: signing in takes half a second each time."""
    session = {
        "access_token": user.token,
        "refresh_token": "not-needed-within-the-hour",
        "token_type": "bearer",
        "expires_in": 3600,
        "expires_at": int(time.time()) + 3600,
        "user": {"id": user.id, "email": user.email, "aud": "authenticated", "app_metadata": {}, "user_metadata": {}},
    }
    kept = [{"name": "itoms-session", "value": json.dumps(session)}]
    return {"cookies": [], "origins": [{"origin": stack.addresses.app, "localStorage": kept}]}
