"""What the check before the click shows is what the click would have refused: for each broken post, the same code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox.creator import TIKTOK_CHOICES
from sandbox.stack.clients import SandboxControl
from tests.functions.drafts import Draft, MakeDraft

pytest_plugins = ["tests.shared.publishing.desk", "tests.functions.drafts"]

Json = dict[str, Any]
MIB = 1024 * 1024


@dataclass(frozen=True)
class Broken:
    """`facts` are of the item at `position`; `settings` of the sandbox hold from before the check."""

    code: str
    platform: str
    kind: str
    facts: Json = field(default_factory=dict)
    position: int = 0
    items: int = 1
    account: Json = field(default_factory=dict)
    changes: Json = field(default_factory=dict)
    settings: Json = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.platform}-{self.kind}-{self.code}-{self.facts or self.account or ''}".replace(" ", "")


def photo(code: str, **facts: Any) -> Broken:
    return Broken(code, "instagram", "photo", facts)


def reel(code: str, **facts: Any) -> Broken:
    return Broken(code, "instagram", "reel", facts)


def carousel(code: str, position: int, **facts: Any) -> Broken:
    return Broken(code, "instagram", "carousel", facts, position=position, items=3)


def video(code: str, **facts: Any) -> Broken:
    return Broken(code, "tiktok", "video", facts)


def chosen(code: str, kind: str, **choices: Any) -> Broken:
    return Broken(code, "tiktok", kind, changes={"tiktok": TIKTOK_CHOICES | choices})


def of_account(code: str, choices: Json, **account: Any) -> Broken:
    return Broken(code, "tiktok", "video", account=account, changes={"tiktok": TIKTOK_CHOICES | choices})


BROKEN = [
    photo("image_ratio_invalid", width=4000),
    photo("image_ratio_invalid", width=500),
    photo("image_too_large", byte_size=8 * MIB + 1),
    photo("media_format_invalid", media_type="image/webp"),
    photo("media_unreachable", object_key=f"media/{'1' * 64}.jpg"),
    Broken("caption_invalid", "instagram", "photo", changes={"caption": "#a " * 31}),
    Broken("caption_invalid", "instagram", "photo", changes={"caption": "@a " * 21}),
    Broken("daily_limit", "instagram", "photo", settings={"instagram": {"quota_total": 0}}),
    reel("media_format_invalid", media_type="video/webm"),
    reel("media_format_invalid", video_codec="av1"),
    reel("video_too_large", byte_size=301 * MIB),
    reel("duration_invalid", duration_ms=2999),
    reel("duration_invalid", duration_ms=900_001),
    reel("frame_rate_invalid", frame_rate=15),
    reel("bit_rate_too_high", bit_rate=30_000_000),
    reel("audio_codec_invalid", audio_codec="opus"),
    reel("audio_rate_invalid", audio_sample_rate=96_000),
    reel("audio_channels_invalid", audio_channels=6),
    reel("chroma_invalid", chroma="4:2:2"),
    reel("video_interlaced", progressive=False),
    reel("fast_start_missing", fast_start=False),
    reel("edit_list_present", edit_list=True),
    reel("image_size_invalid", width=2560),
    Broken("cover_moment_invalid", "instagram", "reel", changes={"instagram": {"thumb_offset_ms": 4000}}),
    Broken("option_not_for_kind", "instagram", "photo", changes={"instagram": {"thumb_offset_ms": 0}}),
    Broken("caption_not_for_stories", "instagram", "story", changes={"caption": "Hello"}),
    Broken(
        "duration_invalid", "instagram", "reel", {"duration_ms": 60_001},
        changes={"caption": "", "instagram": {"story": True}},
    ),
    carousel("image_too_large", 2, byte_size=9 * MIB),
    carousel("duration_invalid", 1, duration_ms=1000),
    carousel("media_format_invalid", 0, media_type="image/webp"),
    video("frame_rate_invalid", frame_rate=15),
    video("image_size_invalid", width=200),
    video("media_format_invalid", video_codec="av1"),
    Broken("caption_invalid", "tiktok", "video", changes={"caption": "x" * 2201}),
    chosen("cover_moment_invalid", "video", cover_timestamp_ms=4000),
    chosen("option_not_for_kind", "video", title="Hills"),
    chosen("option_not_for_kind", "video", auto_add_music=True),
    of_account("audience_unavailable", {"privacy_level": "PUBLIC_TO_EVERYONE"}, private=True),
    of_account("interaction_unavailable", {"allow_comment": True}, comment_disabled=True),
    of_account("duration_invalid", {}, max_seconds=3),
    of_account("account_blocked", {}, banned=True),
    of_account("daily_limit", {}, posts_cap=0),
    Broken("app_limit", "tiktok", "video", settings={"tiktok": {"active_user_cap_reached": True}}),
    Broken("image_too_large", "tiktok", "photo", {"byte_size": 20_000_001}),
    Broken("image_size_invalid", "tiktok", "photo", {"width": 2000}),
    Broken("image_size_invalid", "tiktok", "photo", {"height": 3000}, position=2, items=3),
    chosen("title_too_long", "photo", title="\N{CUSTARD}" * 46),
    chosen("cover_index_invalid", "photo", cover_index=1),
    chosen("interaction_unavailable", "photo", allow_duet=True),
    chosen("option_not_for_kind", "photo", cover_timestamp_ms=0),
]  # fmt: skip


@pytest.fixture
def settings(sandbox: SandboxControl, prompt: None) -> Iterator[Any]:
    before = sandbox.settings()
    yield sandbox.settings
    sandbox.settings(**before)


def as_a_draft(changes: Json) -> Json:
    """Without what only the click itself gives."""
    if "tiktok" not in changes:
        return changes
    kept = {name: value for name, value in changes["tiktok"].items() if name not in ("music_usage", "ai_generated")}
    return changes | {"tiktok": kept}


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_the_click_fails_with_the_first_code_that_was_shown(draft: MakeDraft, settings: Any, broken: Broken) -> None:
    made = draft(broken.platform, broken.kind, items=broken.items, **broken.account)
    if broken.facts:
        made.change_item(broken.position, **broken.facts)
    if broken.settings:
        settings(**broken.settings)
    first = made.check(**as_a_draft(broken.changes))["problems"][0]
    assert first["code"] == broken.code
    if broken.facts:
        assert first["item"] == broken.position
    assert outcome(made, broken.changes) == ("failed", broken.code)
    assert made.sandbox.ledger(broken.platform, made.connected.account) == []


@pytest.mark.parametrize(
    ("platform", "kind"),
    [("instagram", "photo"), ("instagram", "reel"), ("instagram", "story"), ("tiktok", "video"), ("tiktok", "photo")],
)
def test_what_was_shown_as_ready_is_posted(draft: MakeDraft, platform: str, kind: str) -> None:
    made = draft(platform, kind)
    assert made.check()["ready"] is True
    assert outcome(made, {}) == ("published", None)
    assert len(made.sandbox.ledger(platform, made.connected.account)) == 1


def outcome(made: Draft, changes: Json) -> tuple[str, str | None]:
    """Of a click, followed to its end."""
    publication_id = made.owner.publish(made.body | changes).raise_for_status().json()["id"]
    for _ in range(30):
        made.db.execute(
            "update public.publications set next_step_at = now() where id = %s and next_step_at is not null",
            (publication_id,),
        )
        shown = made.owner.advance(publication_id).raise_for_status().json()
        if shown["state"] in ("published", "failed"):
            break
    return shown["state"], shown["reason"] and shown["reason"]["code"]
