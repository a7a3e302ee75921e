"""The settings of the one call that leaves."""

from __future__ import annotations

from typing import get_args

from anthropic.resources.messages.messages import DEPRECATED_MODELS
from anthropic.types import ModelParam

from shared.settings import CAPTION_MODEL, Settings


def test_the_model_is_known_and_not_on_its_way_out() -> None:
    model = Settings({}).text(CAPTION_MODEL)
    literals = next(part for part in get_args(ModelParam) if get_args(part))

    assert model in get_args(literals)
    assert model not in DEPRECATED_MODELS
