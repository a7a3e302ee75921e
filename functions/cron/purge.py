"""GET /api/cron/purge: removes what must not remain, and reports what it found."""

from starlette.responses import Response

from shared.purging import Purged, purge
from shared.web.endpoint import Call, answer, cron_endpoint


async def handle(call: Call[None]) -> Response:
    return answer(await purge(call.runtime))


app = cron_endpoint("cron/purge", handle, answers={200: Purged})
