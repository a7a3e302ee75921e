from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for _, killer in (entry for entry in report.user_properties if entry[0] == "killed_by"):
            name = report.nodeid.partition("[")[2].removesuffix("]")
            terminalreporter.write_line(f"{name}: {killer}")
