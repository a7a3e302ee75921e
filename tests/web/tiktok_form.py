"""TikTok's form as somebody fills it in, for the tests that hold it against TikTok's Content Sharing Guidelines."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from sandbox.creator import Creator
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from tests.people import Connected, Project
from tests.web.conftest import MakeVisitor
from tests.web.visitor import Visitor

PUBLISH = re.compile("^Publish")
MUST_DISCLOSE = "You need to indicate if your content promotes yourself, a third party, or both."
NOT_PRIVATE = "Branded content visibility cannot be set to private."
PROMOTIONAL = "Your photo/video will be labeled as 'Promotional content'"
PARTNERSHIP = "Your photo/video will be labeled as 'Paid partnership'"
MUSIC_USAGE = "https://www.tiktok.com/legal/page/global/music-usage-confirmation/en"
BRANDED_CONTENT_POLICY = "https://www.tiktok.com/legal/page/global/bc-policy/en"


@dataclass(frozen=True, slots=True)
class Form:
    """The open Publish screen of somebody with one TikTok account and one content."""

    visitor: Visitor
    owner: Creator
    connected: Connected
    project_id: str
    uploaded: tuple[str, ...]
    sandbox: SandboxControl
    db: psycopg.Connection[Any]

    @property
    def audience(self) -> Locator:
        return self.visitor.field("Who can see this post")

    @property
    def button(self) -> Locator:
        return self.visitor.button(PUBLISH)

    def box(self, name: str) -> Locator:
        return self.visitor.page.get_by_role("checkbox", name=name)

    def switch(self, name: str) -> Locator:
        return self.visitor.page.get_by_role("switch", name=name)

    def heard(self) -> list[str]:
        """Every endpoint of TikTok that heard from this account, and the app's own callback before it."""
        return [call["endpoint"] for call in self.sandbox.journal() if call["account"] == self.connected.account]

    def posts(self) -> list[dict[str, Any]]:
        return self.sandbox.ledger("tiktok", self.connected.account)

    def clicks(self) -> list[tuple[str]]:
        query = "select id::text from public.publications where project_id = %s"
        return self.db.execute(query, (self.project_id,)).fetchall()

    def publish(self) -> dict[str, Any]:
        """Clicks, and waits for the one post that it makes."""
        self.button.click()
        self.visitor.comes_to(re.compile("/history/[0-9a-f-]{36}$"))
        for _ in range(20):
            self.owner.advance(self.visitor.page.url.rsplit("/", 1)[-1])
            if posts := self.posts():
                assert len(posts) == 1
                return posts[0]
        raise AssertionError("nothing was posted")


MakeForm = Callable[..., Form]


@pytest.fixture
def form(
    *,
    prompt: None,
    visit: MakeVisitor,
    project: Project,
    connect: Callable[..., Connected],
    samples: Samples,
    sandbox: SandboxControl,
    db: psycopg.Connection[Any],
) -> MakeForm:
    """`form("photo", private=True)`: a post of this kind, and an account with these properties."""

    def make(kind: str = "video", scheme: str = "light", width: int = 1280, **account: Any) -> Form:
        owner = project.owner
        connected = connect(project, "tiktok", **account)
        content_id = owner.create_content(project.id, type="video" if kind == "video" else "image")
        files = [(samples.video, "video/mp4")] if kind == "video" else [(one, "image/jpeg") for one in samples.photos]
        for file, media_type in files:
            assert owner.upload(content_id, file, media_type)["state"] == "ready"
        uploaded = tuple(hashlib.sha256(file.read_bytes()).hexdigest() for file, _ in files)
        # Its first call loads Anthropic's library: nobody has to look on.
        owner.post("caption", {"content_id": content_id, "preview": True}).raise_for_status()
        visitor = visit(owner, color_scheme=scheme, viewport={"width": width, "height": 900})
        visitor.open(f"/p/{project.id}/publish?content={content_id}")
        return Form(visitor, owner, connected, project.id, uploaded, sandbox, db)

    return make


def is_blocked(button: Locator) -> None:
    expect(button).to_have_attribute("aria-disabled", "true")


def is_ready(button: Locator) -> None:
    expect(button).not_to_have_attribute("aria-disabled", "true")
