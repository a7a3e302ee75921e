"""The HTTP side of a publication."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from shared.errors import Refused
from shared.publishing.publish import is_settled, seconds_until
from shared.runtime import Runtime
from shared.web.endpoint import answer

_KEY = re.compile(r"[\x21-\x7e]{8,128}")


def idempotency_key(request: Request) -> str:
    """Chosen by the client, new for every click: a click that is sent twice posts once."""
    key = request.headers.get("idempotency-key", "")
    if not _KEY.fullmatch(key):
        raise Refused("idempotency_key_missing")
    return key


def publication_answer(view: dict[str, Any], runtime: Runtime) -> Response:
    """200 with an outcome; 202 while it is under way, with the time after which asking again is worth it."""
    if is_settled(view):
        return answer(view)
    return answer(view, 202, **{"retry-after": str(seconds_until(view, runtime.now()))})
