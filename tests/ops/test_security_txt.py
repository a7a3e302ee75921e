"""Whoever finds a hole finds us: security.txt is served, complete and in date, and its policy is there to be read."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from ops.security_txt import FILE, renewed
from sandbox.stack.functions import FunctionsServer
from sandbox.stack.paths import ROOT

NOW = datetime.now(UTC)
# Of RFC 9116, those that we use. Expires and Preferred-Languages may stand there once.
FIELDS = ["Contact", "Expires", "Preferred-Languages", "Canonical", "Policy"]
MAILBOX = "privacy@ito.ms"


def get(path: str) -> httpx.Response:
    async def visit() -> httpx.Response:
        transport = httpx.ASGITransport(FunctionsServer(ROOT))
        async with httpx.AsyncClient(transport=transport, base_url="https://ito.ms") as client:
            return await client.get(path)

    return asyncio.run(visit())


@pytest.fixture
def fields() -> dict[str, str]:
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert [line.partition(": ")[0] for line in lines] == FIELDS
    return dict(line.split(": ", 1) for line in lines)


def test_it_is_served_as_plain_text() -> None:
    answer = get("/.well-known/security.txt")

    assert (answer.status_code, answer.text) == (200, FILE.read_text(encoding="utf-8"))
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_it_is_in_date_for_more_than_a_month(fields: dict[str, str]) -> None:
    left = datetime.fromisoformat(fields["Expires"]) - NOW

    assert left > timedelta(days=30), "renew it: python -m ops.security_txt"
    assert left < timedelta(days=366), "RFC 9116 wants less than a year"


def test_renewing_changes_the_date_and_nothing_else() -> None:
    text = FILE.read_text(encoding="utf-8")
    changed = renewed(text, datetime(2030, 1, 31, 23, 59, tzinfo=UTC))

    assert [line for line in changed.splitlines() if line not in text.splitlines()] == ["Expires: 2030-12-27T00:00:00Z"]
    assert len(changed) == len(text)


def test_its_addresses_are_there(fields: dict[str, str]) -> None:
    assert fields["Contact"] == f"mailto:{MAILBOX}"
    assert fields["Canonical"] == "https://ito.ms/.well-known/security.txt"
    policy = get(fields["Policy"].removeprefix("https://ito.ms"))

    assert (policy.status_code, policy.text) == (200, (ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert policy.headers["content-type"].startswith("text/")


def test_the_policy_says_what_a_reporter_needs() -> None:
    policy = (ROOT / "SECURITY.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^## (.+)$", policy, re.MULTILINE)) >= {
        "What you can expect", "Scope", "Safe harbour",
    }  # fmt: skip
    assert set(re.findall(r"[\w.]+@[\w.]+\w", policy)) == {MAILBOX}
