"""People at real browsers: Chromium, driven by Playwright, against the built web client and the local stack."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from sandbox.creator import Creator
from sandbox.stack.clients import User
from sandbox.stack.paths import ROOT
from sandbox.stack.stack import Stack
from tests.web.visitor import Visitor

NAMES = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync")
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)

MakeVisitor = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.web)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "Chromium is missing: install your system's package, or say where it is with CHROMIUM=/path/to/it"
    assert (ROOT / "public" / "index.html").is_file(), "The web client is not built: run `make setup`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(SWITCHES))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, stack: Stack) -> Iterator[MakeVisitor]:
    """`visit()` is somebody who is not signed in, `visit(creator)` that person; options are Playwright's for a context.

    Afterwards nobody may have met an error that the browser itself noticed: `visitor.expect_problem(...)` allows one.
    """
    visitors: list[Visitor] = []
    contexts: list[BrowserContext] = []

    def make(creator: Creator | None = None, **options: object) -> Visitor:
        kept = {"storage_state": signed_in(stack, creator.user)} if creator else {}
        given = {"base_url": stack.addresses.app, "viewport": {"width": 1280, "height": 900}, **kept, **options}
        context = chromium.new_context(**given)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        visitors.append(Visitor(context.new_page(), stack.addresses))
        return visitors[-1]

    yield make
    for context in contexts:
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
