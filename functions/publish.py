"""POST /api/publish: the one explicit click that may end in a post."""

from starlette.responses import Response

from shared.publishing.publish import publish
from shared.publishing.request import PUBLISH_REQUEST, PublishRequest
from shared.web.endpoint import Call, user_endpoint
from shared.web.publications import idempotency_key, publication_answer


async def handle(call: Call[PublishRequest]) -> Response:
    key = idempotency_key(call.request)
    return publication_answer(await publish(call.runtime, call.jwt, call.body, idempotency_key=key), call.runtime)


app = user_endpoint("publish", handle, PUBLISH_REQUEST)
