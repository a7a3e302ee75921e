"""www.instagram.com/oauth/authorize: what a person sees and decides."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from sandbox.calls import Call
from sandbox.instagram.access import BASIC, PUBLISH
from sandbox.pages import Choice, Consent, consent_page, refuse_with_page
from sandbox.state import Sandbox

SCOPES = {
    BASIC: "see the profile and media",
    PUBLISH: "publish photos and videos",
    "instagram_business_manage_comments": "manage comments",
    "instagram_business_manage_messages": "manage messages",
    "instagram_business_manage_insights": "see insights",
}


async def show(sandbox: Sandbox, call: Call) -> Response:
    scopes = _checked_request(sandbox, call)
    return consent_page(
        Consent(
            platform="Instagram",
            brand="#b4236f",
            client=call.query["client_id"],
            redirect_uri=call.query["redirect_uri"],
            accounts=tuple(
                Choice(account.user_id, f"@{account.username}", account.account_type.lower())
                for account in sandbox.instagram.accounts.values()
            ),
            scopes=tuple(Choice(scope, SCOPES[scope], scope) for scope in scopes),
        )
    )


async def decide(sandbox: Sandbox, call: Call) -> Response:
    asked = _checked_request(sandbox, call)
    if call.form.get("decision") != "allow":
        return _back(call, _cancelled(call), fragment="")
    account = sandbox.instagram.account_by_any_id(call.form.get("account", ""))
    if account is None:
        raise refuse_with_page("Instagram", "account", "Choose an account")
    granted = tuple(scope for scope in asked if scope in call.form.getlist("scope"))
    code = sandbox.instagram.new_code(account, granted, call.query["redirect_uri"], sandbox.clock.now())
    return _back(call, {"code": code.value, **_state(call)}, fragment="#_")


def _checked_request(sandbox: Sandbox, call: Call) -> tuple[str, ...]:
    app, query = sandbox.config.instagram, call.query
    if query.get("client_id") != app.app_id:
        raise refuse_with_page("Instagram", "client_id", "Invalid platform app")
    if query.get("redirect_uri") not in app.redirect_uris:
        raise refuse_with_page("Instagram", "redirect_uri", "Invalid redirect_uri")
    if query.get("response_type") != "code":
        raise refuse_with_page("Instagram", "response_type", "Invalid response_type")
    scopes = tuple(query.get("scope", "").replace(",", " ").split())
    if BASIC not in scopes or not set(scopes) <= set(SCOPES):
        raise refuse_with_page("Instagram", "scope", "Invalid scope")
    return scopes


def _cancelled(call: Call) -> dict[str, str]:
    return {
        "error": "access_denied",
        "error_reason": "user_denied",
        "error_description": "The user denied your request",
        **_state(call),
    }


def _state(call: Call) -> dict[str, str]:
    return {"state": call.query["state"]} if "state" in call.query else {}


def _back(call: Call, parameters: dict[str, str], fragment: str) -> Response:
    redirect_uri = call.query["redirect_uri"]
    joint = "&" if "?" in redirect_uri else "?"
    return RedirectResponse(f"{redirect_uri}{joint}{urlencode(parameters)}{fragment}", 302)
