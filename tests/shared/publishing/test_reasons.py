"""Every code a platform documents has an answer for the user, and no answer shows a code."""

from __future__ import annotations

import re

import pytest

from shared.platforms.failures import Certainty, PlatformFailure
from shared.publishing import instagram_errors, tiktok_errors
from shared.publishing.reasons import REASONS, Retry, Who, describe
from shared.publishing.rules.words import WORDS

UNMAPPED = "refused_unmapped"

# Code and subcode, as Meta's error codes page (2 June 2026) and the field list them.
INSTAGRAM_CODES = [
    ("-2", "2207003"), ("-2", "2207020"), ("-1", "2207001"), ("-1", "2207032"), ("-1", "2207053"), ("1", "2207057"),
    ("4", "2207051"), ("9", "2207042"), ("24", "2207006"), ("24", "2207008"), ("25", "2207050"), ("100", "2207023"),
    ("100", "2207028"), ("100", "2207035"), ("100", "2207036"), ("100", "2207037"), ("100", "2207040"),
    ("352", "2207026"), ("9004", "2207052"), ("9007", "2207027"), ("36000", "2207004"), ("36001", "2207005"),
    ("36003", "2207009"), ("36004", "2207010"), ("100", ""), ("100", "33"), ("190", ""), ("190", "0"), ("190", "463"),
    ("190", "460"), ("190", "458"), ("190", "459"), ("190", "464"), ("190", "467"), ("102", ""), ("10", ""),
    ("200", ""), ("250", ""), ("299", ""), ("3", ""), ("1", ""), ("2", ""), ("4", ""), ("17", ""), ("32", ""),
    ("613", ""), ("341", ""), ("80002", ""), ("368", ""), ("506", ""),
]  # fmt: skip
# Of a container in ERROR only the subcode is known.
INSTAGRAM_SUBCODES = [
    *sorted({subcode for _, subcode in INSTAGRAM_CODES if subcode.startswith("2207")}),
    "2207076", "2207077", "2207081", "2207082", "2207085",
]  # fmt: skip
NOT_OURS = {
    "publish_not_cancellable": "answers the cancel call, which we never make",
    "ok": "is no error",
}
TIKTOK_CODES = [
    "ok", "access_token_invalid", "scope_not_authorized", "scope_permission_missed", "invalid_param", "invalid_params",
    "invalid_file_upload", "app_version_check_failed", "invalid_publish_id",
    "token_not_authorized_for_specified_publish_id", "publish_not_cancellable", "privacy_level_option_mismatch",
    "unaudited_client_can_only_post_to_private_accounts", "url_ownership_unverified", "spam_risk_too_many_posts",
    "spam_risk_user_banned_from_posting", "spam_risk_too_many_pending_share", "reached_active_user_cap", "spam_risk",
    "spam_risk_text", "rate_limit_exceeded", "internal_error",
]  # fmt: skip
TIKTOK_FAIL_REASONS = [
    "file_format_check_failed", "duration_check_failed", "frame_rate_check_failed", "picture_size_check_failed",
    "internal", "video_pull_failed", "photo_pull_failed", "publish_cancelled", "auth_removed",
    "spam_risk_too_many_posts", "spam_risk_user_banned_from_posting", "spam_risk_text", "spam_risk",
]  # fmt: skip


def refusal(code: str, subcode: str = "") -> PlatformFailure:
    return PlatformFailure(Certainty.REFUSED, code=code, subcode=subcode)


def reasons_in_use() -> set[str]:
    return {
        *instagram_errors._BY_CODE.values(),
        *instagram_errors._BY_SUBCODE.values(),
        *tiktok_errors._BY_CODE.values(),
        *tiktok_errors._BY_FAIL_REASON.values(),
        *WORDS,
    }


@pytest.mark.parametrize(("code", "subcode"), INSTAGRAM_CODES)
def test_every_documented_refusal_of_instagram_has_a_reason(code: str, subcode: str) -> None:
    assert instagram_errors.reason_for(refusal(code, subcode)) in REASONS.keys() - {UNMAPPED}


@pytest.mark.parametrize("subcode", INSTAGRAM_SUBCODES)
def test_every_documented_container_error_has_a_reason_or_is_not_ours(subcode: str) -> None:
    assert (instagram_errors.reason_for_container(subcode) == UNMAPPED) == (subcode in NOT_OURS)


