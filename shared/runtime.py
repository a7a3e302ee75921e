"""What a function needs to do its work, made once per process and handed down."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache

from shared.clock import Clock, RandomToken, random_token, utc_now
from shared.database import Database
from shared.egress import Egress, new_client
from shared.settings import Settings
from shared.vault import Vault


@dataclass(frozen=True)
class Runtime:
    """Holds no data of any person: under Fluid compute one process serves many requests at once."""

    settings: Settings
    database: Database
    egress: Egress
    vault: Vault
    now: Clock = utc_now
    random_token: RandomToken = random_token
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Runtime:
        """Raises Misconfigured. The encryption keys are checked here, before the first request is served."""
        settings = Settings(environ)
        client = new_client(settings)
        return cls(settings, Database(settings, client), Egress(client), Vault.from_settings(settings))


@cache
def current() -> Runtime:
    """Made at the first request, because connections belong to the event loop that serves it."""
    return Runtime.from_environ(os.environ)
