"""The page and the receipt behind the code of an erasure. Both name nobody, so whoever has the code may read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypedDict

from pydantic import Field
from starlette.responses import Response

from shared.errors import Refused
from shared.outputs import Count, Id, Moment
from shared.privacy.erasure.saga import advance
from shared.privacy.erasure.words import COUNTS, PROBLEMS, STAYS, STORES
from shared.web.contract import Parameter, Reply
from shared.web.endpoint import Call
from shared.web.pages import page

_CODE = re.compile(r"[0-9a-f]{32}")
_TITLE = "The erasure of your account"
# Whoever looks may help; but nobody waits for it.
_SECONDS = 5.0

STATUS_ANSWERS = {200: Reply(str, media_type="text/html")}
CODE_PARAMETERS = (
    Parameter(
        "code", "query", Annotated[str, Field(pattern=f"^{_CODE.pattern}$")], "As the answer to the request gave it.",
        required=True,
    ),
)  # fmt: skip


class ErasedStore(TypedDict):
    store: str
    counts: dict[str, Count]
    finished_at: Moment | None


class ReceiptBody(TypedDict):
    receipt_id: Id
    requested_at: Moment
    done_at: Moment
    stores: list[ErasedStore]


class SignedReceipt(TypedDict):
    """Ed25519 over the JSON of `receipt` with sorted keys and without spaces; key and signature in base64."""

    receipt: ReceiptBody
    public_key: str
    signature: str


async def status(call: Call[None]) -> Response:
    found = await _found(call)
    if found["state"] != "done":
        await advance(call.runtime, found["erasure_id"], seconds=_SECONDS)
        found = await _found(call)
    return page(_TITLE, list(_told(found)))


async def receipt(call: Call[None]) -> Response:
    found = await _found(call)
    if found["receipt"] is None:
        raise Refused("erasure_not_done")
    return Response(found["receipt"], media_type="application/json")


async def _found(call: Call[None]) -> dict[str, Any]:
    codes = call.request.query_params.getlist("code")
    if len(codes) != 1 or not _CODE.fullmatch(codes[0]):
        raise Refused("erasure_unknown")
    found: dict[str, Any] | None = await call.runtime.database.as_system("erasure_status", code=codes[0])
    if found is None:
        raise Refused("erasure_unknown")
    return found


def _told(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"You asked on {_moment(found['requested_at'])}. From that moment nothing was begun for you any more."
    yield _how_far(found)
    if found["problem"]:
        yield PROBLEMS.get(found["problem"], "The last step did not succeed. It is tried again.")
    for store in sorted(found["stores"], key=lambda one: list(STORES).index(one["store"])):
        yield _store(store)
    yield from STAYS
    yield f"Receipt: {found['erasure_id']}"


def _how_far(found: Mapping[str, Any]) -> str:
    match found["state"]:
        case "done":
            return f"Everything was erased on {_moment(found['done_at'])}. The signed receipt has the same code."
        case "late_uploads":
            return (
                "Everything is erased. An upload that was begun before could still arrive, so storage is looked at "
                f"once more after {_moment(found['next_step_at'])}."
            )
        case "publications":
            return "What may be on its way to a platform already gets a quarter of an hour to find its outcome."
    return "Your account is being erased now. It takes minutes; look again."


def _store(store: Mapping[str, Any]) -> str:
    numbers = [f"{count} {COUNTS.get(name, name)}" for name, count in store["counts"].items() if count]
    when = f"done on {_moment(store['finished_at'])}" if store["finished_at"] else "under way"
    return f"{STORES[store['store']]}: {', '.join(numbers) or 'nothing was held'}; {when}."


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%d %B %Y at %H:%M} UTC"
