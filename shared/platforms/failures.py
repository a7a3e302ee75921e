"""How a platform call can fail, seen from what we may do next."""

from __future__ import annotations

import re
from enum import Enum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shared.egress import CALL_SECONDS, Answer, CallFailed, Egress

# What goes into a header, and sealed into its column: anything else is no token, whoever sent it.
Token = Annotated[str, Field(pattern=r"^[!-~]{1,4000}$")]
# Codes and ids are shown and logged; a platform that puts a sentence there is not quoted.
_NOT_A_CODE = re.compile(r"[^A-Za-z0-9_.-]")


class Certainty(Enum):
    """Whether the call had an effect. Only the first two may ever be repeated without asking."""

    NOT_SENT = "not_sent"
    REFUSED = "refused"
    UNCLEAR = "unclear"


class PlatformFailure(Exception):
    """`code` and `subcode` are the platform's own, for the tables in shared/publishing; its text is never kept.

    `retry_after` is how many seconds the platform wants to be left in peace, when it said so.
    """

    def __init__(
        self,
        certainty: Certainty,
        *,
        code: str = "",
        subcode: str = "",
        trace_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{certainty.value} {code} {subcode}".strip())
        self.certainty = certainty
        self.code = _NOT_A_CODE.sub("?", code)[:80]
        self.subcode = _NOT_A_CODE.sub("", subcode)[:80]
        self.trace_id = _NOT_A_CODE.sub("", trace_id)[:80]
        self.retry_after = retry_after

    def detail(self) -> dict[str, str]:
        """What the timeline may show of it: the platform's codes, and the id its support asks for."""
        found = {"platform_code": self.code, "platform_subcode": self.subcode, "trace_id": self.trace_id}
        return {name: value for name, value in found.items() if value}


class PlatformAnswer(BaseModel):
    """The base of everything parsed from a platform: unknown fields are dropped, numeric ids become text.

    Built at its first use: a cold function pays only for the answers that it gets. An error does not repeat what came,
    because half a token is one too much.
    """

    model_config = ConfigDict(
        extra="ignore", frozen=True, coerce_numbers_to_str=True, defer_build=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def without_nulls(cls, content: object) -> object:
        """A null says no more than a missing field, and must not make the rest of the answer unreadable."""
        if not isinstance(content, dict):
            return content
        return {name: value for name, value in content.items() if value is not None}


def parse[Model: PlatformAnswer](model: type[Model], content: Any) -> Model:
    """An answer of another shape than agreed tells us nothing about what happened."""
    try:
        return model.model_validate(content)
    except ValidationError:
        raise PlatformFailure(Certainty.UNCLEAR, code="malformed_answer") from None


async def call(egress: Egress, method: str, url: str, *, seconds: float = CALL_SECONDS, **parts: Any) -> Answer:
    """Raises PlatformFailure instead of CallFailed."""
    try:
        return await egress.send(egress.client.build_request(method, url, **parts), seconds=seconds)
    except CallFailed as failure:
        certainty = Certainty.UNCLEAR if failure.sent else Certainty.NOT_SENT
        raise PlatformFailure(certainty, code="no_answer") from None
