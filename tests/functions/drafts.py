"""Posts that are not published yet: written down like a publish request, and checked before the click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from tests.people import Connected, Project
from tests.shared.publishing.kinds import DEFAULTS, KINDS

Json = dict[str, Any]
# Given by the click itself, or not judged by TikTok before it.
_NOT_IN_A_DRAFT = ("music_usage", "ai_generated")


@dataclass(frozen=True, slots=True)
class Draft:
    """`body` is the publish request; what is sent to be checked follows from it."""

    body: Json
    connected: Connected
    owner: Creator
    sandbox: SandboxControl
    db: psycopg.Connection[Any]

    def change_item(self, position: int, **facts: Any) -> None:
        """As if the file had been probed to be another."""
        columns = ", ".join(f"{name} = %({name})s" for name in facts)
        asset = {"asset": self.body["media"][position]["media_asset_id"]}
        self.db.execute(f"update public.media_assets set {columns} where id = %(asset)s", facts | asset)

    def request(self, **changes: Any) -> Json:
        body = self.body | changes
        if "tiktok" in body and "tiktok" not in changes:
            body["tiktok"] = {name: value for name, value in body["tiktok"].items() if name not in _NOT_IN_A_DRAFT}
        return body

    def ask(self, by: Creator | None = None, **changes: Any) -> httpx.Response:
        return (by or self.owner).post("preflight", self.request(**changes))

    def check(self, **changes: Any) -> Json:
        return dict(self.ask(**changes).raise_for_status().json())

    def codes(self, **changes: Any) -> list[str]:
        return [problem["code"] for problem in self.check(**changes)["problems"]]

    def sent(self) -> list[str]:
        """Every endpoint of the platform that heard from this account."""
        return [call["endpoint"] for call in self.sandbox.journal() if call["account"] == self.connected.account]


MakeDraft = Callable[..., Draft]


@pytest.fixture
def draft(
    *,
    prompt: None,
    make_creator: Callable[[], Creator],
    connect: Callable[..., Connected],
    samples: Samples,
    sandbox: SandboxControl,
    db: psycopg.Connection[Any],
) -> MakeDraft:
    """`draft("tiktok", "photo", items=3)`: of any kind in kinds.py, of a person and an account of its own."""

    def make(platform: str, kind: str | None = None, *, items: int = 1, **account: Any) -> Draft:
        owner = make_creator()
        project_id = owner.create_project("Hills")
        connected = connect(Project(project_id, owner, owner, owner, owner), platform, **account)
        body = KINDS[platform, kind or DEFAULTS[platform]](owner, project_id, connected, samples, items)
        return Draft(body, connected, owner, sandbox, db)

    return make
