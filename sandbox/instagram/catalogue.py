"""What Meta says with each code, so that an `error` fault sounds like the real refusal.

Rows of the Error Codes reference of the Instagram Platform (2 June 2026) and of the Graph API error guide;
the subcodes that belong to uploads and appear in no table were seen by others in production.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from sandbox.instagram import errors
from sandbox.instagram.errors import Problem, graph_error

# Without a subcode these are rate limits, and the answer carries the usage headers.
RATE_LIMITS = frozenset({4, 17, 32, 341, 613, 80002})

# The refusals that the sandbox also makes by itself.
_NATURAL = tuple(problem for problem in vars(errors).values() if isinstance(problem, Problem))

_BY_FAULT_ONLY = (
    Problem(-2, 2207020, "The media has expired."),
    Problem(-1, 2207001, "Instagram server error. Try again."),
    Problem(-1, 2207032, "Create media fail, please try to re-create media"),
    Problem(-1, 2207053, "Unknown upload error"),
    Problem(-1, 2207076, "Media upload has failed"),
    Problem(-1, 2207077, "Media upload has failed"),
    Problem(-1, 2207082, "Media upload has failed"),
    Problem(-1, 2207085, "Fatal"),
    Problem(1, None, "An unknown error has occurred."),
    Problem(2, None, "An unexpected error has occurred. Please retry your request later."),
    Problem(3, None, "Application does not have the capability to make this API call."),
    Problem(17, None, "User request limit reached"),
    Problem(32, None, "Page request limit reached"),
    Problem(100, None, "(#100) Invalid parameter"),
    Problem(100, 2207035, "Product tag positions should not be specified for video media."),
    Problem(100, 2207036, "Product tag positions are required for photo media."),
    Problem(100, 2207037, "We could not add all of your product tags."),
    Problem(100, 2207081, "This account may not publish trial reels."),
    Problem(102, None, "Session key invalid or no longer valid"),
    Problem(190, 0, "Error validating access token: The session is invalid"),
    Problem(190, 458, "Error validating access token: The user has not authorized application"),
    Problem(190, 459, "Error validating access token: You cannot access the app till you log in"),
    Problem(190, 460, "Error validating access token: The session has been invalidated"),
    Problem(190, 464, "Error validating access token: Sessions for the user are not allowed"),
    Problem(190, 467, "Error validating access token: This may be because the user logged out"),
    Problem(200, None, "API access blocked.", status=403),
    Problem(341, None, "Application limit reached"),
    Problem(352, 2207026, "The video format is not supported."),
    Problem(368, None, "The action attempted has been deemed abusive or is otherwise disallowed"),
    Problem(506, None, "Duplicate status message"),
    Problem(613, None, "Calls to this api have exceeded the rate limit."),
    Problem(80002, None, "There have been too many calls to this Instagram account."),
)

CATALOGUE: Mapping[tuple[int, int | None], Problem] = {
    (problem.code, problem.subcode): problem for problem in (*_BY_FAULT_ONLY, *_NATURAL)
}


def is_rate_limit(options: Mapping[str, Any]) -> bool:
    return options.get("subcode") is None and int(options.get("code", 2)) in RATE_LIMITS


def from_fault(options: Mapping[str, Any], language: str) -> Response:
    """The refusal with that code and subcode; the options may give it other words or another status."""
    code, subcode = int(options.get("code", 2)), options.get("subcode")
    unlisted = Problem(code, subcode, "An unexpected error has occurred. Please retry your request later.")
    known = CATALOGUE.get((code, subcode), unlisted)
    problem = Problem(
        code,
        subcode,
        str(options.get("message", known.message)),
        str(options.get("type", known.type)),
        int(options.get("status", known.status)),
    )
    response = graph_error(problem, language)
    response.headers.update(options.get("headers", {}))
    return response
