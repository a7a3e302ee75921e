"""`python -m ops.security_txt`: lets public/.well-known/security.txt be valid for eleven more months.

RFC 9116 wants a date within a year, so that nobody writes to an address that nobody reads any more. Before you run
this, see that the address is still read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "public" / ".well-known" / "security.txt"
_VALID_FOR = timedelta(days=330)


def renewed(text: str, today: datetime) -> str:
    expires = (today + _VALID_FOR).strftime("%Y-%m-%dT00:00:00Z")
    return re.sub(r"^Expires: .*$", f"Expires: {expires}", text, flags=re.MULTILINE)


if __name__ == "__main__":
    FILE.write_text(renewed(FILE.read_text(encoding="utf-8"), datetime.now(UTC)), encoding="utf-8")
