"""Why a publication is where it is: one table of codes with who acts, what helps, and words for the user.

The code is what the database keeps; the words live here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Who(Enum):
    """Who can do something about it."""

    NOBODY = "nobody"
    USER = "user"
    OPERATOR = "operator"


class Retry(Enum):
    """What we do by ourselves, and only while certainly nothing was posted."""

    NEVER = "never"
    SAME = "same"  # the same container again, once it is ready
    NEW = "new"  # prepare anew, a few times


@dataclass(frozen=True, slots=True)
class Reason:
    who: Who
    action: str
    words: str
    retry: Retry = Retry.NEVER


_EDIT, _RECONNECT, _WAIT, _OPEN, _NONE, _CONTACT, _CHECK = (
    "edit", "reconnect", "wait", "open_platform", "none", "contact_us", "check_platform",
)  # fmt: skip

REASONS: Mapping[str, Reason] = {
    "access_ended": Reason(
        Who.USER, _RECONNECT, "The platform no longer accepts our access. Connect the account again, then publish."
    ),
    "account_blocked": Reason(
        Who.USER, _OPEN, "The platform has blocked this account from posting. Open its app to see why."
    ),
    "account_restricted": Reason(
        Who.USER, _OPEN, "The platform wants you to confirm something. Open its app and follow the notice."
    ),
    "account_must_be_private": Reason(
        Who.USER,
        _OPEN,
        "Until TikTok has approved itoms, it takes posts only from private accounts and only for yourself. Set the "
        "TikTok account to private and choose Only me.",
    ),
    "action_blocked": Reason(
        Who.USER, _WAIT, "The platform is limiting this account for now. Wait some hours before you try again."
    ),
    "alt_text_not_supported": Reason(
        Who.USER, _EDIT, "Only images in the feed can have an alternative text. Remove it."
    ),
    "alt_text_too_long": Reason(Who.USER, _EDIT, "The alternative text is longer than the platform takes. Shorten it."),
    "app_limit": Reason(
        Who.OPERATOR, _WAIT, "itoms reached a daily limit of the platform. Your account is fine; try tomorrow."
    ),
    "audience_unavailable": Reason(
        Who.USER, _EDIT, "TikTok does not offer this audience for your account any more. Choose it again."
    ),
    "audio_channels_invalid": Reason(
        Who.USER, _EDIT, "The sound has more channels than the platform takes. Export it in stereo."
    ),
    "audio_codec_invalid": Reason(
        Who.USER, _EDIT, "The platform cannot read the sound of this video. Export it as AAC."
    ),
    "audio_rate_invalid": Reason(Who.USER, _EDIT, "The sample rate of the sound is above 48 kHz. Export it at 48 kHz."),
    "bit_rate_too_high": Reason(
        Who.USER, _EDIT, "The video has a higher bit rate than the platform takes. Export it with a lower one."
    ),
    "branded_content_private": Reason(
        Who.USER, _EDIT, "Branded content visibility cannot be set to private. Choose another audience."
    ),
    "caption_invalid": Reason(Who.USER, _EDIT, "The caption is longer or holds more tags than the platform takes."),
    "caption_not_for_stories": Reason(
        Who.USER, _EDIT, "A story has no caption. Empty it, or put the text into the picture."
    ),
    "chroma_invalid": Reason(
        Who.USER, _EDIT, "The platform does not take how this video stores its colours. Export it as yuv420p."
    ),
    "confirmed_by_user": Reason(Who.USER, _NONE, "You looked on the platform and found it there."),
    "container_expired": Reason(
        Who.NOBODY, _NONE, "Instagram dropped the prepared post before it was published. Publish again.", Retry.NEW
    ),
    "content_refused": Reason(Who.USER, _EDIT, "The platform refused this post as risky. Change text or media."),
    "cover_format_invalid": Reason(Who.USER, _EDIT, "The platform cannot read the cover. Export it as JPEG."),
    "cover_index_invalid": Reason(Who.USER, _EDIT, "The cover is no photo of this post. Choose one of its photos."),
    "cover_moment_invalid": Reason(
        Who.USER, _EDIT, "The moment of the cover is outside the video. Choose another one."
    ),
    "cover_too_large": Reason(Who.USER, _EDIT, "The cover is larger than the platform takes. Export it smaller."),
    "daily_limit": Reason(
        Who.USER, _WAIT, "This account has reached the platform's limit of posts for 24 hours. Publish later."
    ),
    "disclosure_incomplete": Reason(
        Who.USER, _EDIT, "You need to indicate if your content promotes yourself, a third party, or both."
    ),
    "disclosure_off": Reason(
        Who.USER, _EDIT, "A brand is chosen while the disclosure is off. Turn it on, or choose no brand."
    ),
    "denied_by_user": Reason(Who.USER, _NONE, "You looked on the platform, and it was not there. Publish it again."),
    "disconnected": Reason(
        Who.USER, _CHECK, "The account was disconnected meanwhile. Look on the platform before you repeat it."
    ),
    "duration_invalid": Reason(Who.USER, _EDIT, "The video is longer or shorter than may be posted here. Cut it."),
    "edit_list_present": Reason(
        Who.USER, _EDIT, "The platform does not follow the cuts inside this video. Export it as a new file."
    ),
    "fast_start_missing": Reason(Who.USER, _EDIT, "The video has its index at the end. Export it with fast start."),
    "frame_rate_invalid": Reason(Who.USER, _EDIT, "The video must have 23 to 60 frames a second."),
    "image_too_large": Reason(Who.USER, _EDIT, "The image file is larger than the platform takes. Export it smaller."),
    "image_size_invalid": Reason(
        Who.USER, _EDIT, "The picture's width or height is outside what the platform takes. Export it in another size."
    ),
    "image_ratio_invalid": Reason(Who.USER, _EDIT, "The image must be between 4:5 upright and 1.91:1 wide. Crop it."),
    "interaction_unavailable": Reason(
        Who.USER, _EDIT, "Comment, Duet or Stitch is allowed where it is not available. Turn it off."
    ),
    "item_count_invalid": Reason(Who.USER, _EDIT, "The post has more or fewer items than this kind of post takes."),
    "media_format_invalid": Reason(Who.USER, _EDIT, "The platform cannot read this file. Export JPEG or H.264 MP4."),
    "media_missing": Reason(Who.USER, _EDIT, "The media of this post was removed before it was published."),
    "media_unreachable": Reason(
        Who.OPERATOR, _WAIT, "The platform could not fetch the file from our storage. Publish again later.", Retry.NEW
    ),
    "media_domain_unverified": Reason(
        Who.OPERATOR, _CONTACT, "TikTok does not accept our media address yet. Nothing was posted; tell us."
    ),
    "media_url_invalid": Reason(
        Who.OPERATOR, _CONTACT, "The platform cannot fetch from our media address. Nothing was posted; tell us."
    ),
    "not_confirmed": Reason(
        Who.USER, _NONE, "It waited for a week for your word that it should still go out. Nothing was posted."
    ),
    "not_ready": Reason(Who.NOBODY, _NONE, "The platform is still processing the file.", Retry.SAME),
    "option_not_for_kind": Reason(
        Who.USER, _EDIT, "The post has a choice that this kind of post does not take. Remove it."
    ),
    "outcome_unclear": Reason(
        Who.USER,
        _CHECK,
        "We sent the post and got no clear answer. We never send it twice by ourselves: look on the platform before "
        "you publish again.",
    ),
    "permission_missing": Reason(
        Who.USER, _RECONNECT, "Permission to post is missing. Connect the account again and leave posting allowed."
    ),
    "platform_error": Reason(
        Who.NOBODY, _WAIT, "The platform had a problem of its own. Nothing was posted; publish again later.", Retry.NEW
    ),
    "platform_switched_off": Reason(
        Who.OPERATOR, _WAIT, "For safety itoms makes no calls to this platform at the moment. Try again later."
    ),
    "post_cancelled": Reason(Who.USER, _NONE, "The post was cancelled before it went out."),
    "privacy_not_chosen": Reason(Who.USER, _EDIT, "Nobody has chosen who can see this post. Choose the audience."),
    "processing_restricted": Reason(
        Who.USER,
        _NONE,
        "Somebody who made this post, wrote it or connected the account has restricted the use of their data. Nothing "
        "was posted.",
    ),
    "publishing_objected": Reason(
        Who.USER, _NONE, "Whoever made this post switched publishing off before it went out. Nothing was posted."
    ),
    "rate_limited": Reason(Who.NOBODY, _WAIT, "The platform asks us to slow down.", Retry.NEW),
    "refused_unmapped": Reason(
        Who.OPERATOR, _CONTACT, "The platform refused the post for a reason we do not know yet. Nothing was posted."
    ),
    "request_invalid": Reason(Who.OPERATOR, _CONTACT, "The platform did not understand us. Nothing was posted."),
    "title_too_long": Reason(Who.USER, _EDIT, "The title is longer than the platform takes. Shorten it."),
    "token_unreadable": Reason(
        Who.OPERATOR, _CONTACT, "We could not open the stored access of this account. Nothing was posted; tell us."
    ),
    "video_interlaced": Reason(Who.USER, _EDIT, "The video is interlaced. Export it progressive."),
    "video_ratio_invalid": Reason(Who.USER, _EDIT, "The video is narrower or wider than the platform takes. Crop it."),
    "video_too_large": Reason(
        Who.USER, _EDIT, "The video file is larger than the platform takes. Export it smaller, or cut it."
    ),
    "upload_expired": Reason(
        Who.NOBODY, _WAIT, "The file did not reach TikTok in time. Nothing was posted; publish again.", Retry.NEW
    ),
}  # fmt: skip


def describe(code: str | None) -> dict[str, str] | None:
    """What an answer shows beside the code: words, who acts, and the one next action."""
    if code is None:
        return None
    reason = REASONS[code]
    return {"code": code, "words": reason.words, "who": reason.who.value, "action": reason.action}
