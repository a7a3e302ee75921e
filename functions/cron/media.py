"""GET /api/cron/media: deletes the files in storage whose rows are gone."""

from typing import TypedDict

from starlette.responses import Response

from shared.media.deletion import delete_orphans
from shared.outputs import Count
from shared.web.endpoint import Call, answer, cron_endpoint


class DeletedFiles(TypedDict):
    deleted: Count


async def handle(call: Call[None]) -> Response:
    return answer(DeletedFiles(deleted=await delete_orphans(call.runtime)))


app = cron_endpoint("cron/media", handle, answers={200: DeletedFiles}, problems=("storage_unavailable",))
