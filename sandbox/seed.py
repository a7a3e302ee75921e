"""A project with something in it, made through the public endpoints: what `make dev` and the pictures begin with."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sandbox.creator import Creator, instagram_photo, tiktok_video
from sandbox.samples import PHOTO_SIZE, make_photo, make_video
from sandbox.stack.clients import SandboxControl, Supabase, User, browser
from sandbox.stack.paths import LOCAL
from sandbox.stack.stack import Stack

SAMPLES = LOCAL / "samples"
MORNING = {
    "title": "A quiet morning in the hills",
    "description": "First light over the ridge, before anybody else is up.",
    "tags": ["hills", "morning", "walking"],
}
EVENING = {
    "title": "Evening over the valley",
    "description": "Four seconds of the sun going down.",
    "tags": ["hills", "sunset"],
}
_POLL_SECONDS = 60.0


@dataclass(slots=True)
class Seeded:
    """`contents` and `media` by kind (image, video), `connections` by platform."""

    project_id: str
    contents: dict[str, str] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)
    connections: dict[str, str] = field(default_factory=dict)


def supabase_of(stack: Stack) -> Supabase:
    keys = (stack.keys[name] for name in ("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"))
    return Supabase(stack.addresses.supabase, *keys)


def seed_contents(stack: Stack, user: User) -> Seeded:
    """A project of this person with a photo and a video in it, and no account connected."""
    with browser(stack.addresses) as api, supabase_of(stack) as supabase:
        creator = Creator(user, api, supabase)
        seeded = Seeded(creator.create_project("Hill walks"))
        SAMPLES.mkdir(parents=True, exist_ok=True)
        photo, video = make_photo(SAMPLES / "morning.jpg", PHOTO_SIZE), make_video(SAMPLES / "evening.mp4")
        for kind, words, file, media_type in (
            ("image", MORNING, photo, "image/jpeg"),
            ("video", EVENING, video, "video/mp4"),
        ):
            seeded.contents[kind] = creator.create_content(seeded.project_id, type=kind, **words)
            seeded.media[kind] = creator.upload(seeded.contents[kind], file, media_type)["id"]
    return seeded


def seed_posts(stack: Stack, user: User, seeded: Seeded) -> None:
    """Both platforms connected, and a post on each."""
    with (
        browser(stack.addresses) as api,
        supabase_of(stack) as supabase,
        SandboxControl(stack.addresses.sandbox) as platforms,
    ):
        creator = Creator(user, api, supabase)
        for platform, account in first_accounts(platforms).items():
            creator.connect(platform, seeded.project_id, account=account)
        rows = creator.read("connections", select="id,platform")
        seeded.connections = {row["platform"]: row["id"] for row in rows}
        of = {kind: (seeded.contents[kind], seeded.media[kind]) for kind in seeded.contents}
        photo, video = of["image"], of["video"]
        follow(creator, instagram_photo(photo[0], seeded.connections["instagram"], photo[1]))
        follow(creator, tiktok_video(video[0], seeded.connections["tiktok"], video[1]))


def first_accounts(platforms: SandboxControl) -> dict[str, str]:
    """The first account of each platform that is there from the start, and may publish."""
    there = platforms.accounts()
    return {"instagram": there["instagram"][0]["user_id"], "tiktok": there["tiktok"][0]["open_id"]}


def follow(creator: Creator, request: dict[str, Any]) -> dict[str, Any]:
    """Publishes, and asks at the pace of the server until nothing more happens by itself."""
    publication: dict[str, Any] = creator.publish(request).raise_for_status().json()
    give_up_at = time.monotonic() + _POLL_SECONDS
    while publication["next_step_at"] is not None and time.monotonic() < give_up_at:
        answer = creator.advance(publication["id"]).raise_for_status()
        publication = answer.json()
        time.sleep(float(answer.headers.get("retry-after", 0)))
    return publication
