"""`make demo`: starts an empty local stack, tells the whole story on it, and stops it."""

from __future__ import annotations

import sys

from sandbox.stack.children import ChildFailed
from sandbox.stack.ports import Ports, PortTaken
from sandbox.stack.stack import fresh
from sandbox.story import tell
from sandbox.story_rights import Broken


def main() -> int:
    try:
        with fresh("demo", Ports.from_environment()) as stack:
            tell(stack)
    except PortTaken as taken:
        print(f"itoms: {taken}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except (ChildFailed, Broken) as failed:
        print(f"itoms: {failed}", file=sys.stderr)
        return 1
    print("\nThe whole story holds. Nothing is left running.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
