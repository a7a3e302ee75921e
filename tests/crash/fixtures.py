"""Everybody who may carry on, set up for one kind of post."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from shared.platforms import tiktok_chunks
from tests.crash.accounts import Clicker
from tests.crash.crashes import Crashes, MakeCrashes
from tests.crash.kinds import Kind, prepared
from tests.crash.worker import CHUNK_BYTES


@pytest.fixture
def crashes(
    *,
    prompt: None,
    make_creator: Callable[[], Creator],
    samples: Samples,
    sandbox: SandboxControl,
    stack: Stack,
    db: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> MakeCrashes:
    """`crashes(PHOTO)`: a person who clicks, and functions that send the kind of post the same way as the workers."""

    def make(kind: Kind) -> Crashes:
        for name in ("_CHUNK", "_LARGEST_SINGLE"):
            monkeypatch.setattr(tiktok_chunks, name, CHUNK_BYTES)
        for name, value in kind.environ.items():
            monkeypatch.setenv(name, value)
        owner = make_creator()
        project_id = owner.create_project("Hills")
        body = prepared(kind, owner, project_id, samples)
        return Crashes(kind, owner, Clicker(stack, owner.user, project_id), body, stack, sandbox, db)

    return make
