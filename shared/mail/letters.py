"""What each mail says: plainly what happened and what to do. No name, no caption, no token, no secret link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

# A person's exports, requests and choices. Whoever is not signed in is asked to, and led there.
_PRIVACY_PATH = "/account/privacy"
_CONNECTIONS_PATH = "/settings/connections"
_PLATFORMS = {"instagram": "Instagram", "tiktok": "TikTok"}


@dataclass(frozen=True, slots=True)
class Letter:
    """`path` is of our own site, behind the words of the link."""

    subject: str
    paragraphs: tuple[str, ...]
    link: str = ""
    path: str = ""


type Parameters = Mapping[str, str]
type Write = Callable[[Parameters], Letter]


def _access_ended(about: Parameters) -> Letter:
    platform = _platform(about)
    has_left = about["cause"] == "member_left"
    return Letter(
        f"itoms has no access to your {platform} account any more",
        (
            f"The access of itoms to a {platform} account of one of your projects has ended"
            f"{', because the person who connected it is not in the project any more' if has_left else ''}. Its tokens"
            " were deleted here at once. Nothing can be posted to it from here.",
            "If nobody needs it here, there is nothing left to do: 30 days from now the account is removed here as"
            " well."
            if has_left
            else "If you removed itoms yourself, there is nothing left to do: 30 days from now the account is removed"
            " here as well.",
            f"If you want to go on posting, connect the {platform} account again.",
        ),
        "Connect it again",
        _CONNECTIONS_PATH,
    )


def _account_removed(about: Parameters) -> Letter:
    platform = _platform(about)
    why = {
        "platform_deletion": f"because its owner asked {platform} for it",
        "not_reconnected": "because it was not connected again for 30 days",
        "account_erased": "because the person who connected it has left itoms",
    }[about["cause"]]
    return Letter(
        f"A {platform} account was removed from itoms",
        (
            f"A {platform} account of one of your projects was removed here, {why}. What itoms knew of it is deleted.",
            f"Posts that are on {platform} stay there. If you need the account here, connect it again.",
        ),
        "Look at your connections",
        _CONNECTIONS_PATH,
    )


def _confirmation_needed(about: Parameters) -> Letter:
    platform = _platform(about)
    return Letter(
        f"A post to {platform} waits for your word",
        (
            f"You clicked Publish, and then itoms had to stop its calls to {platform} for a while. So much time has"
            " passed that nothing goes out without you.",
            "Say whether it still should be posted. After a week without a word it is cancelled.",
        ),
        "Decide about it",
        _CONNECTIONS_PATH,
    )


def _export_ready(about: Parameters) -> Letter:
    return Letter(
        "Your data export is ready",
        (
            "The export of your data that you asked for is ready. Sign in to download it; it stays there for 24 hours"
            " and is deleted after that.",
            "If you did not ask for it, somebody else may be in your account: change your password, and write to us.",
        ),
        "Your data at itoms",
        _PRIVACY_PATH,
    )


def _erasure_done(about: Parameters) -> Letter:
    return Letter(
        "Your itoms account is deleted",
        (
            "Your account and the data that belongs to it are deleted, as you asked. This is the last mail to this"
            " address; it is not kept here either.",
            "Posts on Instagram or TikTok stay there: they are yours. Copies in our backups are out of use, and go with"
            " the backups.",
            *((f"The number of your request is {about['request_id']}.",) if "request_id" in about else ()),
        ),
    )


def _request_received(about: Parameters) -> Letter:
    return Letter(
        "Your request about your data has arrived",
        (
            f"Your request has the number {about['request_id']}. You get an answer by {about['due_at']} at the latest.",
            "If you did not make it, somebody else may be in your account: change your password, and write to us.",
        ),
        "Your data at itoms",
        _PRIVACY_PATH,
    )


def _request_arrived(about: Parameters) -> Letter:
    return Letter(
        "A request about personal data has arrived",
        (f"Request {about['request_id']}, due {about['due_at']}.",),
    )


def _request_reminder(about: Parameters) -> Letter:
    return Letter(
        "A request about personal data is still open",
        (f"Request {about['request_id']}, due {about['due_at']}, has no outcome yet.",),
    )


def _breach_notice(about: Parameters) -> Letter:
    return Letter(
        "A data breach at itoms concerns you",
        (
            "Somebody may have had access to data of yours at itoms who must not have it. We tell you what we know.",
            f"What happened: {about['nature']}",
            f"Which data it concerns: {about['data']}",
            f"What may come of it: {about['consequences']}",
            f"What we have done: {about['measures']}",
            f"What we recommend to you: {about['recommendations']}",
            f"The number of this case is {about['breach_id']}. We never ask for your password in a mail.",
        ),
        "Your data at itoms",
        _PRIVACY_PATH,
    )


_TO_A_PERSON: Mapping[str, Write] = MappingProxyType(
    {
        "access_ended": _access_ended,
        "account_removed": _account_removed,
        "confirmation_needed": _confirmation_needed,
        "export_ready": _export_ready,
        "erasure_done": _erasure_done,
        "request_received": _request_received,
        "breach_notice": _breach_notice,
    }
)
_TO_THE_OPERATOR: Mapping[str, Write] = MappingProxyType(
    {"request_received": _request_arrived, "request_reminder": _request_reminder}
)


def write(kind: str, parameters: Parameters, *, to_operator: bool = False) -> Letter:
    """Raises KeyError for a kind that nobody has words for, or when a parameter is missing."""
    return (_TO_THE_OPERATOR if to_operator else _TO_A_PERSON)[kind](parameters)


def _platform(about: Parameters) -> str:
    return _PLATFORMS[about["platform"]]
