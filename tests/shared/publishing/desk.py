"""Fixtures that make publications the way a click makes them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from sandbox.creator import Creator
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl, Supabase
from sandbox.stack.stack import Stack
from shared.publishing import instagram_prepare
from shared.publishing import publish as publishing
from shared.publishing.request import PUBLISH_REQUEST, as_database_request, request_hash
from shared.publishing.work import Pause
from shared.runtime import Runtime
from tests.people import Connected, Project
from tests.shared.publishing.clicks import Click, Database, MakeClick, RuntimeAt
from tests.shared.publishing.kinds import DEFAULTS, KINDS


@pytest.fixture
def prompt(sandbox: SandboxControl, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Platforms that are ready at once, and endpoints that do not wait for them."""
    monkeypatch.setattr(publishing, "WAIT_SECONDS", 0.0)
    monkeypatch.setattr(instagram_prepare, "look_again", lambda work: Pause(0.0, looks=1))
    before = sandbox.settings()
    sandbox.settings(instagram={"ready_after": 0.0}, tiktok={"ready_after": 0.0, "moderation_delay": 0.0})
    yield
    sandbox.clear_faults()
    sandbox.settings(instagram=before["instagram"], tiktok=before["tiktok"])


@pytest.fixture
def runtime_at(stack: Stack) -> RuntimeAt:
    """A worker with other addresses, or with less patience."""

    def make(*, call_seconds: float | None = None, **variables: str) -> Runtime:
        runtime = Runtime.from_environ(stack.env | variables)
        if call_seconds is not None:
            runtime.egress.client.timeout = httpx.Timeout(call_seconds)
        return runtime

    return make


@pytest.fixture
def click(
    *,
    prompt: None,
    make_creator: Callable[[], Creator],
    connect: Callable[..., Connected],
    samples: Samples,
    supabase: Supabase,
    sandbox: SandboxControl,
    stack: Stack,
    db: Database,
) -> Iterator[MakeClick]:
    """`click("tiktok")`: a publication that nobody has begun to work on, of a person and an account of its own.

    `click("tiktok", kind="photo", items=3)`: of any kind in kinds.py.
    """
    made: list[str] = []

    def make(
        platform: str, *, kind: str | None = None, items: int = 1, account: dict[str, Any] | None = None, **changes: Any
    ) -> Click:
        owner = make_creator()
        project_id = owner.create_project("Hills")
        connected = connect(Project(project_id, owner, owner, owner, owner), platform, **(account or {}))
        build = KINDS[platform, kind or DEFAULTS[platform]]
        body = build(owner, project_id, connected, samples, items) | changes
        key = uuid.uuid4().hex
        publication_id = _clicked(supabase, owner, body, key)
        made.append(publication_id)
        return Click(publication_id, key, body, connected, owner, db, sandbox, stack)

    yield make
    db.execute("update public.publications set next_step_at = null where id = any(%s)", (made,))
    db.execute("delete from private.pauses")


def _clicked(supabase: Supabase, owner: Creator, body: dict[str, Any], key: str) -> str:
    request = PUBLISH_REQUEST.validate_json(json.dumps(body))
    arguments = {
        "p_request": as_database_request(request),
        "p_idempotency_key": key,
        "p_request_hash": request_hash(request),
    }
    with supabase.as_user(owner.user) as rest:
        return str(rest.post("/rpc/create_publication", json=arguments).raise_for_status().json()["publication"]["id"])
