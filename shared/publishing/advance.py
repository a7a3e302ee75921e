"""One step of a publication, asked for by a click, a poll, the queue, a webhook or the cron. Any of them is enough."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from shared.database import Platform
from shared.logs import log
from shared.publishing import instagram_steps, tiktok_steps
from shared.publishing.access import keep_fresh
from shared.publishing.claim import Claim, State
from shared.publishing.work import LEASE_SECONDS, AccessLost, Failed, Overtaken, Pause, Work
from shared.runtime import Runtime

# Of the whole: a container lives 24 hours, and nobody should be told "in progress" for longer.
_GIVE_UP_AFTER_SECONDS = 25 * 3600.0
# Of one state, so that nothing is ever stuck. Processing takes minutes at its longest; the rest of it is patience with
# a platform in trouble. What is unknown is asked about until the container is gone.
_STATE_DEADLINES: Mapping[State, float] = {
    "preparing": 6 * 3600.0,
    "processing": 6 * 3600.0,
    "committing": 2 * 3600.0,
    "unknown": _GIVE_UP_AFTER_SECONDS,
}

type Step = Callable[[Work, Runtime], Awaitable[None]]

_STEPS: Mapping[Platform, Mapping[State, Step]] = {"instagram": instagram_steps.STEPS, "tiktok": tiktok_steps.STEPS}


async def advance(runtime: Runtime, publication_id: str, *, wait_seconds: float) -> dict[str, Any] | None:
    """Goes on until the publication is final, would have to wait for longer than `wait_seconds`, or was taken over.

    Returns what a user may see of it, or None when there was nothing to do: finished, not due, or in other hands.
    """
    claimed_at = time.monotonic()
    claimed = await runtime.database.as_system(
        "claim_publication", publication_id=publication_id, lease_seconds=LEASE_SECONDS
    )
    if claimed is None:
        return None
    work = Work(Claim.model_validate(claimed), runtime.database, runtime.vault, claimed_at=claimed_at)
    try:
        await _run(work, runtime, wait_until=time.monotonic() + wait_seconds)
    except Overtaken:
        log("overtaken", publication_id=publication_id, platform=work.publication.platform, state=work.state)
        return None
    return work.view


async def _run(work: Work, runtime: Runtime, *, wait_until: float) -> None:
    steps = _STEPS[work.publication.platform]
    while not work.released and (step := steps.get(work.state)):
        try:
            if _is_too_old(work) and not _may_be_posted(work):
                # After a long outage nothing goes out that its creator may no longer expect.
                await _settle_too_old(work)
                return
            if work.state == "preparing" and len(work.items) < max(1, work.item_count):
                raise Failed("media_missing", {})
            await keep_fresh(work, runtime)
            await step(work, runtime)
        except Pause as pause:
            looks = work.publication.looks + pause.looks
            attempts = work.publication.attempts + pause.attempts
            if _is_too_old(work):
                await _settle_too_old(work)
                return
            if pause.release or (pause.seconds and time.monotonic() + pause.seconds > wait_until):
                await work.record(
                    work.state, None, release=True, next_step_seconds=pause.seconds, looks=looks, attempts=attempts
                )
                return
            work.remember(looks=looks, attempts=attempts)
            await runtime.sleep(pause.seconds)
        except Failed as failed:
            await work.record("failed", "failed", detail=failed.detail, reason=failed.reason)
        except AccessLost as lost:
            await _settle_without_access(work, lost)
            return


def _is_too_old(work: Work) -> bool:
    deadline = _STATE_DEADLINES.get(work.state, _GIVE_UP_AFTER_SECONDS)
    return work.publication.age_seconds > _GIVE_UP_AFTER_SECONDS or work.publication.state_seconds > deadline


async def _settle_too_old(work: Work) -> None:
    """Whatever it waits for does not come any more, and nobody should be told "in progress" for ever."""
    if _may_be_posted(work):
        await work.record("unknown", "given_up", reason="outcome_unclear", release=True, next_step_seconds=None)
    else:
        await work.record("failed", "given_up", reason="platform_error")


async def _settle_without_access(work: Work, lost: AccessLost) -> None:
    """Nothing can be asked any more. Before the irreversible call that is a failure, after it a doubt for the user."""
    if _may_be_posted(work):
        await work.record(
            "unknown", "access_lost", detail=lost.detail, reason="outcome_unclear", release=True, next_step_seconds=None
        )
    else:
        await work.record("failed", "failed", detail=lost.detail, reason=lost.reason)


def _may_be_posted(work: Work) -> bool:
    after_commit = ("committing", "unknown") + (("processing",) if work.publication.platform == "tiktok" else ())
    return work.state in after_commit
