"""POST /api/publications/advance: where a publication is, after doing for it what can be done now."""

from uuid import UUID

from starlette.responses import Response

from shared.inputs import Input
from shared.publishing.publish import follow
from shared.web.contract import OF_A_PROJECT
from shared.web.endpoint import Call, user_endpoint
from shared.web.publications import PUBLICATION_ANSWERS, publication_answer


class AdvanceRequest(Input):
    publication_id: UUID


async def handle(call: Call[AdvanceRequest]) -> Response:
    return publication_answer(await follow(call.runtime, call.jwt, call.body.publication_id), call.runtime)


app = user_endpoint("publications/advance", handle, AdvanceRequest, answers=PUBLICATION_ANSWERS, problems=OF_A_PROJECT)
