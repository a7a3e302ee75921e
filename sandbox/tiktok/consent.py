"""www.tiktok.com/v2/auth/authorize/: what a person sees and decides."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from sandbox.calls import Call
from sandbox.pages import Choice, Consent, consent_page, refuse_with_page
from sandbox.state import Sandbox
from sandbox.tiktok.store import Creator

SCOPES = {
    "user.info.basic": "read the profile name and picture",
    "user.info.profile": "read more of the profile",
    "user.info.stats": "read the statistics of the profile",
    "video.publish": "post content",
    "video.upload": "send drafts",
    "video.list": "read public videos",
}
# Stands in for the TikTok session of the browser, which is what makes a second consent silent.
SESSION = "sandbox_tiktok_session"


async def show(sandbox: Sandbox, call: Call) -> Response:
    scopes = _checked_request(sandbox, call)
    creator = _silent_creator(sandbox, call, scopes)
    if creator is not None:
        return _granted(sandbox, call, creator, scopes)
    return consent_page(
        Consent(
            platform="TikTok",
            brand="#111417",
            client=call.query["client_key"],
            redirect_uri=call.query["redirect_uri"],
            accounts=tuple(
                Choice(creator.open_id, creator.nickname, f"@{creator.username}")
                for creator in sandbox.tiktok.creators.values()
            ),
            scopes=tuple(Choice(scope, SCOPES[scope], scope) for scope in scopes),
        )
    )


async def decide(sandbox: Sandbox, call: Call) -> Response:
    asked = _checked_request(sandbox, call)
    if call.form.get("decision") != "allow":
        return _back(call, {"error": "access_denied", "error_description": "User cancelled the authorization"})
    creator = sandbox.tiktok.creators.get(call.form.get("account", ""))
    if creator is None:
        raise refuse_with_page("TikTok", "account", "Choose an account")
    granted = tuple(scope for scope in asked if scope in call.form.getlist("scope"))
    return _granted(sandbox, call, creator, granted)


def _granted(sandbox: Sandbox, call: Call, creator: Creator, scopes: Iterable[str]) -> Response:
    kept, now = tuple(scopes), sandbox.clock.now()
    challenge = call.query.get("code_challenge")
    code = sandbox.tiktok.new_code(creator, kept, call.query["redirect_uri"], challenge, now)
    response = _back(call, {"code": code.value, "scopes": ",".join(kept)})
    response.set_cookie(SESSION, creator.open_id, httponly=True, samesite="lax")
    return response


def _silent_creator(sandbox: Sandbox, call: Call, scopes: tuple[str, ...]) -> Creator | None:
    """TikTok skips the page when the same session has already granted everything asked."""
    creator = sandbox.tiktok.creators.get(call.cookies.get(SESSION, ""))
    if creator is None or call.query.get("disable_auto_auth") == "1":
        return None
    grants = sandbox.tiktok.live_grants(creator, sandbox.clock.now())
    return creator if any(set(scopes) <= set(grant.scopes) for grant in grants) else None


def _checked_request(sandbox: Sandbox, call: Call) -> tuple[str, ...]:
    app, query = sandbox.config.tiktok, call.query
    if query.get("client_key") != app.client_key:
        raise refuse_with_page("TikTok", "client_key", "The client key is not known")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in app.redirect_uris or not acceptable_redirect(redirect_uri):
        raise refuse_with_page("TikTok", "redirect_uri", "The redirect URI is not registered")
    if query.get("response_type") != "code":
        raise refuse_with_page("TikTok", "response_type", "The response type must be code")
    if not query.get("state"):
        raise refuse_with_page("TikTok", "state", "The state is missing")
    scopes = tuple(query.get("scope", "").split(","))
    if not set(scopes) <= set(app.approved_scopes) & set(SCOPES):
        raise refuse_with_page("TikTok", "scope", "The app is not approved for a scope")
    _check_challenge(sandbox, call)
    return scopes if "user.info.basic" in scopes else ("user.info.basic", *scopes)


def _check_challenge(sandbox: Sandbox, call: Call) -> None:
    challenge = call.query.get("code_challenge")
    if challenge is None and not sandbox.config.tiktok.pkce_required:
        return
    # TikTok writes the SHA-256 in hex, unlike RFC 7636.
    if not re.fullmatch(r"[0-9a-f]{64}", challenge or "") or call.query.get("code_challenge_method") != "S256":
        raise refuse_with_page("TikTok", "code_challenge", "The code challenge is missing or malformed")


def verifier_fits(challenge: str | None, verifier: str) -> bool:
    """A web app may send a stray verifier: without a challenge it is ignored."""
    if challenge is None:
        return True
    return hmac.compare_digest(hashlib.sha256(verifier.encode()).hexdigest(), challenge)


def acceptable_redirect(uri: str) -> bool:
    parts = urlsplit(uri)
    if parts.query or parts.fragment or len(uri) >= 512:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1"))


def _back(call: Call, parameters: dict[str, str]) -> Response:
    query = urlencode({**parameters, "state": call.query["state"]})
    return RedirectResponse(f"{call.query['redirect_uri']}?{query}", 302)
