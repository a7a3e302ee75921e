"""TikTok's two error shapes: a flat object for OAuth, an envelope for everything else."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import RefusedError

STATUS = {
    "access_token_invalid": 401,
    "scope_not_authorized": 401,
    "scope_permission_missed": 400,
    "invalid_param": 400,
    "invalid_params": 400,
    "invalid_publish_id": 400,
    "publish_not_cancellable": 400,
    "token_not_authorized_for_specified_publish_id": 400,
    "privacy_level_option_mismatch": 403,
    "unaudited_client_can_only_post_to_private_accounts": 403,
    "url_ownership_unverified": 403,
    "spam_risk_too_many_posts": 403,
    "spam_risk_user_banned_from_posting": 403,
    "spam_risk_too_many_pending_share": 403,
    "reached_active_user_cap": 403,
    "rate_limit_exceeded": 429,
    "internal_error": 500,
}

MESSAGES = {
    "access_token_invalid": "The access token is invalid or not found in the request.",
    "scope_not_authorized": "The user did not authorize the scope required for completing this request.",
    "rate_limit_exceeded": "The API rate limit was exceeded. Please try again later.",
    "internal_error": "Something went wrong. Please try again later.",
}


def log_id() -> str:
    return datetime.now(UTC).strftime("%Y%m%d%H%M%S") + secrets.token_hex(9).upper()


def ok() -> dict[str, str]:
    return {"code": "ok", "message": "", "log_id": log_id()}


def envelope(data: Mapping[str, Any]) -> JSONResponse:
    return JSONResponse({"data": data, "error": ok()})


def api_error(code: str, message: str | None = None, status: int | None = None) -> JSONResponse:
    text = message if message is not None else MESSAGES.get(code, code.replace("_", " "))
    error = {"code": code, "message": text, "log_id": log_id()}
    return JSONResponse({"data": {}, "error": error}, STATUS.get(code, 400) if status is None else status)


def refused(code: str, message: str | None = None, status: int | None = None) -> RefusedError:
    return RefusedError(api_error(code, message, status))


def oauth_error(error: str, description: str, status: int) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": description, "log_id": log_id()}, status)


def api_fault(options: Mapping[str, Any]) -> Response:
    return api_error(str(options.get("code", "internal_error")), options.get("message"), options.get("status"))


def oauth_fault(options: Mapping[str, Any], status: int) -> Response:
    code = str(options.get("code", "server_error"))
    return oauth_error(code, str(options.get("message", "Please try again later.")), int(options.get("status", status)))
