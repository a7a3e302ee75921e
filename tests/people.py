"""Who the tests are about: Ada owns a project, Eve edits it, Vic views it, and Sam is a stranger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.samples import Samples, make_large_video, make_samples
from sandbox.stack.clients import SandboxControl, Supabase, User, browser
from sandbox.stack.stack import Stack

_NAMES = {
    "instagram": {"username": "hill.walks", "name": "Hill Walks", "account_type": "BUSINESS"},
    "tiktok": {"username": "hill.walks", "nickname": "Hill Walks"},
}


@dataclass(frozen=True, slots=True)
class Project:
    """One project with everybody around it, so that each test has its own."""

    id: str
    owner: Creator
    editor: Creator
    viewer: Creator
    stranger: Creator


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection, and the simulated account behind it."""

    id: str
    platform: str
    account: str


def token_version(db: psycopg.Connection[Any], connection_id: str) -> int:
    """As whoever looks at the account at this moment sees it."""
    query = "select version from private.connection_tokens where connection_id = %s"
    ((version,),) = db.execute(query, (connection_id,)).fetchall()
    return int(version)


@pytest.fixture
def make_creator(stack: Stack, supabase: Supabase, make_user: Callable[[], User]) -> Iterator[Callable[[], Creator]]:
    """A new person, in a browser of their own."""
    browsers: list[httpx.Client] = []

    def make() -> Creator:
        browsers.append(browser(stack.addresses))
        return Creator(make_user(), browsers[-1], supabase)

    yield make
    for client in browsers:
        client.close()


@pytest.fixture
def project(make_creator: Callable[[], Creator], db: psycopg.Connection[Any]) -> Project:
    owner, editor, viewer, stranger = (make_creator() for _ in range(4))
    project_id = owner.create_project("Hills")
    for person, role in ((editor, "editor"), (viewer, "viewer")):
        db.execute(
            "insert into public.project_members (project_id, user_id, role) values (%s, %s, %s)",
            (project_id, person.user.id, role),
        )
    return Project(project_id, owner, editor, viewer, stranger)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    folder: Path = tmp_path_factory.mktemp("samples")
    return make_samples(folder)


@pytest.fixture(scope="session")
def large_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So large that it is sent in three parts."""
    return make_large_video(tmp_path_factory.mktemp("large") / "large.mp4")


@pytest.fixture
def connect(sandbox: SandboxControl) -> Callable[..., Connected]:
    """Connects a new simulated account to a project: `connect(project, "tiktok", private=True)`."""

    def make(project: Project, platform: str, **properties: Any) -> Connected:
        added = sandbox.add_account(platform, **_NAMES[platform] | properties)
        account = added["user_id" if platform == "instagram" else "open_id"]
        answer = project.owner.connect(platform, project.id, account=account)
        assert answer.headers["location"].endswith("connect=connected"), answer.headers["location"]
        rows = project.owner.read("connections", select="id,platform_account_id")
        return Connected(next(row["id"] for row in rows if row["platform_account_id"] == account), platform, account)

    return make


@pytest.fixture
def photo(project: Project, samples: Samples) -> dict[str, str]:
    """An accepted photo: content_id and media_asset_id."""
    content_id = project.owner.create_content(project.id)
    asset = project.owner.upload(content_id, samples.photo, "image/jpeg")
    return {"content_id": content_id, "media_asset_id": asset["id"]}


@pytest.fixture
def video(project: Project, samples: Samples) -> dict[str, str]:
    """An accepted video: content_id and media_asset_id."""
    content_id = project.owner.create_content(project.id, type="video")
    asset = project.owner.upload(content_id, samples.video, "video/mp4")
    return {"content_id": content_id, "media_asset_id": asset["id"]}
