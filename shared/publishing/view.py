"""What an answer shows of a publication, and why it is where it is."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from pydantic import Field

from shared.database import Platform
from shared.outputs import Id, Moment, Url
from shared.publishing.claim import Kind, State
from shared.publishing.reasons import REASONS


class Why(TypedDict):
    """Words for the user, who can act, and the one next action."""

    code: Annotated[str, Field(json_schema_extra={"enum": [*REASONS]})]
    words: str
    who: Literal["nobody", "user", "operator"]
    action: Literal["edit", "reconnect", "wait", "open_platform", "none", "contact_us", "check_platform"]


class PublicationView(TypedDict):
    """One click on Publish, and what became of it. `next_step_at` is null when nothing more will happen by itself.

    While its platform is switched off nothing does; afterwards an old click may wait for a word of its creator.
    """

    id: Id
    project_id: Id
    content_id: Id | None
    connection_id: Id | None
    platform: Platform
    kind: Kind
    caption: str
    state: State
    reason: Why | None
    post_id: str | None
    permalink: Url | None
    created_at: Moment
    finished_at: Moment | None
    next_step_at: Moment | None
    switched_off: bool
    needs_confirmation: bool
