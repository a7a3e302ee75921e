"""POST by Vercel Queues: one step of the publication that a message names.

Vercel delivers to a function that has a queue trigger, and promises that the internet does not reach it; a delivery
itself carries nothing that its receiver could verify. So each message carries a proof made with a secret that only
our functions know, and without it a message moves nothing.
"""

from starlette.responses import Response

from shared.publishing.consumer import consume
from shared.web.endpoint import Call, answer, signed_endpoint


async def handle(call: Call[bytes]) -> Response:
    await consume(call.runtime, call.body, call.request.headers)
    return answer({"received": True})


app = signed_endpoint("queues/advance", handle)
