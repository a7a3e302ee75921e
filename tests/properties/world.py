"""Everything around the publications of one example: accounts, the passing of time, webhooks, and what is posted."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from sandbox.creator import TIKTOK_CHOICES, Creator
from sandbox.samples import Samples
from sandbox.stack.clients import SandboxControl, Supabase
from sandbox.stack.stack import Stack
from shared.publishing.request import PUBLISH_REQUEST, as_database_request, request_hash
from shared.vault import Place, Vault
from tests.people import Connected
from tests.shared.publishing.clicks import Click

Row = dict[str, Any]
KINDS: Mapping[str, Sequence[str]] = {"instagram": ("photo", "carousel"), "tiktok": ("video", "photo")}
_PROFILES: Mapping[str, Row] = {
    "instagram": {"username": "hill.walks", "name": "Hill Walks", "account_type": "BUSINESS"},
    "tiktok": {"username": "hill.walks", "nickname": "Hill Walks"},
}
_TIME_PASSES = (
    "update public.publications set next_step_at = next_step_at - {by}, lease_expires_at = lease_expires_at - {by},"
    " intent_at = intent_at - {by}, state_since = state_since - {by}, created_at = created_at - {by}"
    " where id = any(%(clicks)s::uuid[])",
    "update public.connections set connected_at = connected_at - {by} where id = any(%(connections)s::uuid[])",
    "update private.connection_tokens set access_expires_at = access_expires_at - {by},"
    " refresh_expires_at = refresh_expires_at - {by}, issued_at = issued_at - {by},"
    " refresh_lease_until = refresh_lease_until - {by} where connection_id = any(%(connections)s::uuid[])",
    "update private.pauses set ends_at = ends_at - {by}",
    "update private.rate_limits set arrival_at = arrival_at - {by}",
    "update private.call_budgets set taken_at = array(select t - {by} from unnest(taken_at) as t)"
    " where connection_id = any(%(connections)s::uuid[])",
)


@dataclass(slots=True)
class Account:
    """A simulated account, and its connection while it has one."""

    platform: str
    id: str
    connection_id: str | None = None
    past_connections: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Media:
    """Uploaded once for all examples: content ids and asset ids."""

    image_content: str
    video_content: str
    photos: tuple[str, str]
    video: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What all examples share."""

    stack: Stack
    sandbox: SandboxControl
    supabase: Supabase
    db: psycopg.Connection[Any]
    owner: Creator
    project_id: str
    media: Media
    vault: Vault
    control: httpx.Client


def uploaded(owner: Creator, project_id: str, samples: Samples) -> Media:
    image, video = owner.create_content(project_id), owner.create_content(project_id, type="video")
    first, second = (owner.upload(image, file, "image/jpeg")["id"] for file in (samples.photo, samples.photos[1]))
    return Media(image, video, (first, second), owner.upload(video, samples.video, "video/mp4")["id"])


