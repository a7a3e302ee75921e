"""GET /api/health: whether this deployment is set up and its database answers."""

from starlette.responses import Response

from shared.web.endpoint import Call, answer, public_endpoint


async def handle(call: Call[None]) -> Response:
    call.runtime.settings.check()
    await call.runtime.database.as_system("due_publications", limit=1)
    return answer({"status": "ok"})


app = public_endpoint("health", handle)
