"""POST /api/publications/confirm: a click that waited while its platform was switched off goes out now, or never."""

from uuid import UUID

from starlette.responses import Response

from shared.inputs import Input
from shared.publishing.publish import confirm
from shared.web.contract import OF_A_PROJECT
from shared.web.endpoint import Call, user_endpoint
from shared.web.publications import PUBLICATION_ANSWERS, publication_answer


class ConfirmRequest(Input):
    publication_id: UUID
    go_on: bool


async def handle(call: Call[ConfirmRequest]) -> Response:
    view = await confirm(call.runtime, call.jwt, call.body.publication_id, go_on=call.body.go_on)
    return publication_answer(view, call.runtime)


app = user_endpoint(
    "publications/confirm",
    handle,
    ConfirmRequest,
    answers=PUBLICATION_ANSWERS,
    problems=(*OF_A_PROJECT, "nothing_to_confirm", "platform_switched_off"),
)
