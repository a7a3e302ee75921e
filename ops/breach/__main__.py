"""A breach of personal data, from the moment we are aware of it: 72 hours, in hours.

    python -m ops.breach open --nature TEXT --aware-at 2026-11-26T08:30+00:00
    python -m ops.breach affected BREACH [--key-id | --connection | --table ID] [--from TIME --to TIME] [--record]
    python -m ops.breach notice BREACH [--data TEXT --consequences TEXT --measures TEXT --recommendations TEXT]
    python -m ops.breach send | status | authority | close BREACH
    python -m ops.breach drill

Nobody's name or address is shown, and no command needs one. What may be killed may be run again.
"""

import sys

from ops.breach.commands import main
from ops.breach.drill import drill

if __name__ == "__main__":
    sys.exit(drill() if sys.argv[1:] == ["drill"] else main())
