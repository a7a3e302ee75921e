"""What Supabase Auth has mailed: locally a line of its log, which is all that a person's mailbox would hold."""

from __future__ import annotations

import re
import time

from sandbox.stack.stack import Stack


def link_to(stack: Stack, address: str, kind: str) -> str:
    """The newest link of this kind; the mail may still be on its way."""
    pattern = re.compile(rf"^mail to {re.escape(address)}: {kind} (\S+)$", re.MULTILINE)
    for _ in range(100):
        found = pattern.findall((stack.logs / "supabase.log").read_text(encoding="utf-8"))
        if found:
            return str(found[-1])
        time.sleep(0.05)
    raise AssertionError(f"no mail to {address}")
