"""GET /api/oauth/tiktok/callback: where TikTok sends the browser back to, with a code or a refusal."""

from shared.web.connect import CALLBACK_ANSWERS, CALLBACK_PARAMETERS, callback_handler, refusal_page
from shared.web.endpoint import public_endpoint

app = public_endpoint(
    "oauth/tiktok/callback",
    callback_handler("tiktok"),
    refuse=refusal_page,
    answers=CALLBACK_ANSWERS,
    problems=("connect_not_started_here",),
    parameters=CALLBACK_PARAMETERS,
)
