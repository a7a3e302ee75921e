"""What may happen to a worker in the middle of a step, and what the platforms may answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx
from hypothesis import strategies as st

from shared.database import Database
from shared.egress import Egress
from shared.publishing.advance import advance
from shared.runtime import Runtime
from shared.settings import Settings
from shared.vault import Vault

Fault = dict[str, Any]


class Killed(BaseException):
    """Nothing handles it: the process is gone, and so is whatever it would have done next."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Before or after the worker's n-th call, counted over the database and the platform."""

    call: int
    when: Literal["before", "after"]


# Most often around the call that cannot be taken back: the fourth of a step for Instagram, the fifth for TikTok.
MOMENTS = st.builds(
    Moment, st.sampled_from([1, 2, 3, 4, 4, 4, 5, 5, 5, 6, 6, 7, 8, 9]), st.sampled_from(["before", "after"])
)


class _Struck(httpx.AsyncBaseTransport):
    """At its moment something happens to the rest of the world, or to the worker itself: then it calls no more."""

    def __init__(self, moment: Moment, event: Callable[[], None] | None) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._moment, self._event = moment, event
        self._calls, self.killed = 0, False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.killed:
            raise Killed
        self._calls += 1
        struck = self._calls == self._moment.call
        if struck and self._moment.when == "before":
            self._strike()
        response = await self._inner.handle_async_request(request)
        if struck and self._moment.when == "after":
            await response.aread()
            self._strike()
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _strike(self) -> None:
        if self._event is None:
            self.killed = True
            raise Killed
        self._event()


def work(
    environ: Mapping[str, str], publication_id: str, moment: Moment, event: Callable[[], None] | None = None
) -> None:
    """One step, by a worker that is struck at its moment: by an event beside it, or by its own death."""

    async def run() -> None:
        async with httpx.AsyncClient(transport=_Struck(moment, event)) as client:
            settings = Settings(environ)
            runtime = Runtime(settings, Database(settings, client), Egress(client), Vault.from_settings(settings))
            await advance(runtime, publication_id, wait_seconds=0.0)

    try:
        asyncio.run(run())
    except Killed:
        return


_ANYWHERE: Sequence[Fault] = (
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "html_502"},
    {"kind": "html_502", "when": "after"},
    {"kind": "html_200"},
    {"kind": "malformed_json"},
    {"kind": "empty_body"},
    {"kind": "wrong_shape"},
    {"kind": "redirect", "when": "after"},
    {"kind": "status", "status": 429, "body": {}, "headers": {"retry-after": "30"}},
    {"kind": "status", "status": 503, "body": {}, "when": "after"},
)


def _errors(*codes: tuple[int, int | None]) -> tuple[Fault, ...]:
    return tuple({"kind": "error", "code": code} | ({"subcode": subcode} if subcode else {}) for code, subcode in codes)


_META = _errors((190, 463), (4, None), (17, None), (1, None), (2, None), (25, 2207050), (368, None), (10, None))
# These have been seen beside posts that went out.
_META_THOUGH_POSTED = tuple(error | {"when": "after"} for error in _errors((1, None), (2, None), (4, 2207051)))
_META_MEDIA: Sequence[Fault] = (
    {"kind": "media_error", "subcode": "2207026"},
    {"kind": "media_error", "subcode": "2207053"},
    {"kind": "stuck"},
)
_TIKTOK = tuple(
    {"kind": "error", "code": code, "status": status}
    for code, status in (
        ("access_token_invalid", 401),
        ("rate_limit_exceeded", 429),
        ("internal_error", 500),
        ("invalid_params", 400),
        ("spam_risk_too_many_posts", 403),
        ("a_new_code", 400),
    )
)
_TIKTOK_THOUGH_POSTED = ({"kind": "error", "code": "internal_error", "status": 500, "when": "after"},)
_TIKTOK_MEDIA: Sequence[Fault] = (
    {"kind": "media_error", "reason": "video_pull_failed"},
    {"kind": "media_error", "reason": "internal"},
    {"kind": "media_error", "reason": "spam_risk"},
    {"kind": "stuck"},
)

FAULTS: Mapping[str, Mapping[str, Sequence[Fault]]] = {
    "instagram": {
        "media": (*_ANYWHERE, *_META, *_META_MEDIA),
        "container": (*_ANYWHERE, *_META),
        "media_publish": (*_ANYWHERE, *_META, *_META_THOUGH_POSTED, *_errors((9, 2207042), (9007, 2207027))),
        "media_read": _ANYWHERE,
    },
    "tiktok": {
        "creator_info": (*_ANYWHERE, *_TIKTOK),
        "video_init": (*_ANYWHERE, *_TIKTOK, *_TIKTOK_THOUGH_POSTED, *_TIKTOK_MEDIA),
        "content_init": (*_ANYWHERE, *_TIKTOK, *_TIKTOK_THOUGH_POSTED, *_TIKTOK_MEDIA),
        "status": (*_ANYWHERE, *_TIKTOK),
        "token": _ANYWHERE,
        "revoke": _ANYWHERE,
    },
}


# The calls of a step, the one that cannot be taken back most often.
_CALLS: Mapping[tuple[str, str], Sequence[str]] = {
    ("instagram", "photo"): ("media_publish", "media_publish", "media", "container", "media_read"),
    ("instagram", "carousel"): ("media_publish", "media_publish", "media", "container", "media_read"),
    ("tiktok", "video"): ("video_init", "video_init", "video_init", "status", "creator_info", "token"),
    ("tiktok", "photo"): ("content_init", "content_init", "content_init", "status", "creator_info", "token"),
}


_CANNOT_BE_TAKEN_BACK = ("media_publish", "video_init", "content_init")


def _faults(platform: str, kind: str) -> st.SearchStrategy[tuple[str, Fault]]:
    """An endpoint, and what the next call of it meets."""
    return st.sampled_from(_CALLS[platform, kind]).flatmap(
        lambda endpoint: st.tuples(st.just(endpoint), _of_endpoint(FAULTS[platform][endpoint], endpoint))
    )


def _of_endpoint(known: Sequence[Fault], endpoint: str) -> st.SearchStrategy[Fault]:
    """Every second time that a post goes out, it does so without a word."""
    unheard = [fault for fault in known if fault["kind"] == "drop_after" or fault.get("when") == "after"]
    anything = st.sampled_from(known)
    return st.sampled_from(unheard) | anything if endpoint in _CANNOT_BE_TAKEN_BACK else anything


# For each kind of post an endpoint and what its next call meets: what is drawn must not depend on what is clicked.
type Troubles = Mapping[tuple[str, str], tuple[str, Fault]]
TROUBLES: st.SearchStrategy[Troubles] = st.fixed_dictionaries({pair: _faults(*pair) for pair in _CALLS})
