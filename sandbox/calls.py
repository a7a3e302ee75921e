from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers, ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import Response

from sandbox.faults import Fault

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class RefusedError(Exception):
    """Raised anywhere in a handler to answer at once."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a handler sees it: read completely, unless its endpoint streams. Then `body` stays empty."""

    method: str
    url: str
    base_url: str
    path: str
    path_params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Headers
    cookies: Mapping[str, str]
    form: ImmutableMultiDict[str, str]
    body: bytes
    stream: Callable[[], AsyncIterator[bytes]]
    fault: Fault | None = None

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def bearer(self) -> str | None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object; anything else is a ValueError, half an emoji included."""
        data = json.loads(self.body)
        if not isinstance(data, dict):
            raise ValueError("the body must be a JSON object")
        json.dumps(data, ensure_ascii=False).encode()
        return data

    def parameters(self) -> dict[str, Any]:
        """Query, form and JSON together, as the Graph API reads them."""
        merged: dict[str, Any] = {**self.query, **self.form}
        if self.content_type == "application/json" and self.body:
            try:
                merged.update(self.json_object())
            except ValueError:
                return merged
        return merged


async def read_call(request: Request, *, streams: bool = False) -> Call:
    body = b"" if streams else await request.body()
    return Call(
        method=request.method,
        url=str(request.url),
        base_url=str(request.base_url).rstrip("/"),
        path=request.url.path,
        path_params={key: str(value) for key, value in request.path_params.items()},
        query=dict(request.query_params),
        headers=request.headers,
        cookies=request.cookies,
        form=ImmutableMultiDict([]) if streams else await _form(request),
        body=body,
        stream=request.stream,
    )


async def _form(request: Request) -> ImmutableMultiDict[str, str]:
    if not request.headers.get("content-type", "").lower().startswith(FORM_TYPES):
        return ImmutableMultiDict([])
    form = await request.form()
    return ImmutableMultiDict([(key, value) for key, value in form.multi_items() if isinstance(value, str)])
