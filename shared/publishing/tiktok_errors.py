"""From TikTok's error.code and fail_reason to a reason. Codes are compared whole: "internal" is also a word.

Source: TikTok for Developers, Direct Post, Query Creator Info and Get Post Status references, API v2 Error Handling.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.platforms.failures import Certainty, PlatformFailure

_BY_CODE: Mapping[str, str] = {
    "access_token_invalid": "access_ended",
    "app_version_check_failed": "request_invalid",
    "internal_error": "platform_error",
    "invalid_file_upload": "media_format_invalid",
    "invalid_param": "request_invalid",
    "invalid_params": "request_invalid",
    "invalid_publish_id": "outcome_unclear",
    "privacy_level_option_mismatch": "audience_unavailable",
    "rate_limit_exceeded": "rate_limited",
    "reached_active_user_cap": "app_limit",
    "scope_not_authorized": "permission_missing",
    "scope_permission_missed": "permission_missing",
    "spam_risk": "content_refused",
    "spam_risk_text": "content_refused",
    "spam_risk_too_many_pending_share": "daily_limit",
    "spam_risk_too_many_posts": "daily_limit",
    "spam_risk_user_banned_from_posting": "account_blocked",
    "token_not_authorized_for_specified_publish_id": "outcome_unclear",
    "unaudited_client_can_only_post_to_private_accounts": "account_must_be_private",
    "url_ownership_unverified": "media_domain_unverified",
}
_BY_FAIL_REASON: Mapping[str, str] = {
    "auth_removed": "access_ended",
    "duration_check_failed": "duration_invalid",
    "file_format_check_failed": "media_format_invalid",
    "frame_rate_check_failed": "frame_rate_invalid",
    "internal": "platform_error",
    "photo_pull_failed": "media_unreachable",
    "picture_size_check_failed": "image_size_invalid",
    "publish_cancelled": "post_cancelled",
    "spam_risk": "content_refused",
    "spam_risk_text": "content_refused",
    "spam_risk_too_many_posts": "daily_limit",
    "spam_risk_user_banned_from_posting": "account_blocked",
    "video_pull_failed": "media_unreachable",
}


# Only these answers to init prove that no job was made. A code we do not know, or TikTok's own trouble, proves
# nothing, whatever HTTP status it comes with.
_PROVES_NOT_POSTED = _BY_CODE.keys() - {
    "internal_error", "invalid_publish_id", "token_not_authorized_for_specified_publish_id",
}  # fmt: skip


def certainly_not_posted(failure: PlatformFailure) -> bool:
    refused = failure.certainty is Certainty.REFUSED and failure.code in _PROVES_NOT_POSTED
    return refused or failure.certainty is Certainty.NOT_SENT


def reason_for(failure: PlatformFailure) -> str:
    return _BY_CODE.get(failure.code, "refused_unmapped")


def reason_for_fail_reason(fail_reason: str) -> str:
    return _BY_FAIL_REASON.get(fail_reason, "refused_unmapped")


def ends_access(failure: PlatformFailure) -> bool:
    """401 alone would not tell: scope_not_authorized has it too, and there the token lives."""
    return failure.code == "access_token_invalid"
