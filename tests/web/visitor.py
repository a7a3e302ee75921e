"""What a test says of a person at a browser."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from sandbox.stack.environment import Addresses
from sandbox.stack.paths import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"

SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter((one) => one.effect.getComputedTiming().iterations !== Infinity).map((one) => one.finished))"""


class Visitor:
    def __init__(self, page: Page, addresses: Addresses) -> None:
        self.page = page
        self.addresses = addresses
        self.problems: list[str] = []
        self._expected: list[re.Pattern[str]] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._note(f"error: {error}"))

    def open(self, path: str) -> None:
        self.page.goto(path)

    def expect_problem(self, pattern: str) -> None:
        """From now on the browser may say this: a 403 that is part of the story, a network that is switched off."""
        self._expected.append(re.compile(pattern))

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name)

    def link(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("link", name=name)

    def field(self, label: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_label(label)

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("heading", name=name)

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sees_not(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_text(text)).to_have_count(0)

    def comes_to(self, path: str | re.Pattern[str]) -> None:
        wanted = path if isinstance(path, re.Pattern) else re.compile(rf"^{re.escape(self.addresses.app + path)}$")
        expect(self.page).to_have_url(wanted)

    def barriers(self) -> list[str]:
        """What axe finds once the colours have settled: a rule and the elements that break it, a line each."""
        self.page.evaluate(SETTLED)
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
        return [
            f"{rule['id']}: {', '.join(str(node['target']) for node in rule['nodes'])}" for rule in found["violations"]
        ]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._note(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _note(self, problem: str) -> None:
        if not any(pattern.search(problem) for pattern in self._expected):
            self.problems.append(problem)
