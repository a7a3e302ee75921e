"""Whoever asks for DEBUG, at whatever moment, gets our lines and no secret from a library."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

import pytest

from sandbox.stack.paths import ROOT
from tests.canary.scan import Marker, Scanner, Sighting
from tests.shared.platforms.wire import answering

# What makes libraries talk by itself.
LOUD = {
    "ANTHROPIC_LOG": "debug",
    "VERCEL_QUEUE_DEBUG": "1",
    "PYTHONASYNCIODEBUG": "1",
    "HTTPX_LOG_LEVEL": "trace",
    "DEBUG": "1",
}


@dataclass(frozen=True, slots=True)
class Heard:
    text: str
    kinds: frozenset[str]


def random_secrets() -> dict[str, str]:
    names = ("token", "code", "upload", "caption", "description", "session")
    made = {name: f"{name}-{secrets.token_hex(16)}" for name in names}
    return made | {"session": f"eyJh.{secrets.token_hex(20)}.{secrets.token_hex(20)}"}


def environment(address: str) -> dict[str, str]:
    words = iter(secrets.token_hex(20) for _ in range(20))
    addresses = (
        "SUPABASE_URL", "INSTAGRAM_API_URL", "INSTAGRAM_GRAPH_URL", "TIKTOK_API_URL", "R2_ENDPOINT",
        "ANTHROPIC_BASE_URL", "VERCEL_QUEUE_BASE_URL",
    )  # fmt: skip
    return {
        **dict.fromkeys(addresses, address),
        "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_test",
        "SUPABASE_SECRET_KEY": f"sb_secret_{next(words)}",
        "TOKEN_ENCRYPTION_KEYS": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "INSTAGRAM_APP_ID": "1",
        "INSTAGRAM_APP_SECRET": next(words),
        "TIKTOK_CLIENT_KEY": "key",
        "TIKTOK_CLIENT_SECRET": next(words),
        "R2_BUCKET": "media",
        "R2_ACCESS_KEY_ID": "key",
        "R2_SECRET_ACCESS_KEY": next(words),
        "R2_PUBLIC_URL": "https://media.itoms.test",
        "ANTHROPIC_API_KEY": f"sk-ant-{next(words)}",
        "CRON_SECRET": next(words),
        "QUEUE_TOPIC": "publications",
        "VERCEL_QUEUE_TOKEN": next(words),
        "VERCEL_REGION": "iad1",
        "VERCEL_DEPLOYMENT_ID": "dpl_1",
    }


@cache
def heard(way: str) -> Heard:
    """What the program of talk.py printed, and which secrets are in it."""
    told = random_secrets()
    with answering(200, {"echo": list(told.values())}) as address:
        environ = environment(address)
        done = subprocess.run(
            [sys.executable, "-m", "tests.canary.talk", way],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **(LOUD if way == "before" else {}), **environ},
            input=json.dumps(told),
            capture_output=True,
            text=True,
            check=False,
        )
    text = done.stdout + done.stderr
    assert '"function":"the end"' in text, text[-2000:]
    hidden = {
        name: value for name, value in environ.items() if name.endswith(("SECRET", "SECRET_KEY", "API_KEY", "TOKEN"))
    }
    known = [Marker(kind, value) for kind, value in (told | hidden).items()]
    known += [Marker("TOKEN_ENCRYPTION_KEYS", environ["TOKEN_ENCRYPTION_KEYS"].partition(":")[2])]
    found = Scanner(known).scan([Sighting(f"line {number}", line) for number, line in enumerate(text.splitlines())])
    return Heard(text, frozenset(finding.marker.kind for finding in found))


@pytest.mark.parametrize("way", ["before", "after"])
def test_at_debug_no_secret_is_printed_whoever_switched_it_on(way: str) -> None:
    assert heard(way).kinds == frozenset()


def test_without_our_pins_the_same_program_leaks_and_is_caught() -> None:
    assert heard("unpinned").kinds >= {"token", "caption", "description"}
    for library in ("httpx", "httpcore", "httpx2", "httpcore2", "anthropic", "botocore"):
        assert f"DEBUG:{library}" in heard("unpinned").text or f"INFO:{library}" in heard("unpinned").text, library


def test_every_logger_that_a_library_brings_is_pinned() -> None:
    """A new dependency talks too. In a process of its own, because here the tests' tools have loggers as well."""
    program = (
        "import logging; from tests.canary.talk import load_every_function; load_every_function()\n"
        "import boto3, vercel.queue, httpx2, httpcore2, s3transfer, shared.logs as logs\n"
        "names = {name.partition('.')[0] for name in logging.root.manager.loggerDict}\n"
        "print(*(names - set(logs._CHATTY) - {'itoms'}))"
    )
    env = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )

    # The local server's own, which is no part of a deployment.
    assert set(done.stdout.split()) <= {"uvicorn"}
