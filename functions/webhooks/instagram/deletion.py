"""POST /api/webhooks/instagram/deletion: a creator wants the account's data deleted, told by Meta."""

from starlette.responses import Response

from shared.connecting.instagram_callbacks import delete_account
from shared.web.deletions import status_url
from shared.web.endpoint import Call, answer, signed_endpoint


async def handle(call: Call[bytes]) -> Response:
    code = await delete_account(call.runtime, call.body)
    return answer({"url": status_url(call.runtime.settings, code), "confirmation_code": code})


app = signed_endpoint("webhooks/instagram/deletion", handle)
