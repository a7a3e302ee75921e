"""POST /api/caption: up to three AI captions for a content, or a preview of what would be sent for them."""

from starlette.responses import Response

from shared.captions.writer import CaptionRequest, write_captions
from shared.web.endpoint import Call, answer, user_endpoint


async def handle(call: Call[CaptionRequest]) -> Response:
    return answer(await write_captions(call.runtime, call.jwt, call.body))


app = user_endpoint("caption", handle, CaptionRequest)
