"""POST /api/account/export/status: how far an export is, after moving it on."""

from uuid import UUID

from starlette.responses import Response

from shared.inputs import Input
from shared.privacy.export.exporting import ExportView, follow
from shared.web.contract import Reply
from shared.web.endpoint import Call, answer, user_endpoint

_RETRY_AFTER = {"retry-after": "2"}


class StatusRequest(Input):
    export_id: UUID


async def handle(call: Call[StatusRequest]) -> Response:
    view = await follow(call.runtime, call.jwt, call.body.export_id)
    return answer(view, 202, **_RETRY_AFTER) if view["state"] == "under_way" else answer(view)


app = user_endpoint(
    "account/export/status",
    handle,
    StatusRequest,
    answers={
        200: ExportView,
        202: Reply(ExportView, {"retry-after": "Seconds until asking again is worth it."}),
    },
    problems=("not_found", "storage_unavailable"),
)
