"""POST /api/webhooks/instagram/deauthorize: a creator removed the app inside Instagram, told by Meta."""

from starlette.responses import Response

from shared.connecting.instagram_callbacks import deauthorize
from shared.platforms.signed_request import FORM, SignedForm
from shared.web.contract import Received
from shared.web.endpoint import Call, answer, signed_endpoint


async def handle(call: Call[bytes]) -> Response:
    await deauthorize(call.runtime, call.body)
    return answer(Received(received=True))


app = signed_endpoint(
    "webhooks/instagram/deauthorize",
    handle,
    answers={200: Received},
    problems=("signature_invalid",),
    body=SignedForm,
    media_type=FORM,
)
