"""Every broken rule in words: what it is, and what mends it. Each code is a reason of a failed publication, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """`{limit}` and `{found}` stand for the texts of the violation."""

    what: str
    fix: str


WORDS: Mapping[str, Words] = {
    "alt_text_not_supported": Words(
        "The alternative text has {found}; only {limit} can have one.", "Remove the alternative text."
    ),
    "alt_text_too_long": Words(
        "The alternative text has {found}; at most {limit} are allowed.", "Shorten it to {limit}."
    ),
    "audience_unavailable": Words(
        "The audience “{found}” is not offered to this account; it can choose: {limit}.", "Choose one of: {limit}."
    ),
    "audio_channels_invalid": Words(
        "The sound has {found}; at most {limit} are allowed.", "Export the sound in stereo or mono."
    ),
    "audio_codec_invalid": Words("The sound is {found}; it must be {limit}.", "Export the sound as {limit}."),
    "audio_rate_invalid": Words(
        "The sound has a sample rate of {found}; at most {limit} is allowed.", "Export the sound at {limit}."
    ),
    "bit_rate_too_high": Words(
        "The video has {found}; at most {limit} is allowed.", "Export it with a bit rate below {limit}."
    ),
    "branded_content_private": Words(
        "Branded content visibility cannot be set to private. The audience is “{found}”; it can be {limit}.",
        "Choose another audience, or turn Branded content off.",
    ),
    "caption_invalid": Words("The caption has {found}; at most {limit} are allowed.", "Cut it down to {limit}."),
    "caption_not_for_stories": Words(
        "The caption has {found}; a story is published with {limit}.",
        "Empty the caption, or put the text into the picture.",
    ),
    "chroma_invalid": Words(
        "The video stores its colours as {found}; it must be {limit}.",
        "Export it with {limit} chroma subsampling (yuv420p).",
    ),
    "cover_format_invalid": Words("The cover is {found}; it must be {limit}.", "Export the cover as {limit}."),
    "cover_index_invalid": Words(
        "The cover is photo {found} of the post; it can be {limit}.", "Choose a photo of this post as its cover."
    ),
    "cover_moment_invalid": Words(
        "The moment of the cover is at {found}; it must be {limit}.", "Choose a moment inside the video."
    ),
    "cover_too_large": Words("The cover has {found}; at most {limit} is allowed.", "Export the cover below {limit}."),
    "daily_limit": Words(
        "This account has made {found} in the last 24 hours; at most {limit} are allowed.", "Publish later."
    ),
    "disclosure_incomplete": Words(
        "You need to indicate if your content promotes yourself, a third party, or both. "
        "Chosen: {found}; needed: {limit}.",
        "Choose Your brand, Branded content, or both, or turn the disclosure off.",
    ),
    "disclosure_off": Words(
        "The disclosure is {found}, while a brand is chosen; it must be {limit}.",
        "Turn the disclosure on, or choose no brand.",
    ),
    "duration_invalid": Words("The video lasts {found}; it must last {limit}.", "Make it last {limit}."),
    "edit_list_present": Words(
        "The file has {found}, which cuts or delays what is shown; it must have {limit}.",
        "Export the finished cut as a new file.",
    ),
    "fast_start_missing": Words(
        "The file has its index {found}; it must stand {limit}.", "Export it with fast start (web optimized)."
    ),
    "frame_rate_invalid": Words(
        "The video has {found}; it must have {limit}.", "Export it at 30 frames a second, or anything {limit}."
    ),
    "image_ratio_invalid": Words("The shape of the image is {found}; it must be {limit}.", "Crop it to {limit}."),
    "image_size_invalid": Words(
        "The picture measures {found}; it must be within {limit}.", "Export it within {limit}."
    ),
    "image_too_large": Words("The image file has {found}; at most {limit} is allowed.", "Export it below {limit}."),
    "interaction_unavailable": Words(
        "“{found}” is on; here it must be {limit}.", "Turn it off: this account or this kind of post does not have it."
    ),
    "item_count_invalid": Words(
        "The post has {found}; this kind of post takes {limit}.", "Add or remove items: it takes {limit}."
    ),
    "media_format_invalid": Words("The file is {found}; it must be {limit}.", "Export it as {limit}."),
    "media_unreachable": Words(
        "The address of the file answers {found}; the platform needs {limit}.",
        "Nothing to change in your post: try again later, and tell us if it stays.",
    ),
    "media_url_invalid": Words(
        "The address of the file is {found}; the platform fetches only from {limit}.",
        "Nothing to change in your post: tell us.",
    ),
    "option_not_for_kind": Words("The post has {found}; that is for {limit} only.", "Take it out of this post."),
    "privacy_not_chosen": Words("The audience is {found}; it must be {limit}.", "Choose who can see the post."),
    "title_too_long": Words("The title has {found}; at most {limit} are allowed.", "Shorten it to {limit}."),
    "video_interlaced": Words("The video is {found}; it must be {limit}.", "Deinterlace it and export it {limit}."),
    "video_ratio_invalid": Words("The shape of the video is {found}; it must be {limit}.", "Crop it to {limit}."),
    "video_too_large": Words(
        "The video file has {found}; at most {limit} is allowed.", "Export it below {limit}, or cut it shorter."
    ),
}
