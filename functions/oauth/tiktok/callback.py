"""GET /api/oauth/tiktok/callback: where TikTok sends the browser back to, with a code or a refusal."""

from shared.web.connect import callback_handler, refusal_page
from shared.web.endpoint import public_endpoint

app = public_endpoint("oauth/tiktok/callback", callback_handler("tiktok"), refuse=refusal_page)
