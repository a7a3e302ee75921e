from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import Any

from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.faults import Faults
from sandbox.instagram.store import InstagramStore
from sandbox.journal import Journal
from sandbox.ledger import Ledger, Post
from sandbox.media import Fetcher
from sandbox.settings import Settings, changed
from sandbox.tiktok.store import TikTokStore


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
        self.instagram = InstagramStore()
        self.tiktok = TikTokStore()
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    def from_config(cls, config: SandboxConfig) -> Sandbox:
        return cls(config)

    @property
    def ledger(self) -> Ledger:
        """What is posted by now."""
        self.settle()
        return self._ledger

    def settle(self) -> None:
        """TikTok publishes on its own: jobs that are due become posts whenever anybody looks."""
        for post in self.tiktok.due_posts(self.clock.now()):
            self._ledger.append(post)

    def post(self, post: Post) -> None:
        self._ledger.append(post)

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
        self.clock.reset()
        self.journal.clear()
        self.faults.clear()
        self._ledger.clear()
        self.settings = self._first_settings()
        self.instagram = InstagramStore()
        self.tiktok = TikTokStore()

    def _first_settings(self) -> Settings:
        defaults = Settings()
        return replace(defaults, tiktok=replace(defaults.tiktok, audited=self.config.tiktok.audited))
