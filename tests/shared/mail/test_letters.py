"""What mails say, and what they never hold."""

from __future__ import annotations

import re

import pytest

from sandbox.stack.paths import ROOT
from sandbox.stack.routes import Project
from shared.mail.letters import _TO_A_PERSON, _TO_THE_OPERATOR, write
from shared.mail.rendering import Rendered, render
from tests.shared.mail.mailing import Db, one

VERCEL = Project.read(ROOT)
EVERYTHING = {
    "platform": "tiktok",
    "cause": "not_reconnected",
    "request_id": "11111111-2222-4333-8444-555555555555",
    "due_at": "2026-12-26 10:00 UTC",
    "breach_id": "11111111-2222-4333-8444-666666666666",
    "nature": "A backup was read.",
    "data": "Titles of your contents.",
    "consequences": "Somebody may know what you plan to post.",
    "measures": "The backup is gone.",
    "recommendations": "Nothing has to be done.",
}


def rendered(kind: str, *, to_operator: bool = False, **changes: str) -> Rendered:
    letter = write(kind, EVERYTHING | changes, to_operator=to_operator)
    return render(letter, app_url="https://app.itoms.test", contact="privacy@itoms.test")


def test_every_kind_of_mail_has_words_and_no_words_are_left_over(db: Db) -> None:
    check = one(db, "select pg_get_constraintdef(oid) from pg_constraint where conname = 'mail_outbox_kind_is_known'")
    kinds = set(re.findall(r"'(\w+)'", check))

    # That an account is deleted is told at once: its row of the outbox would go with it.
    assert kinds == (set(_TO_A_PERSON) | set(_TO_THE_OPERATOR)) - {"erasure_done"}


@pytest.mark.parametrize("kind", sorted(_TO_A_PERSON))
def test_a_mail_is_plain_and_fetches_nothing(kind: str) -> None:
    found = rendered(kind)

    assert "\n" not in found.subject
    assert 0 < len(found.subject) < 100
    assert "privacy@itoms.test" in found.text
    for address in re.findall(r"https?://[^\s\"<]+", found.text + found.html):
        path = address.removeprefix("https://app.itoms.test")
        assert VERCEL.file(VERCEL.match(path).dest or ""), f"{address} leads nowhere"
        assert "?" not in address, "a link that knows who follows it"
    assert not re.search(r"<(?:img|script|link|iframe|form)\b|url\(", found.html)


def test_the_two_forms_say_the_same() -> None:
    found = rendered("breach_notice")
    text = re.sub(r"<[^>]+>", " ", found.html.partition("<body")[2])

    for name in ("nature", "data", "consequences", "measures", "recommendations", "breach_id"):
        assert EVERYTHING[name] in found.text
        assert EVERYTHING[name] in text


def test_nothing_that_somebody_wrote_becomes_html() -> None:
    attack = '<img src=x onerror="alert(1)"> & </p>\nnext'
    found = rendered("breach_notice", nature=attack)

    assert "<img" not in found.html
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; &lt;/p&gt;<br>next" in found.html
    assert attack in found.text


@pytest.mark.parametrize("kind", sorted(_TO_THE_OPERATOR))
def test_the_operator_is_told_the_number_of_a_request_and_when_it_is_due(kind: str) -> None:
    letter = write(kind, EVERYTHING, to_operator=True)

    [only] = letter.paragraphs
    assert only.startswith(f"Request {EVERYTHING['request_id']}, due {EVERYTHING['due_at']}")
    assert letter.path == ""
