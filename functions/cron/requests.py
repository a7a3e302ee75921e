"""GET /api/cron/requests: reminds of requests about personal data before they are due."""

from starlette.responses import Response

from shared.reminding import Reminded, remind
from shared.web.endpoint import Call, answer, cron_endpoint


async def handle(call: Call[None]) -> Response:
    return answer(await remind(call.runtime))


app = cron_endpoint("cron/requests", handle, answers={200: Reminded})
