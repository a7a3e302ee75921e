"""POST /api/connections/disconnect: deletes the tokens at once and answers with the receipt.

itoms's access can also be revoked within each platform's own settings:

- Instagram: Settings → Apps and Websites → Remove itoms
- TikTok: Settings → Security → Manage app permissions → Remove itoms

Then itoms deletes the tokens of the account as soon as the platform tells it or refuses a call, and asks for the
account to be connected again; after 30 days without that it is removed. The receipt carries the same guidance.
"""

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
