"""POST /api/publish: the one explicit click that may end in a post."""

from starlette.responses import Response

from shared.publishing.publish import publish
from shared.publishing.request import PUBLISH_REQUEST, PublishRequest
from shared.web.contract import OF_A_PROJECT, STOPPED_BY_A_PERSON
from shared.web.endpoint import Call, user_endpoint
from shared.web.publications import IDEMPOTENCY_KEY, PUBLICATION_ANSWERS, idempotency_key, publication_answer


async def handle(call: Call[PublishRequest]) -> Response:
    key = idempotency_key(call.request)
    return publication_answer(await publish(call.runtime, call.jwt, call.body, idempotency_key=key), call.runtime)


app = user_endpoint(
    "publish",
    handle,
    PUBLISH_REQUEST,
    answers=PUBLICATION_ANSWERS,
    problems=(
        *OF_A_PROJECT,
        "idempotency_key_missing",
        "idempotency_key_reused",
        "publication_in_progress",
        "too_many_publications",
        "platform_switched_off",
        *STOPPED_BY_A_PERSON,
        "reconnect_needed",
        "platform_mismatch",
        "consent_missing",
        "media_not_ready",
        "kind_not_supported",
    ),
    parameters=(IDEMPOTENCY_KEY,),
)
