"""GET /api/cron/advance: carries on with every publication that is due."""

from typing import TypedDict

from starlette.responses import Response

from shared.outputs import Count
from shared.publishing.publish import carry_on
from shared.web.endpoint import Call, answer, cron_endpoint


class CarriedOn(TypedDict):
    advanced: Count


async def handle(call: Call[None]) -> Response:
    return answer(CarriedOn(advanced=await carry_on(call.runtime)))


app = cron_endpoint("cron/advance", handle, answers={200: CarriedOn})
