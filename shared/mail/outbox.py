"""Sends what stands in the outbox. At most one mail for one key: what is in doubt is repeated under the same key, for
less than the 24 hours that Resend remembers it, and after that left alone.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

from shared.logs import log
from shared.mail.letters import write
from shared.mail.pace import Pace
from shared.mail.resend import Outcome, Result, post, privacy_mailbox
from shared.outputs import Count
from shared.runtime import Runtime
from shared.secret import Secret

# Longer than a function may run: nobody takes over the mails of one that may still be sending them.
LEASE_SECONDS = 100
# Seconds within which calls are begun, and how many seconds' worth of mails are claimed at once.
_CRON_SECONDS = 24.0
_CLAIM_SECONDS = 5
_MOST_AT_ONCE = 200
_PARALLEL = 8
# How often one mail is tried again at once, after Resend said that we were too fast.
_TOO_FAST = 3
# A longer pause is not slept through.
_LONGEST_SLEEP_SECONDS = 3


class Mailed(TypedDict):
    """Counts. `put_off` are tried again later; `unknown` may have left, and are not tried again."""

    sent: Count
    put_off: Count
    failed: Count
    unknown: Count


@dataclass(slots=True)
class _Run:
    runtime: Runtime
    pace: Pace
    stop_at: float
    # Resend takes nothing for a while: the rest waits for a later run.
    halted: bool = False
    pause_seconds: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def is_over(self) -> bool:
        return self.halted or time.monotonic() >= self.stop_at

    @property
    def claims(self) -> int:
        return min(max(int(self.pace.per_second * _CLAIM_SECONDS), 1), _MOST_AT_ONCE)


async def deliver(runtime: Runtime, *, seconds: float = _CRON_SECONDS) -> Mailed:
    """Until nothing is due, or the time is up."""
    run = _Run(runtime, Pace(runtime.sleep), time.monotonic() + seconds)
    while not run.is_over and (mails := await _claim(run)):
        await _settle(run, await _send_all(run, mails))
    counts = run.counts
    if counts["failed"] or counts["unknown"]:
        log("mail_not_sent", level=logging.ERROR, alarms={name: counts[name] for name in ("failed", "unknown")})
    return Mailed(
        sent=counts["sent"],
        put_off=counts["refused_for_now"] + counts["unclear"] + counts["held"],
        failed=counts["failed"],
        unknown=counts["unknown"],
    )


async def _claim(run: _Run) -> list[dict[str, Any]]:
    database = run.runtime.database
    return list(await database.as_system("claim_mails", limit=run.claims, lease_seconds=LEASE_SECONDS))


async def _send_all(run: _Run, mails: list[dict[str, Any]]) -> list[dict[str, Any]]:
    waiting = iter(mails)
    settled: list[dict[str, Any]] = []

    async def work() -> None:
        for mail in waiting:
            settled.append(_settled(run, mail, await _send(run, mail)))

    await asyncio.gather(*(work() for _ in range(_PARALLEL)))
    return settled


async def _send(run: _Run, mail: Mapping[str, Any]) -> Result | None:
    """None: not even tried, because the time is up or Resend wants to be left in peace."""
    if mail["address"] is None and not mail["to_operator"]:
        return Result(Outcome.FAILED, "no_address")
    try:
        letter = write(mail["kind"], mail["parameters"], to_operator=mail["to_operator"])
    except KeyError:
        # Nobody's mail waits behind one that cannot be written.
        return Result(Outcome.FAILED, "no_words")
    to = privacy_mailbox(run.runtime) if mail["to_operator"] else Secret(mail["address"])
    for _ in range(_TOO_FAST):
        await run.pace.turn()
        if run.is_over:
            return None
        result = await post(run.runtime, letter, to=to, key=mail["key"], mail_id=mail["id"])
        run.pace.learn(result.limit)
        if result.outcome is not Outcome.TOO_FAST:
            return _heeded(run, result)
        run.pace.pause(min(result.pause_seconds, _LONGEST_SLEEP_SECONDS))
    return None


def _heeded(run: _Run, result: Result) -> Result:
    """A refusal that is about us and not about the mail would meet every other mail as well."""
    if result.outcome is Outcome.REFUSED_FOR_NOW:
        log("resend_refused", level=logging.ERROR, reason=result.reason or "")
        run.halted, run.pause_seconds = True, max(run.pause_seconds, result.pause_seconds)
    return result


def _settled(run: _Run, mail: Mapping[str, Any], result: Result | None) -> dict[str, Any]:
    outcome = "held" if result is None else result.outcome.value
    run.counts[outcome] += 1
    return {
        "id": mail["id"],
        "epoch": mail["epoch"],
        "in_doubt": mail["in_doubt"],
        "outcome": outcome,
        "reason": result.reason if result else None,
        "provider_id": result.provider_id if result else None,
        "wait_seconds": run.pause_seconds if run.halted else 0,
    }


async def _settle(run: _Run, settled: list[dict[str, Any]]) -> None:
    await run.runtime.database.as_system("settle_mails", results=settled)


async def send_at_once(
    runtime: Runtime, kind: str, *, to: Secret, entity_id: str, parameters: Mapping[str, str]
) -> Result:
    """For an address that will be gone: outside of the outbox, under a key that a repetition finds again.

    SENT, FAILED and UNKNOWN are final. After any other outcome it may be called again with the same arguments, until
    23 hours after the first time.
    """
    return await post(runtime, write(kind, parameters), to=to, key=f"{kind}/{entity_id}")
