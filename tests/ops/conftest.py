"""The vault as an operator finds it, with nothing of other tests in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.creator import Creator
from shared import runtime
from tests.ops.rotation import Db, Operator, new_key
from tests.people import Project


@pytest.fixture
def operator(stack: object, db: Db, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Operator]:
    """Starts with one key, k1, deployed; nothing of other tests is in the vault, and nothing is left for them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPERATOR", "Olga")
        olga = Operator(db, f"k1:{new_key()}", tmp_path, patch, capsys)
        _empty(db)
        olga.deploy()
        yield olga
        _empty(db)
    runtime.current.cache_clear()
    keys = {entry.partition(":")[2] for ring in olga.rings for entry in ring.split(",")}
    assert not [key for key in keys for text in olga.said if key in text], "a key was printed"


@pytest.fixture
def make_project(make_creator: Callable[[], Creator]) -> Callable[[], Project]:
    """One more project, whose owner does everything."""

    def make() -> Project:
        owner = make_creator()
        return Project(owner.create_project("Hills"), owner, owner, owner, owner)

    return make


def _empty(db: Db) -> None:
    db.execute("delete from private.tiktok_uploads")
    db.execute("delete from private.connection_tokens")
    db.execute(
        "delete from public.connections as c where not exists (select 1 from public.projects where id = c.project_id)"
    )
