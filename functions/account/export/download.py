"""POST /api/account/export/download: an address of minutes, for the owner of an export who has just signed in."""

from uuid import UUID

from starlette.responses import Response

from shared.inputs import Input
from shared.privacy.export.exporting import Download, download
from shared.web.endpoint import Call, answer, user_endpoint


class DownloadRequest(Input):
    export_id: UUID


async def handle(call: Call[DownloadRequest]) -> Response:
    return answer(await download(call.runtime, call.jwt, call.body.export_id))


app = user_endpoint(
    "account/export/download",
    handle,
    DownloadRequest,
    answers={200: Download},
    problems=("not_found", "sign_in_again", "storage_unavailable"),
)
