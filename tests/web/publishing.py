"""The Publish screen of somebody, with the content and the accounts that are there already."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Locator, Page, Request, Route, expect

from sandbox.creator import Creator
from sandbox.stack.clients import SandboxControl
from tests.people import Connected, Project
from tests.web.visitor import Visitor

PUBLISH = "**/api/publish"
CAPTION = "Caption for all accounts"
ONE_PUBLICATION = re.compile(r"/history/[0-9a-f-]{36}$")
SEVERAL_PUBLICATIONS = re.compile(r"/history\?of=[0-9a-f-]{36}(,[0-9a-f-]{36})+$")
DOUBT = "We are not sure that your click arrived"


def hash_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class Desk:
    """One person at this screen. `clicks` are the requests that could post, whoever answered them."""

    visitor: Visitor
    owner: Creator
    project: Project
    content_id: str
    assets: tuple[str, ...]
    accounts: tuple[Connected, ...]
    sandbox: SandboxControl
    db: psycopg.Connection[Any]
    clicks: list[Request] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.visitor.page

    @property
    def address(self) -> str:
        return f"/p/{self.project.id}/publish?content={self.content_id}"

    @property
    def button(self) -> Locator:
        return self.visitor.button(re.compile("^Publish to|^Publish$"))

    def open(self) -> None:
        self.visitor.open(self.address)
        self.visitor.field(CAPTION).wait_for()

    def ready(self) -> Locator:
        """Every check has been answered, and the button can be clicked."""
        self.visitor.sees("Nothing stands in the way.")
        return self.button

    def posts(self) -> list[dict[str, Any]]:
        return [post for one in self.accounts for post in self.sandbox.ledger(one.platform, one.account)]

    def until_posted(self, count: int = 1) -> list[dict[str, Any]]:
        """TikTok's posts need a while; asking moves them, as the history would."""
        query = (
            "select id::text from public.publications where project_id = %s and state not in ('published', 'failed')"
        )
        for _ in range(40):
            for (publication,) in self.db.execute(query, (self.project.id,)).fetchall():
                self.owner.advance(publication)
            if len(self.posts()) >= count:
                break
        posts = self.posts()
        assert len(posts) == count, posts
        return posts

    def publications(self) -> list[tuple[str, str]]:
        query = "select idempotency_key, state::text from public.publications where project_id = %s"
        return self.db.execute(query, (self.project.id,)).fetchall()

    def keys(self) -> list[str]:
        return [str(request.headers["idempotency-key"]) for request in self.clicks]

    def second_tab(self, *, asleep: bool = False) -> Visitor:
        """One that is asleep hears nothing of what other tabs store."""
        page = self.page.context.new_page()
        if asleep:
            page.add_init_script("addEventListener('storage', (event) => event.stopImmediatePropagation(), true)")
        page.on("request", lambda request: note_click(self.clicks, request))
        other = Visitor(page, self.visitor.addresses)
        other.open(self.address)
        other.field(CAPTION).wait_for()
        return other


def note_click(clicks: list[Request], request: Request) -> None:
    if request.url.endswith("/api/publish"):
        clicks.append(request)


def blocked(button: Locator) -> None:
    expect(button).to_have_attribute("aria-disabled", "true")


MakeDesk = Callable[..., Desk]


def answer_lost(route: Route) -> None:
    """The server has done its work, and nobody hears of it."""
    route.fetch()
    route.abort()
