"""POST /api/webhooks/tiktok: what became of a post, and the end of an access, told by TikTok itself."""

from starlette.responses import Response

from shared.publishing.tiktok_webhook import receive
from shared.web.contract import Received
from shared.web.endpoint import Call, answer, signed_endpoint


async def handle(call: Call[bytes]) -> Response:
    await receive(call.runtime, call.body, signature=call.request.headers.get("tiktok-signature", ""))
    return answer(Received(received=True))


app = signed_endpoint(
    "webhooks/tiktok",
    handle,
    answers={200: Received},
    problems=("signature_invalid", "try_again_later"),
    signature="tiktok-signature",
)
