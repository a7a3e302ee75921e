"""web/src/data/reasons.json: the words of every reason, for rows that the web client reads without our functions."""

from __future__ import annotations

import json

from sandbox.stack.paths import ROOT
from shared.publishing.reasons import REASONS

FILE = ROOT / "web" / "src" / "data" / "reasons.json"


def as_text() -> str:
    table = {
        code: {"words": reason.words, "who": reason.who.value, "action": reason.action}
        for code, reason in REASONS.items()
    }
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"
