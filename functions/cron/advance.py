"""GET /api/cron/advance: carries on with every publication that is due."""

from starlette.responses import Response

from shared.publishing.publish import carry_on
from shared.web.endpoint import Call, answer, cron_endpoint


async def handle(call: Call[None]) -> Response:
    return answer({"advanced": await carry_on(call.runtime)})


app = cron_endpoint("cron/advance", handle)
