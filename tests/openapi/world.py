"""Things that are really there, for generated requests to name: an id that nothing has tells little."""

from __future__ import annotations

import json
import re
import time
import uuid
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import requests
import schemathesis

from sandbox.creator import TIKTOK_CHOICES, Creator
from sandbox.mailroom import signature as svix_signature
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl
from sandbox.stack.stack import Stack
from sandbox.tiktok.webhooks import signature
from tests.people import Connected, Project
from tests.shared.platforms.sealing import signed_request

Json = dict[str, Any]
_PLATFORMS = ("instagram", "tiktok")
_ACCOUNT: Mapping[str, Json] = {
    "instagram": {"username": "fuzzed", "name": "Fuzzed", "account_type": "BUSINESS"},
    "tiktok": {"username": "fuzzed", "nickname": "Fuzzed"},
}


@dataclass(frozen=True, slots=True)
class World:
    """`connections` by platform; `spare` are for whoever disconnects. `publications` are in every kind of state."""

    stack: Stack
    project: Project
    connections: Mapping[str, Connected]
    spare: tuple[str, ...]
    contents: Mapping[str, str]
    media: Mapping[str, tuple[str, ...]]
    publications: tuple[str, ...]
    deletion: str
    export: str
    erasure: str
    leaver: Creator
    db: psycopg.Connection[Any]

    def prepare(self, case: schemathesis.Case[Any]) -> dict[str, str]:
        """Makes ids real, where they are ids at all, and returns the proof of who is asking.

        Headers are spelled as the document does: by that name schemathesis takes them away again.
        """
        match case.operation.path.removeprefix("/api/").split("/"):
            case ["cron", _]:
                return {"Authorization": f"Bearer {self.stack.keys['CRON_SECRET']}"}
            case ["webhooks", "tiktok"]:
                return {"Tiktok-Signature": self._signature(case)}
            case ["webhooks", "resend"]:
                return self._svix(case)
            case ["webhooks", "instagram", _]:
                self._sign_form(case.body)
                return {}
            case ["deletions" | "erasures" as kind, _]:
                _name(case.query, {"deletions": self.deletion, "erasures": self.erasure}[kind])
                return {}
            case ["oauth", platform, "callback"]:
                return self._come_back(case, platform)
            case ["account", "erasure", "start"]:
                # Not of the owner: everything else here is theirs.
                return {"Authorization": self.leaver.user.headers["authorization"]}
            case ["health"] | ["queues", "advance"]:
                return {}
        case.body = _with_plain_integers(case.body)
        if isinstance(case.body, dict):
            self._fill(case.operation.path, case.body)
        if _is_key(case.headers.get("idempotency-key")) and draw(case.body, 6) == 0:
            case.headers["idempotency-key"] = uuid.uuid5(uuid.NAMESPACE_OID, repr(case.body)).hex
        return {"Authorization": self.project.owner.user.headers["authorization"]}

    def _fill(self, path: str, body: Json) -> None:
        pools = {
            "project_id": (self.project.id,),
            "content_id": tuple(self.contents.values()),
            "connection_id": self.spare if path.endswith("/disconnect") else (),
            "media_asset_id": self.media["instagram"],
            "publication_id": self.publications,
            "export_id": (self.export,),
        }
        if (platform := body.get("platform")) in _PLATFORMS:
            pools["content_id"] = (self.contents[platform],)
            pools["connection_id"] = (self.connections[platform].id,)
            pools["media_asset_id"] = self.media[platform]
        for name, pool in pools.items():
            _fill(body, name, pool)
        if isinstance(ids := body.get("media_asset_ids"), list):
            body["media_asset_ids"] = [_real(asset_id, pools["media_asset_id"]) for asset_id in ids]
        media = body.get("media")
        for item in media if isinstance(media, list | tuple) else ():
            _fill(item, "media_asset_id", pools["media_asset_id"])

    def _signature(self, case: schemathesis.Case[Any]) -> str:
        return signature(self.stack.keys["TIKTOK_CLIENT_SECRET"], int(time.time()), self._content(case))

    def _svix(self, case: schemathesis.Case[Any]) -> dict[str, str]:
        """A sound id and the right time, so that only the signature decides."""
        message_id, now = f"msg_{uuid.uuid4().hex}", int(time.time())
        signed = svix_signature(self.stack.keys["RESEND_WEBHOOK_SECRET"], message_id, now, self._content(case))
        case.headers.update({"svix-id": message_id, "svix-timestamp": str(now)})
        return {"Svix-Signature": signed}

    def _content(self, case: schemathesis.Case[Any]) -> bytes:
        sent = requests.Request(**case.as_transport_kwargs(base_url=self.stack.addresses.app)).prepare().body or b""
        return sent if isinstance(sent, bytes) else str(sent).encode()

    def _sign_form(self, body: object) -> None:
        """About an account that nobody has connected."""
        if isinstance(body, dict) and isinstance(body.get("signed_request"), str):
            secret = self.stack.keys["INSTAGRAM_APP_SECRET"]
            user_id = 10**12 + draw(body, 10**6)
            body["signed_request"] = signed_request(secret, user_id=user_id, issued_at=int(time.time()))

    def _come_back(self, case: schemathesis.Case[Any], platform: str) -> dict[str, str]:
        """With the state and the cookie of an attempt that was really begun, if there is a state that could be one.

        However many there are: here the limit of connects is in the way.
        """
        if not isinstance(case.query, dict) or not _could_be_a_state(case.query.get("state")):
            return {}
        owner = self.project.owner
        self.db.execute("delete from private.rate_limits where user_id = %s", (owner.user.id,))
        answer = owner.post(f"oauth/{platform}/start", {"project_id": self.project.id})
        if answer.status_code == 200:
            [state] = parse_qs(urlsplit(answer.json()["authorization_url"]).query)["state"]
            case.query["state"] = state
        return {"cookie": answer.headers.get("set-cookie", "").partition(";")[0]}


