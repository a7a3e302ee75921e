"""What the simulated model writes. It can only know what it was sent, so a test can see what was sent."""

from __future__ import annotations

import json
import re
from typing import Any

FIELDS = ("title", "description", "type", "tags", "project_name")

# Roughly: enough to make max_tokens mean something.
CHARACTERS_PER_TOKEN = 4


def content_of(messages: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The one JSON object of the one user message, or None when the request is of another kind."""
    text = _plain_text(messages[-1]["content"])
    try:
        content = json.loads(text)
    except ValueError:
        return None
    return content if isinstance(content, dict) and set(content) <= set(FIELDS) else None


def _plain_text(content: object) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    return "".join(str(block.get("text", "")) for block in blocks if isinstance(block, dict))


def variants(content: dict[str, Any], spoilt: str = "") -> list[dict[str, Any]]:
    title, project = str(content.get("title") or "Something new"), str(content.get("project_name") or "our studio")
    description = str(content.get("description") or "").strip()
    hashtags = [tag for tag in map(_hashtag, content.get("tags") or []) if tag]
    written = [
        {"caption": f"{title}. {description}".strip(), "hashtags": hashtags},
        {"caption": f"New from {project}: {title}", "hashtags": [*hashtags, _hashtag(project)]},
        {"caption": f"{title} ✨\n\n{description or 'Tell us what you think.'}", "hashtags": hashtags[:2]},
    ]
    if spoilt == "long_caption":
        written[0]["caption"] = f"{title} " * 2300
    if spoilt == "spaced_hashtags":
        written[0]["hashtags"] = ["two words", "#three more words", ""]
    return written


def _hashtag(text: object) -> str:
    word = "".join(re.findall(r"\w+", str(text)))
    return f"#{word}" if word else ""
