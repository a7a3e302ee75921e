"""The list of recipients and the code name the same hosts, and the list names whom the Data Policy names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import anthropic
import pytest
from vercel.queue import QueueClient

from shared.settings import ANTHROPIC_BASE_URL, APP_URL, VARIABLES, Settings, Variable
from shared.subprocessors import RECIPIENTS, SUBPROCESSORS, TIKTOK, VERCEL, Recipient

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = sorted(path for folder in ("functions", "shared") for path in (ROOT / folder).rglob("*.py"))
# Section 6 of the Data Policy: provider and purpose.
POLICY = {
    "Supabase": "Database and authentication",
    "Vercel": "Application hosting",
    "Cloudflare": "Media storage (video, images, audio)",
    "Resend": "Email delivery",
    "Anthropic": "AI caption generation",
    "Plausible": "Privacy-friendly analytics",
}
# What a host in the text of a program looks like. `\.` is how a pattern writes a dot.
_HOST = re.compile(r"(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|co|ms|ai|app|cloud)(?![\w-])", re.IGNORECASE)
_URL = re.compile(r"\b(?:https?|wss?|ftp)://([\w.@-]+)")


def literals() -> Iterator[str]:
    """Every text in the product's code, the parts of f-strings among them, but no docstring."""
    for path in PRODUCT:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield node.value.replace("\\.", ".")


def hosts_of(recipient: Recipient) -> set[str]:
    defaults = {urlsplit(variable.default).netloc for variable in variables_of(recipient) if variable.default}
    return defaults | ({recipient.hands_out} if recipient.hands_out else set())


def variables_of(recipient: Recipient) -> tuple[Variable, ...]:
    return recipient.calls + recipient.opens


def test_every_host_in_the_code_is_a_recipients_and_every_recipients_host_is_in_the_code() -> None:
    listed = {host for recipient in RECIPIENTS for host in hosts_of(recipient)}
    named = {host.lower() for text in literals() for host in _HOST.findall(text)}

    assert named == listed
    assert listed == {
        "api.anthropic.com",
        "api.instagram.com",
        "api.resend.com",
        "graph.instagram.com",
        "open.tiktokapis.com",
        "plausible.io",
        "tiktokapis.com",
        "vercel-queue.com",
        "www.instagram.com",
        "www.tiktok.com",
    }


def test_every_address_in_the_code_is_a_recipients_default() -> None:
    """Whatever it ends in: a host without a known ending would slip through the test above."""
    defaults = {variable.default for recipient in RECIPIENTS for variable in variables_of(recipient)}

    assert {f"https://{host}" for text in literals() for host in _URL.findall(text)} <= defaults


def test_no_address_is_put_together_from_a_scheme_and_something_else() -> None:
    assert [text for text in literals() if text.rstrip().endswith("//")] == []


def test_every_setting_with_an_address_belongs_to_one_recipient_or_is_our_own() -> None:
    addresses = {variable for variable in VARIABLES if variable.name.endswith(("_URL", "_ENDPOINT"))}
    used = [variable for recipient in RECIPIENTS for variable in variables_of(recipient)]

    assert set(used) == addresses - {APP_URL}
    assert len(used) == len(set(used))


def test_every_provider_of_the_policy_is_listed_and_no_other_calls_itself_one() -> None:
    assert [recipient.name for recipient in SUBPROCESSORS] == list(POLICY)
    for recipient in SUBPROCESSORS:
        policy = POLICY[recipient.name].replace("Email", "E-mail")
        assert recipient.purpose.startswith(policy), recipient.name
    assert {recipient.name for recipient in RECIPIENTS} - set(POLICY) == {"Meta", "TikTok"}


def test_everybody_is_told_in_plain_words_what_each_receives() -> None:
    for recipient in RECIPIENTS:
        assert recipient.receives.endswith("."), recipient.name
        assert len(recipient.receives.split()) >= 8, recipient.name
        assert recipient.receives.endswith("Nothing yet.") == (not variables_of(recipient)), recipient.name


def test_the_libraries_send_where_the_list_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """By themselves: the tests of the stack tell them another place by these variables."""
    for name in ("ANTHROPIC_BASE_URL", "VERCEL_QUEUE_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert str(anthropic.AsyncAnthropic(api_key="x").base_url).rstrip("/") == ANTHROPIC_BASE_URL.default
    assert VERCEL.owns(QueueClient(region="iad1", token="x").base_url, Settings({}))


@pytest.mark.parametrize("region", ["evil.test/", "evil.test#", "a@evil.test/", "..", "IAD1", "", "iad1.evil.test/x"])
def test_a_region_from_a_delivery_cannot_name_another_host(region: str) -> None:
    with pytest.raises(ValueError, match="region"):
        QueueClient(region=region, token="x")


@pytest.mark.parametrize("host", ["open-upload.tiktokapis.com", "upload.us.tiktokapis.com"])
def test_tiktoks_upload_hosts_are_tiktoks(host: str) -> None:
    assert TIKTOK.owns(f"https://{host}/video/?upload_id=1&upload_token=2", Settings({}))


def test_nobody_owns_what_is_no_address() -> None:
    for text in ("", "https://[", "https://a:99999999999", "\x00", "not an address", "https:open.tiktokapis.com"):
        assert not any(recipient.owns(text, Settings({})) for recipient in RECIPIENTS), text
