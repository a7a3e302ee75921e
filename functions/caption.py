"""POST /api/caption: up to three AI captions for a content, or a preview of what would be sent for them."""

from starlette.responses import Response

from shared.captions.writer import CaptionAnswer, CaptionRequest, write_captions
from shared.web.contract import OF_A_PROJECT
from shared.web.endpoint import Call, answer, user_endpoint


async def handle(call: Call[CaptionRequest]) -> Response:
    return answer(await write_captions(call.runtime, call.jwt, call.body))


app = user_endpoint(
    "caption",
    handle,
    CaptionRequest,
    answers={200: CaptionAnswer},
    problems=(
        *OF_A_PROJECT,
        "captions_objected",
        "processing_restricted",
        "restricted_by_another",
        "caption_quota_reached",
        "too_many_captions",
        "caption_refused",
        "caption_unusable",
        "caption_unavailable",
    ),
)
