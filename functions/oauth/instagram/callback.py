"""GET /api/oauth/instagram/callback: where Instagram sends the browser back to, with a code or a refusal."""

from shared.web.connect import CALLBACK_ANSWERS, CALLBACK_PARAMETERS, callback_handler, refusal_page
from shared.web.endpoint import public_endpoint

app = public_endpoint(
    "oauth/instagram/callback",
    callback_handler("instagram"),
    refuse=refusal_page,
    answers=CALLBACK_ANSWERS,
    problems=("connect_not_started_here",),
    parameters=CALLBACK_PARAMETERS,
)
