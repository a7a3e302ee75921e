"""The simulated platform's own page, as somebody clicks through it."""

from __future__ import annotations

import re

from tests.web.visitor import Visitor

_CONNECTIONS = re.compile(r"/p/[0-9a-f-]+/connections$")


def agree(visitor: Visitor, account: str, *, leave_out: str = "") -> None:
    """On the consent page: this account, and every permission but one. Ends back at the project's connections."""
    _arrive(visitor)
    visitor.page.locator(f"input[name=account][value='{account}']").check()
    if leave_out:
        visitor.page.locator(f"input[name=scope][value='{leave_out}']").uncheck()
    visitor.button("Allow").click()
    visitor.comes_to(_CONNECTIONS)


def refuse(visitor: Visitor) -> None:
    _arrive(visitor)
    visitor.button("Cancel").click()
    visitor.comes_to(_CONNECTIONS)


def _arrive(visitor: Visitor) -> None:
    """A browser asks every host for its icon, and the simulated platforms have none."""
    visitor.expect_problem(r"404.*/favicon\.ico")
    visitor.button("Allow").wait_for()
