"""POST /api/preflight: everything that would stop a post, before the click. Changes nothing of the post.

An access that the platform turns out to have ended is ended here, too: its tokens go, and its owners are told.
"""

from starlette.responses import Response

from shared.publishing.draft import DRAFT, Draft
from shared.publishing.preflight import Preflight, preflight
from shared.web.contract import OF_A_PROJECT, STOPPED_BY_A_PERSON
from shared.web.endpoint import Call, answer, user_endpoint


async def handle(call: Call[Draft]) -> Response:
    return answer(await preflight(call.runtime, call.jwt, call.body))


app = user_endpoint(
    "preflight",
    handle,
    DRAFT,
    answers={200: Preflight},
    problems=(
        *OF_A_PROJECT,
        *STOPPED_BY_A_PERSON,
        "too_many_preflights",
        "platform_mismatch",
        "media_not_ready",
        "kind_not_supported",
    ),
)
