"""What a person asks of their own erasure: what it would do, and to begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypedDict, cast
from uuid import UUID

from shared.logs import log
from shared.outputs import Count, Id, Moment, Url
from shared.privacy.erasure.saga import advance
from shared.privacy.erasure.words import FATES, STAYS
from shared.runtime import Runtime
from shared.secret import Secret

# Most accounts are gone when the answer comes; the cron does the rest. Below the deadline of an endpoint by one call.
_FIRST_STEPS_SECONDS = 20.0


class ProjectFate(TypedDict):
    id: Id
    name: str
    fate: Literal["deleted", "left", "blocks"]
    other_members: Count
    why: str


class Going(TypedDict):
    """With everything in the projects that are deleted, or that block and would have to be."""

    projects: Count
    contents: Count
    files: Count
    connections: Count
    publications: Count
    publications_to_cancel: Count
    publications_under_way: Count


class Preview(TypedDict):
    """`blocked`: a project has to be handed over, or named in `delete_projects`, before the erasure can begin."""

    blocked: bool
    projects: list[ProjectFate]
    goes: Going
    stays: list[str]


class Started(TypedDict):
    """Keep `status_url`: it is the only way to see how far the erasure is, without signing in."""

    receipt_id: Id
    status_code: str
    status_url: Url
    requested_at: Moment


async def preview(runtime: Runtime, jwt: Secret) -> Preview:
    """Raises Refused."""
    found = await runtime.database.as_user(jwt, "erasure_preview")
    projects = [_fate(project) for project in found["projects"]]
    return Preview(
        blocked=any(project["fate"] == "blocks" for project in projects),
        projects=projects,
        goes=found["counts"],
        stays=list(STAYS),
    )


def _fate(project: dict[str, Any]) -> ProjectFate:
    return cast(ProjectFate, {**project, "why": FATES[project["fate"]]})


async def start(runtime: Runtime, jwt: Secret, delete_projects: Sequence[UUID]) -> Started:
    """Asked again it answers the same. Raises Refused, and then nothing was begun."""
    begun = await runtime.database.as_user(
        jwt, "start_erasure", delete_projects=[str(project_id) for project_id in delete_projects]
    )
    log("erasure_started", erasure_id=begun["erasure_id"])
    await advance(runtime, begun["erasure_id"], seconds=_FIRST_STEPS_SECONDS)
    return Started(
        receipt_id=begun["erasure_id"],
        status_code=begun["code"],
        status_url=status_url(runtime, begun["code"]),
        requested_at=begun["requested_at"],
    )


def status_url(runtime: Runtime, code: str) -> str:
    return f"{runtime.settings.app_url}/api/erasures/status?code={code}"
