"""What somebody sent, or a platform answered, is not in the words of the error about it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.media.upload import UploadRequest
from shared.platforms.instagram import LongLivedToken
from shared.platforms.tiktok import Tokens
from shared.publishing.draft import DRAFT
from shared.publishing.request import PUBLISH_REQUEST

ROOT = Path(__file__).resolve().parents[2]
MARKER = "IGAA-marker-secret"


@pytest.mark.parametrize("model", [UploadRequest, LongLivedToken, Tokens])
def test_an_error_does_not_repeat_what_came(model: type[BaseModel]) -> None:
    for content in ({"access_token": MARKER}, {"content_id": MARKER}, MARKER, [MARKER]):
        with pytest.raises(ValidationError) as raised:
            model.model_validate(content)

        assert MARKER not in str(raised.value)


@pytest.mark.parametrize("adapter", [PUBLISH_REQUEST, DRAFT], ids=["click", "check"])
@pytest.mark.parametrize("body", [{"caption": MARKER}, {"platform": "instagram", "caption": MARKER}, [MARKER], MARKER])
def test_a_choice_between_bodies_does_not_repeat_them_either(adapter: TypeAdapter[Any], body: object) -> None:
    with pytest.raises(ValidationError) as raised:
        adapter.validate_json(json.dumps(body))

    assert MARKER not in str(raised.value)


def test_every_model_of_ours_keeps_what_came_to_itself() -> None:
    for path in sorted((ROOT / "shared").rglob("*.py")):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    ours = [model for model in below(BaseModel) if model.__module__.startswith("shared.")]

    assert len(ours) > 20
    assert [model for model in ours if not model.model_config.get("hide_input_in_errors")] == []


def below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for child in model.__subclasses__():
        yield child
        yield from below(child)
