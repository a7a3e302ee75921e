"""POST /api/media/fit: what these files could become on each platform, and what stands in the way. Asks no platform."""

from starlette.responses import Response

from shared.publishing.fit import FitRequest, Fits, fit
from shared.web.endpoint import Call, answer, user_endpoint


async def handle(call: Call[FitRequest]) -> Response:
    return answer(await fit(call.runtime, call.jwt, call.body))


app = user_endpoint(
    "media/fit",
    handle,
    FitRequest,
    answers={200: Fits},
    problems=("not_found", "media_not_ready"),
)
