"""POST /api/webhooks/instagram/deauthorize: a creator removed the app inside Instagram, told by Meta."""

from starlette.responses import Response

from shared.connecting.instagram_callbacks import deauthorize
from shared.web.endpoint import Call, answer, signed_endpoint


async def handle(call: Call[bytes]) -> Response:
    await deauthorize(call.runtime, call.body)
    return answer({"received": True})


app = signed_endpoint("webhooks/instagram/deauthorize", handle)
