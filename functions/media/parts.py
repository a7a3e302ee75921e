"""POST /api/media/parts: which parts of a large file have arrived, and the addresses to PUT the next ones to."""

from starlette.responses import Response

from shared.media.parts import PartsRequest, Progress, progress
from shared.web.contract import OF_A_PROJECT
from shared.web.endpoint import Call, answer, user_endpoint


async def handle(call: Call[PartsRequest]) -> Response:
    return answer(await progress(call.runtime, call.jwt, call.body))


app = user_endpoint(
    "media/parts",
    handle,
    PartsRequest,
    answers={200: Progress},
    problems=(*OF_A_PROJECT, "not_in_parts", "too_many_parts", "storage_unavailable"),
)
