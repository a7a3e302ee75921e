"""POST /api/publications/resolve: the user looked on the platform, and settles what nothing else can."""

from uuid import UUID

from starlette.responses import Response

from shared.inputs import Input
from shared.publishing.publish import resolve
from shared.publishing.view import PublicationView
from shared.web.contract import OF_A_PROJECT
from shared.web.endpoint import Call, answer, user_endpoint


class ResolveRequest(Input):
    publication_id: UUID
    posted: bool


async def handle(call: Call[ResolveRequest]) -> Response:
    view = await resolve(call.runtime, call.jwt, call.body.publication_id, posted=call.body.posted)
    return answer(view)


app = user_endpoint(
    "publications/resolve",
    handle,
    ResolveRequest,
    answers={200: PublicationView},
    problems=(*OF_A_PROJECT, "outcome_known", "outcome_still_open"),
)
