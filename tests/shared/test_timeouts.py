"""No wait is longer than the function that waits, and no function is longer than Vercel lets it run."""

from __future__ import annotations

import ast
import importlib
import json
from pathlib import Path

import pytest

from shared.captions import writer
from shared.connecting import refresh
from shared.egress import CALL_SECONDS, CONNECT_SECONDS
from shared.mail import outbox, resend
from shared.media import storage_session
from shared.privacy.erasure import requests as erasures
from shared.privacy.erasure import saga
from shared.privacy.export import exporting
from shared.publishing import consumer, preflight, publish, queue, tiktok_upload, work
from shared.purging import _SECONDS as PURGING_SECONDS
from shared.web import erasures as erasure_page
from shared.web.endpoint import DEADLINE_SECONDS

ROOT = Path(__file__).resolve().parents[2]
SHARED = sorted((ROOT / "shared").rglob("*.py"))
# The longest that each may take together with what follows it in the same request.
WAITS = {
    "a connection": CONNECT_SECONDS,
    "a call": CALL_SECONDS,
    "a caption": writer._ATTEMPTS * writer._ATTEMPT_SECONDS + writer._LONGEST_WAIT_SECONDS,
    "storage": storage_session.ATTEMPTS * (storage_session.CONNECT_SECONDS + storage_session.READ_SECONDS),
    "a message for the queue": queue._SEND_SECONDS,
    # The package answers the queue three times at most.
    "an answer to the queue": 3 * consumer._ANSWER_SECONDS + 1,
    "a chunk": tiktok_upload._BEGIN_SECONDS + tiktok_upload._CHUNK_SECONDS,
    "a look at a file": preflight._LOOK_SECONDS,
    "a click": publish.WAIT_SECONDS + CALL_SECONDS + queue._SEND_SECONDS,
    "a commit": work._COMMIT_WITHIN_SECONDS + CALL_SECONDS + work._AFTER_CALL_SECONDS,
    "the cron of publications": publish._CRON_SECONDS + CALL_SECONDS + work._AFTER_CALL_SECONDS,
    "the cron of tokens": refresh._CRON_SECONDS + CALL_SECONDS + sum(refresh._SAVE_AGAIN_AFTER),
    "the cron of mail": outbox._CRON_SECONDS + resend.SEND_SECONDS + CALL_SECONDS,
    "the purge": PURGING_SECONDS,
    "the first steps of an erasure": erasures._FIRST_STEPS_SECONDS + saga._LONGEST_CALL_SECONDS,
    "a look at an erasure": erasure_page._SECONDS + saga._LONGEST_CALL_SECONDS,
    "the cron of exports": exporting._CRON_SECONDS + CALL_SECONDS,
}
# Every constant in seconds, and what it is: a wait is above, anything else is not waited for by a request.
KNOWN = {
    "shared.analytics": {"SECONDS"},
    "shared.captions.writer": {"_ATTEMPT_SECONDS", "_LONGEST_WAIT_SECONDS"},
    "shared.connecting.refresh": {"_LEASE_SECONDS", "_CRON_SECONDS"},
    "shared.database": {"_LONGEST_WAIT_SECONDS"},
    "shared.egress": {"CALL_SECONDS", "CONNECT_SECONDS"},
    "shared.mail.outbox": {"LEASE_SECONDS", "_CRON_SECONDS", "_CLAIM_SECONDS", "_LONGEST_SLEEP_SECONDS"},
    "shared.mail.resend": {"SEND_SECONDS", "_LONGEST_PAUSE_SECONDS"},
    "shared.mail.webhook": {"_WINDOW_SECONDS"},
    "shared.media.boxes": {"_MOST_START_UP_SECONDS"},
    "shared.media.private": {"DOWNLOAD_SECONDS"},
    "shared.media.storage": {"UPLOAD_SECONDS"},
    "shared.media.storage_session": {"CONNECT_SECONDS", "READ_SECONDS"},
    "shared.platforms.limits": {"_LONGEST_SECONDS"},
    "shared.privacy.erasure.requests": {"_FIRST_STEPS_SECONDS"},
    "shared.privacy.erasure.saga": {"LEASE_SECONDS", "_LONGEST_CALL_SECONDS"},
    "shared.privacy.export.exporting": {"FOLLOW_SECONDS", "_CRON_SECONDS"},
    "shared.publishing.advance": {"_GIVE_UP_AFTER_SECONDS"},
    "shared.publishing.consumer": {"_ANSWER_SECONDS"},
    "shared.publishing.instagram_steps": {"_SECONDS_UNTIL_FINISHED_MEANS_UNPUBLISHED"},
    "shared.publishing.pace": {"_WINDOW_SECONDS"},
    "shared.publishing.preflight": {"_LOOK_SECONDS"},
    "shared.publishing.publish": {"WAIT_SECONDS", "_CRON_SECONDS", "_HELD_SECONDS"},
    "shared.publishing.queue": {"_SEND_SECONDS", "_KEEP_SECONDS"},
    "shared.publishing.rules.amounts": {"SECONDS"},
    "shared.publishing.tiktok_upload": {
        "_UPLOAD_SECONDS", "_CHUNK_SECONDS", "_BEGIN_SECONDS", "_SECONDS_UNTIL_MISSING_MEANS_LOST",
    },
    "shared.publishing.work": {"LEASE_SECONDS", "_AFTER_CALL_SECONDS", "_COMMIT_WITHIN_SECONDS"},
    "shared.purging": {"_SECONDS"},
    "shared.web.connect": {"_STATE_SECONDS"},
    "shared.web.endpoint": {"DEADLINE_SECONDS"},
    "shared.web.erasures": {"_SECONDS"},
}  # fmt: skip


def test_every_function_answers_before_vercel_ends_it() -> None:
    python = json.loads((ROOT / "vercel.json").read_text(encoding="utf-8"))["builds"][0]
    allowed = {function["maxDuration"] for function in python["config"]["functions"].values()}

    assert min(allowed) >= DEADLINE_SECONDS + 5
    # Nobody takes over the work of a function that may still be running.
    assert max(allowed) < min(work.LEASE_SECONDS, refresh._LEASE_SECONDS, outbox.LEASE_SECONDS, saga.LEASE_SECONDS)


@pytest.mark.parametrize("name", WAITS)
def test_no_wait_is_longer_than_the_function(name: str) -> None:
    assert 0 < WAITS[name] < DEADLINE_SECONDS


def test_no_constant_in_seconds_is_missing_here() -> None:
    found: dict[str, set[str]] = {}
    for path in SHARED:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [getattr(target, "id", "") for target in node.targets] if isinstance(node, ast.Assign) else []
            if seconds := {name for name in names if "SECONDS" in name}:
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                found.setdefault(module, set()).update(seconds)
    assert found == KNOWN
    assert all(hasattr(importlib.import_module(module), name) for module, names in KNOWN.items() for name in names)


def test_no_timeout_is_a_bare_number() -> None:
    """It would escape the comparison above."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SHARED
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for given in waits_in(node)
        if isinstance(given, ast.Constant) and given.value is not None
    ]
    assert found == []


def waits_in(call: ast.Call) -> list[ast.expr]:
    named = [
        keyword.value
        for keyword in call.keywords
        if keyword.arg and ("timeout" in keyword.arg or keyword.arg in ("seconds", "connect"))
    ]
    return named + (call.args if getattr(call.func, "attr", "").lower() in ("timeout", "wait_for") else [])
