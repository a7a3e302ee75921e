"""POST /api/account/erasure/start: erases the account of whoever is signed in and says so in so many words."""

from typing import Literal
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from shared.inputs import Input
from shared.privacy.erasure.requests import Started, start
from shared.web.endpoint import Call, answer, user_endpoint


class StartRequest(Input):
    """`delete_projects` names the projects that others are in and that are to be deleted all the same."""

    confirmation: Literal["erase my account"]
    delete_projects: tuple[UUID, ...] = Field(default=(), max_length=1000)


async def handle(call: Call[StartRequest]) -> Response:
    return answer(await start(call.runtime, call.jwt, call.body.delete_projects), 202)


app = user_endpoint(
    "account/erasure/start",
    handle,
    StartRequest,
    answers={202: Started},
    problems=("not_found", "sign_in_again", "erasure_blocked"),
)
