"""The HTTP side of a publication."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import Refused
from shared.publishing.publish import is_settled, seconds_until
from shared.publishing.view import PublicationView
from shared.runtime import Runtime
from shared.web.contract import Parameter, Reply
from shared.web.endpoint import answer, single

_KEY = re.compile(r"[\x21-\x7e]{8,128}")
IDEMPOTENCY_KEY = Parameter(
    "idempotency-key",
    "header",
    Annotated[str, Field(pattern=r"^[\x21-\x7e]{8,128}$")],
    "Chosen by the client, new for every click. The same key again gives the same publication.",
    required=True,
)
PUBLICATION_ANSWERS = {
    200: PublicationView,
    202: Reply(PublicationView, {"retry-after": "Seconds until asking again is worth it."}),
}


def idempotency_key(request: Request) -> str:
    """Chosen by the client, new for every click: a click that is sent twice posts once."""
    key = single(request.headers.getlist("idempotency-key"))
    if not _KEY.fullmatch(key):
        raise Refused("idempotency_key_missing")
    return key


def publication_answer(view: PublicationView, runtime: Runtime) -> Response:
    """200 with an outcome; 202 while it is under way, with the time after which asking again is worth it."""
    if is_settled(view):
        return answer(view)
    return answer(view, 202, **{"retry-after": str(seconds_until(view, runtime.now()))})
