"""What an endpoint promises to whoever calls it. The OpenAPI document is made of this and of nothing else.

Declarations only: a schema is built by the generator, and a cold function does not pay for it. Named tuples and not
dataclasses, because those are compiled at every cold start.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Required, TypedDict

type Kind = Literal["user", "cron", "signed", "public", "visitor"]

# What every endpoint of a kind may answer, whatever it is for.
_ALWAYS = ("method_not_allowed", "database_unavailable", "deadline_reached", "internal_error", "misconfigured")
_BY_KIND: Mapping[Kind, tuple[str, ...]] = {
    "user": ("not_signed_in", "body_too_large", "not_json", "invalid_input", "value_not_storable", "account_erased"),
    "cron": ("not_the_cron",),
    "signed": ("body_too_large",),
    "public": (),
    "visitor": ("not_signed_in", "body_too_large", "not_json", "invalid_input"),
}


# Of whatever names something of a project: the database asks for the caller's role in it.
OF_A_PROJECT = ("not_found", "role_too_low")
# What would post: the database asks whether somebody whose data it uses wants that.
STOPPED_BY_A_PERSON = ("publishing_objected", "processing_restricted", "restricted_by_another")


class Parameter(NamedTuple):
    """`type` is what pydantic makes a schema of. A name in lower case, as ASGI has headers."""

    name: str
    place: Literal["query", "header"]
    type: Any
    description: str
    required: bool = False


class Reply(NamedTuple):
    """A success that is more than a JSON body: its headers, each with what it is for. Without `body` it has none."""

    body: Any = None
    headers: Mapping[str, str] = MappingProxyType({})
    media_type: str = "application/json"


class Received(TypedDict):
    received: Literal[True]


# The statuses of success; a type stands for a JSON body of that type.
type Answers = Mapping[int, Any]


class Promises(TypedDict, total=False):
    """What an endpoint's file says of it, beside its handler. `problems` are those that its kind does not imply."""

    answers: Required[Answers]
    problems: tuple[str, ...]
    parameters: tuple[Parameter, ...]


class SignedPromises(Promises, total=False):
    """`signature` is the header that proves who is calling, if the proof is not within the body."""

    signature: str
    body: Any
    media_type: str


class Contract(NamedTuple):
    """`refusals` is the media type of what is no success. A body of `Any` is whatever comes, and may be missing."""

    kind: Kind
    method: Literal["GET", "POST"]
    answers: Answers
    problems: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: Any = Any
    media_type: str = "application/json"
    refusals: str = "application/problem+json"
    signature: str | None = None

    @property
    def every_problem(self) -> tuple[str, ...]:
        return (*_ALWAYS, *_BY_KIND[self.kind], *self.problems)
