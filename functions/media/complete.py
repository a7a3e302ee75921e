"""POST /api/media/complete: looks at the bytes that arrived, and accepts or refuses the file."""

from starlette.responses import Response

from shared.media.upload import CompleteRequest, Verdict, complete
from shared.web.contract import OF_A_PROJECT
from shared.web.endpoint import Call, answer, user_endpoint


async def handle(call: Call[CompleteRequest]) -> Response:
    return answer(await complete(call.runtime, call.jwt, call.body))


app = user_endpoint(
    "media/complete",
    handle,
    CompleteRequest,
    answers={200: Verdict},
    problems=(*OF_A_PROJECT, "upload_missing", "too_many_completions", "storage_unavailable"),
)
