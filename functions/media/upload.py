"""POST /api/media/upload: reserves a place in storage and answers with the address to PUT the file to."""

from pydantic import TypeAdapter
from starlette.responses import Response

from shared.media.upload import Reserved, UploadRequest, reserve
from shared.web.contract import OF_A_PROJECT
from shared.web.endpoint import Call, answer, user_endpoint


async def handle(call: Call[UploadRequest]) -> Response:
    return answer(await reserve(call.runtime, call.jwt, call.body), 201)


app = user_endpoint(
    "media/upload",
    handle,
    TypeAdapter[UploadRequest](UploadRequest),
    answers={201: Reserved},
    problems=(*OF_A_PROJECT, "too_many_uploads", "storage_unavailable"),
)
