"""POST /api/webhooks/resend: what became of an e-mail, told by Resend itself."""

from starlette.responses import Response

from shared.mail.webhook import receive
from shared.web.contract import Parameter, Received
from shared.web.endpoint import Call, answer, signed_endpoint, single

SIGNED_WITH = (
    Parameter("svix-id", "header", str, "The same for every attempt to deliver one event.", required=True),
    Parameter("svix-timestamp", "header", str, "When this attempt was signed, in seconds.", required=True),
)


async def handle(call: Call[bytes]) -> Response:
    given = call.request.headers
    await receive(call.runtime, call.body, {name: single(given.getlist(name)) for name in given})
    return answer(Received(received=True))


app = signed_endpoint(
    "webhooks/resend",
    handle,
    answers={200: Received},
    problems=("signature_invalid",),
    parameters=SIGNED_WITH,
    signature="svix-signature",
)