class World:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.accounts: list[Account] = []
        self.clicks: list[Click] = []
        self.offset = 0.0
        # What workers of another example sent says nothing about this one.
        stage.sandbox.clear_journal()
        # Every example is another day of the same person.
        stage.db.execute("delete from private.rate_limits where user_id = %s", (stage.owner.user.id,))

    def add_account(self, platform: str) -> Account:
        added = self.stage.sandbox.add_account(platform, **_PROFILES[platform])
        account = Account(platform, added["user_id" if platform == "instagram" else "open_id"])
        self.accounts.append(account)
        self.connect(account)
        return account

    def connect(self, account: Account) -> None:
        """Again or for the first time; a platform in trouble may have refused it."""
        owner = self.stage.owner
        owner.connect(account.platform, self.stage.project_id, account=account.id)
        query = "select id::text from public.connections where platform = %s and platform_account_id = %s"
        found = self.stage.db.execute(query, (account.platform, account.id)).fetchone()
        account.connection_id = found[0] if found else None

    def disconnect(self, account: Account) -> None:
        answer = self.stage.owner.post("connections/disconnect", {"connection_id": account.connection_id})
        assert answer.status_code == 200, answer.text
        account.past_connections.append(str(account.connection_id))
        account.connection_id = None

    def click(self, account: Account, kind: str, *, queued: bool) -> Click | None:
        """With `queued`, nobody has begun to work on it. None when it was refused."""
        key, body = uuid.uuid4().hex, self._body(account, kind)
        if queued:
            self._create(body, key)
        else:
            answer = self.stage.owner.publish(body, key=key)
            assert answer.status_code != 500, answer.text
        query = "select id::text from public.publications where idempotency_key = %s"
        found = self.stage.db.execute(query, (key,)).fetchone()
        if found is None:
            return None
        connected, stage = Connected(str(account.connection_id), account.platform, account.id), self.stage
        made = Click(found[0], key, body, connected, stage.owner, stage.db, stage.sandbox, stage.stack)
        self.clicks.append(made)
        return made

    def _create(self, body: Row, key: str) -> None:
        request = PUBLISH_REQUEST.validate_json(json.dumps(body))
        arguments = {
            "p_request": as_database_request(request),
            "p_idempotency_key": key,
            "p_request_hash": request_hash(request),
        }
        with self.stage.supabase.as_user(self.stage.owner.user) as rest:
            rest.post("/rpc/create_publication", json=arguments)

    def _body(self, account: Account, kind: str) -> Row:
        """Its caption tells whose post it is in the ledger."""
        media = self.stage.media
        assets = {"photo": media.photos[:1], "video": (media.video,), "carousel": media.photos}[kind]
        body: Row = {
            "platform": account.platform,
            "content_id": media.video_content if kind == "video" else media.image_content,
            "connection_id": account.connection_id,
            "caption": f"Hills {uuid.uuid4()}",
            "media": [{"media_asset_id": asset} for asset in assets],
        }
        choices = {"tiktok": TIKTOK_CHOICES | {"privacy_level": "PUBLIC_TO_EVERYONE"}}
        return body | (choices if account.platform == "tiktok" else {})

    def pass_time(self, seconds: float) -> None:
        """For the platforms their clock goes forward, for us what was stored moves back."""
        self.offset += seconds
        self.stage.sandbox.advance(seconds)
        names = {"clicks": [click.id for click in self.clicks], "connections": self._connections()}
        for statement in _TIME_PASSES:
            query = statement.format(by="make_interval(secs => %(seconds)s)")
            self.stage.db.execute(query, names | {"seconds": seconds})

    def _connections(self) -> list[str]:
        return [account.connection_id for account in self.accounts if account.connection_id]

    def expire_access(self, account: Account, seconds_left: float) -> None:
        self.stage.db.execute(
            "update private.connection_tokens set access_expires_at = now() + make_interval(secs => %s)"
            " where connection_id = %s",
            (seconds_left, account.connection_id),
        )

    def make_refresh_due(self, account: Account) -> None:
        self.stage.db.execute(
            "update private.connection_tokens set issued_at = now() - interval '26 hours',"
            " access_expires_at = least(access_expires_at, now() + interval '9 days'),"
            " refresh_expires_at = refresh_expires_at - greatest(refresh_expires_at - now() - interval '9 days', '0')"
            " where connection_id = %s",
            (account.connection_id,),
        )

    def cron(self, name: str) -> None:
        headers = {"authorization": f"Bearer {self.stage.stack.keys['CRON_SECRET']}"}
        answer = self.stage.owner.api.get(f"/api/cron/{name}", headers=headers)
        assert answer.status_code == 200, answer.text

    def webhooks(self) -> list[Row]:
        """What TikTok has to tell about these accounts, in the order it happened; times as our clock counts them."""
        mine = {account.id for account in self.accounts}
        kept = self.stage.control.get("/webhooks").raise_for_status().json()["webhooks"]
        events = [json.loads(delivery["body"]) for delivery in kept]
        return [
            {**event, "create_time": int(event["create_time"] - self.offset)}
            for event in events
            if event["user_openid"] in mine
        ]

    def deliver(self, events: Sequence[Row]) -> None:
        for event in events:
            answer = self.stage.control.post("/webhooks/forge", json=event).raise_for_status().json()
            assert answer["last_status"] in (200, 503), answer

    def jobs_run(self, account: Account) -> bool:
        jobs = self.stage.control.get("/jobs", params={"account": account.id}).raise_for_status().json()["jobs"]
        return any(job["status"].startswith("PROCESSING") for job in jobs)

    def posts(self) -> dict[str, list[Row]]:
        """What is really on the platforms, by click."""
        posted = [post for account in self.accounts for post in self.stage.sandbox.ledger(account.platform, account.id)]
        return {
            click.id: [post for post in posted if post["caption"] == click.body["caption"]] for click in self.clicks
        }

    def rows(self) -> dict[str, Row]:
        with self.stage.db.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(
                "select p.id::text as id, p.state::text as state, p.reason, p.post_id, p.permalink, p.finished_at,"
                " p.platform_ids_cleared_at,"
                " p.next_step_at, array(select e.id from public.publication_events as e where e.publication_id = p.id"
                " order by e.id) as events from public.publications as p where p.id = any(%s::uuid[])",
                ([click.id for click in self.clicks],),
            ).fetchall()
        return {row["id"]: row for row in found}

    def tokens(self) -> dict[str, str | None]:
        """The refresh token of each connection that has tokens, as we would send it."""
        known = [*self._connections(), *(old for account in self.accounts for old in account.past_connections)]
        found = self.stage.db.execute(
            "select connection_id::text, refresh_token from private.connection_tokens"
            " where connection_id = any(%s::uuid[])",
            (known,),
        ).fetchall()
        return {connection_id: self._opened(connection_id, sealed) for connection_id, sealed in found}

    def _opened(self, connection_id: str, sealed: str | None) -> str | None:
        place = Place(connection_id, "tiktok", "refresh")
        return self.stage.vault.open(sealed, place).reveal() if sealed else None

    def end(self) -> None:
        """The next example, and the next test, find clock, faults and pauses as if nothing had been."""
        stage = self.stage
        stage.sandbox.clear_faults()
        stage.sandbox.advance(-self.offset)
        stage.db.execute("delete from private.pauses")
        ids = [click.id for click in self.clicks]
        stage.db.execute("update public.publications set next_step_at = null where id = any(%s::uuid[])", (ids,))
