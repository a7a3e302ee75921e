"""From Meta's code and subcode to a reason. Never by text: error_user_msg comes in the user's language.

Source: Meta, Error Codes page (2 June 2026) and Graph API error handling.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.platforms.failures import Certainty, PlatformFailure
from shared.platforms.instagram import is_missing_permission

# A subcode is more exact than its code, so it is looked up first.
_BY_SUBCODE: Mapping[str, str] = {
    "2207001": "platform_error",
    "2207003": "media_unreachable",
    "2207004": "image_too_large",
    "2207005": "media_format_invalid",
    "2207006": "platform_error",
    "2207008": "container_expired",
    "2207009": "image_ratio_invalid",
    "2207010": "caption_invalid",
    "2207020": "container_expired",
    "2207023": "request_invalid",
    "2207026": "media_format_invalid",
    "2207027": "not_ready",
    "2207028": "request_invalid",
    "2207032": "platform_error",
    "2207035": "request_invalid",
    "2207036": "request_invalid",
    "2207037": "request_invalid",
    "2207040": "caption_invalid",
    "2207042": "daily_limit",
    "2207050": "account_restricted",
    "2207051": "action_blocked",
    "2207052": "media_unreachable",
    "2207053": "platform_error",
    "2207057": "cover_moment_invalid",
    "2207076": "platform_error",
    "2207077": "media_format_invalid",
    "2207081": "request_invalid",
    "2207082": "media_unreachable",
    "2207085": "platform_error",
    "459": "account_restricted",
    "464": "account_restricted",
}
_BY_CODE: Mapping[str, str] = {
    "-2": "media_unreachable",
    "-1": "platform_error",
    "1": "platform_error",
    "2": "platform_error",
    "3": "request_invalid",
    "4": "rate_limited",
    "9": "daily_limit",
    "17": "rate_limited",
    "24": "platform_error",
    "25": "account_restricted",
    "32": "rate_limited",
    "100": "request_invalid",
    "102": "access_ended",
    "190": "access_ended",
    "341": "rate_limited",
    "352": "media_format_invalid",
    "368": "action_blocked",
    "506": "content_refused",
    "613": "rate_limited",
    "9004": "media_unreachable",
    "9007": "not_ready",
    "36000": "image_too_large",
    "36001": "media_format_invalid",
    "36003": "image_ratio_invalid",
    "36004": "caption_invalid",
    "80002": "rate_limited",
}
# Only these answers to media_publish prove that nothing was posted. Others have been seen beside live posts
# (4/2207051, 1, 2, 100/33), so after anything that is not on this list the container is asked.
_PROVES_NOT_POSTED = frozenset(
    {"9", "10", "17", "25", "32", "102", "190", "352", "613", "9007", "36000", "36001", "36003", "36004", "80002"}
)


def reason_for(failure: PlatformFailure) -> str:
    if is_missing_permission(failure.code):
        return "permission_missing"
    by_code = _BY_CODE.get(failure.code, "refused_unmapped")
    return _BY_SUBCODE.get(failure.subcode, by_code)


def reason_for_container(subcode: str) -> str:
    """Of a container in state ERROR, whose status text ends in a subcode."""
    return _BY_SUBCODE.get(subcode, "media_format_invalid" if not subcode else "refused_unmapped")


def certainly_not_posted(failure: PlatformFailure) -> bool:
    refused = failure.certainty is Certainty.REFUSED and failure.code in _PROVES_NOT_POSTED
    return refused or failure.certainty is Certainty.NOT_SENT


def ends_access(failure: PlatformFailure) -> bool:
    """The token is dead, not merely without a right."""
    return failure.code in ("190", "102")


def limits_the_app(failure: PlatformFailure) -> bool:
    """Code 4 counts the calls of the app for all its users; the other limits are of one account."""
    return failure.code == "4" and not failure.subcode
