"""POST /api/oauth/tiktok/start: where to send the browser to connect a TikTok account."""

from shared.web.connect import START_ANSWERS, START_PROBLEMS, StartRequest, start_handler
from shared.web.endpoint import user_endpoint

app = user_endpoint(
    "oauth/tiktok/start", start_handler("tiktok"), StartRequest, answers=START_ANSWERS, problems=START_PROBLEMS
)
