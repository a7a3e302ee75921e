"""A large file that was announced, and of which nothing was sent."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.functions.media.sending import key_of, text
from tests.functions.media.uploads import begin
from tests.people import Project


@pytest.fixture
def content_id(project: Project) -> str:
    return project.owner.create_content(project.id, type="video")


@pytest.fixture
def asset_id(project: Project, content_id: str) -> str:
    return begin(project.owner, content_id, text())


@pytest.fixture
def key(asset_id: str, db: psycopg.Connection[Any]) -> str:
    return key_of(db, asset_id)