def draw(body: object, sides: int) -> int:
    """A die that falls the same for the same body."""
    return zlib.crc32(repr(body).encode("utf-8", "surrogatepass")) % sides


def _is_key(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[!-~]{8,128}", value) is not None


def _with_plain_integers(value: Any) -> Any:
    """JSON Schema takes 367.0 for an integer. We do not, and nobody sends one so."""
    match value:
        case dict():
            return {name: _with_plain_integers(inner) for name, inner in value.items()}
        case list():
            return [_with_plain_integers(inner) for inner in value]
        case float() if value.is_integer():
            return int(value)
    return value


def _could_be_a_state(value: object) -> bool:
    return isinstance(value, str) and len(value) == 43 and value.replace("-", "").replace("_", "").isalnum()


def _name(query: object, code: str) -> None:
    """A code that there is, instead of one that there could be."""
    if isinstance(query, dict) and re.fullmatch("[0-9a-f]{32}", str(query.get("code"))):
        query["code"] = code


def _fill(body: object, name: str, pool: tuple[str, ...]) -> None:
    """One of the pool: the same request names the same thing."""
    if isinstance(body, dict) and pool and _is_id(body.get(name)):
        body[name] = pool[draw(body, len(pool))]


def _real(value: object, pool: tuple[str, ...]) -> object:
    return pool[draw(value, len(pool))] if _is_id(value) else value


def _is_id(value: object) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False


def build(
    *,
    stack: Stack,
    db: psycopg.Connection[Any],
    sandbox: SandboxControl,
    samples: Samples,
    make_creator: Callable[[], Creator],
) -> World:
    project = _project(db, make_creator)
    connections = {platform: _connect(sandbox, project, platform) for platform in _PLATFORMS}
    contents, media = {}, {}
    for platform, file, media_type in (
        ("instagram", samples.photo, "image/jpeg"),
        ("tiktok", samples.video, "video/mp4"),
    ):
        contents[platform] = project.owner.create_content(project.id)
        media[platform] = (project.owner.upload(contents[platform], file, media_type)["id"],)
    return World(
        stack=stack,
        project=project,
        connections=connections,
        spare=tuple(_connect(sandbox, project, platform).id for platform in _PLATFORMS),
        contents=contents,
        media=media,
        publications=tuple(
            _publications(db, project, contents["tiktok"], connections["tiktok"].id, media["tiktok"][0])
        ),
        deletion=_deletion(db),
        export=_export(db, project),
        erasure=_erasure(db),
        leaver=make_creator(),
        db=db,
    )


def _project(db: psycopg.Connection[Any], make_creator: Callable[[], Creator]) -> Project:
    owner, editor, viewer, stranger = (make_creator() for _ in range(4))
    project_id = owner.create_project("Hills")
    for person, role in ((editor, "editor"), (viewer, "viewer")):
        db.execute(
            "insert into public.project_members (project_id, user_id, role) values (%s, %s, %s)",
            (project_id, person.user.id, role),
        )
    return Project(project_id, owner, editor, viewer, stranger)


def _connect(sandbox: SandboxControl, project: Project, platform: str) -> Connected:
    account = sandbox.add_account(platform, **_ACCOUNT[platform])["user_id" if platform == "instagram" else "open_id"]
    project.owner.connect(platform, project.id, account=account)
    rows = project.owner.read("connections", select="id,platform_account_id")
    return Connected(next(row["id"] for row in rows if row["platform_account_id"] == account), platform, account)


def _erasure(db: psycopg.Connection[Any]) -> str:
    """The code of one that is done."""
    code, at = uuid.uuid4().hex, "2026-11-26T00:00:00+00:00"
    receipt = {"receipt_id": str(uuid.uuid4()), "requested_at": at, "done_at": at, "stores": []}
    db.execute(
        "insert into private.erasures (code, request_id, state, requested_at, done_at, receipt)"
        " values (%s, gen_random_uuid(), 'done', %s, %s, %s)",
        (code, at, at, json.dumps({"receipt": receipt, "public_key": "A", "signature": "A"})),
    )
    return code


def _deletion(db: psycopg.Connection[Any]) -> str:
    code = uuid.uuid4().hex
    db.execute(
        "insert into private.platform_deletions (confirmation_code, digest, platform) values (%s, %s, 'instagram')",
        (code, code * 2),
    )
    return code


def _export(db: psycopg.Connection[Any], project: Project) -> str:
    row = db.execute(
        "insert into public.exports (user_id, request_id, with_media, folder, state, byte_size, part_size,"
        " content_hash, ready_at, expires_at)"
        " select %(user)s, private.open_privacy_request('access', 'account', %(user)s, null, '{}'), true,"
        " private.new_export_folder(), 'ready', 1, 1, repeat('0', 64), now(), now() + interval '1 day' returning id",
        {"user": project.owner.user.id},
    ).fetchone()
    assert row is not None
    return str(row[0])


# State, reason, finished_at and next_step_at. Several are in doubt, and several wait for a word of their creator,
# because each of these can be settled once.
_STATES = (
    ("processing", "null", "null", "now() + interval '1 hour'"),
    *[("unknown", "'outcome_unclear'", "null", "null")] * 3,
    *[("queued", "null", "null", "null")] * 3,
    ("failed", "'request_invalid'", "now()", "null"),
)


def _publications(
    db: psycopg.Connection[Any], project: Project, content_id: str, connection_id: str, media_asset_id: str
) -> list[str]:
    made = []
    for state, reason, finished_at, next_step_at in _STATES:
        row = db.execute(
            "insert into public.publications (project_id, content_id, connection_id, platform, kind, caption, options,"
            " state, reason, publish_id, intent_at, idempotency_key, request_hash, created_by, created_at, finished_at,"
            " next_step_at)"
            f" values (%s, %s, %s, 'tiktok', 'video', '', %s, %s, {reason}, %s, now() - interval '3 hours', %s, %s,"
            f" %s, now() - interval '3 days', {finished_at}, {next_step_at}) returning id",
            (
                project.id,
                content_id,
                connection_id,
                json.dumps(TIKTOK_CHOICES),
                state,
                f"v_pub_url~{uuid.uuid4().hex}",
                uuid.uuid4().hex,
                "0" * 64,
                project.owner.user.id,
            ),
        ).fetchone()
        assert row is not None
        db.execute(
            "insert into public.publication_items (publication_id, position, media_asset_id) values (%s, 0, %s)",
            (row[0], media_asset_id),
        )
        made.append(str(row[0]))
    return made
