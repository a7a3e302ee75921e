"""A person who has something of everything."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.functions.account.export.belongings import PERSONAL, Names, add_publications
from tests.functions.account.export.exports import Db
from tests.people import Connected, Project


@pytest.fixture
def everything(project: Project, photo: dict[str, str], connect: Callable[..., Connected], db: Db) -> Names:
    """One row at least of every table, of the owner; and beside it, wherever there can be one, a row of the editor."""
    connect(project, "tiktok")
    names = {
        "project": project.id, "user": project.owner.user.id, "other": project.editor.user.id,
        "content": photo["content_id"], "asset": photo["media_asset_id"],
        "editors": project.editor.create_content(project.id, title="Written by the editor"),
    }  # fmt: skip
    psycopg.ClientCursor(db).execute(PERSONAL, names)
    add_publications(db, names, 3)
    return names
