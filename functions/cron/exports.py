"""GET /api/cron/exports: carries on with exports that nobody follows, and removes those whose day is over."""

from starlette.responses import Response

from shared.privacy.export.exporting import Exported, carry_on
from shared.web.endpoint import Call, answer, cron_endpoint


async def handle(call: Call[None]) -> Response:
    return answer(await carry_on(call.runtime))


app = cron_endpoint("cron/exports", handle, answers={200: Exported}, problems=("storage_unavailable",))
