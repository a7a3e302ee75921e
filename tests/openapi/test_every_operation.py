"""Every operation of public/openapi.json under requests that schemathesis makes up, sound ones and broken ones.

All its checks are on, but for max_response_time: how fast we are is not for tests. Three of them find nothing to look
at here: no address of ours holds an id and none takes DELETE, so use_after_free and ensure_resource_availability have
no resource to follow; and object_level_authorization replays reads only, while all that a user sends us is a POST.
`stays_with_its_members` below replays those.
"""

from __future__ import annotations

import os
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, CheckResult
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData

from sandbox.creator import Creator
from sandbox.openapi.document import FILE
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl, Supabase, User, browser
from sandbox.stack.stack import Stack
from shared.publishing import instagram_prepare
from shared.publishing import publish as publishing
from shared.publishing.work import Pause
from tests.openapi.world import World, build, draw

# `make fuzz-api` asks for more, and for others every time.
AT_LENGTH = "FUZZ_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
SEED = int(os.environ.get("FUZZ_SEED", secrets.randbelow(10**6))) if AT_LENGTH else 0
# Hundreds of variants each, of nearly the same body: one in so many is sent.
LARGE = {"/api/publish": 4, "/api/preflight": 4}
CONFIG = schemathesis.Config.from_dict(
    {
        "seed": SEED,
        "generation": {"max-examples": EXAMPLES, "deterministic": not AT_LENGTH},
        "phases": {"coverage": {"generate-duplicate-query-parameters": True}},
    }
)
# In this stack no topic is set, so no delivery is one of ours; tests/functions/queues has them.
NEVER_REACHED = {"POST /api/queues/advance"}
# They name nothing that could be somebody else's.
ABOUT_ONESELF = {"/api/account/export/start", "/api/account/erasure/preview", "/api/account/erasure/start"}
# They change nothing, and nothing is asked of a platform.
FOR_VIEWERS = {"/api/media/fit"}
SCHEMA = schemathesis.openapi.from_path(FILE, config=CONFIG)
type Case = schemathesis.Case[Any]

_world: list[World] = []
_statuses: defaultdict[str, set[int]] = defaultdict(set)
_replayed: set[str] = set()
_checked: set[str] = set()


@pytest.fixture(scope="module")
def world(
    *,
    stack: Stack,
    db: psycopg.Connection[Any],
    sandbox: SandboxControl,
    samples: Samples,
    supabase: Supabase,
    make_user: Callable[[], User],
) -> Iterator[World]:
    """Platforms that are ready at once. At the end it is asked whether anything was really tried."""
    print(f"FUZZ_SEED={SEED}")
    browsers: list[httpx.Client] = []

    def make_creator() -> Creator:
        browsers.append(browser(stack.addresses))
        return Creator(make_user(), browsers[-1], supabase)

    before = sandbox.settings()
    sandbox.settings(instagram={"ready_after": 0.0}, tiktok={"ready_after": 0.0, "moderation_delay": 0.0})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "WAIT_SECONDS", 0.0)
        patch.setattr(instagram_prepare, "look_again", lambda work: Pause(0.0, looks=1))
        _world.append(build(stack=stack, db=db, sandbox=sandbox, samples=samples, make_creator=make_creator))
        with old_clicks_wait(db):
            yield _world[0]
        _world.clear()
    sandbox.settings(instagram=before["instagram"], tiktok=before["tiktok"])
    db.execute("update public.publications set next_step_at = null where state = 'processing'")
    for client in browsers:
        client.close()
    refused = {label for label, statuses in _statuses.items() if min(statuses) >= 400}
    assert refused - NEVER_REACHED == set(), "nothing was asked of these that they would do"
    users = {label for label in _statuses if is_for_users(SCHEMA.find_operation_by_label(label))}
    assert users - _replayed == set(), "nobody else tried these"
    assert {"stays_with_its_members", "ignored_auth", *CHECKS.get_all_names()} == _checked, "a check is off"


@contextmanager
def old_clicks_wait(db: psycopg.Connection[Any]) -> Iterator[None]:
    """As after TikTok was switched off for a day, the day before yesterday."""
    switch = "update private.platform_switches set confirm_before = {} where platform = 'tiktok'"
    db.execute(switch.format("now() - interval '2 days'"))
    yield
    db.execute(switch.format("null"))


def is_for_users(operation: Any) -> bool:
    return bool(operation.definition.raw["security"] == [{"userToken": []}])


def to_viewers(path: str) -> tuple[int, str | None]:
    if path in FOR_VIEWERS:
        return 200, None
    return (404, "not_found") if path.startswith("/api/account/") else (403, "role_too_low")


@schemathesis.check
def stays_with_its_members(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: Case) -> None:
    """What worked for the owner is not there for a stranger, and not allowed to who may only look.

    What is a person's own is not there for either.
    """
    if not is_for_users(case.operation) or response.status_code >= 300:
        return
    _replayed.add(case.operation.label)
    if case.operation.path in ABOUT_ONESELF:
        return
    project = _world[0].project
    for person, expected in ((project.stranger, (404, "not_found")), (project.viewer, to_viewers(case.operation.path))):
        request = response.request.copy()
        request.headers.update(person.user.headers)
        with requests.Session() as session:
            answer = session.send(request, timeout=60)
        assert (answer.status_code, answer.json().get("code")) == expected, f"as {person}: {answer.text}"


@SCHEMA.hook
def after_validate(
    context: schemathesis.HookContext,
    case: Case,
    response: schemathesis.Response,
    results: list[CheckResult],
) -> None:
    _checked.update(result.name for result in results)


# What no schema can say: whether things fit together, and whether a key or an account was used before.
FOR_THE_DATABASE = {"kind_not_supported", "media_not_ready", "idempotency_key_reused", "account_erased"}


@SCHEMA.hook
def filter_failure(
    context: schemathesis.HookContext, failure: Failure, case: Case, response: schemathesis.Response
) -> bool:
    return not (isinstance(failure, RejectedPositiveData) and response.json()["code"] in FOR_THE_DATABASE)


@SCHEMA.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_keeps_its_promises(case: Case, world: World) -> None:
    if not AT_LENGTH and draw(case.body, LARGE.get(case.operation.path, 1)):
        return
    headers = world.prepare(case)
    answer = case.call_and_validate(
        base_url=world.stack.addresses.app, headers=headers, allow_redirects=False, timeout=60
    )
    _statuses[case.operation.label].add(answer.status_code)
