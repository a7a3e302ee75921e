"""Somebody at the Publish screen, with an account and something to publish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from tests.people import Connected, Project
from tests.web.conftest import MakeVisitor
from tests.web.publishing import Desk, MakeDesk, note_click

TYPES = {".jpg": "image/jpeg", ".mp4": "video/mp4"}


@pytest.fixture
def desk(
    *,
    prompt: None,
    visit: MakeVisitor,
    project: Project,
    connect: Callable[..., Connected],
    samples: Samples,
    sandbox: SandboxControl,
    db: psycopg.Connection[Any],
) -> MakeDesk:
    """`desk("instagram", "tiktok", files=[...])`: connected to these, with a content of these files, else one photo.

    Of a single account nobody has to say that it is meant; of several, none is chosen yet.
    """

    def make(*platforms: str, files: Sequence[Path] | None = None, **options: Any) -> Desk:
        owner = project.owner
        accounts = tuple(connect(project, platform) for platform in platforms)
        wanted = [samples.photo] if files is None else list(files)
        kind = "video" if any(file.suffix == ".mp4" for file in wanted) else "image"
        content_id = owner.create_content(project.id, type=kind)
        assets = tuple(owner.upload(content_id, file, TYPES[file.suffix])["id"] for file in wanted)
        made = Desk(visit(owner, **options), owner, project, content_id, assets, accounts, sandbox, db)
        made.page.on("request", lambda request: note_click(made.clicks, request))
        return made

    return make
