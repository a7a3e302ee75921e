"""GET /api/cron/erasures: goes on with the erasures that are due, and says how many are late."""

from typing import TypedDict

from starlette.responses import Response

from shared.outputs import Count
from shared.privacy.erasure.saga import advance_due
from shared.web.endpoint import Call, answer, cron_endpoint

_BATCH = 50
_SECONDS = 45.0


class AdvancedErasures(TypedDict):
    """`late` is an alarm: begun a day ago and still not done."""

    advanced: Count
    open: Count
    late: Count


async def handle(call: Call[None]) -> Response:
    return answer(await advance_due(call.runtime, limit=_BATCH, seconds=_SECONDS))


app = cron_endpoint("cron/erasures", handle, answers={200: AdvancedErasures})
