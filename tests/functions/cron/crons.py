"""What the scheduler does: a GET with its secret."""

from __future__ import annotations

from typing import Any

import httpx

from sandbox.stack.clients import browser
from sandbox.stack.stack import Stack


def run(stack: Stack, path: str) -> httpx.Response:
    """In a browser of its own, so that several may run at once."""
    with browser(stack.addresses) as client:
        return client.get(f"/api/cron/{path}", headers={"authorization": f"Bearer {stack.keys['CRON_SECRET']}"})


def report(stack: Stack, path: str) -> dict[str, Any]:
    answer = run(stack, path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
