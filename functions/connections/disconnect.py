"""POST /api/connections/disconnect: deletes the tokens at once and answers with the receipt."""

from uuid import UUID

from starlette.responses import Response

from shared.connecting.disconnect import Receipt, disconnect
from shared.inputs import Input
from shared.web.contract import OF_A_PROJECT
from shared.web.endpoint import Call, answer, user_endpoint


class DisconnectRequest(Input):
    connection_id: UUID


async def handle(call: Call[DisconnectRequest]) -> Response:
    return answer(await disconnect(call.runtime, call.jwt, call.body.connection_id))


app = user_endpoint("connections/disconnect", handle, DisconnectRequest, answers={200: Receipt}, problems=OF_A_PROJECT)
