"""A creator who does everything through the public endpoints: the demo follows one, and so do the tests."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from sandbox.stack.clients import Supabase, User, local_client

TIKTOK_CHOICES = {
    "privacy_level": "SELF_ONLY",
    "allow_comment": False,
    "allow_duet": False,
    "allow_stitch": False,
    "your_brand": False,
    "branded_content": False,
    "ai_generated": False,
    "music_usage": {"agreed": True, "text_version": "2026-03-09"},
}


@dataclass(frozen=True, slots=True)
class Creator:
    """`api` is this person's own browser: it keeps the cookies of a connect."""

    user: User
    api: httpx.Client
    supabase: Supabase

    def post(self, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        return self.api.post(f"/api/{path}", json=body, headers=self.user.headers | headers)

    def read(self, table: str, **filters: str) -> list[dict[str, Any]]:
        """Under Row Level Security, as the web client would."""
        with self.supabase.as_user(self.user) as rest:
            return list(rest.get(f"/{table}", params=filters).raise_for_status().json())

    def create_project(self, name: str) -> str:
        with self.supabase.as_user(self.user) as rest:
            return str(rest.post("/rpc/create_project", json={"name": name}).raise_for_status().json()["id"])

    def call(self, function: str, **arguments: Any) -> httpx.Response:
        """A function of the Data API; the names of its arguments without their p_.

        The client is not closed: that would close the connections that all share, also of whoever calls meanwhile.
        """
        rest = self.supabase.as_user(self.user)
        return rest.post(f"/rpc/{function}", json={f"p_{name}": value for name, value in arguments.items()})

    def invite(self, project_id: str, role: str) -> dict[str, Any]:
        """id, code and expires_at."""
        return dict(self.call("create_invitation", project_id=project_id, role=role).raise_for_status().json())

    def accept(self, code: str) -> httpx.Response:
        return self.call("accept_invitation", code=code)

    def create_content(self, project_id: str, **fields: Any) -> str:
        body = {"project_id": project_id, "type": "image", "title": "A quiet morning", **fields}
        with self.supabase.as_user(self.user) as rest:
            made = rest.post("/contents", json=body, headers={"prefer": "return=representation"})
            return str(made.raise_for_status().json()[0]["id"])

    def start_connect(self, platform: str, project_id: str) -> str:
        """The address of the consent page."""
        started = self.post(f"oauth/{platform}/start", {"project_id": project_id}).raise_for_status()
        return str(started.json()["authorization_url"])

    def consent(self, authorization_url: str, *, account: str, decision: str = "allow", leave_out: str = "") -> str:
        """Clicks through the platform's page. Returns the address the browser is sent back to."""
        asked = parse_qs(urlsplit(authorization_url).query)["scope"][0].split(",")
        form = {"account": account, "scope": [scope for scope in asked if scope != leave_out], "decision": decision}
        with local_client() as browser:
            browser.get(authorization_url).raise_for_status()
            answer = browser.post(authorization_url, data=form)
        return answer.headers["location"].removesuffix("#_")

    def connect(self, platform: str, project_id: str, *, account: str, **choices: str) -> httpx.Response:
        """From the button in Settings to the redirect back to Settings."""
        back = self.consent(self.start_connect(platform, project_id), account=account, **choices)
        return self.api.get(back)

    def upload(self, content_id: str, file: Path, media_type: str) -> dict[str, Any]:
        """Reserve, PUT straight to storage, complete. Returns the verdict."""
        data = file.read_bytes()
        reserved = self.post(
            "media/upload",
            {
                "content_id": content_id,
                "media_type": media_type,
                "byte_size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            },
        ).raise_for_status()
        asset_id, upload = reserved.json()["media_asset_id"], reserved.json()["upload"]
        if upload["method"] == "PARTS":
            self.send_parts(asset_id, data)
        else:
            _put(upload, data)
        completed = self.post("media/complete", {"media_asset_id": asset_id})
        return dict(completed.raise_for_status().json())

    def send_parts(self, media_asset_id: str, data: bytes) -> None:
        """Asks what is missing and sends it, until nothing is: also the second half of an upload that was left."""
        while to_send := self.parts(media_asset_id)["to_send"]:
            for part in to_send:
                _put(part, data[part["first_byte"] :][: part["byte_size"]])

    def parts(self, media_asset_id: str) -> dict[str, Any]:
        return dict(self.post("media/parts", {"media_asset_id": media_asset_id}).raise_for_status().json())

    def publish(self, body: dict[str, Any], *, key: str | None = None) -> httpx.Response:
        return self.post("publish", body, **{"idempotency-key": key or uuid.uuid4().hex})

    def advance(self, publication_id: str) -> httpx.Response:
        return self.post("publications/advance", {"publication_id": publication_id})


def _put(upload: dict[str, Any], data: bytes) -> None:
    with local_client() as browser:
        browser.put(upload["url"], content=data, headers=upload["headers"]).raise_for_status()


def instagram_photo(content_id: str, connection_id: str, media_asset_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "platform": "instagram",
        "content_id": content_id,
        "connection_id": connection_id,
        "caption": "Hello from the hills",
        "media": [{"media_asset_id": media_asset_id, "alt_text": "Hills in the morning"}],
        **changes,
    }


def instagram_reel(content_id: str, connection_id: str, media_asset_id: str, **changes: Any) -> dict[str, Any]:
    return instagram_photo(content_id, connection_id, media_asset_id) | {
        "media": [{"media_asset_id": media_asset_id}],
        **changes,
    }


def instagram_story(content_id: str, connection_id: str, media_asset_id: str, **changes: Any) -> dict[str, Any]:
    """Of a photo or a video, without words: a story has no caption."""
    return instagram_reel(content_id, connection_id, media_asset_id) | {
        "caption": "",
        "instagram": {"story": True},
        **changes,
    }


def instagram_carousel(
    content_id: str, connection_id: str, media: Sequence[dict[str, str]], **changes: Any
) -> dict[str, Any]:
    """2 to 10 of `{"media_asset_id": …, "alt_text": …}` in the order they are shown; photos only have a text."""
    return instagram_photo(content_id, connection_id, "") | {"media": list(media), **changes}


def tiktok_video(content_id: str, connection_id: str, media_asset_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "platform": "tiktok",
        "content_id": content_id,
        "connection_id": connection_id,
        "caption": "Hello from the hills",
        "media": [{"media_asset_id": media_asset_id}],
        "tiktok": TIKTOK_CHOICES,
        **changes,
    }


def tiktok_photos(
    content_id: str, connection_id: str, media_asset_ids: Sequence[str], **changes: Any
) -> dict[str, Any]:
    """One post of 1 to 35 photos; the caption is its description."""
    return {
        "platform": "tiktok",
        "content_id": content_id,
        "connection_id": connection_id,
        "caption": "Hello from the hills",
        "media": [{"media_asset_id": media_asset_id} for media_asset_id in media_asset_ids],
        "tiktok": TIKTOK_CHOICES,
        **changes,
    }
