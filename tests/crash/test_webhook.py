"""TikTok tells, and whoever listens dies: it tells again, and the click is one post all the same."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest

from tests.crash.accounts import Clicked
from tests.crash.crashes import Crashes, MakeCrashes
from tests.crash.kinds import PULLED_VIDEO
from tests.crash.pool import Ended, run_all
from tests.crash.worker import Webhook

pytest_plugins = ["tests.shared.publishing.desk", "tests.crash.fixtures"]

COMPLETE, FAILED = "post.publish.complete", "post.publish.failed"


def deliveries(desk: Crashes, event: str, clicks: Sequence[Clicked]) -> list[Webhook]:
    """What TikTok would send about each click, as soon as there is something to tell."""
    for _ in range(100):
        told = _told(desk, event)
        found = [told[click.account] for click in clicks if click.account in told]
        if len(found) == len(clicks):
            return found
        time.sleep(0.1)
    raise AssertionError(f"TikTok has told {len(found)} of {len(clicks)}")


def _told(desk: Crashes, event: str) -> Mapping[str, Webhook]:
    url = f"{desk.stack.addresses.sandbox}/control/webhooks"
    entries: list[dict[str, Any]] = httpx.get(url, params={"event": event}, trust_env=False).json()["webhooks"]
    found = ((json.loads(entry["body"])["user_openid"], entry) for entry in entries)
    return {open_id: Webhook(entry["body"].encode(), entry["signature"]) for open_id, entry in found}


def tell(
    desk: Crashes, clicks: Sequence[Clicked], webhooks: Sequence[Webhook], at: Sequence[int | None]
) -> list[Ended]:
    rows = zip(clicks, webhooks, at, strict=True)
    return run_all([desk.job(click, at=number, webhook=webhook) for click, webhook, number in rows])


def left_at(desk: Crashes, count: int, point: str) -> list[Clicked]:
    """Clicks whose first worker has died at that point."""
    clicks, number = desk.click(count), desk.points().index(point)
    desk.run(clicks, [number] * count)
    return clicks


@pytest.mark.parametrize("point", ["tiktok.init_video_pull/after", "record_step:committing>processing/after"])
def test_a_death_at_any_point_of_good_news_loses_no_news(crashes: MakeCrashes, point: str) -> None:
    desk = crashes(PULLED_VIDEO)
    clicks = left_at(desk, 3, point)
    webhooks = deliveries(desk, COMPLETE, clicks)
    told = tell(desk, clicks, webhooks, [0, 1, None])
    assert told[-1].report.points == ("apply_tiktok_event/before", "apply_tiktok_event/after")
    tell(desk, clicks, webhooks, [None, None, None])
    assert desk.wrongs(clicks, [()] * len(clicks)) == []


def test_a_death_at_any_point_of_bad_news_makes_no_second_post(crashes: MakeCrashes) -> None:
    """A failure that deserves another job: the same function call asks TikTok and makes the next step."""
    desk = crashes(PULLED_VIDEO)
    count = len(_points_of_bad_news(desk))
    clicks = _failed_at_tiktok(desk, count)
    webhooks = deliveries(desk, FAILED, clicks)
    ended = tell(desk, clicks, webhooks, range(count))
    assert all(end.killed for end in ended)
    desk.let_time_pass(clicks)
    tell(desk, clicks, webhooks, [None] * count)
    desk.recover(clicks)
    assert desk.wrongs(clicks, [[end.place] for end in ended]) == []


def _points_of_bad_news(desk: Crashes) -> tuple[str, ...]:
    clicks = _failed_at_tiktok(desk, 1)
    (ended,) = tell(desk, clicks, deliveries(desk, FAILED, clicks), [None])
    assert "record_step:processing>preparing/after" in ended.report.points
    return ended.report.points


def _failed_at_tiktok(desk: Crashes, count: int) -> list[Clicked]:
    clicks, number = desk.click(count), desk.points().index("record_step:committing>processing/after")
    for click in clicks:
        fault = {"kind": "media_error", "reason": "video_pull_failed"}
        desk.sandbox.fault("tiktok.video_init", fault, account=click.account)
    desk.run(clicks, [number] * count)
    desk.let_time_pass(clicks)
    return clicks
