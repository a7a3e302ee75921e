"""The page behind a confirmation code: what was deleted, what was kept and why. Names nobody, so anyone may read it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field
from starlette.responses import Response

from shared.errors import Refused
from shared.settings import Settings
from shared.web.contract import Parameter, Reply
from shared.web.endpoint import Call
from shared.web.pages import page
from shared.web.problems import PROBLEMS

_CODE = re.compile(r"[0-9a-f]{32}")
STATUS_ANSWERS = {200: Reply(str, media_type="text/html")}
STATUS_PARAMETERS = (
    Parameter("code", "query", Annotated[str, Field(pattern=f"^{_CODE.pattern}$")], "As Meta shows it.", required=True),
)
_TITLE = "Your request to delete data from Instagram"
_KEPT = (
    "Kept: what the user of itoms made there, their media, captions and the history of what they published, because it "
    "belongs to them and not to the Instagram account. It names no account and holds no id or link of Instagram. The "
    "user can delete it in itoms. A receipt without a name says that an account was removed. Posts on Instagram stay "
    "there until you delete them there."
)
_NOTHING_HELD = (
    "When your request arrived, itoms held no account of this name or id, and no access to it: the account was never "
    "connected, or all of that was deleted when it was disconnected.",
    "What may be kept: the history of what a user of itoms published with an account that has been disconnected since. "
    "It belongs to that user and does not say which account it was, so it cannot be found by yours.",
)
_CONNECTED_AGAIN = (
    "Nothing was deleted: after the request was made, the account was connected to itoms again, with a new consent.",
    "To have its data deleted now, disconnect the account in itoms, or ask again in Instagram.",
)


def status_url(settings: Settings, code: str) -> str:
    return f"{settings.app_url}/api/deletions/status?code={code}"


async def handle(call: Call[None]) -> Response:
    codes = call.request.query_params.getlist("code")
    if len(codes) != 1 or not _CODE.fullmatch(codes[0]):
        raise Refused("deletion_unknown")
    found = await call.runtime.database.as_system("deletion_status", confirmation_code=codes[0])
    if found is None:
        raise Refused("deletion_unknown")
    return page(_TITLE, [_received(found), *_became(found), f"Confirmation code: {codes[0]}"])


def refusal_page(refusal: Refused) -> Response:
    known = PROBLEMS[refusal.code]
    return page(known.title, [known.detail], status=known.status)


def _received(found: dict[str, Any]) -> str:
    at = datetime.fromisoformat(found["received_at"]).astimezone(UTC)
    return f"Meta handed your request on to itoms on {at:%d %B %Y at %H:%M} UTC."


def _became(found: dict[str, Any]) -> Sequence[str]:
    match found["outcome"]:
        case "deleted":
            return (_deleted(found), _KEPT)
        case "connected_again":
            return _CONNECTED_AGAIN
    return _NOTHING_HELD


def _deleted(found: dict[str, Any]) -> str:
    tokens, posts = found["tokens_deleted"], found["publications_cleared"]
    return (
        "Deleted at that moment: the account's name, its ids and its type; "
        f"{f'the access tokens ({tokens})' if tokens else 'the access tokens were gone already'}; "
        f"the links and ids of the posts that were made with it ({posts}). "
        "An archive of a user's own data that may hold any of it cannot be fetched any more, and its files are deleted "
        "within two hours."
    )
