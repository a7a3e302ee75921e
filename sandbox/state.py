from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.faults import Faults
from sandbox.instagram.store import InstagramStore
from sandbox.journal import Journal
from sandbox.ledger import Ledger, Post
from sandbox.mailroom import Mailroom
from sandbox.media import Fetcher
from sandbox.settings import Settings, changed
from sandbox.tiktok.store import Creator, TikTokStore
from sandbox.tiktok.webhooks import NEVER, Webhooks
from sandbox.views import View


class Sandbox:
    """Everything the simulated platforms know. It belongs to one event loop and lives in memory."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.clock = Clock()
        self.journal = Journal()
        self.faults = Faults()
        self.settings = self._first_settings()
        self.fetcher = Fetcher(config.media_hosts, lambda: self.settings.fetch_timeout)
        self._ledger = Ledger()
        self.views: list[View] = []
        self.instagram = InstagramStore()
        self.tiktok = TikTokStore()
        self.webhooks = Webhooks(config.tiktok, lambda: self.settings.fetch_timeout)
        self.mailroom = Mailroom(config.resend, lambda: self.settings.fetch_timeout)
        self._tasks: set[asyncio.Task[None]] = set()
        self._postman: asyncio.Task[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None

    @classmethod
    def from_config(cls, config: SandboxConfig) -> Sandbox:
        return cls(config)

    @property
    def ledger(self) -> Ledger:
        """What is posted by now."""
        self.settle()
        return self._ledger

    def settle(self) -> None:
        """TikTok publishes on its own: what is due happens whenever anybody looks, and when its time comes."""
        now = self.clock.now()
        for post in self.tiktok.settle(now, self.settings.tiktok.moderation_delay):
            self._ledger.append(post)
        for event in self.tiktok.taken_events():
            self.webhooks.add(event)
        self._send_due_webhooks(now)
        self._wake_at(self._next_change(), now)

    def post(self, post: Post) -> None:
        self._ledger.append(post)

    def withdraw_tiktok(self, creator: Creator, reason: int) -> int:
        """The grants of the creator end, and with them the jobs that still run. Says how many grants ended."""
        self.settle()
        ended = self.tiktok.revoke(creator, reason, self.clock.now())
        self.settle()
        return ended

    def change_settings(self, changes: Mapping[str, Any]) -> Settings:
        self.settings = changed(self.settings, changes)
        return self.settings

    def in_background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def reset(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._wake_at(NEVER, 0)
        self.clock.reset()
        self.journal.clear()
        self.faults.clear()
        self._ledger.clear()
        self.views.clear()
        self.webhooks.clear()
        self.mailroom.clear()
        self.settings = self._first_settings()
        self.instagram = InstagramStore()
        self.tiktok.close()
        self.tiktok = TikTokStore()

    def _first_settings(self) -> Settings:
        app, team = self.config.tiktok, self.config.resend
        return changed(
            Settings(),
            {
                "tiktok": {"audited": app.audited, "webhooks": app.webhooks},
                "resend": {"requests_per_second": team.requests_per_second, "webhooks": team.webhooks},
            },
        )

    @property
    def _sends_webhooks(self) -> bool:
        return self.webhooks.is_subscribed and self.settings.tiktok.webhooks == "on"

    def _next_change(self) -> float:
        return min(self.tiktok.next_change(), self.webhooks.next_due() if self._sends_webhooks else NEVER)

    def _wake_at(self, when: float, now: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        # An overdue delivery is with the postman, who looks at the clock again after it.
        due = now < when < NEVER
        self._alarm = asyncio.get_running_loop().call_later(when - now, self.settle) if due else None

    def _send_due_webhooks(self, now: float) -> None:
        busy = self._postman is not None and not self._postman.done()
        if self._sends_webhooks and not busy and self.webhooks.due(now):
            self._postman = self.in_background(self._deliver())

    async def _deliver(self) -> None:
        fresh = self.settings.tiktok.webhook_retry_signature == "fresh"
        while self._sends_webhooks and (due := self.webhooks.due(self.clock.now())):
            await self.webhooks.send(due[0], self.clock.now(), sign_again=fresh and due[0].attempts > 0)
        self._wake_at(self._next_change(), self.clock.now())
