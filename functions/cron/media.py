"""GET /api/cron/media: deletes the files in storage whose rows are gone."""

from starlette.responses import Response

from shared.media.deletion import delete_orphans
from shared.web.endpoint import Call, answer, cron_endpoint


async def handle(call: Call[None]) -> Response:
    return answer({"deleted": await delete_orphans(call.runtime)})


app = cron_endpoint("cron/media", handle)
