"""POST /api/media/complete: looks at the bytes that arrived, and accepts or refuses the file."""

from starlette.responses import Response

from shared.media.upload import CompleteRequest, complete
from shared.web.endpoint import Call, answer, user_endpoint


async def handle(call: Call[CompleteRequest]) -> Response:
    return answer(await complete(call.runtime, call.jwt, call.body))


app = user_endpoint("media/complete", handle, CompleteRequest)
