"""POST /api/webhooks/instagram/deletion: a creator wants the account's data deleted, told by Meta."""

from typing import Annotated, TypedDict

from pydantic import Field
from starlette.responses import Response

from shared.connecting.instagram_callbacks import delete_account
from shared.outputs import Url
from shared.platforms.signed_request import FORM, SignedForm
from shared.web.deletions import status_url
from shared.web.endpoint import Call, answer, signed_endpoint


class Deletion(TypedDict):
    """What Meta shows the person who asked: where to look, and the code to look with."""

    url: Url
    confirmation_code: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


async def handle(call: Call[bytes]) -> Response:
    code = await delete_account(call.runtime, call.body)
    return answer(Deletion(url=status_url(call.runtime.settings, code), confirmation_code=code))


app = signed_endpoint(
    "webhooks/instagram/deletion",
    handle,
    answers={200: Deletion},
    problems=("signature_invalid",),
    body=SignedForm,
    media_type=FORM,
)
