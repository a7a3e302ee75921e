"""While the whole suite runs, its tokens, codes, states, cookies, keys and e-mail addresses are canaries.

Before the stack is stopped, everything that was logged, answered, stored and sent is searched for them. What is
found where it may not be fails the session.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from tests.canary.scan import Scanner
from tests.canary.watch import Watch

_MOST_SHOWN = 25


class Canary:
    def __init__(self) -> None:
        self.watch = Watch()
        self._clear_journal = SandboxControl.clear_journal

    def pytest_sessionstart(self) -> None:
        self.watch.watch_logs()
        self.watch.watch_exceptions()
        self.watch.watch_functions()
        watch, clear = self.watch, self._clear_journal

        def read_and_clear(control: SandboxControl) -> None:
            watch.see_journal(control.journal())
            clear(control)

        SandboxControl.clear_journal = read_and_clear  # type: ignore[method-assign, assignment]

    def pytest_sessionfinish(self) -> None:
        self.watch.unwatch_exceptions()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, text in report.sections:
            self.watch.see(f"log {name}", text)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        made = yield
        if isinstance(made, Stack) and "server" in fixturedef.argnames:
            database = request.getfixturevalue("server").url()
            # Finalizers run last in, first out: this one still finds the stack running.
            fixturedef.addfinalizer(lambda: self._judge(made, database))
        return made

    def _judge(self, stack: Stack, database: str) -> None:
        with SandboxControl(stack.addresses.sandbox) as control:
            self.watch.collect(stack, database, control)
        findings = Scanner(self.watch.markers).scan(self.watch.sightings)
        if findings:
            shown = "\n".join(f"  {finding}" for finding in findings[:_MOST_SHOWN])
            more = f"\n  and {len(findings) - _MOST_SHOWN} more" if len(findings) > _MOST_SHOWN else ""
            pytest.fail(f"secrets where they may not be:\n{shown}{more}", pytrace=False)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Canary(), "canary")
