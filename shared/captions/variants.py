"""What comes back is data from outside: it is checked here, whatever schema it was asked for."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.captions.fields import CaptionFields
from shared.publishing.rules.instagram import CAPTION_UNITS, HASHTAGS
from shared.publishing.text import utf16_units

MOST_VARIANTS = 3
# What every platform we publish to accepts, so that a variant fits wherever it is used.
_HASHTAG = re.compile(r"\w{1,100}")
_LINK = re.compile(r"(?i)\bhttps?://\S+|\bwww\.\S+|\b[a-z0-9.-]+\.(?:com|net|org|io|me|ly|app|link|shop|xyz)\b")
_MENTION = re.compile(r"(?<!\w)@\w")
_INVISIBLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")

# Limits on lengths and counts are not enforced by the API's structured output, so none are stated here.
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["variants"],
    "properties": {
        "variants": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["caption", "hashtags"],
                "properties": {
                    "caption": {"type": "string"},
                    "hashtags": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}


class _Written(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)
    caption: Annotated[str, Field(max_length=20_000)]
    hashtags: Annotated[list[str], Field(max_length=200)]


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)
    variants: Annotated[list[_Written], Field(max_length=50)]


class Variant(BaseModel):
    """`text` is caption and hashtags together, as it would be published."""

    model_config = ConfigDict(hide_input_in_errors=True)

    caption: str
    hashtags: list[str]
    text: str


def usable_variants(answer: str, fields: CaptionFields) -> list[Variant]:
    """Those that keep every limit; none when the answer is not what was agreed."""
    try:
        written = _Answer.model_validate_json(answer).variants
    except ValidationError:
        return []
    candidates = (_tidy(variant) for variant in written)
    known = fields.as_message()
    return [variant for variant in candidates if _is_usable(variant, known)][:MOST_VARIANTS]


def _tidy(written: _Written) -> Variant:
    caption = _INVISIBLE.sub("", written.caption).strip()
    tags = (tag.strip().removeprefix("#") for tag in written.hashtags)
    hashtags = list(dict.fromkeys(f"#{tag}" for tag in tags if _HASHTAG.fullmatch(tag)))[:HASHTAGS]
    return Variant(caption=caption, hashtags=hashtags, text="\n\n".join(filter(None, [caption, " ".join(hashtags)])))


def _is_usable(variant: Variant, known: str) -> bool:
    """A link or a mention that the creator did not write is not the AI's to add."""
    if not variant.caption or utf16_units(variant.text) > CAPTION_UNITS or variant.text.count("#") > HASHTAGS:
        return False
    invented_link = any(link not in known for link in _links(variant.text))
    return not (invented_link or _MENTION.search(variant.text))


def _links(text: str) -> list[str]:
    """As they stand in the text, up to the next space."""
    return [match.group() for match in _LINK.finditer(text)]
