from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from tests.functions.webhooks.instagram.meta import Meta
from tests.people import Connected, Project
from tests.shared.connecting.endings import Judge

MakeMeta = Callable[[Connected], Meta]
MakeJudge = Callable[[Connected], Judge]


@pytest.fixture(autouse=True)
def meta_lives_in_our_time(sandbox: SandboxControl) -> Iterator[None]:
    """Other tests move the clock of the platforms; what is signed in another time is refused, as it must be."""
    ahead = sandbox.now() - time.time()
    sandbox.advance(-ahead)
    yield
    sandbox.advance(ahead)


@pytest.fixture
def meta_of(stack: Stack, sandbox: SandboxControl) -> MakeMeta:
    def make(connected: Connected) -> Meta:
        accounts = sandbox.accounts()["instagram"]
        (scoped_id,) = (account["scoped_id"] for account in accounts if account["user_id"] == connected.account)
        return Meta(stack, connected, scoped_id)

    return make


@pytest.fixture
def judge_of(db: psycopg.Connection[Any], sandbox: SandboxControl) -> MakeJudge:
    return lambda connected: Judge(db, sandbox, connected)


@pytest.fixture
def account(connect: Callable[..., Connected], project: Project) -> Connected:
    return connect(project, "instagram")


@pytest.fixture
def meta(meta_of: MakeMeta, account: Connected) -> Meta:
    return meta_of(account)


@pytest.fixture
def judge(judge_of: MakeJudge, account: Connected) -> Judge:
    return judge_of(account)
