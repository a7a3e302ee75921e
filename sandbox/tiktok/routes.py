from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Mount

from sandbox.calls import Call
from sandbox.endpoints import Endpoint, Host, mount
from sandbox.pages import error_page
from sandbox.state import Sandbox
from sandbox.tiktok import consent, profile, publishing, receiving, tokens, watching
from sandbox.tiktok.access import account_of
from sandbox.tiktok.errors import api_error, api_fault, oauth_fault


def routes(sandbox: Sandbox) -> list[Mount]:
    return [mount(sandbox, WWW, _WWW), mount(sandbox, API, _API), mount(sandbox, UPLOADS, _UPLOADS)]


def _page_fault(sandbox: Sandbox, call: Call, options: Mapping[str, Any]) -> Response:
    return error_page("TikTok", str(options.get("parameter", "unknown")), "Please try again later")


def _fault(sandbox: Sandbox, call: Call, options: Mapping[str, Any]) -> Response:
    if "/oauth/" in call.path:
        return oauth_fault(options, sandbox.settings.tiktok.oauth_error_status)
    return api_fault(options)


async def _unknown(sandbox: Sandbox, call: Call) -> Response:
    return api_error("invalid_params", "Unsupported path or method", 404)


WWW = Host("www.tiktok.com", "/tiktok-www", account_of, _page_fault)
API = Host("open.tiktokapis.com", "/tiktok-api", account_of, _fault)
UPLOADS = Host("open-upload.tiktokapis.com", "/tiktok-upload", receiving.account_of, receiving.fault)

_WWW = [
    Endpoint(("GET",), "/v2/auth/authorize/", "tiktok.authorize", consent.show),
    Endpoint(("POST",), "/v2/auth/authorize/", "tiktok.consent", consent.decide),
]
_API = [
    Endpoint(("POST",), "/v2/oauth/token/", "tiktok.token", tokens.issue),
    Endpoint(("POST",), "/v2/oauth/revoke/", "tiktok.revoke", tokens.revoke),
    Endpoint(("GET",), "/v2/user/info/", "tiktok.user_info", profile.user_info),
    Endpoint(("POST",), "/v2/post/publish/creator_info/query/", "tiktok.creator_info", profile.creator_info),
    Endpoint(("POST",), "/v2/post/publish/video/init/", "tiktok.video_init", publishing.video_init),
    Endpoint(("POST",), "/v2/post/publish/content/init/", "tiktok.content_init", publishing.content_init),
    Endpoint(("POST",), "/v2/post/publish/inbox/video/init/", "tiktok.inbox_video_init", publishing.inbox_video_init),
    Endpoint(("POST",), "/v2/post/publish/status/fetch/", "tiktok.status", watching.status),
    Endpoint(("POST",), "/v2/post/publish/cancel/", "tiktok.cancel", watching.cancel),
    Endpoint(("GET", "POST", "PUT", "DELETE"), "/{path:path}", "tiktok.unknown", _unknown),
]
_UPLOADS = [
    Endpoint(("PUT",), "/video/", "tiktok.upload", receiving.put_chunk, streams=True),
    Endpoint(("GET", "POST", "PUT", "DELETE"), "/{path:path}", "tiktok.unknown", receiving.unknown, streams=True),
]
