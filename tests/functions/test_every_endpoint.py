"""What every endpoint promises, whatever it is for. A file added to functions/ is covered by being there."""

from __future__ import annotations

import ast
import copy
import json
import re
import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import httpx
import jwt
import psycopg
import pytest

from sandbox.creator import instagram_photo, tiktok_video
from sandbox.stack.clients import User, local_client
from sandbox.stack.routes import Project as VercelProject
from sandbox.stack.stack import Stack

ROOT = Path(__file__).parents[2]
VERCEL = VercelProject.read(ROOT)
ID = "11111111-2222-4333-8444-555555555555"
# A body that each endpoint for users would take, were there such things. A new one needs its line here.
BODIES: Mapping[str, dict[str, Any]] = {
    "account/export/download": {"export_id": ID},
    "account/export/start": {"with_media": True},
    "account/export/status": {"export_id": ID},
    "account/erasure/preview": {},
    "account/erasure/start": {"confirmation": "erase my account", "delete_projects": [ID]},
    "caption": {"content_id": ID, "preview": True},
    "connections/disconnect": {"connection_id": ID},
    "media/complete": {"media_asset_id": ID},
    "media/fit": {"media_asset_ids": [ID]},
    "media/parts": {"media_asset_id": ID},
    "media/upload": {"content_id": ID, "media_type": "image/jpeg", "byte_size": 1000, "sha256": "a" * 64},
    "oauth/instagram/start": {"project_id": ID},
    "oauth/tiktok/start": {"project_id": ID},
    "preflight": instagram_photo(ID, ID, ID),
    "publications/advance": {"publication_id": ID},
    "publications/confirm": {"publication_id": ID, "go_on": True},
    "publications/resolve": {"publication_id": ID, "posted": True},
    "publish": instagram_photo(ID, ID, ID),
}
# They name nothing that could be somebody else's.
ABOUT_ONESELF = {"account/export/start", "account/erasure/preview"}
MORE_BODIES = [("publish", tiktok_video(ID, ID, ID))]
# How a signed endpoint calls what nobody signed.
UNSIGNED = {
    "queues/advance": "not_the_queue",
    "webhooks/instagram/deauthorize": "signature_invalid",
    "webhooks/instagram/deletion": "signature_invalid",
    "webhooks/resend": "signature_invalid",
    "webhooks/tiktok": "signature_invalid",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
LIMIT = 1_000_000

Kind = Literal["user", "cron", "signed", "public", "visitor"]
Field = tuple[str | int, ...]


def kind_of(name: str) -> Kind:
    """By the helper that makes its app: `app = user_endpoint("its/name", ...)`."""
    [call] = [
        node.value
        for node in ast.parse((ROOT / f"functions/{name}.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "app"
    ]
    assert isinstance(call, ast.Call)
    assert isinstance(call.args[0], ast.Constant)
    assert call.args[0].value == name, "the log would name another function"
    kinds: dict[str, Kind] = {f"{kind}_endpoint": kind for kind in get_args(Kind)}
    return kinds[getattr(call.func, "id", "")]


NAMES = sorted(file.removeprefix("functions/").removesuffix(".py") for file in VERCEL.functions)
KINDS = {name: kind_of(name) for name in NAMES}
USER = [name for name in NAMES if KINDS[name] == "user"]
CRON = [name for name in NAMES if KINDS[name] == "cron"]
SIGNED = [name for name in NAMES if KINDS[name] == "signed"]

every_endpoint = pytest.mark.parametrize("name", NAMES)
every_user_endpoint = pytest.mark.parametrize("name", USER)
every_cron = pytest.mark.parametrize("name", CRON)


@pytest.fixture(scope="module")
def client(stack: Stack) -> Iterator[httpx.Client]:
    with local_client(base_url=stack.addresses.app) as browserless:
        yield browserless


@pytest.fixture(scope="module")
def somebody(make_user: Callable[[], User]) -> User:
    return make_user()


Post = Callable[..., httpx.Response]


@pytest.fixture
def post(client: httpx.Client, somebody: User) -> Post:
    """As somebody who is signed in and member of nothing; `content` or `json` is the body."""

    def send(name: str, *, token: str | None = None, **parts: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {token or somebody.token}", "idempotency-key": uuid.uuid4().hex}
        return client.post(f"/api/{name}", headers=headers, **parts)

    return send


def is_problem(answer: httpx.Response, status: int, code: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= body.keys()
    assert body["status"] == status
    assert code in (None, body["code"])


def test_every_endpoint_is_found() -> None:
    """Nothing below is worth anything if the list is short."""
    on_disk = {
        path.relative_to(ROOT / "functions").with_suffix("").as_posix() for path in ROOT.glob("functions/**/*.py")
    }

    assert set(NAMES) == on_disk
    assert {"publish", "cron/purge", "oauth/tiktok/callback"} <= on_disk
    assert {VERCEL.match(f"/api/{name}").dest for name in NAMES} == VERCEL.functions


def test_no_file_stands_beside_a_folder_of_its_name() -> None:
    assert not [name for name in NAMES if (ROOT / "functions" / name).is_dir()]
    assert not [name for name in NAMES if name.endswith("__init__")]


def test_every_cron_is_scheduled_and_nothing_else_is() -> None:
    assert sorted(cron.path for cron in VERCEL.crons) == [f"/api/{name}" for name in CRON]


@every_user_endpoint
def test_every_endpoint_for_users_has_a_body_here(name: str) -> None:
    assert name in BODIES


# Methods and headers


@pytest.mark.parametrize("method", METHODS)
@every_endpoint
def test_another_method_is_refused(client: httpx.Client, name: str, method: str) -> None:
    allowed = "POST" if KINDS[name] in ("user", "signed", "visitor") else "GET"
    if method == allowed:
        return
    answer = client.request(method, f"/api/{name}")

    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    if method != "HEAD":
        is_problem(answer, 405, "method_not_allowed")


@pytest.mark.parametrize("method", ["GET", "POST"])
@every_endpoint
def test_every_answer_is_private_and_cannot_be_framed_or_sniffed(client: httpx.Client, name: str, method: str) -> None:
    answers = [client.request(method, f"/api/{name}") for _ in range(2)]

    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers
        assert "x-powered-by" not in answer.headers
    assert len({answer.headers["x-request-id"] for answer in answers}) == 2


# Bodies


@every_user_endpoint
def test_a_body_over_a_megabyte_is_refused(post: Post, name: str) -> None:
    body = b'{"x":"' + b"a" * (LIMIT - 7) + b'"}'
    assert len(body) == LIMIT + 1

    is_problem(post(name, content=body), 413, "body_too_large")


@every_user_endpoint
def test_a_body_over_a_megabyte_is_refused_though_it_does_not_say_so(post: Post, name: str) -> None:
    chunks = (b"a" * size for size in (*[LIMIT // 10] * 10, 1))

    is_problem(post(name, content=chunks), 413, "body_too_large")


@every_user_endpoint
def test_a_body_of_a_megabyte_is_looked_at(post: Post, name: str) -> None:
    body = b'{"x":"' + b"a" * (LIMIT - 8) + b'"}'
    assert len(body) == LIMIT

    is_problem(post(name, content=body), 422, "invalid_input")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b" ", id="blank"),
        pytest.param(b"{", id="cut"),
        pytest.param(b'{"a":1,}', id="comma"),
        pytest.param(b"{'a': 1}", id="single quotes"),
        pytest.param(b"project_id=1", id="form"),
        pytest.param(b"<a/>", id="xml"),
        pytest.param(b"\xff\xfe{\x00}\x00", id="utf-16"),
        pytest.param(b'{"a":"\xff"}', id="not utf-8"),
        pytest.param(b'{"a":"\\ud800"}', id="half a character"),
        pytest.param(b'{"a":"\x00"}', id="bare nul"),
        pytest.param(b"[" * 50_000, id="deep"),
        pytest.param(b'{"a":' * 50_000, id="deep objects"),
        pytest.param(b"{}{}", id="two"),
    ],
)
@every_user_endpoint
def test_what_is_not_json_is_refused(post: Post, name: str, content: bytes) -> None:
    is_problem(post(name, content=content), 400, "not_json")


@pytest.mark.parametrize("body", [None, [], "text", 7, True, [{}]])
@every_user_endpoint
def test_json_that_is_no_object_is_refused(post: Post, name: str, body: object) -> None:
    is_problem(post(name, content=json.dumps(body)), 422, "invalid_input")


@pytest.mark.parametrize("name", sorted(name for name in USER if BODIES[name]))
def test_what_is_missing_is_named(post: Post, name: str) -> None:
    answer = post(name, json={})

    is_problem(answer, 422, "invalid_input")
    assert {error["field"] for error in answer.json()["errors"]} <= BODIES[name].keys()
    assert all(error["message"] for error in answer.json()["errors"])


@every_user_endpoint
def test_an_unknown_field_is_named(post: Post, name: str) -> None:
    answer = post(name, json={**BODIES[name], "surprise": "marker"})

    is_problem(answer, 422, "invalid_input")
    assert [error["field"] for error in answer.json()["errors"]] == ["surprise"]
    assert "marker" not in answer.text


def fields(value: object, path: Field = ()) -> Iterator[Field]:
    """The address of every value that is not a list or an object."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from fields(inner, (*path, key))
        case list():
            for index, inner in enumerate(value):
                yield from fields(inner, (*path, index))
        case _:
            yield path


def changed(body: dict[str, Any], path: Field, value: object) -> dict[str, Any]:
    result: Any = copy.deepcopy(body)
    holder = result
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return dict(result)


def value_at(body: object, path: Field) -> object:
    found: Any = body
    for step in path:
        found = found[step]
    return found


EVERY_FIELD = [
    pytest.param(name, body, path, id=f"{name}:{'.'.join(map(str, path))}{'' if body is BODIES[name] else ' (TikTok)'}")
    for name, body in [*BODIES.items(), *MORE_BODIES]
    for path in fields(body)
]


@pytest.mark.parametrize(("name", "body", "path"), EVERY_FIELD)
def test_a_field_of_another_type_is_named(post: Post, name: str, body: dict[str, Any], path: Field) -> None:
    answer = post(name, json=changed(body, path, {"marker": []}))

    is_problem(answer, 422, "invalid_input")
    assert ".".join(map(str, path)) in {error["field"] for error in answer.json()["errors"]}
    assert "marker" not in answer.text


@pytest.mark.parametrize(("name", "body", "path"), EVERY_FIELD)
def test_a_nul_in_a_text_is_refused_and_never_a_bug(post: Post, name: str, body: dict[str, Any], path: Field) -> None:
    """PostgreSQL stores every character but this one."""
    for value in (f"{value_at(body, path)}\u0000", "\u0000"):
        is_problem(post(name, json=changed(body, path, value)), 422)


# Who is asking


def bad_tokens(stack: Stack, user: User, make_token: Callable[..., str]) -> dict[str, str | None]:
    claims = jwt.decode(user.token, options={"verify_signature": False})
    head, payload, signature = user.token.split(".")
    return {
        "none": None,
        "empty": "Bearer",
        "other scheme": f"Basic {user.token}",
        "no scheme": user.token,
        "not a JWT": "Bearer abc",
        "two parts": f"Bearer {head}.{payload}",
        "four parts": f"Bearer {user.token}.{signature}",
        "no signature": f"Bearer {head}.{payload}.",
        "garbage": "Bearer a.b.c",
        "injection": f"Bearer {user.token} x",
        "publishable key": f"Bearer {stack.keys['SUPABASE_PUBLISHABLE_KEY']}",
        "forged": f"Bearer {jwt.encode(claims, secrets.token_hex(32), algorithm='HS256')}",
        "forged service": f"Bearer {jwt.encode({**claims, 'role': 'service_role'}, 'x' * 32, algorithm='HS256')}",
        "unsigned": f"Bearer {jwt.encode(claims, '', algorithm='none')}x",
        "tampered": f"Bearer {head}.{payload[:-2]}AA.{signature}",
        "expired": f"Bearer {make_token(user.id, user.email, lifetime=-120)}",
        "anonymous role": f"Bearer {make_token(user.id, user.email, role='anon')}",
    }


@every_user_endpoint
def test_without_a_sound_token_nobody_is_let_in(
    client: httpx.Client, stack: Stack, somebody: User, make_token: Callable[..., str], name: str
) -> None:
    for case, given in bad_tokens(stack, somebody, make_token).items():
        headers = {"idempotency-key": uuid.uuid4().hex} | ({} if given is None else {"authorization": given})
        answer = client.post(f"/api/{name}", json=BODIES[name], headers=headers)

        assert (case, answer.status_code, answer.json()["code"]) == (case, 401, "not_signed_in")
        is_problem(answer, 401)
        assert somebody.id not in answer.text


@every_user_endpoint
def test_two_tokens_are_none(client: httpx.Client, somebody: User, name: str) -> None:
    """Which of them counts would be a guess, and whoever stands before us may guess otherwise."""
    token = ("authorization", f"Bearer {somebody.token}")
    for second in (token, ("authorization", "Bearer a.b.c")):
        headers = [token, second, ("idempotency-key", uuid.uuid4().hex)]
        answer = client.post(f"/api/{name}", json=BODIES[name], headers=headers)
        is_problem(answer, 401, "not_signed_in")
        assert answer.headers["www-authenticate"] == "Bearer"


@every_user_endpoint
def test_the_anonymous_do_not_learn_what_a_body_should_look_like(client: httpx.Client, name: str) -> None:
    is_problem(client.post(f"/api/{name}", content=b"{"), 401, "not_signed_in")


@pytest.mark.parametrize("name", sorted({*USER} - ABOUT_ONESELF))
def test_what_is_not_there_is_not_found(post: Post, name: str) -> None:
    is_problem(post(name, json=BODIES[name]), 404, "not_found")


# The scheduler


@pytest.fixture
def dead_state(db: psycopg.Connection[Any], make_user: Callable[[], User]) -> Callable[[], bool]:
    """Something the purge would remove; the answer says whether it is still there."""
    user = make_user()
    state_hash = secrets.token_hex(32)
    project = db.execute("insert into public.projects (name) values ('Old') returning id").fetchone()
    assert project is not None
    db.execute(
        "insert into private.oauth_states (state_hash, cookie_hash, user_id, project_id, platform, expires_at)"
        " values (%s, %s, %s, %s, 'tiktok', now() - interval '1 hour')",
        (state_hash, "0" * 64, user.id, project[0]),
    )

    def is_there() -> bool:
        query = "select 1 from private.oauth_states where state_hash = %s"
        return db.execute(query, (state_hash,)).fetchone() is not None

    return is_there


@every_cron
def test_without_the_schedulers_secret_nothing_runs(
    client: httpx.Client, stack: Stack, somebody: User, name: str, dead_state: Callable[[], bool]
) -> None:
    secret = stack.keys["CRON_SECRET"]
    for given in (
        None,
        "Bearer",
        "Bearer None",
        "Bearer wrong",
        secret,
        f"Bearer {secret}x",
        f"Bearer {somebody.token}",
    ):
        answer = client.get(f"/api/{name}", headers={} if given is None else {"authorization": given})
        is_problem(answer, 401, "not_the_cron")
    is_problem(client.get(f"/api/{name}", params={"authorization": f"Bearer {secret}"}), 401, "not_the_cron")
    twice = client.get(f"/api/{name}", headers=[("authorization", f"Bearer {secret}")] * 2)
    is_problem(twice, 401, "not_the_cron")
    assert twice.headers["www-authenticate"] == "Bearer"

    assert dead_state()


@pytest.mark.parametrize("configured", [None, "", " ", "None", "too-short"])
@every_cron
def test_without_a_configured_secret_nothing_runs(
    *,
    client: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    configured: str | None,
    dead_state: Callable[[], bool],
) -> None:
    if configured is None:
        monkeypatch.delenv("CRON_SECRET")
    else:
        monkeypatch.setenv("CRON_SECRET", configured)
    for given in ("Bearer None", "Bearer ", f"Bearer {configured}"):
        answer = client.get(f"/api/{name}", headers={"authorization": given.strip()})
        is_problem(answer, 500, "misconfigured")
        assert "CRON_SECRET" not in answer.text

    assert dead_state()


@every_cron
def test_with_the_schedulers_secret_it_runs(client: httpx.Client, stack: Stack, name: str) -> None:
    headers = {"authorization": f"Bearer {stack.keys['CRON_SECRET']}"}

    assert client.get(f"/api/{name}", headers=headers).status_code == 200


# What is signed


@pytest.mark.parametrize("name", SIGNED)
def test_nobody_who_did_not_sign_is_let_in(post: Post, name: str) -> None:
    for content in (b"", b"{}", ID.encode()):
        is_problem(post(name, content=content), 401, UNSIGNED[name])
    is_problem(post(name, content=b"a" * (LIMIT + 1)), 413, "body_too_large")
