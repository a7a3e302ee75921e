"""POST /api/oauth/instagram/start: where to send the browser to connect a Instagram account."""

from shared.web.connect import START_ANSWERS, START_PROBLEMS, StartRequest, start_handler
from shared.web.endpoint import user_endpoint

app = user_endpoint(
    "oauth/instagram/start", start_handler("instagram"), StartRequest, answers=START_ANSWERS, problems=START_PROBLEMS
)
