"""What POST /{ig-user-id}/media wants for each kind of post.

Source: Meta, IG User Media reference (September 2026). Lists go as JSON texts; a parameter that a kind does not take
is refused, so none is sent that was not asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

type Fields = dict[str, str]


def photo(image_url: str, *, caption: str, alt_text: str | None) -> Fields:
    return _given(image_url=image_url, caption=caption, alt_text=alt_text)


def reel(
    video_url: str, *, caption: str, cover_url: str | None, thumb_offset_ms: int | None, share_to_feed: bool
) -> Fields:
    """A single video in the feed has been a reel since July 2023. A cover wins over an offset."""
    return _given(
        media_type="REELS",
        video_url=video_url,
        caption=caption,
        cover_url=cover_url,
        thumb_offset=None if thumb_offset_ms is None else str(thumb_offset_ms),
        share_to_feed="true" if share_to_feed else "false",
    )


def story(media_url: str, *, is_video: bool) -> Fields:
    """Without a caption: Instagram takes none."""
    return _given(media_type="STORIES", **{"video_url" if is_video else "image_url": media_url})


def carousel_item(media_url: str, *, is_video: bool, alt_text: str | None) -> Fields:
    if is_video:
        return _given(is_carousel_item="true", media_type="VIDEO", video_url=media_url)
    return _given(is_carousel_item="true", image_url=media_url, alt_text=alt_text)


def carousel(children: Sequence[str], *, caption: str) -> Fields:
    """`children` are containers that are FINISHED, in the order they are shown."""
    return _given(media_type="CAROUSEL", children=",".join(children), caption=caption)


def _given(**fields: str | None) -> Fields:
    return {name: value for name, value in fields.items() if value}
