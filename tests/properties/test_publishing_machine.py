"""Any order of connect, refresh, publish, fault, crash, webhook and disconnect keeps the promises of judge.py.

`make fuzz` runs it with new orders, and many more of them: FUZZ_EXAMPLES says how many.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from sandbox.creator import Creator
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl, Supabase, local_client
from sandbox.stack.stack import Stack
from shared.publishing import publish as publishing
from shared.settings import Settings
from shared.vault import Vault
from tests.properties.machine import PublishingMachine
from tests.properties.world import KINDS, Stage, uploaded

_FUZZ_EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
# Of each kind.
_EXAMPLES = 4


@pytest.fixture
def stage(
    stack: Stack,
    sandbox: SandboxControl,
    supabase: Supabase,
    db: psycopg.Connection[Any],
    samples: Samples,
    make_creator: Callable[[], Creator],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """Endpoints that do not wait for a platform: time passes by a rule, and never by itself."""
    monkeypatch.setattr(publishing, "WAIT_SECONDS", 0.0)
    before = sandbox.settings()
    sandbox.settings(instagram={"ready_after": 0.0}, tiktok={"ready_after": 20.0, "moderation_delay": 0.0})
    owner = make_creator()
    project_id = owner.create_project("Hills")
    media, vault = uploaded(owner, project_id, samples), Vault.from_settings(Settings(stack.env))
    with local_client(base_url=f"{stack.addresses.sandbox}/control", timeout=30) as control:
        yield Stage(stack, sandbox, supabase, db, owner, project_id, media, vault, control)
    sandbox.settings(instagram=before["instagram"], tiktok=before["tiktok"])


@pytest.mark.parametrize(("platform", "kind"), [(platform, kind) for platform in KINDS for kind in KINDS[platform]])
def test_whatever_happens_a_click_posts_at_most_once_and_its_outcome_is_true(
    stage: Stage, platform: str, kind: str
) -> None:
    play(stage, platform, kind)


def play(stage: Stage, platform: str, kind: str) -> None:
    """The same orders every time, unless new ones are asked for: found by Hypothesis, from one seed for each kind."""
    machine = type("Machine", (PublishingMachine,), {"stage": stage, "first": (platform, kind)})
    run_state_machine_as_test(
        machine if _FUZZ_EXAMPLES else seed(f"{platform} {kind}")(machine),
        settings=settings(
            max_examples=_FUZZ_EXAMPLES or _EXAMPLES,
            stateful_step_count=25,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink) if _FUZZ_EXAMPLES else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
