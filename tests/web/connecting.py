"""What the tests of the Connections screen share: accounts that nobody has connected, and where things stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator

from sandbox.stack.clients import SandboxControl, local_client
from sandbox.stack.stack import Stack
from tests.people import Connected, Project
from tests.web.visitor import Visitor

Connect = Callable[..., Connected]
Db = psycopg.Connection[Any]

NAMES = {"instagram": "Instagram", "tiktok": "TikTok"}
SHOWN = {"instagram": "@hill.walks", "tiktok": "Hill Walks"}
NEW: dict[str, dict[str, object]] = {
    "instagram": {"username": "hill.walks", "name": "Hill Walks", "account_type": "BUSINESS"},
    "tiktok": {"username": "hill.walks", "nickname": "Hill Walks"},
}
PUBLISH = {"instagram": "instagram_business_content_publish", "tiktok": "video.publish"}
BOTH = pytest.mark.parametrize("platform", ["instagram", "tiktok"])


@pytest.fixture
def as_before(sandbox: SandboxControl) -> Iterator[None]:
    before = sandbox.settings()
    yield
    sandbox.clear_faults()
    sandbox.settings(instagram=before["instagram"], tiktok=before["tiktok"])


@pytest.fixture
def new_account(sandbox: SandboxControl) -> Callable[..., str]:
    """A simulated account that nobody has connected, by its id."""

    def make(platform: str, **properties: object) -> str:
        added = sandbox.add_account(platform, **NEW[platform] | properties)
        return str(added["user_id" if platform == "instagram" else "open_id"])

    return make


def card(visitor: Visitor, platform: str) -> Locator:
    return visitor.page.get_by_role("region", name=NAMES[platform], exact=True)


def account(visitor: Visitor, name: str) -> Locator:
    return visitor.page.locator("li.account").filter(has_text=name)


def notices(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Needs your attention")


def at_connections(visitor: Visitor, project: Project) -> Visitor:
    visitor.open(f"/p/{project.id}/connections")
    visitor.heading("Connections").wait_for()
    return visitor


def connected(db: Db, project: Project) -> list[tuple[str, str]]:
    return db.execute(
        "select platform::text, status::text from public.connections where project_id = %s order by platform",
        (project.id,),
    ).fetchall()


def tokens(db: Db, connection_id: str) -> int:
    found = db.execute("select count(*) from private.connection_tokens where connection_id = %s", (connection_id,))
    return int(found.fetchall()[0][0])


def end_elsewhere(sandbox: SandboxControl, stack: Stack, held: Connected) -> None:
    """The creator removes itoms inside the platform, and the platform tells us."""
    if held.platform == "instagram":
        sandbox.instagram_callback("deauthorize", held.account)
        return
    sandbox.disconnect(held.account)
    with local_client(base_url=f"{stack.addresses.sandbox}/control") as control:
        waiting = control.get("/webhooks").raise_for_status().json()["webhooks"]
        ours = [delivery["id"] for delivery in waiting if held.account in delivery["body"]]
        control.post("/webhooks/deliver", json={"ids": ours}).raise_for_status()
