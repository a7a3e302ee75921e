"""POST /api/account/erasure/preview: what would be erased, what blocks, and what stays and why."""

from starlette.responses import Response

from shared.inputs import Input
from shared.privacy.erasure.requests import Preview, preview
from shared.web.endpoint import Call, answer, user_endpoint


class PreviewRequest(Input):
    pass


async def handle(call: Call[PreviewRequest]) -> Response:
    return answer(await preview(call.runtime, call.jwt))


app = user_endpoint("account/erasure/preview", handle, PreviewRequest, answers={200: Preview}, problems=("not_found",))
