"""The items of a carousel: 2 to 10 containers of the same account, ready, in display order."""

from __future__ import annotations

from sandbox.instagram.errors import (
    CHILDREN_COUNT,
    EXPIRED_OR_FOREIGN,
    NOT_READY,
    UNKNOWN_CONTAINER,
    Problem,
    invalid,
    refused,
)
from sandbox.instagram.store import Account, Container
from sandbox.state import Sandbox

FEWEST, MOST = 2, 10


def children_of(sandbox: Sandbox, account: Account, ids: tuple[str, ...]) -> tuple[Container, ...]:
    language = sandbox.settings.instagram.language
    if not FEWEST <= len(ids) <= MOST:
        raise refused(CHILDREN_COUNT, language)
    if len(set(ids)) < len(ids):
        raise refused(invalid("Each of children must be a different container"))
    return tuple(_child(sandbox, account, name) for name in ids)


def _child(sandbox: Sandbox, account: Account, name: str) -> Container:
    language = sandbox.settings.instagram.language
    child = sandbox.instagram.containers.get(name)
    if child is None:
        raise refused(UNKNOWN_CONTAINER, language)
    problem = _problem(child, account, sandbox.clock.now())
    if problem is not None:
        raise refused(problem, language)
    return child


def _problem(child: Container, account: Account, now: float) -> Problem | None:
    status = child.status_code(now)
    if child.account is not account or status == "EXPIRED":
        return EXPIRED_OR_FOREIGN
    if not child.is_item:
        return invalid(f"The container {child.id} was not created with is_carousel_item")
    return None if status == "FINISHED" else NOT_READY
