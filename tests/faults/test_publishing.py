"""Whatever happens to any call on the way: at most one post, and never another word than the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from shared.publishing.advance import advance
from shared.runtime import Runtime
from tests.crash.accounts import Clicked
from tests.crash.crashes import Crashes, MakeCrashes
from tests.faults.calls import FAULTS, HARMLESS, PUBLISHING, SANDBOX_FAULTS, OutboundCall
from tests.faults.network import Detour, hostile_addresses

pytest_plugins = ["tests.shared.publishing.desk", "tests.crash.fixtures"]

_STEPS = 40


@pytest.fixture(scope="module")
def addresses() -> Iterator[dict[str, str]]:
    with hostile_addresses() as found:
        yield found


@pytest.mark.parametrize("call", PUBLISHING, ids=str)
def test_whatever_happens_to_a_call_the_row_says_what_the_ledger_says(
    crashes: MakeCrashes, addresses: dict[str, str], call: OutboundCall
) -> None:
    desk = crashes(call.kind)
    clicks = desk.click(len(FAULTS))
    for click, fault in zip(clicks, FAULTS, strict=True):
        if fault in SANDBOX_FAULTS:
            switch_on(desk, call, click, SANDBOX_FAULTS[fault])
    asyncio.run(carry_all(desk, call, clicks, addresses))
    assert desk.sandbox.faults() == [], "every call was made"
    assert list(wrongs(desk, call, clicks)) == []


def switch_on(desk: Crashes, call: OutboundCall, click: Clicked, fault: dict[str, Any]) -> None:
    desk.sandbox.fault(call.endpoint, fault, account=click.account, skip=call.skip)


def wrongs(desk: Crashes, call: OutboundCall, clicks: Sequence[Clicked]) -> Iterator[str]:
    for click, fault in zip(clicks, FAULTS, strict=True):
        verdict = desk.verdict(click)
        should = allowed(call, fault)
        if verdict.outcome not in should:
            yield f"{fault}: {verdict.outcome} instead of {should}"
        yield from (f"{fault}: {why}" for why in verdict.wrongs())


def allowed(call: OutboundCall, fault: str) -> list[tuple[str, str | None]]:
    """A connection that is reset at once may end before or behind the first byte: both can be told apart, and are."""
    doubt = ("unknown", "outcome_unclear")
    if not call.is_doubtful or fault in HARMLESS:
        return [("published", None)]
    return [doubt, ("published", None)] if fault == "reset_before_the_request" else [doubt]


async def carry_all(desk: Crashes, call: OutboundCall, clicks: Sequence[Clicked], addresses: dict[str, str]) -> None:
    await asyncio.gather(
        *(
            carry(desk, click, worker(desk, call, addresses.get(fault)))
            for click, fault in zip(clicks, FAULTS, strict=True)
        )
    )


def worker(desk: Crashes, call: OutboundCall, address: str | None) -> Runtime:
    runtime = Runtime.from_environ(dict(desk.stack.env) | dict(desk.kind.environ))
    return replace(runtime, egress=Detour(runtime.egress.client, call.fits, call.skip, address))


async def carry(desk: Crashes, click: Clicked, runtime: Runtime) -> None:
    """Step after step, as time passes, until nothing more will happen by itself."""
    async with runtime.egress.client:
        for _ in range(_STEPS):
            desk.db.execute("delete from private.pauses")
            if not desk.let_time_pass([click]):
                return
            await advance(runtime, click.id, wait_seconds=0.0)
            await asyncio.sleep(0.02)
