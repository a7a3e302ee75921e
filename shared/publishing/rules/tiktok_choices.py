"""What a creator on TikTok must choose, and may.

Source: TikTok, Content Sharing Guidelines (2026): an audience chosen by hand from those offered right now, no
interaction that the creator has switched off, a disclosure that says whom it is about, no private branded content.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from shared.platforms.tiktok import CreatorInfo
from shared.publishing.rules.violation import Violation

AUDIENCES: Mapping[str, str] = {
    "PUBLIC_TO_EVERYONE": "Everyone",
    "MUTUAL_FOLLOW_FRIENDS": "Friends",
    "FOLLOWER_OF_CREATOR": "Followers",
    "SELF_ONLY": "Only me",
}
_NOT_FOR_PHOTOS = {"Duet": "off for photos", "Stitch": "off for photos"}


def audience_violations(level: str | None, branded_content: bool, creator: CreatorInfo | None) -> list[Violation]:
    offered = creator.privacy_level_options if creator else None
    if level is None:
        limit = f"one of: {_names(offered)}" if offered else "chosen"
        return [Violation("privacy_not_chosen", None, limit, "not chosen")]
    found = AUDIENCES.get(level, level)
    violations = []
    if offered is not None and level not in offered:
        violations.append(Violation("audience_unavailable", None, _names(offered), found))
    if branded_content and level == "SELF_ONLY":
        violations.append(Violation("branded_content_private", None, "any other", found))
    return violations


def disclosure_violations(disclosed: bool | None, your_brand: bool, branded_content: bool) -> list[Violation]:
    chosen = your_brand or branded_content
    if disclosed is True and not chosen:
        return [Violation("disclosure_incomplete", None, "Your brand, Branded content, or both", "neither")]
    return [Violation("disclosure_off", None, "on", "off")] if disclosed is False and chosen else []


def interaction_violations(
    kind: Literal["video", "photo"], allowed: Mapping[str, bool], creator: CreatorInfo | None
) -> list[Violation]:
    """Photos have comments only, whatever the creator's settings for duet and stitch are."""
    disabled = _disabled(creator) | (_NOT_FOR_PHOTOS if kind == "photo" else {})
    return [
        Violation("interaction_unavailable", None, disabled[name], f"Allow {name}")
        for name, on in allowed.items()
        if on and name in disabled
    ]


def _disabled(creator: CreatorInfo | None) -> dict[str, str]:
    if creator is None:
        return {}
    switches = {
        "Comment": creator.comment_disabled,
        "Duet": creator.duet_disabled,
        "Stitch": creator.stitch_disabled,
    }
    return {name: "off for this account" for name, disabled in switches.items() if disabled}


def _names(levels: tuple[str, ...]) -> str:
    return ", ".join(AUDIENCES.get(level, level) for level in levels) or "none"
