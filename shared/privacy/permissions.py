"""The permissions that we ask each platform for, and what each is used for. The scopes are the code's own."""

from __future__ import annotations

from dataclasses import dataclass

from shared.platforms import instagram, tiktok


@dataclass(frozen=True, slots=True)
class Permission:
    scope: str
    used_for: str
    reads: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What one platform is asked for. `revoke` are the steps on its side, as the Data Policy names them."""

    platform: str
    permissions: tuple[Permission, ...]
    never_read: tuple[str, ...]
    revoke: str


_WORDS = {
    "instagram_business_basic": (
        "To show you which account is connected, and to see that Instagram lets it publish.",
        "The account's ids, its username and whether it is a Business or Creator account.",
    ),
    "instagram_business_content_publish": (
        "To publish a photo, a video, a story or a carousel, when you click Publish.",
        "Nothing of yours; how far the publishing of your post is, its link, and how many posts the account has left"
        " today.",
    ),
    "user.info.basic": (
        "To show you which account is connected.",
        "The account's open id and its display name.",
    ),
    "video.publish": (
        "To publish a video or photos, when you click Publish.",
        "The choices that TikTok offers you for a post (who may see it, comments), and how far your post is.",
    ),
}


def _explained(scopes: tuple[str, ...]) -> tuple[Permission, ...]:
    """Raises KeyError for a scope that nobody has explained: it must not be asked for either."""
    return tuple(Permission(scope, *_WORDS[scope]) for scope in scopes)


INSTAGRAM = Asked(
    "Instagram",
    _explained(instagram.SCOPES),
    ("followers", "messages", "insights", "comments"),
    "Instagram: Settings → Apps and Websites → Remove itoms",
)
TIKTOK = Asked(
    "TikTok",
    _explained(tiktok.SCOPES),
    ("followers", "messages", "analytics"),
    "TikTok: Settings → Security → Manage app permissions → Remove itoms",
)
ASKED = (INSTAGRAM, TIKTOK)
EXPLAINED = frozenset(_WORDS)
