"""Whatever happens to a call on the way: no half connection, no lost token, no token left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from shared.connecting.connect import finish
from shared.connecting.disconnect import disconnect
from shared.connecting.logins import NotConnected
from shared.connecting.refresh import Outcome, refresh
from shared.runtime import Runtime
from shared.secret import Secret
from tests.crash.accounts import _NAMES, _consent
from tests.crash.crashes import Crashes, MakeCrashes
from tests.crash.kinds import PULLED_VIDEO
from tests.faults.calls import CONNECTING, FAULTS, RENEWING, REVOKING, SANDBOX_FAULTS, OutboundCall
from tests.faults.network import Detour, hostile_addresses
from tests.people import token_version

pytest_plugins = ["tests.shared.publishing.desk", "tests.crash.fixtures"]

_ID = {"instagram": "user_id", "tiktok": "open_id"}
# TikTok's old refresh token is dead once it has answered, whether or not the answer arrives.
_LOST_ANSWERS = ("answer_dropped_after_the_work", "truncated_json", "slow_drip")


@pytest.fixture(scope="module")
def addresses() -> Iterator[dict[str, str]]:
    with hostile_addresses() as found:
        yield found


def worker(desk: Crashes, call: OutboundCall, address: str | None) -> Runtime:
    runtime = Runtime.from_environ(desk.stack.env)
    return replace(runtime, egress=Detour(runtime.egress.client, call.fits, call.skip, address))


@pytest.mark.parametrize("call", [*CONNECTING["instagram"], *CONNECTING["tiktok"]], ids=lambda call: call.endpoint)
def test_a_connect_that_breaks_leaves_nothing(
    crashes: MakeCrashes, addresses: dict[str, str], call: OutboundCall
) -> None:
    desk = crashes(call.kind)
    platform = call.kind.platform
    # Without permissions in the answer, Instagram is asked for them by one more call.
    desk.sandbox.settings(instagram={"token_shape": "bare"})
    started = {"project_id": desk.clicker.project_id, "user_id": desk.clicker.user.id, "switched_off": False}

    async def connect(fault: str) -> list[str]:
        runtime = worker(desk, call, addresses.get(fault))
        account = str((await asyncio.to_thread(desk.sandbox.add_account, platform, **_NAMES[platform]))[_ID[platform]])
        if fault in SANDBOX_FAULTS:
            await asyncio.to_thread(
                lambda: desk.sandbox.fault(call.endpoint, SANDBOX_FAULTS[fault], account=account, skip=call.skip)
            )
        async with runtime.egress.client:
            try:
                await finish(
                    runtime, platform, started, await _consent(runtime.egress.client, runtime, platform, account)
                )
            except NotConnected:
                return [] if held(desk, account) == (0, 0) else [f"{fault}: something was left"]
        return [f"{fault}: connected by a broken call"]

    async def every_fault() -> list[list[str]]:
        return await asyncio.gather(*(connect(fault) for fault in FAULTS))

    try:
        assert [why for some in asyncio.run(every_fault()) for why in some] == []
        assert desk.sandbox.faults() == []
    finally:
        desk.sandbox.settings(instagram={"token_shape": "flat"})


def held(desk: Crashes, account: str) -> tuple[int, int]:
    """Connections of the account, and token rows."""
    found = desk.db.execute(
        "select count(distinct c.id), count(t.connection_id) from public.connections as c"
        " left join private.connection_tokens as t on t.connection_id = c.id where c.platform_account_id = %s",
        (account,),
    ).fetchone()
    assert found
    return int(found[0]), int(found[1])


@pytest.mark.parametrize("call", RENEWING, ids=lambda call: call.endpoint)
def test_a_refresh_that_breaks_loses_a_token_only_when_the_platform_took_it(
    crashes: MakeCrashes, addresses: dict[str, str], call: OutboundCall
) -> None:
    desk = crashes(call.kind)
    clicks = desk.click(len(FAULTS))
    # Meta refuses to renew a token that is younger than a day.
    desk.sandbox.advance(90_000)

    async def renew(number: int, fault: str) -> list[str]:
        click, runtime = clicks[number], worker(desk, call, addresses.get(fault))
        if fault in SANDBOX_FAULTS:
            await asyncio.to_thread(
                lambda: desk.sandbox.fault(call.endpoint, SANDBOX_FAULTS[fault], account=click.account)
            )
        version = token_version(desk.db, click.connection_id)
        async with runtime.egress.client:
            first = await refresh(runtime, connection_id=click.connection_id, version=version)
            desk.db.execute(
                "update private.connection_tokens set refresh_lease_until = null where connection_id = %s",
                (click.connection_id,),
            )
            second = await refresh(runtime, connection_id=click.connection_id, version=version)
        lost = call.kind is PULLED_VIDEO and fault in _LOST_ANSWERS
        should = (Outcome.LATER, Outcome.ENDED if lost else Outcome.RENEWED)
        return [] if (first, second) == should else [f"{fault}: {(first, second)} instead of {should}"]

    async def every_fault() -> list[list[str]]:
        return await asyncio.gather(*(renew(number, fault) for number, fault in enumerate(FAULTS)))

    try:
        assert [why for some in asyncio.run(every_fault()) for why in some] == []
    finally:
        desk.sandbox.advance(-90_000)


@pytest.mark.parametrize("call", REVOKING, ids=lambda call: call.endpoint)
def test_a_revoke_that_breaks_deletes_the_tokens_all_the_same(
    crashes: MakeCrashes, addresses: dict[str, str], call: OutboundCall
) -> None:
    desk = crashes(call.kind)
    clicks = desk.click(len(FAULTS))

    async def end(number: int, fault: str) -> str:
        click, runtime = clicks[number], worker(desk, call, addresses.get(fault))
        if fault in SANDBOX_FAULTS:
            await asyncio.to_thread(
                lambda: desk.sandbox.fault(call.endpoint, SANDBOX_FAULTS[fault], account=click.account)
            )
        async with runtime.egress.client:
            receipt = await disconnect(runtime, Secret(desk.owner.user.token), UUID(click.connection_id))
        return str(receipt["revocation"])

    async def every_fault() -> list[str]:
        return await asyncio.gather(*(end(number, fault) for number, fault in enumerate(FAULTS)))

    assert "pending" not in asyncio.run(every_fault())
    assert [held(desk, click.account) for click in clicks] == [(0, 0)] * len(clicks)
