"""GET /api/health: whether this deployment is set up and its database answers."""

from typing import Literal, TypedDict

from starlette.responses import Response

from shared.web.endpoint import Call, answer, public_endpoint


class Healthy(TypedDict):
    status: Literal["ok"]


async def handle(call: Call[None]) -> Response:
    call.runtime.settings.check()
    await call.runtime.database.as_system("due_publications", limit=1)
    return answer(Healthy(status="ok"))


app = public_endpoint("health", handle, answers={200: Healthy})
