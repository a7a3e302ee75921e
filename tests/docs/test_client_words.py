"""What the server writes as a code, the web client says in words: every code, and none that nobody writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sandbox.openapi import reasons
from sandbox.stack.paths import ROOT
from shared.publishing.tiktok_webhook import _POST_EVENTS

ENGLISH = ROOT / "web" / "src" / "i18n" / "en"
MIGRATIONS = sorted((ROOT / "supabase" / "migrations").glob("*.sql"))
PUBLISHING = sorted((ROOT / "shared" / "publishing").glob("*.py"))
STATES = {"queued", "preparing", "processing", "committing", "published", "failed", "unknown"}
_INSERT = re.compile(r"insert into public\.publication_events \([^)]*\)\s*(.*?);", re.DOTALL)
_LITERAL = re.compile(r"'([a-z0-9_]+)'")
_STOPPED = re.compile(r"create (?:or replace )?function private\.why_stopped\b(.*?)\$\$;", re.DOTALL)


def record_calls() -> Iterator[ast.Call]:
    for file in PUBLISHING:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record":
                yield node


def events_of_the_functions() -> set[str]:
    """The second argument of every `work.record(state, event)`. None is a step that is not shown."""
    found = [call.args[1] for call in record_calls()]
    assert all(isinstance(event, ast.Constant) for event in found), "an event that no test can read"
    return {event.value for event in found if isinstance(event, ast.Constant) and isinstance(event.value, str)}


def inserts() -> Iterator[str]:
    for file in MIGRATIONS:
        yield from _INSERT.findall(_without_comments(file))


def _without_comments(file: Path) -> str:
    return re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8"))


def reasons_to_stop() -> set[str]:
    """What cancel_stopped() writes: the reason is the event."""
    bodies = [body for file in MIGRATIONS for body in _STOPPED.findall(_without_comments(file))]
    assert bodies
    return {literal for body in bodies for literal in re.findall(r"then '([a-z_]+)'", body)}


# Where an insert takes its event from an argument or a variable, and what that can be.
_SOURCES = {
    "p_event, p_to": events_of_the_functions,
    "p_event ->> 'name'": lambda: set(_POST_EVENTS.values()),
    "v_reason": reasons_to_stop,
}


@cache
def written() -> frozenset[str]:
    codes: set[str] = set()
    for insert in inserts():
        source = next((given for given in _SOURCES if given in insert), None)
        # In `case reason when 'x' then 'event'` the first is no event; keys of JSON and states are none either.
        plain = re.sub(r"(?:when|->>|->) '[a-z_]+'|'[a-z_]+', p_event", "", insert)
        literals = set(_LITERAL.findall(plain)) - STATES
        assert source or literals, f"an insert whose event no test can read: {insert}"
        codes |= _SOURCES[source]() if source else literals
    return frozenset(codes)


def worded() -> set[str]:
    text = (ENGLISH / "later" / "steps.ts").read_text(encoding="utf-8")
    return set(re.findall(r"^  ([a-z0-9_]+): \"[^\"]+\",$", text, re.MULTILINE))


def test_the_reader_of_codes_finds_those_of_every_kind() -> None:
    some = {
        "publish_clicked",
        "published",
        "webhook_public",
        "cancelled_by_user",
        "publishing_objected",
        "not_confirmed",
    }

    assert some <= written()
    assert not written() & {"publish_id", "post_id", "post_cancelled"}


def test_every_step_of_a_timeline_has_words() -> None:
    assert written() - worded() == set()


def test_no_words_are_for_a_step_that_nobody_writes() -> None:
    assert worded() - written() == set()


def test_the_client_has_the_words_of_every_reason_as_the_server_says_them() -> None:
    assert reasons.FILE.read_text(encoding="utf-8") == reasons.as_text(), "run `make openapi`"


@pytest.mark.parametrize("state", sorted(STATES))
def test_every_state_has_words(state: str) -> None:
    text = (ENGLISH / "later" / "history.ts").read_text(encoding="utf-8")
    standings = re.search(r"standings: \{(.*?)\}", text, re.DOTALL)

    assert standings
    assert f"{state}: " in standings[1]
