"""POST /api/account/export/start: asks for all data of the person who has just signed in, as one archive."""

from starlette.responses import Response

from shared.inputs import Input
from shared.privacy.export.exporting import ExportView, start
from shared.web.contract import Reply
from shared.web.endpoint import Call, answer, user_endpoint

# Worth it for the next poll: a step takes about so long.
_RETRY_AFTER = {"retry-after": "2"}


class ExportRequest(Input):
    with_media: bool


async def handle(call: Call[ExportRequest]) -> Response:
    return answer(await start(call.runtime, call.jwt, with_media=call.body.with_media), 202, **_RETRY_AFTER)


app = user_endpoint(
    "account/export/start",
    handle,
    ExportRequest,
    answers={202: Reply(ExportView, {"retry-after": "Seconds until asking how far it is is worth it."})},
    problems=("sign_in_again", "too_many_exports"),
)
