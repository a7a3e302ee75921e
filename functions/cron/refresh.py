"""GET /api/cron/refresh: renews the tokens that would run out soon."""

from starlette.responses import Response

from shared.connecting.refresh import Refreshed, refresh_due
from shared.web.endpoint import Call, answer, cron_endpoint


async def handle(call: Call[None]) -> Response:
    return answer(await refresh_due(call.runtime))


app = cron_endpoint("cron/refresh", handle, answers={200: Refreshed})
