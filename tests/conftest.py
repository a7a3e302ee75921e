"""The stack that tests share: a real PostgreSQL below, the functions served from this very process above."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import jwt
import psycopg
import pytest
import uvicorn

from sandbox.stack import functions, keys, postgres
from sandbox.stack.clients import SandboxControl, Supabase, User, browser
from sandbox.stack.ports import Ports
from sandbox.stack.stack import Stack, running

pytest_plugins = ["tests.people", "tests.canary_plugin", "tests.openapi_plugin"]

MakeUser = Callable[[], User]


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """PostgreSQL 17, what hosted Supabase runs. A missing one is a failure, not a skip."""
    with postgres.running(postgres.hosted()) as running_server:
        yield running_server


@pytest.fixture(scope="session")
def stack(server: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    ports = Ports.free()
    logs = tmp_path_factory.mktemp("logs")
    started = running(ports, server.url(), logs, keys.fresh(), functions=False)
    with started as parts, pytest.MonkeyPatch.context() as patch:
        for name, value in parts.env.items():
            patch.setenv(name, value)
        with _serving(functions.server(functions.FunctionsServer(), ports.app)):
            yield parts


@contextmanager
def _serving(app_server: uvicorn.Server) -> Iterator[None]:
    """In a thread, so that what the functions print and which lines they run can be seen."""
    thread = threading.Thread(target=app_server.run, name="functions", daemon=True)
    thread.start()
    while not app_server.started:
        assert thread.is_alive(), "the functions server did not start"
        time.sleep(0.01)
    yield
    app_server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def db(stack: Stack, server: postgres.Server) -> Iterator[psycopg.Connection]:
    """For judging only: a superuser's view that no policy narrows."""
    with server.connect() as connection:
        yield connection


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    """A browser on the functions: keeps cookies, follows no redirect."""
    with browser(stack.addresses) as client:
        yield client


@pytest.fixture(scope="session")
def supabase(stack: Stack) -> Iterator[Supabase]:
    url, keys = stack.addresses.supabase, stack.keys
    with Supabase(url, keys["SUPABASE_PUBLISHABLE_KEY"], keys["SUPABASE_SECRET_KEY"]) as client:
        yield client


@pytest.fixture(scope="module")
def sandbox(stack: Stack) -> Iterator[SandboxControl]:
    """With a journal of this module's own: one of the whole session would take longer to read with every test."""
    with SandboxControl(stack.addresses.sandbox) as control:
        control.clear_journal()
        yield control


@pytest.fixture(scope="session")
def make_user(stack: Stack, db: psycopg.Connection) -> MakeUser:
    """A new Auth user with a valid session token, without the tenth of a second that hashing a password takes."""

    def make() -> User:
        user_id, session_id = str(uuid.uuid4()), str(uuid.uuid4())
        email = f"u{user_id[:13]}@itoms.test"
        db.execute(
            "insert into auth.users (id, aud, role, email, email_confirmed_at, raw_app_meta_data, raw_user_meta_data)"
            " values (%s, 'authenticated', 'authenticated', %s, now(), '{}', '{}')",
            (user_id, email),
        )
        db.execute("insert into auth.sessions (id, user_id) values (%s, %s)", (session_id, user_id))
        return User(user_id, email, session_token(stack, user_id, email, session_id=session_id))

    return make


def session_token(stack: Stack, user_id: str, email: str, *, lifetime: int = 3600, **claims: object) -> str:
    now = int(time.time())
    payload = {
        "sub": user_id,
        "aud": "authenticated",
        "role": "authenticated",
        "email": email,
        "session_id": str(uuid.uuid4()),
        "iat": now,
        "exp": now + lifetime,
        **claims,
    }
    return jwt.encode(payload, stack.keys["SUPABASE_JWT_SECRET"], algorithm="HS256")


@pytest.fixture(scope="session")
def make_token(stack: Stack) -> Callable[..., str]:
    """Session tokens of any kind: `make_token(user.id, user.email, lifetime=-60, aud="other")`."""

    def make(user_id: str, email: str, **claims: object) -> str:
        return session_token(stack, user_id, email, **claims)  # type: ignore[arg-type]

    return make
