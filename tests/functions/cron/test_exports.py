"""GET /api/cron/exports: one that breaks keeps nobody else waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from sandbox.creator import Creator
from sandbox.stack.stack import Stack
from shared.privacy.export import exporting, gather
from tests.functions.account.export.exports import ask, status
from tests.functions.cron.crons import report


def test_one_that_breaks_keeps_nobody_waiting(
    stack: Stack, make_creator: Callable[[], Creator], db: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    unlucky, other = make_creator(), make_creator()
    broken, sound = ask(unlucky), ask(other)

    async def breaks(work: Any) -> None:
        if work.claimed.id == broken:
            raise KeyError("a bug")
        await gather.gather(work)

    with monkeypatch.context() as patch:
        patch.setattr(exporting, "gather", breaks)
        report(stack, "exports")

    assert status(other, sound).json()["state"] == "ready"
    assert status(unlucky, broken).json()["state"] == "ready", "the next call goes on where it broke"


def test_when_the_time_is_over_what_is_left_waits_for_the_next_run(
    stack: Stack, make_creator: Callable[[], Creator], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_creator()
    export_id = ask(person)
    with monkeypatch.context() as patch:
        patch.setattr(exporting, "_CRON_SECONDS", 0.0)
        assert report(stack, "exports")["advanced"] == 0
    report(stack, "exports")

    assert status(person, export_id).json()["state"] == "ready"
