"""POST by Vercel Queues: one step of the publication that a message names.

Vercel delivers to a function that has a queue trigger, and promises that the internet does not reach it; a delivery
itself carries nothing that its receiver could verify. So each message carries a proof made with a secret that only
our functions know, and without it a message moves nothing.
"""

from starlette.responses import Response

from shared.publishing.consumer import CONSUMER_GROUP, consume
from shared.web.contract import Parameter, Received
from shared.web.endpoint import Call, answer, signed_endpoint

DELIVERY = (
    Parameter("ce-type", "header", str, "What Vercel Queues calls a delivery.", required=True),
    Parameter("ce-vqsqueuename", "header", str, "The topic, as QUEUE_TOPIC has it.", required=True),
    Parameter("ce-vqsconsumergroup", "header", str, f"`{CONSUMER_GROUP}`, this function.", required=True),
)


async def handle(call: Call[bytes]) -> Response:
    await consume(call.runtime, call.body, call.request.headers)
    return answer(Received(received=True))


app = signed_endpoint(
    "queues/advance", handle, answers={200: Received}, problems=("not_the_queue",), parameters=DELIVERY
)
