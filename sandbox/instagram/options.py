"""The choices that come with a container and end up in the ledger."""

from __future__ import annotations

from typing import Any

from sandbox.instagram.errors import THUMB_OFFSET, invalid, refused
from sandbox.instagram.parameters import Parameters
from sandbox.instagram.store import Kind

COLLABORATORS = 3
STRATEGIES = ("MANUAL", "SS_PERFORMANCE")


def thumb_offset(parameters: Parameters) -> int | None:
    """In milliseconds. A cover of one's own wins; whether the offset is inside the video shows after its download."""
    offset = parameters.number("thumb_offset")
    if offset is not None and offset < 0:
        raise refused(THUMB_OFFSET)
    return None if parameters.text("cover_url") else offset


def chosen_options(parameters: Parameters, kind: Kind) -> dict[str, Any]:
    shown = {"share_to_feed": parameters.flag("share_to_feed", default=True)} if kind == "REELS" else {}
    found: dict[str, Any] = {
        "thumb_offset": thumb_offset(parameters),
        "is_ai_generated": parameters.flag("is_ai_generated") or None,
        "collaborators": _collaborators(parameters) or None,
        "user_tags": _user_tags(parameters, kind) or None,
        "audio_name": parameters.text("audio_name"),
        "trial_params": _trial(parameters) or None,
    }
    return shown | {name: value for name, value in found.items() if value is not None}


def _collaborators(parameters: Parameters) -> list[str]:
    names = parameters.array("collaborators")
    if len(names) > COLLABORATORS or not all(isinstance(name, str) for name in names):
        raise refused(invalid("collaborators must be at most 3 usernames"))
    return names


def _user_tags(parameters: Parameters, kind: Kind) -> list[dict[str, Any]]:
    """Images need the place of each tag, stories may have it, videos have none."""
    tags = parameters.array("user_tags")
    if not all(isinstance(tag, dict) and isinstance(tag.get("username"), str) for tag in tags):
        raise refused(invalid("each of user_tags needs a username"))
    needed, allowed = kind in ("IMAGE", "IMAGE_ITEM"), kind not in ("REELS", "VIDEO_ITEM")
    for tag in tags:
        place = [tag[axis] for axis in ("x", "y") if axis in tag]
        if (needed and len(place) != 2) or (place and not allowed) or not all(map(_is_share, place)):
            raise refused(invalid("x and y of user_tags must be between 0 and 1, on images only"))
    return tags


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _trial(parameters: Parameters) -> dict[str, Any]:
    trial = parameters.mapping("trial_params")
    if trial and trial.get("graduation_strategy") not in STRATEGIES:
        raise refused(invalid(f"graduation_strategy must be one of {', '.join(STRATEGIES)}"))
    return trial