@pytest.mark.parametrize("code", TIKTOK_CODES)
def test_every_documented_refusal_of_tiktok_has_a_reason_or_is_not_ours(code: str) -> None:
    assert (tiktok_errors.reason_for(refusal(code)) == UNMAPPED) == (code in NOT_OURS)


@pytest.mark.parametrize("fail_reason", TIKTOK_FAIL_REASONS)
def test_every_documented_fail_reason_has_a_reason(fail_reason: str) -> None:
    assert tiktok_errors.reason_for_fail_reason(fail_reason) in REASONS.keys() - {UNMAPPED}


@pytest.mark.parametrize(
    ("code", "subcode", "reason"),
    [
        ("4", "2207051", "action_blocked"),
        ("4", "", "rate_limited"),
        ("190", "459", "account_restricted"),
        ("190", "463", "access_ended"),
        ("100", "2207040", "caption_invalid"),
        ("200", "", "permission_missing"),
        ("300", "", UNMAPPED),
        ("20", "", UNMAPPED),
        ("", "", UNMAPPED),
        ("-1", "7", "platform_error"),
    ],
)
def test_a_subcode_says_more_than_its_code(code: str, subcode: str, reason: str) -> None:
    assert instagram_errors.reason_for(refusal(code, subcode)) == reason


@pytest.mark.parametrize("code", ["Internal_error", "internal", "internal_error ", "xinternal_error", ""])
def test_codes_are_compared_whole(code: str) -> None:
    assert tiktok_errors.reason_for(refusal(code)) == UNMAPPED


@pytest.mark.parametrize("code", ["1", "2", "-1", "4", "24", "100", "368", "506", "9999", ""])
def test_what_has_been_seen_beside_a_live_post_proves_nothing(code: str) -> None:
    assert not instagram_errors.certainly_not_posted(refusal(code))


@pytest.mark.parametrize("code", ["9", "9007", "190", "36000"])
def test_only_a_clear_refusal_proves_that_nothing_was_posted(code: str) -> None:
    assert instagram_errors.certainly_not_posted(refusal(code))
    assert not instagram_errors.certainly_not_posted(PlatformFailure(Certainty.UNCLEAR, code=code))


def test_what_was_not_sent_was_not_posted() -> None:
    assert instagram_errors.certainly_not_posted(PlatformFailure(Certainty.NOT_SENT, code="no_answer"))


def test_every_reason_in_use_is_in_the_table() -> None:
    assert reasons_in_use() <= REASONS.keys()


@pytest.mark.parametrize("code", sorted(REASONS))
def test_the_words_are_for_people(code: str) -> None:
    words = REASONS[code].words
    assert words[0].isupper() or words.startswith("itoms ")
    assert words.endswith(".")
    assert not re.search(r"\w_\w|\d{4,}|[{}<>]|error code|subcode", words)
    for raw in (*INSTAGRAM_CODES, *((name,) for name in (*TIKTOK_CODES, *TIKTOK_FAIL_REASONS) if "_" in name)):
        assert raw[-1] not in words or len(raw[-1]) < 5


@pytest.mark.parametrize("code", sorted(REASONS))
def test_who_is_asked_to_act_can_act(code: str) -> None:
    reason = REASONS[code]
    assert reason.action in {"edit", "reconnect", "wait", "open_platform", "none", "contact_us", "check_platform"}
    if reason.action in ("edit", "reconnect", "open_platform", "check_platform"):
        assert reason.who is Who.USER
    if reason.action == "contact_us":
        assert reason.who is Who.OPERATOR


def test_a_doubt_or_a_lost_access_is_never_retried_by_itself() -> None:
    for code in ("outcome_unclear", "disconnected", "access_ended", "token_unreadable", UNMAPPED, "action_blocked"):
        assert REASONS[code].retry is Retry.NEVER


@pytest.mark.parametrize("code", sorted(REASONS))
def test_an_answer_has_code_words_who_and_action(code: str) -> None:
    shown = describe(code)
    assert shown is not None
    assert shown.keys() == {"code", "words", "who", "action"}
    assert all(isinstance(value, str) and value for value in shown.values())


def test_no_reason_is_no_words() -> None:
    assert describe(None) is None
