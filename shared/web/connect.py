"""The HTTP side of connecting: a cookie on the way out, a redirect on the way back, and no secret in either answer."""

from __future__ import annotations

import re
from typing import Annotated, TypedDict
from urllib.parse import urlencode
from uuid import UUID

from pydantic import Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.connecting import connect
from shared.connecting.logins import NotConnected
from shared.database import Platform
from shared.errors import Refused
from shared.inputs import Input
from shared.logs import log
from shared.outputs import Count, Url
from shared.secret import Secret
from shared.web.contract import OF_A_PROJECT, Parameter, Reply
from shared.web.endpoint import Call, Handler, answer
from shared.web.pages import page
from shared.web.problems import PROBLEMS

_STATE_SECONDS = 600
_STATE = re.compile(r"[A-Za-z0-9_-]{43}")
_CODE = re.compile(r"[ -~]{1,4096}")
# Far more than the longest code needs, written in the longest way.
_MAX_QUERY_BYTES = 20_000


class StartRequest(Input):
    project_id: UUID


class StartAnswer(TypedDict):
    """Send the browser there. The cookie that comes with this answer must come back with the callback."""

    authorization_url: Url
    expires_in: Count


START_ANSWERS = {200: Reply(StartAnswer, {"set-cookie": "Binds this attempt to this browser."})}
START_PROBLEMS = (
    *OF_A_PROJECT,
    "too_many_connects",
    "platform_switched_off",
    "publishing_objected",
    "processing_restricted",
)
CALLBACK_ANSWERS = {
    303: Reply(
        headers={
            "location": "Settings, with `project`, `platform` and `connect`, which is `connected` or why it is not.",
            "set-cookie": "Removes the cookie of this attempt.",
        }
    )
}
CALLBACK_PARAMETERS = (
    Parameter("state", "query", Annotated[str, Field(pattern=f"^{_STATE.pattern}$")], "Works once.", required=True),
    Parameter("code", "query", str, "What the platform gives for a consent."),
    Parameter("error", "query", str, "What the platform gives instead of a code."),
    Parameter("error_type", "query", str, "Instagram's kind of error."),
)


def start_handler(platform: Platform) -> Handler[StartRequest]:
    async def handle(call: Call[StartRequest]) -> Response:
        started = await connect.start(call.runtime, call.jwt, platform, call.body.project_id)
        response = answer(StartAnswer(authorization_url=started.authorization_url, expires_in=_STATE_SECONDS))
        # Lax, not Strict: the platform's redirect back must carry it. __Host-: no other subdomain can plant one.
        response.set_cookie(
            started.cookie_name,
            started.cookie_value.reveal(),
            max_age=_STATE_SECONDS,
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return response

    return handle


def callback_handler(platform: Platform) -> Handler[None]:
    async def handle(call: Call[None]) -> Response:
        return await _callback(call, platform)

    return handle


async def _callback(call: Call[None], platform: Platform) -> Response:
    """The state is spent before anything else is looked at, so that no second try can use it."""
    if len(call.request.scope["query_string"]) > _MAX_QUERY_BYTES:
        raise Refused("connect_not_started_here")
    state = _single(call.request, "state")
    if state is None or not _STATE.fullmatch(state):
        raise Refused("connect_not_started_here")
    cookie_name = connect.cookie_name(state)
    started = await connect.consume(
        call.runtime, platform, state=Secret(state), cookie=_cookie(call.request, cookie_name)
    )
    _refuse_another_issuer(call, platform)
    outcome = "connected"
    try:
        code = _code(call.request)
        await connect.finish(call.runtime, platform, started, code)
    except NotConnected as refusal:
        outcome = refusal.code
    query = urlencode({"project": started["project_id"], "platform": platform, "connect": outcome})
    # 303, never 307: the browser must not repeat what it sent here.
    response = RedirectResponse(f"{call.runtime.settings.app_url}/settings/connections?{query}", 303)
    response.delete_cookie(cookie_name, path="/", secure=True, httponly=True, samesite="lax")
    return response


def _code(request: Request) -> Secret:
    """The framework has decoded it once; TikTok's codes do not survive a second time."""
    if request.query_params.get("error_type") == "non_sandbox_target":
        raise NotConnected("not_a_test_user")
    if "error" in request.query_params:
        denied = request.query_params["error"] == "access_denied"
        raise NotConnected("cancelled" if denied else "platform_unavailable")
    code = (_single(request, "code") or "").removesuffix("#_")
    if not _CODE.fullmatch(code):
        raise NotConnected("code_rejected")
    return Secret(code)


def _cookie(request: Request, name: str) -> str:
    """Empty when there is none, and also when there are two: of a __Host- name a browser has one.

    By hand, because the framework takes the last of two, and unwraps quotes that we never set.
    """
    pairs = (pair.strip(" \t") for header in request.headers.getlist("cookie") for pair in header.split(";"))
    values = [value for key, _, value in (pair.partition("=") for pair in pairs) if key == name]
    return values[0] if len(values) == 1 else ""


def _refuse_another_issuer(call: Call[None], platform: Platform) -> None:
    """RFC 9207. Neither platform names itself today; an answer that names somebody else is a mix-up."""
    named = call.request.query_params.getlist("iss")
    if named and named != [connect.issuer(call.runtime.settings, platform)]:
        log("connect_failed", platform=platform, reason="another_issuer")
        raise Refused("connect_not_started_here")


def _single(request: Request, name: str) -> str | None:
    """None when the parameter is missing, and also when there are two: nobody honest sends two."""
    values = request.query_params.getlist(name)
    return values[0] if len(values) == 1 else None


def refusal_page(refusal: Refused) -> Response:
    """A browser comes here by itself: what it shows must be for a person."""
    known = PROBLEMS[refusal.code]
    return page(
        known.title,
        [known.detail],
        status=known.status,
        link="/settings/connections",
        link_words="Back to Settings",
    )
